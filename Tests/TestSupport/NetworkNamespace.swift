import Foundation
import Glibc
import Synchronization

/// A network namespace (network_namespaces(7)) that iproute2 has made, by its name.
package struct NetworkNamespace: Sendable {
  /// Where programs are started and sockets are made by this task; nil is this process's own.
  @TaskLocal package static var current: NetworkNamespace?

  /// As `ip netns list` shows it.
  package let name: String

  /// Why a namespace could not be entered.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs `body` so that the programs and sockets of `TestSupport` that it makes are in here.
  package func inside<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
  ) async rethrows -> Value {
    try await Self.$current.withValue(self, operation: body)
  }

  /// Runs `body` in the task's namespace and returns when it has ended: on a thread of its own,
  /// because a namespace is a thread's.
  static func enter<Value: Sendable>(
    _ namespace: NetworkNamespace? = current, _ body: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    guard let namespace else { return try body() }
    let outcome = Outcome<Value>()
    Thread.detachNewThread {
      let result = Swift.Result {
        try namespace.join()
        return try body()
      }
      outcome.value.withLock { $0 = result }
      outcome.isThere.signal()
    }
    outcome.isThere.wait()
    guard let result = outcome.value.withLock({ $0 }) else {
      throw Failure(description: "\(namespace.name): its thread gave no result")
    }
    return try result.get()
  }

  private final class Outcome<Value: Sendable>: Sendable {
    let value = Mutex<Swift.Result<Value, any Error>?>(nil)
    let isThere = DispatchSemaphore(value: 0)
  }

  /// Moves the calling thread here (setns(2), which Swift does not see among the C library's).
  private func join() throws {
    typealias SetNS = @convention(c) (Int32, Int32) -> Int32
    let descriptor = open("/run/netns/\(name)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(description: "\(name): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    guard let address = dlsym(nil, "setns") else {
      throw Failure(description: "the C library has no setns")
    }
    let networkOnly: Int32 = 0x4000_0000  // CLONE_NEWNET of <linux/sched.h>
    guard unsafeBitCast(address, to: SetNS.self)(descriptor, networkOnly) == 0
    else { throw Failure(description: "\(name): \(String(cString: strerror(errno)))") }
  }
}
