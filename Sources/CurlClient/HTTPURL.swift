internal import CCurl

/// An `http` or `https` address, checked and normalized by libcurl itself, so that what is judged
/// here is what will be asked.
package struct HTTPURL: Sendable, Hashable {
  /// The normalized address, credentials included where there are any: never to be logged.
  package let absoluteString: String
  /// `scheme://host:port`, without credentials: what a connection and its limits belong to.
  package let origin: String
  /// The address without credentials, query and fragment: fit for logs.
  package let redacted: String
  /// The host: a name, an IPv4 address, or an IPv6 address in brackets.
  package let host: String

  /// Parses an address.
  ///
  /// - Throws: `HTTPURLError` when it is not an `http` or `https` address with a host.
  package init(_ text: String) throws(HTTPURLError) {
    guard let url = curl_url() else { throw HTTPURLError(problem: "out of memory") }
    defer { curl_url_cleanup(url) }
    // curl would stop at a NUL; white space and control characters are refused by curl itself.
    guard !text.utf8.contains(0) else { throw HTTPURLError(problem: "holds a NUL character") }
    let code = curl_url_set(url, CURLUPART_URL, text, 0)
    guard code == CURLUE_OK else {
      throw HTTPURLError(problem: String(cString: curl_url_strerror(code)))
    }
    func part(_ part: CURLUPart, flags: UInt32 = 0) -> String? {
      var found: UnsafeMutablePointer<CChar>?
      guard curl_url_get(url, part, &found, flags) == CURLUE_OK, let found else { return nil }
      defer { curl_free(found) }
      return String(cString: found)
    }
    guard let scheme = part(CURLUPART_SCHEME), scheme == "http" || scheme == "https" else {
      throw HTTPURLError(problem: "the scheme is neither http nor https")
    }
    guard let host = part(CURLUPART_HOST), !host.isEmpty, let whole = part(CURLUPART_URL),
      let port = part(CURLUPART_PORT, flags: UInt32(CURLU_DEFAULT_PORT))
    else { throw HTTPURLError(problem: "no host") }
    absoluteString = whole
    self.host = host
    origin = "\(scheme)://\(host):\(port)"
    redacted = origin + (part(CURLUPART_PATH) ?? "")
  }
}

/// Why a text is not an address that can be asked. It does not repeat the text, which may hold a
/// secret.
package struct HTTPURLError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong with it.
  package let problem: String

  /// One sentence with the remedy.
  package var description: String {
    "not a usable address (\(problem)); write it as http://host:port or https://host:port/path"
  }
}
