// Commits one fault, so that Tests/Scripts/sanitize can show that it would be reported:
//   SanitizerCanary none|race|overflow|leak

import Glibc
import Synchronization

/// What two threads count in: one number under a lock, one that the fault leaves without.
// What `race` does wrong on purpose is what this promise hides from the compiler.
final class Shared: @unchecked Sendable {
  let guarded = Mutex(0)
  let isWritten = Atomic<Bool>(false)
  var unguarded = 0
}

/// Runs `body` on a thread of its own; join the answer.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let code = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(code == 0, "no thread could be started")
  return thread
}

/// No fault: four threads contend for one `Mutex`, which has to be no report.
func contend() {
  let shared = Shared()
  let threads = (0..<4).map { _ in
    startThread { for _ in 0..<100_000 { shared.guarded.withLock { $0 += 1 } } }
  }
  for thread in threads { pthread_join(thread, nil) }
  precondition(shared.guarded.withLock { $0 } == 400_000)
}

/// Two threads write one number; the relaxed flag between them orders nothing.
func race() {
  let shared = Shared()
  let thread = startThread {
    shared.unguarded += 1
    shared.isWritten.store(true, ordering: .relaxed)
  }
  while !shared.isWritten.load(ordering: .relaxed) { sched_yield() }
  shared.unguarded += 1
  pthread_join(thread, nil)
}

/// Writes one byte behind an allocation of `count`.
@inline(never) func overflow(count: Int) {
  let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
  bytes[count] = 1
  bytes.deallocate()
}

/// Forgets allocations; several, as a stale register or stack slot may still point to one.
@inline(never) func leak(count: Int) {
  for size in 1...count {
    let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 1000 + size)
    bytes[0] = 1
  }
}

switch CommandLine.arguments.dropFirst().first {
case "none": contend()
case "race": race()
case "overflow": overflow(count: 16)
case "leak": leak(count: 16)
default:
  print("usage: SanitizerCanary none|race|overflow|leak")
  exit(64)
}
