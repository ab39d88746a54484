/// Where metrics are read directly: one address, or a name whose every address is a replica.
package enum ScrapeEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// One metrics page.
  case url(ServerAddress)
  /// A page at each address that a DNS name leads to (A and AAAA records), over plain HTTP.
  case name(host: String, port: Int, path: String)

  /// As a user would write it: `dns://llm.inference:8000/metrics`.
  package var description: String {
    switch self {
    case .url(let address): address.description
    case .name(let host, let port, let path): "dns://\(host):\(port)\(path)"
    }
  }
}

/// What is read from where, and how the numbers become the answer of one trigger.
package struct ScrapeSource: Sendable, Equatable {
  /// The pages, without doubles; never empty.
  package var endpoints: [ScrapeEndpoint]
  /// How series are combined: the preset's shape.
  package var shape: PresetShape
  /// Conditions that a series has to fulfil.
  package var selector: [LabelMatcher]

  /// A source from its parts.
  package init(endpoints: [ScrapeEndpoint], shape: PresetShape, selector: [LabelMatcher] = []) {
    self.endpoints = endpoints
    self.shape = shape
    self.selector = selector
  }
}

extension MetadataValue {
  /// `endpoints`: addresses with commas, blanks or line feeds between them.
  func endpoints() throws(Refusal) -> [ScrapeEndpoint] {
    var endpoints: [ScrapeEndpoint] = []
    for word in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let endpoint = try Self.endpoint(String(word))
      if !endpoints.contains(endpoint) { endpoints.append(endpoint) }
    }
    guard !endpoints.isEmpty else {
      throw refusal("write URLs or dns://host:port/path, with commas between them")
    }
    guard endpoints.count <= TriggerLimits.endpoints else {
      throw Refusal(
        "names \(endpoints.count) addresses",
        "use at most \(TriggerLimits.endpoints), or one dns://host:port/path for all replicas",
        limit: .endpoints)
    }
    return endpoints
  }

  private static func endpoint(_ word: String) throws(Refusal) -> ScrapeEndpoint {
    let lowered = word.lowercased()
    guard ["http://", "https://", "dns://"].contains(where: lowered.hasPrefix) else {
      throw Refusal(
        "has \(quoted(word))",
        "write URLs or dns://host:port/path, for example "
          + "\"dns://llm-headless.inference:8000/metrics\"")
    }
    guard lowered.hasPrefix("dns://") else {
      var address = try ServerAddress(word)
      if address.path.isEmpty { address.path = defaultPath }
      return .url(address)
    }
    let address = try ServerAddress("http://" + word.dropFirst("dns://".count))
    guard let port = address.port else {
      throw Refusal(
        "has no port in \(quoted(word))",
        "write the port the replicas listen on, for example "
          + "\"dns://\(address.host):8000\(address.path.isEmpty ? defaultPath : address.path)\"")
    }
    let path = address.path.isEmpty ? defaultPath : address.path
    return .name(host: address.host, port: port, path: path)
  }

  /// Where most engines and exporters publish.
  private static let defaultPath = "/metrics"
}
