internal import CCurl
internal import Glibc

/// Ends the client thread's waiting from any thread: an eventfd.
final class Waker: Sendable {
  /// Becomes readable on `wake`.
  let descriptor: Int32

  /// Nil where the process may open no more files.
  init?() {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Ends the waiting that runs, or the next one.
  func wake() { _ = eventfd_write(descriptor, 1) }

  /// Forgets the wakings so far.
  func reset() {
    var count: eventfd_t = 0
    _ = eventfd_read(descriptor, &count)
  }
}
