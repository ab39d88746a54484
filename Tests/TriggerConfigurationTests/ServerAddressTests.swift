import Testing
import TriggerConfiguration

@Suite struct ServerAddressTests {
  private func address(_ text: String) throws -> ServerAddress? {
    try TriggerSpec(metadata: metadata(["serverAddress": text])).serverAddress
  }

  @Test func `An address beside a profile is refused: it would be asked without credentials`() {
    #expect(
      refusal(
        of: metadata(["serverAddress": "http://prometheus.monitoring:9090", "profile": "mimir"]))
        == "trigger metadata \"profile\" is written beside \"serverAddress\", and a profile has its "
        + "own address; keep one of them: an address is asked without credentials")
  }

  @Test(arguments: [
    ("http://prometheus", "http://prometheus"), ("http://Prom.A:80/", "http://prom.a:80"),
    ("https://10.0.0.1:9090/select/0//", "https://10.0.0.1:9090/select/0"),
    ("http://[2001:DB8::1]:9090", "http://[2001:db8::1]:9090"), ("http://[::1]", "http://[::1]"),
    ("http://a_b.c:65535/x%20y", "http://a_b.c:65535/x%20y"),
  ])
  func `An address is kept in one spelling`(text: String, expected: String) throws {
    #expect(try address(text)?.description == expected)
  }

  @Test func `An address is taken apart`() throws {
    let address = try address("https://[fe80::1]:9443/p")
    #expect(address?.scheme == "https")
    #expect(address?.host == "fe80::1")
    #expect(address?.port == 9443)
    #expect(address?.path == "/p")
  }

  @Test func `Credentials are refused with where they belong, and are not shown`() {
    let texts = [
      "http://user:s3cr3t@prom:9090", "http://prom\\@s3cr3t@evil", "http://s3cr3t@[::1]",
      "http://user:s3cr3t/x@prom", "user:s3cr3t@prom:9090", "ftp://s3cr3t?@x",
    ]
    for text in texts {
      #expect(
        refusal(of: metadata(["serverAddress": text]))
          == "trigger metadata \"serverAddress\" holds a user name or a password, which everybody "
          + "who can read the ScaledObject can read; put the credentials into a profile of the "
          + "server's configuration (a path's \"@\" is %40)")
    }
  }

  @Test(arguments: [
    "", "http://", "http:///path", "ftp://prom", "file:///etc/passwd", "http://prom:0",
    "http://prom:65536", "http://prom:", "http://prom:9090:9090", "http://prom?x=1",
    "http://prom#a",
    "http://pr om", "http://prom/a b", "http://[::1", "http://[]", "http://[prom]", "http://[::1]x",
    "http://prom\r\nHost: x", "http://prom/\u{7f}", "http://pröm", "http://prom\\evil",
    "//prom:9090", "javascript://x y",
  ])
  func `What is no plain base URL is refused`(text: String) {
    #expect(
      refusal(of: metadata(["serverAddress": text])).hasPrefix("trigger metadata \"serverAddress\"")
    )
  }
}
