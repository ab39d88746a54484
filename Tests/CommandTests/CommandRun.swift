import TestSupport

/// One run of the built executable, to its end.
struct CommandRun {
  /// Its exit code.
  let code: Int32
  /// What it printed, every line ended.
  let output: String
  /// What it said on standard error.
  let errors: String

  /// Runs `keda-burst-scaler` with `arguments` in the checkout's root.
  init(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil
  ) async throws {
    let process = try LineProcess(
      ScalerProcess.executable, arguments, environment: environment, input: input)
    code = try await process.exitCode()
    output = process.output.map { $0 + "\n" }.joined()
    errors = process.errors.joined(separator: "\n")
  }
}
