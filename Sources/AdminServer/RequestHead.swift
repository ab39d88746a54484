internal import FlyingFox

/// A request's first line and headers, read from bytes.
struct RequestHead {
  /// Why the connection ends without this request being answered by a path.
  struct Malformed: Error {}

  /// The request without a body.
  let request: HTTPRequest
  /// Whether another request may follow: not where HTTP/1.0 or `Connection: close` says so, nor
  /// behind a body, which nobody here reads.
  let staysOpen: Bool

  /// Reads a head without its empty line; RFC 9112 sections 3 and 5.
  init(_ bytes: some Collection<UInt8>) throws(Malformed) {
    var lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\r\n", omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst() else { throw Malformed() }
    let words = first.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, !words[0].isEmpty, words[1].hasPrefix("/"),
      words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0"
    else { throw Malformed() }
    var headers: HTTPHeaders = [:]
    for line in lines {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        !line[..<colon].contains(where: \.isWhitespace)
      else { throw Malformed() }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      headers[HTTPHeader(String(line[..<colon]))] = String(value)
    }
    let target = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let isCurrent = words[2] == "HTTP/1.1"
    request = HTTPRequest(
      method: HTTPMethod(String(words[0])), version: HTTPVersion(String(words[2])),
      target: HTTPRequest.Target(
        path: String(target[0]), query: target.count > 1 ? String(target[1]) : ""),
      headers: headers, body: HTTPBodySequence())
    let length = headers[.contentLength]
    let hasBody = headers[.transferEncoding] != nil || (length != nil && length != "0")
    staysOpen =
      isCurrent && !hasBody && headers[.connection]?.lowercased().contains("close") != true
  }
}
