import TriggerConfiguration

/// Traps in what stands around the trigger metadata: how KEDA calls, and what it does with the answer.
struct TriggerTraps {
  let manifest: ScaledObjectManifest
  let surroundings: Surroundings

  /// An address of a release in KEDA's namespace, as the chart prints it.
  static let exampleAddress = "scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000"

  /// What concerns all triggers together.
  var findings: [Finding] {
    var findings: [Finding] = []
    if manifest.triggers.count > 1 {
      findings.append(
        Finding(
          .severalTriggers, line: manifest.line,
          "\(manifest.triggers.count) external triggers of one ScaledObject are decided apart, and "
            + "the HPA takes the largest; one trigger with a list decides on all signals together",
          remedy: "one trigger with metadata: {triggers: '[…]'}"))
    }
    if !manifest.otherTriggerTypes.isEmpty {
      let types = Set(manifest.otherTriggerTypes).sorted().joined(separator: ", ")
      findings.append(
        Finding(
          .otherTriggers, line: manifest.line,
          "beside the external trigger stands one of type \(types): the HPA takes the larger "
            + "count, so the hint can neither go below it nor know of it",
          remedy: "the external trigger alone, the other's query in its triggers list"))
    }
    if manifest.hasScalingModifiers {
      findings.append(
        Finding(
          .scalingModifiers, line: manifest.line,
          "scalingModifiers.formula replaces the hint by a number of its own, which no longer is a "
            + "count of replicas",
          remedy: "aggregation: formula\nformula: \"max(queueDepth, 0.5*gpuUtilization)\"   "
            + "# in the trigger metadata"))
    }
    return findings
  }

  /// What concerns `trigger`.
  func findings(_ trigger: TriggerManifest) -> [Finding] {
    var findings = address(trigger)
    if trigger.useCachedMetrics == true {
      findings.append(
        Finding(
          .cachedMetrics, line: trigger.line,
          "useCachedMetrics: true makes the HPA see the last poll's value, up to "
            + "\(manifest.pollingIntervalSeconds ?? 30) s old, instead of the newest",
          remedy: "useCachedMetrics: false"))
    }
    switch trigger.metricType {
    case nil, "AverageValue": break
    case "Value":
      findings.append(
        Finding(
          .metricType, line: trigger.line,
          "metricType: Value multiplies the hint by the ready replicas at every HPA sync, so that "
            + "it compounds",
          remedy: "metricType: AverageValue"))
    case let other?:
      findings.append(
        Finding(
          .metricType, line: trigger.line, "KEDA refuses metricType: \(other) on external triggers",
          remedy: "metricType: AverageValue"))
    }
    if trigger.authenticationName != nil, trigger.metadata["serverAddress"] != nil {
      findings.append(
        Finding(
          .credentials, line: trigger.line,
          "what authenticationRef names is for KEDA's own connection to the scaler (caCert, "
            + "tlsClientCert, tlsClientKey) and never reaches it, and serverAddress is asked "
            + "without credentials; a Prometheus that wants some is a profile of the server",
          remedy: "profile: main   # in place of serverAddress, as in docs/sources.md"))
    }
    return findings
  }

  private func address(_ trigger: TriggerManifest) -> [Finding] {
    let line = trigger.metadataLines["scalerAddress"] ?? trigger.line
    guard let text = trigger.metadata["scalerAddress"] else {
      return [
        Finding(
          .scalerAddress, line: line, "scalerAddress is missing", remedy: Self.exampleAddress)
      ]
    }
    guard let address = ScalerAddress(text) else {
      return [
        Finding(
          .scalerAddress, line: line,
          "scalerAddress is \(quoted(text)); gRPC takes HOST:PORT, without http:// or a path",
          remedy: Self.exampleAddress)
      ]
    }
    if address.isIP {
      return [
        Finding(
          .addressNotHeadless, line: line,
          "scalerAddress is an IP address: KEDA would send every call to one replica of the scaler, "
            + "or to none after a restart; name the headless Service",
          remedy: Self.exampleAddress)
      ]
    }
    guard let service = address.service else {
      return [
        Finding(
          .addressWithoutNamespace, line: line,
          "scalerAddress names no namespace, so it is looked up in KEDA's own, not in the "
            + "ScaledObject's",
          remedy: Self.exampleAddress)
      ]
    }
    guard let neighbour = surroundings.clusterIPService(service) else { return [] }
    return [notHeadless(service, known: neighbour, trigger)]
  }

  /// The address leads to a Service that spreads nothing; `known` is how that is known.
  func notHeadless(_ service: ServiceName, known: String, _ trigger: TriggerManifest) -> Finding {
    Finding(
      .addressNotHeadless, line: trigger.metadataLines["scalerAddress"] ?? trigger.line,
      "scalerAddress leads to the Service \(service) (\(known)), which is not headless: KEDA keeps "
        + "one connection, so one replica of the scaler gets every call",
      remedy: "clusterIP: None   # in the Service")
  }
}

/// `host:port` of the scaler, as gRPC resolves it.
struct ScalerAddress {
  private let host: String

  /// Nil where it is no `HOST:PORT`.
  init?(_ text: String) {
    let bare = text.hasPrefix("dns:///") ? String(text.dropFirst("dns:///".count)) : text
    guard let colon = bare.lastIndex(of: ":"), !bare.contains("/"),
      let port = UInt16(bare[bare.index(after: colon)...]), port > 0
    else { return nil }
    host = String(bare[..<colon])
    guard !host.isEmpty, host.hasPrefix("[") || !host.contains(":") else { return nil }
  }

  /// Whether it is an address, not a name.
  var isIP: Bool { host.hasPrefix("[") || host.allSatisfy { $0.isNumber || $0 == "." } }

  /// The Service it names; nil for one label, which has no namespace.
  var service: ServiceName? {
    let labels = host.split(separator: ".").map(String.init)
    guard labels.count > 1 else { return nil }
    return ServiceName(namespace: labels[1], name: labels[0])
  }
}

/// A Service in a cluster.
struct ServiceName: Equatable, CustomStringConvertible {
  let namespace: String
  let name: String

  var description: String { "\(namespace)/\(name)" }
}
