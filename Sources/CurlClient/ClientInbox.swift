internal import Glibc
internal import Synchronization

/// What callers on any thread hand to the client's thread.
final class ClientInbox: Sendable {
  /// Something for the client's thread to do.
  enum Command: Sendable {
    case start(PendingRequest)
    case cancel(HTTPRequestID)
    case run(@Sendable () -> Void)
  }

  private struct State {
    var commands: [Command] = []
    var isClosed = false
    var isEnded = false
    var onEnd: [@Sendable () -> Void] = []
    /// The client's thread, which needs no waking.
    var thread: pthread_t?

    var isCallerClientThread: Bool {
      guard let thread else { return false }
      return pthread_equal(thread, pthread_self()) != 0
    }
  }

  /// How often the client's limits were reached; written by its thread.
  struct Reached: ~Copyable {
    let queueFull = Atomic<Int>(0)
    let delays = Atomic<Int>(0)
    let lookUps = Atomic<Int>(0)
  }

  private let state = Mutex(State())
  /// How often the client's limits were reached.
  let reached = Reached()
  private let lastID = Atomic<UInt64>(0)
  /// Woken when something is put in.
  let waker: Waker

  init(waker: Waker) { self.waker = waker }

  /// A number no other request has.
  func newID() -> HTTPRequestID {
    HTTPRequestID(number: lastID.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  /// Puts a command in; false, and nothing done, after `close`.
  func post(_ command: Command) -> Bool {
    let (isOpen, isWakingNeeded) = state.withLock { state in
      guard !state.isClosed else { return (false, false) }
      let isFirst = state.commands.isEmpty
      state.commands.append(command)
      return (true, isFirst && !state.isCallerClientThread)
    }
    if isWakingNeeded { waker.wake() }
    return isOpen
  }

  /// No more commands; the client's thread ends, and `onEnd` runs when it has.
  func close(onEnd: (@Sendable () -> Void)? = nil) {
    let isEnded = state.withLock { state in
      state.isClosed = true
      if let onEnd, !state.isEnded { state.onEnd.append(onEnd) }
      return state.isEnded
    }
    waker.wake()
    if isEnded { onEnd?() }
  }

  /// Whether nothing waits to be taken.
  var isEmpty: Bool { state.withLock { $0.commands.isEmpty && !$0.isClosed } }

  /// For the client's thread: all commands in order, and whether it shall end after them.
  func take(into commands: inout [Command]) -> Bool {
    commands.removeAll(keepingCapacity: true)
    return state.withLock { state in
      swap(&commands, &state.commands)
      return state.isClosed
    }
  }

  /// For the client's thread: it begins.
  func threadBegan() { state.withLock { $0.thread = pthread_self() } }

  /// For the client's thread: it is about to return.
  func threadEnded() {
    let waiting = state.withLock { state in
      state.isEnded = true
      state.thread = nil
      defer { state.onEnd = [] }
      return state.onEnd
    }
    for onEnd in waiting { onEnd() }
  }
}
