/// What is wrong with a trace file, and where.
package struct TraceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The line, counted from 1; 0 when the file as a whole is meant.
  package let line: Int
  /// What was found and what was expected, in one sentence without a full stop.
  package let problem: String

  /// An error at `line`.
  package init(line: Int, problem: String) {
    self.line = line
    self.problem = problem
  }

  /// For example: `trace line 7: output_tokens is "many"; expected a whole number from 0`.
  package var description: String {
    line == 0 ? "trace: \(problem)" : "trace line \(line): \(problem)"
  }
}
