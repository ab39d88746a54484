internal import CCurl

/// Owns one easy handle, which asks one request after another.
///
/// Belongs to the client's thread. While a request runs, the multi handle's private pointer is the
/// retained owner: `begin` retains, `finish` takes it back, once each.
final class Transfer {
  let handle: UnsafeMutableRawPointer
  /// libcurl writes its words on a failure here; must outlive `handle`.
  let errorText: UnsafeMutablePointer<CChar>
  var headerList: UnsafeMutablePointer<curl_slist>?
  /// Where names lead in tests; nil without a name table.
  var detour: UnsafeMutablePointer<curl_slist>?
  private var body: [UInt8] = []
  private var isBodyTooLarge = false
  /// Whether that is because other answers took the room.
  private var isCrowdedOut = false
  /// What the handle is set up for; nil before its first request.
  private var setup: Setup?
  /// Where its sockets are opened; the last user keeps it.
  private var multi: Multi?
  /// An address that was refused to the running request, and why.
  private var objection: String?
  /// How far finding the running request's address is.
  private var lookUp = LookUp.none
  /// What is being asked; nil between requests.
  private(set) var pending: PendingRequest?

  /// How far finding an address is.
  private enum LookUp: Equatable {
    /// Nothing to be found, or found.
    case none
    /// It is being looked up.
    case isRunning(String)
    /// It may not be looked up now.
    case refused
  }

  /// Options that are kept from request to request.
  private struct Setup: Equatable {
    var tls: HTTPTLSOptions
    var proxy: String?
  }

  /// Room for so many bytes is made because the server announces them.
  private static let trustedLength = 1 << 18

  /// Nil where libcurl has no memory for another handle.
  init?() {
    guard let handle = curl_easy_init() else { return nil }
    self.handle = handle
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(handle)
    curl_slist_free_all(headerList)
    curl_slist_free_all(detour)
    errorText.deallocate()
  }

  /// Puts a request on the wire; false, with nothing retained, where libcurl refuses it.
  func begin(_ request: PendingRequest, now: ContinuousClock.Instant, on multi: Multi) -> Bool {
    pending = request
    isBodyTooLarge = false
    isCrowdedOut = false
    errorText.pointee = 0
    objection = nil
    lookUp = .none
    self.multi = multi
    let wanted = Setup(tls: request.request.tls, proxy: request.request.proxy)
    if wanted != setup {
      curl_easy_reset(handle)
      setup = nil
      guard setCommonOptions(), multi.prepare(handle), setProxy(wanted.proxy), setTLS(wanted.tls)
      else { return false }
      setup = wanted
    }
    guard set(request.request, timeLeft: request.deadline - now),
      multi.names == nil || setDetour(request.request.url, multi.names)
    else { return false }
    let owner = Unmanaged.passRetained(self)
    ccurl_set_pointer(handle, CURLOPT_PRIVATE, owner.toOpaque())
    guard multi.add(handle) else {
      owner.release()
      return false
    }
    return true
  }

  /// Ends the request whose handle is `handle`: takes back the retained transfer and its result.
  static func finish(
    _ handle: UnsafeMutableRawPointer, _ code: CurlCode, on multi: Multi
  ) -> (transfer: Transfer, request: PendingRequest, result: HTTPResult)? {
    guard let owner = ccurl_get_pointer(handle, CURLINFO_PRIVATE) else { return nil }
    let transfer = Unmanaged<Transfer>.fromOpaque(owner).takeRetainedValue()
    multi.remove(handle)
    transfer.endLookUp(isAnswered: code.isAboutName)
    guard let request = transfer.pending else { return nil }
    let result = transfer.result(of: request, code)
    transfer.clear()
    return (transfer, request, result)
  }

  /// Takes the request off the wire without a result, as `finish` would.
  func abandon(on multi: Multi) {
    guard let owner = ccurl_get_pointer(handle, CURLINFO_PRIVATE) else { return }
    multi.remove(handle)
    endLookUp(isAnswered: false)
    clear()
    Unmanaged<Transfer>.fromOpaque(owner).release()
  }

  private func clear() {
    pending = nil
    multi?.bodyBytes -= body.count
    body = []
    ccurl_set_pointer(handle, CURLOPT_PRIVATE, nil)
  }

