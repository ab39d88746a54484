/// The time axis that all charts of a report share: equal buckets of whole seconds.
struct TimeAxis: Equatable {
  /// Seconds in a bucket.
  let bucketSeconds: Int
  /// Buckets.
  let count: Int
  /// Unix time of the first bucket; nil for a replay, whose time starts at 0.
  let origin: Int?

  /// The most buckets of a chart: about the pixels of a wide screen.
  static let most = 900

  /// An axis over `seconds` seconds.
  init(seconds: Int, origin: Int? = nil) {
    bucketSeconds = max(1, (max(1, seconds) + Self.most - 1) / Self.most)
    count = (max(1, seconds) + bucketSeconds - 1) / bucketSeconds
    self.origin = origin
  }

  /// The whole length in seconds.
  var lengthSeconds: Int { bucketSeconds * count }

  /// One value per bucket out of one per second; nil where a bucket has none.
  func buckets(_ values: [Double?], _ combine: ([Double]) -> Double) -> [Double?] {
    (0..<count).map { bucket in
      let from = bucket * bucketSeconds
      let inside = values[min(from, values.count)..<min(from + bucketSeconds, values.count)]
        .compactMap { $0 }
      return inside.isEmpty ? nil : combine(inside)
    }
  }

  /// The largest value of each bucket.
  func largest(_ values: [Double?]) -> [Double?] {
    buckets(values) { $0.max() ?? 0 }
  }

  /// The mean of each bucket.
  func mean(_ values: [Double?]) -> [Double?] {
    buckets(values) { $0.reduce(0, +) / Double($0.count) }
  }

  /// Places and labels of at most `most` ticks at round times: share of the axis, text.
  func ticks(most: Int) -> [(share: Double, label: String)] {
    let steps = [
      1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
      86_400, 172_800, 345_600, 604_800, 1_209_600, 2_419_200,
    ]
    let step = steps.first { lengthSeconds / $0 <= most } ?? lengthSeconds
    let start = origin ?? 0
    let first = (start + step - 1) / step * step
    return stride(from: first, through: start + lengthSeconds, by: step).map { second in
      (Double(second - start) / Double(lengthSeconds), label(second, step: step))
    }
  }

  /// What the read-out says of a bucket's start.
  func label(bucket: Int) -> String {
    let second = bucket * bucketSeconds
    guard let origin else { return Plain.clock(Double(second)) }
    return UTCText.full(origin + second)
  }

  private func label(_ second: Int, step: Int) -> String {
    guard origin != nil else { return Plain.clock(Double(second)) }
    if step >= 86_400 || second % 86_400 == 0 { return UTCText.day(second) }
    return step < 60 ? UTCText.clock(second) : UTCText.time(second)
  }
}

/// Unix times as people read them, in UTC, without a locale.
enum UTCText {
  /// `2026-11-20 13:05:00`.
  static func full(_ unixSeconds: Int) -> String {
    "\(date(unixSeconds)) \(clock(unixSeconds))"
  }

  /// `13:05:00`.
  static func clock(_ unixSeconds: Int) -> String {
    let clock = unixSeconds - days(unixSeconds) * 86_400
    return "\(time(unixSeconds)):\(two(clock % 60))"
  }

  /// `11-20`.
  static func day(_ unixSeconds: Int) -> String { String(date(unixSeconds).suffix(5)) }

  /// `13:05`.
  static func time(_ unixSeconds: Int) -> String {
    let clock = unixSeconds - days(unixSeconds) * 86_400
    return "\(two(clock / 3600)):\(two(clock / 60 % 60))"
  }

  /// `2026-11-20`, by the civil calendar of Howard Hinnant's `civil_from_days`.
  private static func date(_ unixSeconds: Int) -> String {
    let shifted = days(unixSeconds) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return "\(year)-\(two(month))-\(two(day))"
  }

  private static func days(_ unixSeconds: Int) -> Int {
    (unixSeconds >= 0 ? unixSeconds : unixSeconds - 86_399) / 86_400
  }

  private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
}
