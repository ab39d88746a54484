internal import CGRPC
import Synchronization

/// What a completion-queue event belongs to. The `void *` tag given to the core *is* one retained
/// reference to it, made in `retainedTag` and consumed in `take`: nowhere else, exactly once.
class Completion {
  /// The core is done with the operations of this tag.
  /// - Parameter success: false when they were cut short (shutdown, a dead connection).
  func completed(success: Bool) {}

  /// The core orders what a thread did before it started a batch before that batch's event. This
  /// says so in terms that Swift's memory model and ThreadSanitizer know, for one instruction.
  private static let handOver = Atomic<UInt>(0)

  /// A retained reference for the core to hand back.
  final func retainedTag() -> UnsafeMutableRawPointer {
    Self.handOver.wrappingAdd(1, ordering: .acquiringAndReleasing)
    return Unmanaged.passRetained(self).toOpaque()
  }

  /// The reference that the core handed back.
  static func take(_ tag: UnsafeMutableRawPointer) -> Completion {
    _ = handOver.load(ordering: .acquiring)
    return Unmanaged<Completion>.fromOpaque(tag).takeRetainedValue()
  }
}

/// Starts operations on a call with `owner` as their tag.
/// After it returns their memory may already be another thread's: keep what you need in locals.
/// The core refuses a batch only when our code made it wrongly, hence the precondition.
func startBatch(
  on call: OpaquePointer?, _ operations: UnsafePointer<grpc_op>?, count: Int, owner: Completion
) {
  let error = grpc_call_start_batch(call, operations, count, owner.retainedTag(), nil)
  precondition(error == GRPC_CALL_OK, "gRPC core refused a batch of our making")
}

/// `startBatch` with operations that are needed during the call only.
func startBatch(on call: OpaquePointer?, _ operations: [grpc_op], owner: Completion) {
  operations.withUnsafeBufferPointer {
    startBatch(on: call, $0.baseAddress, count: $0.count, owner: owner)
  }
}