  private func result(of request: PendingRequest, _ code: CurlCode) -> HTTPResult {
    let status = Int(ccurl_get_long(handle, CURLINFO_RESPONSE_CODE))
    guard code == .ok else {
      let kind: HTTPFailure.Kind =
        objection != nil
        ? .forbidden
        : lookUp != .none
          ? .unresolved
          : isBodyTooLarge
            ? .bodyTooLarge : code.failureKind(isConnected: isConnected, status: status)
      return .failure(
        HTTPFailure(
          kind: kind, origin: request.request.url.origin, detail: detail(kind, code, request)))
    }
    let retryAfter = Int(ccurl_get_off(handle, CURLINFO_RETRY_AFTER))
    return .success(
      HTTPResponse(
        status: status,
        contentType: ccurl_get_string(handle, CURLINFO_CONTENT_TYPE).map(String.init(cString:)),
        retryAfterSeconds: retryAfter > 0 ? retryAfter : nil,
        location: (300..<400).contains(status)
          ? ccurl_get_string(handle, CURLINFO_REDIRECT_URL).map(String.init(cString:)) : nil,
        body: body))
  }

  /// Whether the connection (and TLS, where used) stood when the request ended.
  private var isConnected: Bool { ccurl_get_off(handle, CURLINFO_PRETRANSFER_TIME_T) > 0 }

  private func detail(
    _ kind: HTTPFailure.Kind, _ code: CurlCode, _ request: PendingRequest
  ) -> String {
    switch kind {
    case .bodyTooLarge where isCrowdedOut:
      "the room that other answers on their way have left of \(multi?.bodyBytesLimit ?? 0) bytes"
    case .bodyTooLarge: "\(request.request.bodyLimitBytes) bytes"
    case .forbidden: objection ?? ""
    case .timeout: request.timeoutText
    case .unresolved where lookUp == .refused: ", which is not looked up again so soon"
    case .unresolved where code.isAboutName: ""
    case .unresolved: " within \(request.request.connectTimeout.wholeMilliseconds) ms"
    case .connectTimeout: "within \(request.request.connectTimeout.wholeMilliseconds) ms"
    default: errorText.pointee == 0 ? code.description : String(cString: errorText)
    }
  }

  /// Whether the host's name may be looked up now.
  func beginLookUp() -> Bool {
    guard let request = pending?.request, let multi else { return false }
    let host = request.proxy ?? request.url.host
    // libcurl asks before it sees that there is nothing to look up.
    guard PeerAddress(host) == nil else { return true }
    let mayBegin = multi.lookUps.begin(host, now: .now)
    lookUp = mayBegin ? .isRunning(host) : .refused
    return mayBegin
  }

  /// Tells how a look-up ended, if one ran.
  private func endLookUp(isAnswered: Bool) {
    guard case .isRunning(let host) = lookUp, let multi else { return }
    if isAnswered {
      multi.lookUps.answered(host)
    } else {
      multi.lookUps.gaveUp(host, now: .now)
    }
  }

  /// Opens a socket to an address unless it may not be asked.
  func open(_ address: UnsafePointer<curl_sockaddr>) -> Int32 {
    endLookUp(isAnswered: true)
    lookUp = .none
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = Int(ccurl_peer_bytes(address, &bytes))
    guard let multi, let peer = PeerAddress(bytes: Array(bytes.prefix(count))), mayAsk(peer) else {
      return -1
    }
    let asked = address.pointee
    return multi.openSocket(
      family: asked.family, type: asked.socktype, protocol: asked.protocol)
  }

  /// Whether the running request may go to an address; remembers why not.
  func mayAsk(_ peer: PeerAddress) -> Bool {
    guard let objection = pending?.request.peers.objection(to: peer) else { return true }
    self.objection = objection
    return false
  }

  /// Whether the running request may use a connection, perhaps one that another request opened.
  func mayUseConnection(to address: UnsafePointer<CChar>) -> Bool {
    // What was opened was judged; only a stricter rule than the opener's can object.
    guard pending?.request.peers != .any else { return true }
    return PeerAddress(String(cString: address)).map(mayAsk) ?? false
  }

  /// Keeps a piece of the body; false where it would grow beyond the limit.
  func append(_ piece: UnsafeRawBufferPointer) -> Bool {
    if let pieces = pending?.request.pieces,
      (200..<300).contains(ccurl_get_long(handle, CURLINFO_RESPONSE_CODE))
    {
      return pieces(Array(piece))
    }
    let limit = pending?.request.bodyLimitBytes ?? 0
    if body.isEmpty {
      // -1 where the server does not say.
      let announced = Int(ccurl_get_off(handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T))
      if announced > piece.count {
        body.reserveCapacity(min(announced, limit, Transfer.trustedLength))
      }
      isBodyTooLarge = announced > limit
    }
    isBodyTooLarge = isBodyTooLarge || piece.count > limit - body.count
    guard !isBodyTooLarge, let multi, multi.bodyBytes + piece.count <= multi.bodyBytesLimit else {
      isCrowdedOut = !isBodyTooLarge
      isBodyTooLarge = true
      return false
    }
    multi.bodyBytes += piece.count
    body.append(contentsOf: piece)
    return true
  }
}
