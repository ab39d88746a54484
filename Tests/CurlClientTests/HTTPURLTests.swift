import CurlClient
import Testing

@Suite("Addresses and headers")
struct HTTPURLTests {
  @Test("the origin and the text for logs leave out credentials and query")
  func redacts() throws {
    let url = try HTTPURL("HTTP://user:secret@Example.COM/prom/?token=x")
    #expect(url.origin == "http://Example.COM:80")
    #expect(url.redacted == "http://Example.COM:80/prom/")
    #expect(try HTTPURL("https://[::1]:9090").origin == "https://[::1]:9090")
  }

  @Test(
    "what is not http or https is refused",
    arguments: [
      "", "ftp://a", "file:///etc/passwd", "http://", "http://a b", "http://a\u{0}b", "://x",
    ])
  func refuses(text: String) {
    #expect(throws: HTTPURLError.self) { try HTTPURL(text) }
  }

  @Test("a header that would smuggle in another one is refused")
  func refusesSmuggling() {
    #expect(HTTPHeader("A", "b\r\nC: d") == nil)
    #expect(HTTPHeader("A: b", "c") == nil)
    #expect(HTTPHeader("", "c") == nil)
    #expect(HTTPHeader("Authorization", "Bearer x") != nil)
  }
}
