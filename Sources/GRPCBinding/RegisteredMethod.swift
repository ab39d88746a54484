/// One method as the core knows it, and how many of its slots are posted.
///
/// `@unchecked Sendable`: `posted` is the queue's thread's alone once that runs.
final class RegisteredMethod: @unchecked Sendable {
  /// Must outlive the slots that the core holds.
  let core: ServerCore
  /// What `grpc_server_register_method` returned; lives as long as the server.
  let handle: UnsafeMutableRawPointer
  private let method: GRPCMethod
  private let row: Int
  private let slots: Int
  private var posted = 0

  /// - Parameter row: the method's row in the counters.
  init(core: ServerCore, method: GRPCMethod, handle: UnsafeMutableRawPointer, row: Int) {
    self.core = core
    self.method = method
    self.handle = handle
    self.row = row
    slots =
      switch method.kind {
      case .unary: core.limits.slotsPerUnaryMethod
      case .latestValue, .lockstep: core.limits.slotsPerStreamMethod
      }
  }

  /// Posts slots until there are as many as wished for.
  func topUp() {
    while posted < slots && core.takesCalls {
      posted += 1
      switch method.kind {
      case .unary(let handler): UnaryCall(method: self, handler: handler).post()
      case .latestValue(let handler): StreamCall(method: self, handler: handler).post()
      case .lockstep(let handler): LockstepCall(method: self, handler: handler).post()
      }
    }
  }

  /// A posted slot has got its call.
  func callArrived() {
    posted -= 1
    core.callArrived(row: row)
  }

  /// The status of a call is known.
  func finished(_ code: GRPCStatusCode) {
    core.counters.finished(row, code)
  }

  /// A call is over and its handles are released.
  /// - Returns: true when the slot is to be posted again, which is then counted already.
  func callLeft() -> Bool {
    core.callLeft()
    guard posted < slots && core.takesCalls else { return false }
    posted += 1
    return true
  }
}
