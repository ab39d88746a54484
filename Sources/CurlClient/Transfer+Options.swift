internal import CCurl

extension Transfer {
  /// What is the same for all requests.
  func setCommonOptions() -> Bool {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let codes = [
      ccurl_set_write(handle, collectBody, context),
      ccurl_set_open_socket(handle, openSocket, context),
      ccurl_set_prerequest(handle, judgeConnection, context),
      ccurl_set_resolver_start(handle, startResolver, context),
      // All requests share the thread that would else wait for a silent name server.
      ccurl_set_quick_exit(handle),
      ccurl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText),
      ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      ccurl_set_string(handle, CURLOPT_PROTOCOLS_STR, "http,https"),
      ccurl_set_string(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https"),
      ccurl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
      ccurl_set_string(handle, CURLOPT_USERAGENT, "keda-burst-scaler"),
      ccurl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1),
      // A peer that is gone without a word is found out within a minute (Linux probes nine times).
      ccurl_set_long(handle, CURLOPT_TCP_KEEPIDLE, 15),
      ccurl_set_long(handle, CURLOPT_TCP_KEEPINTVL, 5),
      // A server that moved must be found again within a second; names are looked up only to
      // connect.
      ccurl_set_long(handle, CURLOPT_DNS_CACHE_TIMEOUT, 1),
      // A CA that was renewed must hold within a second, not after a day. To read a bundle of all
      // public CAs takes 60 ms, too long to be done for each connection of a round.
      ccurl_set_authority_age(handle, 1),
    ]
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// Through which proxy; nil: none, whatever the environment says.
  func setProxy(_ proxy: String?) -> Bool {
    // Empty texts keep libcurl from reading the environment.
    ccurl_set_string(handle, CURLOPT_PROXY, proxy ?? "") == CURLE_OK
      && ccurl_set_string(handle, CURLOPT_NOPROXY, "") == CURLE_OK
  }

  /// Makes connections to a host of the table lead where it says.
  func setDetour(_ url: HTTPURL, _ names: HTTPNameTable?) -> Bool {
    let port = url.origin.split(separator: ":").last ?? ""
    let line = names?.address(url.host).map { "\(url.host):\(port):\($0):\(port)" }
    let list = line.flatMap { curl_slist_append(nil, $0) }
    guard ccurl_set_list(handle, CURLOPT_CONNECT_TO, list) == CURLE_OK else {
      curl_slist_free_all(list)
      return false
    }
    curl_slist_free_all(detour)
    detour = list
    return true
  }

  /// How the server is checked, and what it is shown.
  func setTLS(_ options: HTTPTLSOptions) -> Bool {
    var codes = [
      ccurl_set_long(handle, CURLOPT_SSL_VERIFYPEER, options.verifiesServer ? 1 : 0),
      ccurl_set_long(handle, CURLOPT_SSL_VERIFYHOST, options.verifiesServer ? 2 : 0),
    ]
    if options.authorityFile != nil || options.authorityText != nil {
      codes.append(ccurl_set_string(handle, CURLOPT_CAPATH, nil))
    }
    let files = [
      (CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB, options.authorityFile, options.authorityText),
      (CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB, options.certificateFile, options.certificateText),
      (CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB, options.keyFile, options.keyText),
    ]
    for (fileOption, textOption, file, text) in files {
      if let text {
        codes.append(
          text.withUnsafeBytes { ccurl_set_blob(handle, textOption, $0.baseAddress, $0.count) })
      } else if let file {
        codes.append(ccurl_set_string(handle, fileOption, file))
      }
    }
    return codes.allSatisfy { $0 == CURLE_OK }
  }

