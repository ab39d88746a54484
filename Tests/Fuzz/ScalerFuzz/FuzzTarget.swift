/// One thing that reads what others write.
struct FuzzTarget: Sendable {
  /// What it is called on the command line, and its directory of seeds.
  let name: String
  /// Reads one input; traps where a property does not hold.
  let run: @Sendable ([UInt8]) -> Void

  /// Every target; `canary` has a planted fault.
  static let all: [FuzzTarget] =
    [
      protobuf, reflection, queryAnswer, textExposition, openMetrics, traceCSV, triggerMetadata,
      triggerList, grpcPort, adminPort, canary,
    ] + commands

  /// The target that the command line names; nil where there is none of that name.
  static let chosen: FuzzTarget? = {
    let name = CommandLine.arguments.dropFirst().first
    return all.first { $0.name == name }
  }()

  /// Traps at one input of four bytes that no seed holds: a fuzzer that is guided by coverage finds
  /// it within seconds, one that is not needs billions of tries.
  private static let canary = FuzzTarget(name: "canary") { bytes in
    guard bytes.count >= 4, bytes[0] == UInt8(ascii: "K"), bytes[1] == UInt8(ascii: "E"),
      bytes[2] == UInt8(ascii: "D")
    else { return }
    precondition(bytes[3] != UInt8(ascii: "A"), "the planted fault")
  }
}
