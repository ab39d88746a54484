/// An amount of a resource as the API writes it: `8`, `500m`, `2Gi`, `1e3`.
package struct Quantity: Codable, Sendable, Hashable {
  /// In thousandths, rounded up: CPU counts in them, and a GPU is never split.
  package var thousandths: Int64

  /// So many whole units.
  package init(whole: Int64) { thousandths = whole * 1000 }

  /// Whole units, rounded down: 3500m is 3.
  package var whole: Int { Int(thousandths / 1000) }

  /// Reads an amount; nil for what is none, or negative.
  ///
  /// `1.5` is 1500 thousandths, `100m` is 100, `1Ki` is 1 024 000, `2k` is 2 000 000.
  package init?(_ text: String) {
    let digits = text.prefix { ($0.isASCII && $0.isNumber) || $0 == "." || $0 == "+" }
    guard let number = Double(digits.hasPrefix("+") ? digits.dropFirst() : digits) else {
      return nil
    }
    let suffix = text.dropFirst(digits.count)
    let factor: Double
    if let known = Self.factors[String(suffix)] {
      factor = known
    } else if let first = suffix.first, first == "e" || first == "E",
      let exponent = Int(suffix.dropFirst()), (-9...15).contains(exponent)
    {
      factor = (0..<abs(exponent)).reduce(1.0) { value, _ in
        exponent < 0 ? value / 10 : value * 10
      }
    } else {
      return nil
    }
    let value = (number * factor * 1000 - 1e-9).rounded(.up)
    guard value >= 0 else { return nil }
    thousandths = Int64(min(value, Self.most))
  }

  /// More is not told apart from this: a hundred thousand times the largest node's memory.
  private static let most = 4e18

  private static let factors: [String: Double] = [
    "": 1, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15,
    "Ki": 1024, "Mi": 1_048_576, "Gi": 1_073_741_824, "Ti": 1_099_511_627_776,
    "Pi": 1_125_899_906_842_624, "E": 1e18, "Ei": 1_152_921_504_606_846_976,
  ]

  /// Reads a text or a bare number; what cannot be read is an error.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text: String
    if let written = try? container.decode(String.self) {
      text = written
    } else {
      text = "\(try container.decode(Double.self))"
    }
    guard let value = Quantity(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "no quantity"))
    }
    self = value
  }

  /// Writes thousandths, unless they are whole units.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(
      thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m")
  }
}

extension Int64 {
  /// The sum, which stops at the ends instead of trapping: pods may ask for anything.
  package func plus(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? (other > 0 ? .max : .min) : sum
  }
}
