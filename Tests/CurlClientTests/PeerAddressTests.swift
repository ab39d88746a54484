import CurlClient
import Testing

/// In what network an address lies, whatever its spelling.
@Suite struct PeerAddressTests {
  @Test(arguments: [
    ("127.0.0.1", PeerAddress.Network.loopback), ("127.255.1.2", .loopback),
    ("0.0.0.0", .loopback), ("::1", .loopback), ("[::1]", .loopback), ("::", .loopback),
    ("::ffff:127.0.0.1", .loopback), ("::127.0.0.1", .loopback), ("64:ff9b::7f00:1", .loopback),
    ("2002:7f00:1::", .loopback),
    ("10.1.2.3", .privateNetwork), ("172.16.0.1", .privateNetwork),
    ("172.31.255.255", .privateNetwork), ("192.168.1.1", .privateNetwork),
    ("100.64.0.1", .privateNetwork), ("fd12::1", .privateNetwork),
    ("::ffff:10.0.0.1", .privateNetwork),
    ("8.8.8.8", .publicNetwork), ("172.32.0.1", .publicNetwork), ("100.63.0.1", .publicNetwork),
    ("100.128.0.1", .publicNetwork), ("2606:4700::1", .publicNetwork),
  ])
  func `An address is told by its network`(text: String, network: PeerAddress.Network) throws {
    #expect(try #require(PeerAddress(text)).network == network)
  }

  @Test(arguments: [
    "169.254.169.254", "169.254.0.1", "169.254.170.2", "169.254.170.23", "fe80::1", "febf::1",
    "::ffff:169.254.169.254", "::a9fe:a9fe", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
    "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "192.0.0.192",
    "168.63.129.16", "224.0.0.1", "255.255.255.255", "ff02::1",
  ])
  func `Link-local, metadata and multicast addresses are for nobody`(text: String) throws {
    let address = try #require(PeerAddress(text))
    for rule in [HTTPPeerRule.any, .routable, .privateNetworks] {
      #expect(rule.objection(to: address) != nil)
    }
  }

  @Test(arguments: ["prometheus", "10.1", "1.2.3.4.5", "", "fe80::1%eth0", "127.0.0.1:80"])
  func `What is no address is none`(text: String) {
    #expect(PeerAddress(text) == nil)
  }

  @Test func `A rule says what it objects to`() throws {
    let loopback = try #require(PeerAddress("127.0.0.1"))
    let cluster = try #require(PeerAddress("10.96.0.10"))
    let world = try #require(PeerAddress("93.184.216.34"))
    #expect(HTTPPeerRule.any.objection(to: loopback) == nil)
    #expect(HTTPPeerRule.routable.objection(to: loopback) == "127.0.0.1, a loopback address")
    #expect(HTTPPeerRule.routable.objection(to: world) == nil)
    #expect(HTTPPeerRule.privateNetworks.objection(to: cluster) == nil)
    #expect(
      HTTPPeerRule.privateNetworks.objection(to: world)?.contains("allowedServerAddresses") == true)
  }
}
