internal import CCurl

/// libcurl's result code; one that this program does not know survives as a number.
struct CurlCode: RawRepresentable, Equatable, CustomStringConvertible {
  let rawValue: UInt32

  init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ code: CURLcode) { rawValue = code.rawValue }

  /// All went well.
  static let ok = CurlCode(CURLE_OK)

  /// Whether the name servers have said that the name has no address.
  var isAboutName: Bool {
    let code = CURLcode(rawValue)
    return code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY
  }

  /// libcurl's own words.
  var description: String { String(cString: curl_easy_strerror(CURLcode(rawValue))) }

  /// The kind of failure, given whether the connection stood when it happened, and the last status.
  func failureKind(isConnected: Bool, status: Int) -> HTTPFailure.Kind {
    switch CURLcode(rawValue) {
    // Also what libcurl says of an answer that is not HTTP/1 or later.
    case CURLE_UNSUPPORTED_PROTOCOL: (300..<400).contains(status) ? .redirect : .broken
    case _ where isAboutName: .unresolved
    case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .refused
    case CURLE_OPERATION_TIMEDOUT: isConnected ? .timeout : .connectTimeout
    case CURLE_FILESIZE_EXCEEDED: .bodyTooLarge
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CRL_BADFILE:
      .tls
    case CURLE_TOO_MANY_REDIRECTS: .redirect
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_RECV_ERROR, CURLE_SEND_ERROR,
      CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM,
      CURLE_BAD_CONTENT_ENCODING:
      .broken
    default: .other
    }
  }
}
