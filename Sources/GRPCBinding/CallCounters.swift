import Synchronization

/// How often one method was called, as it stands.
package struct MethodCallCounts: Sendable, Equatable {
  /// The path on the wire; empty for calls of methods nobody offers.
  package let method: String
  /// Calls that arrived.
  package let started: UInt64
  /// Calls that ended, by status code; codes that never occurred are absent.
  package let finished: [GRPCStatusCode: UInt64]
}

/// Counts calls by method and status.
final class CallCounters: Sendable {
  private static let codes = 17
  private let methods: [String]
  private let cells: Mutex<[UInt64]>

  /// All zero. Row `methods.count` is for unknown methods.
  init(methods: [String]) {
    self.methods = methods + [""]
    cells = Mutex(Array(repeating: 0, count: (methods.count + 1) * (Self.codes + 1)))
  }

  /// A call of the method in this row arrived.
  func started(_ row: Int) {
    cells.withLock { $0[row * (Self.codes + 1)] += 1 }
  }

  /// A call of the method in this row ended. Codes out of range count as `UNKNOWN` (2).
  func finished(_ row: Int, _ code: GRPCStatusCode) {
    let column = 0..<Self.codes ~= code.rawValue ? code.rawValue : 2
    cells.withLock { $0[row * (Self.codes + 1) + 1 + column] += 1 }
  }

  /// All rows in order of registration, unknown methods last.
  func snapshot() -> [MethodCallCounts] {
    let cells = cells.withLock { $0 }
    return methods.enumerated().map { row, method in
      let first = row * (Self.codes + 1)
      var finished: [GRPCStatusCode: UInt64] = [:]
      for code in 0..<Self.codes where cells[first + 1 + code] > 0 {
        finished[GRPCStatusCode(rawValue: code)] = cells[first + 1 + code]
      }
      return MethodCallCounts(method: method, started: cells[first], finished: finished)
    }
  }
}
