/// Recursive descent over a formula's bytes; nesting is bounded, so that no text can exhaust the stack.
struct FormulaParser {
  /// The names met so far, each once.
  private(set) var names: [String] = []
  private let bytes: [UInt8]
  private var offset = 0
  private var depth = 0
  /// Deepest nesting of parentheses and calls.
  private static let depthLimit = 32
  /// Longest formula in bytes.
  private static let lengthLimit = 1000

  init(_ text: String) {
    bytes = Array(text.utf8)
  }

  mutating func parse() throws(FormulaError) -> Formula.Node {
    guard bytes.count <= Self.lengthLimit else {
      throw failure("is longer than \(Self.lengthLimit) characters")
    }
    let node = try sum()
    skipSpaces()
    guard offset == bytes.count else { throw failure("expected an operator or the end") }
    return node
  }

  private mutating func sum() throws(FormulaError) -> Formula.Node {
    var left = try product()
    while let operation = take(oneOf: "+-") {
      left = .binary(operation, left, try product())
    }
    return left
  }

  private mutating func product() throws(FormulaError) -> Formula.Node {
    var left = try atom()
    while let operation = take(oneOf: "*/") {
      left = .binary(operation, left, try atom())
    }
    return left
  }

  private mutating func atom() throws(FormulaError) -> Formula.Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw failure("is nested deeper than \(Self.depthLimit)")
    }
    if take(oneOf: "(") != nil {
      let inner = try sum()
      try expect(")")
      return inner
    }
    skipSpaces()
    guard offset < bytes.count else { throw failure("expected a number or a trigger's name") }
    let start = offset
    if bytes[start].isDigit || bytes[start] == UInt8(ascii: ".") {
      while offset < bytes.count,
        bytes[offset].isDigit || bytes[offset] == UInt8(ascii: ".")
      {
        offset += 1
      }
      guard let number = Double(String(decoding: bytes[start..<offset], as: UTF8.self)) else {
        offset = start
        throw failure("expected a number")
      }
      return .number(number)
    }
    while offset < bytes.count, bytes[offset].isNamePart { offset += 1 }
    guard offset > start else { throw failure("expected a number or a trigger's name") }
    let name = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard take(oneOf: "(") != nil else {
      if !names.contains(name) { names.append(name) }
      return .name(name)
    }
    guard let function = Formula.Function(rawValue: name) else {
      offset = start
      throw failure("does not know \(name.prefix(40))(); use max, min, sum or mean")
    }
    var arguments = [try sum()]
    while take(oneOf: ",") != nil { arguments.append(try sum()) }
    try expect(")")
    return .call(function, arguments)
  }

  private mutating func take(oneOf characters: StaticString) -> UInt8? {
    skipSpaces()
    guard offset < bytes.count else { return nil }
    let byte = bytes[offset]
    let matches = characters.withUTF8Buffer { $0.contains(byte) }
    guard matches else { return nil }
    offset += 1
    return byte
  }

  private mutating func expect(_ character: StaticString) throws(FormulaError) {
    guard take(oneOf: character) != nil else { throw failure("expected \"\(character)\"") }
  }

  private mutating func skipSpaces() {
    while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") { offset += 1 }
  }

  private func failure(_ explanation: String) -> FormulaError {
    FormulaError(offset: offset, explanation: explanation)
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  fileprivate var isNamePart: Bool {
    isDigit || self == UInt8(ascii: "_")
      || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z"))
  }
}
