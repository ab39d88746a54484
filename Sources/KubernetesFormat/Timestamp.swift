/// An instant as the API writes it: RFC 3339 in UTC, whole seconds (`Time`) or microseconds
/// (`MicroTime`).
package struct Timestamp: Codable, Sendable, Hashable, Comparable {
  /// Microseconds since 1970.
  package var microseconds: Int64

  /// An instant from Unix seconds.
  package init(unixSeconds: Double) { microseconds = Int64(unixSeconds * 1e6) }

  /// Unix seconds.
  package var unixSeconds: Double { Double(microseconds) / 1e6 }

  /// Reads `2026-11-25T01:02:03Z`, `…03.123456Z` or `…03+01:00`; nil for anything else.
  package init?(_ text: String) {
    var rest = Substring(text)
    func number(_ count: Int, then separators: String) -> Int64? {
      let digits = rest.prefix(count)
      guard digits.utf8.count == count, digits.utf8.allSatisfy({ (48...57).contains($0) }),
        let value = Int64(digits)
      else { return nil }
      rest = rest.dropFirst(count)
      guard separators.isEmpty else {
        guard let next = rest.first, separators.contains(next) else { return nil }
        rest = rest.dropFirst()
        return value
      }
      return value
    }
    guard let year = number(4, then: "-"), let month = number(2, then: "-"),
      let day = number(2, then: "Tt"), let hour = number(2, then: ":"),
      let minute = number(2, then: ":"), let second = number(2, then: ""),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var micros: Int64 = 0
    if rest.first == "." {
      rest = rest.dropFirst()
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard !digits.isEmpty else { return nil }
      micros =
        Int64(digits.prefix(6) + String(repeating: "0", count: max(0, 6 - digits.count))) ?? 0
    }
    var offset: Int64 = 0
    if rest != "Z", rest != "z" {
      guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
      rest = rest.dropFirst()
      guard let hours = number(2, then: ":"), let minutes = number(2, then: ""), rest.isEmpty else {
        return nil
      }
      offset = (hours * 60 + minutes) * (sign == "-" ? -60 : 60)
    }
    let days = Self.days(year: year, month: month, day: day)
    microseconds = (days * 86400 + hour * 3600 + minute * 60 + second - offset) * 1_000_000 + micros
  }

  /// With microseconds, as a Lease wants it: `2026-11-25T01:02:03.000000Z`.
  package var microText: String { "\(head).\(Self.padded(fraction, 6))Z" }

  /// To the second, as everything else wants it: `2026-11-25T01:02:03Z`.
  package var text: String { head + "Z" }

  /// Reads the text.
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Timestamp(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "no RFC 3339 time"))
    }
    self = value
  }

  /// Writes the text with microseconds, unless there are none.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(fraction == 0 ? text : microText)
  }

  /// The earlier one is less.
  package static func < (one: Timestamp, other: Timestamp) -> Bool {
    one.microseconds < other.microseconds
  }

  private var fraction: Int64 { (microseconds % 1_000_000 + 1_000_000) % 1_000_000 }

  private var head: String {
    let seconds = (microseconds - fraction) / 1_000_000
    let daySeconds = (seconds % 86400 + 86400) % 86400
    let (year, month, day) = Self.date(days: (seconds - daySeconds) / 86400)
    let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
    let (hour, minute) = (daySeconds / 3600, daySeconds / 60 % 60)
    return "\(date)T\(Self.padded(hour, 2)):\(Self.padded(minute, 2)):"
      + Self.padded(daySeconds % 60, 2)
  }

  private static func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days since 1970 of a date of the proleptic Gregorian calendar; years begin in March here, so
  /// that the leap day is the last.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let year = month <= 2 ? year - 1 : year
    let era = (year >= 0 ? year : year - 399) / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// The date so many days after 1970: the way back of `days`.
  private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1
    )
  }
}
