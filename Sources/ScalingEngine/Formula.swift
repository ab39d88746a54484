/// How triggers' demands combine where `aggregation: formula` is written, for example
/// `max(queue, 0.5*gpu)`: numbers, trigger names, `+ - * /`, parentheses, and `max`, `min`, `sum`,
/// `mean` over a list.
package struct Formula: Sendable, Equatable {
  /// The text as the user wrote it.
  package var text: String
  /// The names it mentions, in the order of their first mention.
  package private(set) var names: [String]
  private var root: Node

  /// Reads a formula.
  /// - Throws: `FormulaError`, which names the place and what was expected.
  package init(_ text: String) throws(FormulaError) {
    var parser = FormulaParser(text)
    self.root = try parser.parse()
    self.text = text
    self.names = parser.names
  }

  /// The formula's value, `nil` where a name is unknown, a division has no answer, or the value is
  /// not a number of replicas (negative is 0).
  ///
  /// `max(queue, 0.5*gpu)` with queue 3 and gpu 8 is 4.
  package func value(_ demand: (String) -> Double?) -> Double? {
    guard let value = root.value(demand), value.isFinite else { return nil }
    return Swift.max(0, value)
  }

  /// A part of a formula.
  indirect enum Node: Sendable, Equatable {
    case number(Double)
    case name(String)
    case binary(UInt8, Node, Node)
    case call(Function, [Node])

    func value(_ demand: (String) -> Double?) -> Double? {
      switch self {
      case .number(let number): return number
      case .name(let name): return demand(name)
      case .binary(let operation, let left, let right):
        guard let left = left.value(demand), let right = right.value(demand) else { return nil }
        switch operation {
        case UInt8(ascii: "+"): return left + right
        case UInt8(ascii: "-"): return left - right
        case UInt8(ascii: "*"): return left * right
        default: return right == 0 ? nil : left / right
        }
      case .call(let function, let arguments):
        var values: [Double] = []
        for argument in arguments {
          guard let value = argument.value(demand) else { return nil }
          values.append(value)
        }
        return function.value(values)
      }
    }
  }

  /// The functions a formula may call; each takes one argument or more.
  enum Function: String, Sendable, CaseIterable {
    case max, min, sum, mean

    func value(_ values: [Double]) -> Double? {
      switch self {
      case .max: values.max()
      case .min: values.min()
      case .sum: values.reduce(0, +)
      case .mean: values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
    }
  }
}

/// What is wrong with a formula, and where.
package struct FormulaError: Error, Sendable, Equatable {
  /// Position in bytes from the formula's start, from 0.
  package var offset: Int
  /// What was found and what was expected.
  package var explanation: String
}
