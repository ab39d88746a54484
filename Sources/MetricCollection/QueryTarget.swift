internal import CurlClient

/// One PromQL expression asked of one server: what is asked once per interval, however many
/// triggers share it.
package struct QueryTarget: Sendable, Hashable {
  /// The server, as the one who asks sees it.
  package let source: QuerySource
  /// PromQL.
  package let expression: String
  /// How long an answer may take; nil: a little less than the collection interval.
  package let timeout: Duration?

  /// A query of a server.
  package init(source: QuerySource, expression: String, timeout: Duration? = nil) {
    self.source = source
    self.expression = expression
    self.timeout = timeout
  }

  /// Expressions that make an address longer than this are sent as a form, for proxies' sake.
  static let addressLimitBytes = 2048

  /// The instant query as an HTTP request.
  ///
  /// - Parameter defaultTimeout: for queries without a timeout of their own.
  func request(defaultTimeout: Duration) throws(HTTPURLError) -> HTTPRequest {
    try request("query", parameters: "", timeout: timeout ?? defaultTimeout)
  }

  /// The query's past as an HTTP request: its value at `start`, `start + step` … `count` times, in
  /// Unix seconds.
  func rangeRequest(
    start: Int, step: Int, count: Int, timeout: Duration
  ) throws(HTTPURLError) -> HTTPRequest {
    let end = start + step * max(0, count - 1)
    return try request(
      "query_range", parameters: "&start=\(start)&end=\(end)&step=\(step)", timeout: timeout)
  }

  /// A request of the query API with `parameters` behind the query itself.
  private func request(
    _ method: String, parameters more: String, timeout: Duration
  ) throws(HTTPURLError) -> HTTPRequest {
    let milliseconds = Int(timeout / .milliseconds(1))
    // The server gives up when we do, instead of working for nobody.
    let form = "query=\(QueryTarget.encode(expression))\(more)&timeout=\(milliseconds)ms"
    let (path, ownQuery) = endpoint(method)
    let query = [ownQuery, source.parameterText].filter { !$0.isEmpty }.joined(separator: "&")
    let parameters = query.isEmpty ? form : "\(query)&\(form)"
    let isShort = path.utf8.count + parameters.utf8.count < QueryTarget.addressLimitBytes
    let address = isShort ? "\(path)?\(parameters)" : query.isEmpty ? path : "\(path)?\(query)"
    var request = HTTPRequest(try HTTPURL(address), peers: source.peers)
    source.prepare(&request)
    if !isShort {
      request.method = .post
      request.body = Array(form.utf8)
    }
    request.timeout = timeout
    request.connectTimeout = timeout
    return request
  }

  /// A method of the query API below the base address, and the base's own query string.
  private func endpoint(_ method: String) -> (path: String, query: String) {
    let address = source.address.absoluteString.prefix { $0 != "#" }
    let parts = address.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path = parts.first ?? ""
    while path.hasSuffix("/") { path.removeLast() }
    return ("\(path)/api/v1/\(method)", parts.count > 1 ? String(parts[1]) : "")
  }

  /// Percent-encodes all but RFC 3986's unreserved characters.
  package static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count * 3 / 2)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes.append(contentsOf: [
          UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)],
        ])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
