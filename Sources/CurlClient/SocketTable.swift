internal import CCurl
internal import Glibc

/// The sockets libcurl waits for, as an epoll set.
///
/// libcurl forgets a socket after each answer and names it again for the next request on the kept
/// connection. Its registration is left in place meanwhile, which saves two system calls a request;
/// that is safe because the sockets of connections are opened and closed here, so none goes
/// unnoticed.
final class SocketTable {
  private struct Entry {
    var isConnection = false
    /// What epoll watches; 0: not in the set.
    var registered: UInt32 = 0
    /// What libcurl waits for; 0: nothing.
    var wanted: UInt32 = 0
  }

  private let epoll: Int32
  private let waker: Waker
  /// By descriptor: they are small numbers.
  private var entries: [Entry] = []
  private var events = [epoll_event](repeating: epoll_event(), count: 64)

  /// What libcurl is told of a socket: the descriptor and `CURL_CSELECT_` bits.
  typealias Ready = (descriptor: Int32, bits: Int32)

  /// Nil where the process may open no more files.
  init?(waker: Waker) {
    self.waker = waker
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { return nil }
    control(EPOLL_CTL_ADD, waker.descriptor, SocketTable.readable)
  }

  deinit { if epoll >= 0 { close(epoll) } }

  static let readable = UInt32(EPOLLIN.rawValue)
  static let writable = UInt32(EPOLLOUT.rawValue)
  private static let broken = UInt32(EPOLLERR.rawValue | EPOLLHUP.rawValue)

  /// Opens a connection's socket; -1 where the system has none left.
  func open(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
    let descriptor = socket(family, type | Int32(SOCK_CLOEXEC.rawValue), number)
    guard descriptor >= 0 else { return -1 }
    grow(to: descriptor)
    entries[Int(descriptor)] = Entry(isConnection: true)
    return descriptor
  }

  /// Closes a connection's socket, which takes it out of the epoll set.
  func close(_ descriptor: Int32) {
    if Int(descriptor) < entries.count { entries[Int(descriptor)] = Entry() }
    Glibc.close(descriptor)
  }

  /// libcurl waits for these epoll events of a socket now; 0: for nothing.
  func want(_ wanted: UInt32, of descriptor: Int32) {
    grow(to: descriptor)
    let entry = entries[Int(descriptor)]
    entries[Int(descriptor)].wanted = wanted
    guard wanted != entry.registered else { return }
    // A kept connection stays watched for reading; a writable one would report itself for ever.
    if wanted == 0, entry.isConnection, entry.registered == SocketTable.readable { return }
    register(wanted, descriptor)
  }

  private func register(_ wanted: UInt32, _ descriptor: Int32) {
    let registered = entries[Int(descriptor)].registered
    let operation =
      wanted == 0 ? EPOLL_CTL_DEL : registered == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD
    control(operation, descriptor, wanted)
    entries[Int(descriptor)].registered = wanted
  }

  /// Waits; gives what libcurl is to be told in `ready`.
  func wait(milliseconds: Int32, into ready: inout [Ready]) {
    ready.removeAll(keepingCapacity: true)
    let count = epoll_wait(epoll, &events, Int32(events.count), milliseconds)
    for event in events.prefix(max(0, Int(count))) {
      let descriptor = event.data.fd
      guard descriptor != waker.descriptor else {
        waker.reset()
        continue
      }
      guard entries[Int(descriptor)].wanted != 0 else {
        // The server ends an idle connection: libcurl sees it when it takes the connection up
        // again.
        register(0, descriptor)
        continue
      }
      var bits: Int32 = 0
      if event.events & SocketTable.readable != 0 { bits |= CURL_CSELECT_IN }
      if event.events & SocketTable.writable != 0 { bits |= CURL_CSELECT_OUT }
      if event.events & SocketTable.broken != 0 { bits |= CURL_CSELECT_ERR }
      ready.append((descriptor, bits))
    }
  }

  private func grow(to descriptor: Int32) {
    while entries.count <= Int(descriptor) { entries.append(Entry()) }
  }

  private func control(_ operation: Int32, _ descriptor: Int32, _ wanted: UInt32) {
    var event = epoll_event(events: wanted, data: epoll_data_t(fd: descriptor))
    epoll_ctl(epoll, operation, descriptor, &event)
  }
}
