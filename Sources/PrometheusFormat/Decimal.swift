/// Decimal text to `Double`, exactly rounded, without a `String` for the usual short numbers.
enum Decimal {
  /// The number that begins at `from`, and the offset after it; nil where none begins.
  ///
  /// Grammar: `[+-] digits [. digits] [(e|E) [+-] digits]`, and `.5` or `5.` as Prometheus' parser
  /// allows. Up to 2^53 and 22 decimal places the result of one multiplication or division of exact
  /// doubles is exactly rounded (Clinger 1990); the rest goes to the standard library.
  static func parse(_ bytes: [UInt8], from: Int, to end: Int) -> (value: Double, end: Int)? {
    var at = from
    var isNegative = false
    if at < end, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
      isNegative = bytes[at] == UInt8(ascii: "-")
      at += 1
    }
    var mantissa: UInt64 = 0
    var exponent = 0
    var digits = 0
    var isExact = true
    func digit() -> UInt64? {
      guard at < end else { return nil }
      let worth = bytes[at] &- UInt8(ascii: "0")
      return worth < 10 ? UInt64(worth) : nil
    }
    while let next = digit() {
      if mantissa < mantissaLimit { mantissa = mantissa * 10 + next } else { isExact = false }
      digits += 1
      at += 1
    }
    if at < end, bytes[at] == UInt8(ascii: ".") {
      at += 1
      while let next = digit() {
        if mantissa < mantissaLimit {
          mantissa = mantissa * 10 + next
          exponent -= 1
        } else {
          isExact = false
        }
        digits += 1
        at += 1
      }
    }
    guard digits > 0 else { return nil }
    if let (power, after) = parseExponent(bytes, from: at, to: end) {
      exponent += power
      at = after
    }
    if isExact, mantissa <= 1 << 53, abs(exponent) < powersOfTen.count {
      let magnitude =
        exponent < 0
        ? Double(mantissa) / powersOfTen[-exponent] : Double(mantissa) * powersOfTen[exponent]
      return (isNegative ? -magnitude : magnitude, at)
    }
    guard let value = Double(String(decoding: bytes[from..<at], as: UTF8.self)) else { return nil }
    return (value, at)
  }

  /// A sample's value as Prometheus writes it within quotes: a number, `NaN`, `Inf`, `+Inf`,
  /// `-Inf`.
  static func parseValue(_ bytes: [UInt8], in range: Range<Int>) -> Double? {
    if let (value, end) = parse(bytes, from: range.lowerBound, to: range.upperBound) {
      return end == range.upperBound ? value : nil
    }
    switch String(decoding: bytes[range], as: UTF8.self) {
    case "NaN", "nan": return .nan
    case "Inf", "+Inf", "inf", "+inf": return .infinity
    case "-Inf", "-inf": return -.infinity
    default: return nil
    }
  }

  /// `e5`, `E-3`; nil where no whole exponent stands.
  private static func parseExponent(
    _ bytes: [UInt8], from: Int, to end: Int
  ) -> (power: Int, end: Int)? {
    guard from < end, bytes[from] | 0x20 == UInt8(ascii: "e") else { return nil }
    var at = from + 1
    var isNegative = false
    if at < end, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
      isNegative = bytes[at] == UInt8(ascii: "-")
      at += 1
    }
    let firstDigit = at
    var power = 0
    while at < end, case let worth = bytes[at] &- UInt8(ascii: "0"), worth < 10 {
      // Far beyond a double's range already; more digits change nothing.
      if power < 100_000 { power = power * 10 + Int(worth) }
      at += 1
    }
    guard at > firstDigit else { return nil }
    return (isNegative ? -power : power, at)
  }

  /// Below it another digit still fits into 64 bits.
  private static let mantissaLimit: UInt64 = 1_000_000_000_000_000_000
  /// 10^0 … 10^22, all exact.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
