internal import CurlClient
package import TriggerConfiguration

/// What one ScaledObject scrapes, and where connections to each endpoint may lead.
package struct ScrapePlan: Sendable {
  /// In the order of the triggers that have them.
  package let sources: [ScrapeSource]
  let peers: [ScrapeEndpoint: HTTPPeerRule]

  /// A plan to scrape `sources` as `directory` permits: the rules are those of addresses that
  /// triggers name as `serverAddress`.
  ///
  /// - Throws: `CollectionRefusal` for an endpoint that may not be asked.
  package init(
    _ sources: [ScrapeSource], directory: SourceDirectory
  ) throws(CollectionRefusal) {
    self.sources = sources
    var peers: [ScrapeEndpoint: HTTPPeerRule] = [:]
    for endpoint in sources.flatMap(\.endpoints) where peers[endpoint] == nil {
      peers[endpoint] = try directory.rule(for: try Self.url(endpoint), key: "endpoints")
    }
    self.peers = peers
  }

  /// An endpoint as an address, a name standing for itself.
  private static func url(_ endpoint: ScrapeEndpoint) throws(CollectionRefusal) -> HTTPURL {
    let text =
      switch endpoint {
      case .url(let address): address.description
      case .name(let host, let port, let path): "http://\(host):\(port)\(path)"
      }
    do throws(HTTPURLError) {
      return try HTTPURL(text)
    } catch {
      throw .unusableAddress("\(error)")
    }
  }
}