  /// What is asked, and within which bounds.
  func set(_ request: HTTPRequest, timeLeft: Duration) -> Bool {
    // 0 would mean no limit at all.
    let timeout = max(1, timeLeft.wholeMilliseconds)
    let connectTimeout = max(1, min(timeout, request.connectTimeout.wholeMilliseconds))
    guard ccurl_set_string(handle, CURLOPT_URL, request.url.absoluteString) == CURLE_OK,
      ccurl_set_long(handle, CURLOPT_TIMEOUT_MS, timeout) == CURLE_OK,
      ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, connectTimeout) == CURLE_OK,
      ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, request.redirectLimit > 0 ? 1 : 0) == CURLE_OK,
      ccurl_set_long(handle, CURLOPT_MAXREDIRS, request.redirectLimit) == CURLE_OK,
      setMethod(request), setHeaderWatch(request.pieces != nil)
    else { return false }
    return setHeaders(request.headers)
  }

  private func setMethod(_ request: HTTPRequest) -> Bool {
    // The handle may have sent a PUT before.
    let name = request.method == .put || request.method == .patch ? request.method.rawValue : nil
    guard ccurl_set_string(handle, CURLOPT_CUSTOMREQUEST, name) == CURLE_OK else { return false }
    guard request.method != .get else {
      return ccurl_set_long(handle, CURLOPT_HTTPGET, 1) == CURLE_OK
    }
    guard ccurl_set_long(handle, CURLOPT_POST, 1) == CURLE_OK,
      ccurl_set_off(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count)) == CURLE_OK
    else { return false }
    // libcurl copies as many bytes as POSTFIELDSIZE_LARGE says.
    return request.body.withUnsafeBytes { bytes in
      let start = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
      return ccurl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, start) == CURLE_OK
        || bytes.isEmpty
    }
  }

  /// Whether the end of the headers is told of.
  private func setHeaderWatch(_ isWanted: Bool) -> Bool {
    let context = isWanted ? Unmanaged.passUnretained(self).toOpaque() : nil
    return ccurl_set_header(handle, isWanted ? watchHeaders : nil, context) == CURLE_OK
  }

  private func setHeaders(_ headers: [HTTPHeader]) -> Bool {
    guard !headers.isEmpty || headerList != nil else { return true }
    var list: UnsafeMutablePointer<curl_slist>?
    for header in headers {
      // curl wants "Name;" for a header without a value.
      let line = header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)"
      guard let longer = curl_slist_append(list, line) else {
        curl_slist_free_all(list)
        return false
      }
      list = longer
    }
    guard ccurl_set_list(handle, CURLOPT_HTTPHEADER, list) == CURLE_OK else {
      curl_slist_free_all(list)
      return false
    }
    curl_slist_free_all(headerList)
    headerList = list
    return true
  }
}

/// libcurl's write callback; the context is the transfer, which the multi handle keeps retained.
private let collectBody: ccurl_write_function = { bytes, size, count, context in
  guard let bytes, let context else { return 0 }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return transfer.append(piece) ? piece.count : 0
}

/// CURLOPT_HEADERFUNCTION, which gets one line after the other; the context is the transfer.
private let watchHeaders: ccurl_write_function = { bytes, size, count, context in
  guard let bytes, let context else { return 0 }
  let isEnd = size * count <= 2 && (bytes[0] == 13 || bytes[0] == 10)
  guard isEnd else { return size * count }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  return transfer.append(UnsafeRawBufferPointer(start: bytes, count: 0)) ? size * count : 0
}

/// CURLOPT_RESOLVER_START_FUNCTION; the context is the transfer.
private let startResolver: curl_resolver_start_callback = { _, _, context in
  guard let context else { return 1 }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().beginLookUp() ? 0 : 1
}

/// CURLOPT_OPENSOCKETFUNCTION; the context is the transfer. Each address that a name leads to comes
/// here before anything is sent there.
private let openSocket: curl_opensocket_callback = { context, _, address in
  guard let context, let address else { return -1 }
  return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue().open(address)
}

/// CURLOPT_PREREQFUNCTION; the context is the transfer. Called before each request is sent, on kept
/// connections too.
private let judgeConnection: curl_prereq_callback = { context, address, _, _, _ in
  guard let context, let address else { return CURL_PREREQFUNC_ABORT }
  let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  return transfer.mayUseConnection(to: address) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
