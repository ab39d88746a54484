internal import CCurl

/// Owns the multi handle: all requests on the wire and the connections kept for later ones. Belongs
/// to the client's thread.
///
/// Driven by `curl_multi_socket_action` and epoll: `curl_multi_perform` polls every request in
/// flight each time, which with 16 of them was twelve system calls a query instead of two.
final class Multi {
  private let handle: UnsafeMutableRawPointer
  /// libcurl's callbacks point here, so it must outlive `handle`.
  private let sockets: SocketTable
  /// When libcurl wants to be called though no socket is ready.
  private var timerDue: ContinuousClock.Instant?
  private var ready: [SocketTable.Ready] = []
  /// Bytes of answers on their way; the transfers count them.
  var bodyBytes = 0
  /// The most there may be of them.
  let bodyBytesLimit: Int
  /// Which names may be looked up; the transfers tell of them.
  var lookUps: LookUps
  /// What names lead to in tests; nil: what the system says.
  let names: HTTPNameTable?

  /// Nil where libcurl has no memory or cannot be initialized, or no file may be opened.
  init?(waker: Waker, limits: HTTPClientLimits, names: HTTPNameTable?) {
    guard Multi.isLibraryReady, let sockets = SocketTable(waker: waker),
      let handle = curl_multi_init()
    else { return nil }
    self.handle = handle
    self.sockets = sockets
    self.names = names
    bodyBytesLimit = limits.bodyBytes
    lookUps = LookUps(limit: limits.lookUpsLeftBehind)
    ccurl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, limits.inFlight)
    ccurl_multi_set_socket(handle, watchSocket, Unmanaged.passUnretained(sockets).toOpaque())
    ccurl_multi_set_timer(handle, setTimer, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    // Closing the connections must set no timer of an object that goes.
    ccurl_multi_set_timer(handle, nil, nil)
    curl_multi_cleanup(handle)
  }

  /// Once per process, whoever comes first.
  private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

  /// Makes an easy handle close its sockets where they are watched; it opens them with
  /// `openSocket`.
  func prepare(_ easy: UnsafeMutableRawPointer) -> Bool {
    let context = Unmanaged.passUnretained(sockets).toOpaque()
    return ccurl_set_close_socket(easy, closeSocket, context) == CURLE_OK
  }

  /// Opens a connection's socket, which is watched from then on; -1 where the system has none.
  func openSocket(family: Int32, type: Int32, protocol number: Int32) -> Int32 {
    sockets.open(family: family, type: type, protocol: number)
  }

  /// Puts an easy handle on the wire; false where libcurl refuses.
  func add(_ easy: UnsafeMutableRawPointer) -> Bool {
    curl_multi_add_handle(handle, easy) == CURLM_OK
  }

  /// Takes an easy handle off the wire.
  func remove(_ easy: UnsafeMutableRawPointer) { curl_multi_remove_handle(handle, easy) }

  /// Moves on what was added and what has waited long enough, without waiting itself.
  func perform() {
    var running: Int32 = 0
    // What this does may set the timer anew, to at once even; each turn moves something on.
    for _ in 0..<4 {
      guard let due = timerDue, due <= .now else { return }
      timerDue = nil
      curl_multi_socket_action(handle, -1, 0, &running)
    }
  }

  /// Waits for the network, a timer of libcurl's, the waker, or the time to pass; then moves on
  /// what the network has brought.
  func wait(milliseconds: Int) {
    var milliseconds = milliseconds
    if let timerDue {
      // Rounded up: waking too early only means waiting again.
      milliseconds = min(milliseconds, max(0, (timerDue - .now).wholeMilliseconds + 1))
    }
    sockets.wait(milliseconds: Int32(clamping: milliseconds), into: &ready)
    var running: Int32 = 0
    for (descriptor, bits) in ready {
      curl_multi_socket_action(handle, descriptor, bits, &running)
    }
  }

  /// The next request that is over, with its result.
  func nextFinished() -> (easy: UnsafeMutableRawPointer, code: CurlCode)? {
    var left: Int32 = 0
    while let message = curl_multi_info_read(handle, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else {
        continue
      }
      return (easy, CurlCode(ccurl_message_result(message)))
    }
    return nil
  }

  fileprivate func rememberTimer(milliseconds: Int) {
    timerDue = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
  }
}

/// CURLMOPT_TIMERFUNCTION; the context is the `Multi`, which owns the caller.
private let setTimer: curl_multi_timer_callback = { _, milliseconds, context in
  guard let context else { return 0 }
  let multi = Unmanaged<Multi>.fromOpaque(context).takeUnretainedValue()
  multi.rememberTimer(milliseconds: milliseconds)
  return 0
}

/// CURLMOPT_SOCKETFUNCTION; the context is the `SocketTable`, which the `Multi` owns.
private let watchSocket: curl_socket_callback = { _, descriptor, what, context, _ in
  guard let context else { return 0 }
  let wanted: UInt32 =
    switch what {
    case CURL_POLL_IN: SocketTable.readable
    case CURL_POLL_OUT: SocketTable.writable
    case CURL_POLL_INOUT: SocketTable.readable | SocketTable.writable
    default: 0
    }
  Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue().want(wanted, of: descriptor)
  return 0
}

/// CURLOPT_CLOSESOCKETFUNCTION; the context is the `SocketTable`.
private let closeSocket: curl_closesocket_callback = { context, descriptor in
  guard let context else { return 1 }
  Unmanaged<SocketTable>.fromOpaque(context).takeUnretainedValue().close(descriptor)
  return 0
}
