/// One entry of a HorizontalPodAutoscaler's `metrics`, in any version of its API.
struct HPAMetric {
  /// Where the number comes from.
  enum Source: Equatable {
    /// A metric of each pod of the target (custom metrics API).
    case pods
    /// A metric of another object (custom metrics API).
    case object(kind: String, name: String)
    /// A metric of nothing in the cluster (external metrics API).
    case external
    /// `cpu` or `memory`, of one container where it is named.
    case resource(container: String?)
  }

  /// What it is compared with.
  enum Target: Equatable {
    /// Divided among replicas.
    case averageValue(String)
    /// Compared as a whole, and multiplied by the ready replicas.
    case value(String)
    /// Percent of the pods' requests; of resources only.
    case utilization(String)
  }

  /// Where the number comes from.
  var source: Source
  /// The metric's name in the API.
  var name: String
  /// `matchLabels`, in their order.
  var labels: [(String, String)]
  /// What it is compared with.
  var target: Target

  /// Reads an entry.
  init(_ node: ManifestNode) throws(Untranslatable) {
    let type = try node.word("type") ?? ""
    let fields = [
      "Pods": "pods", "Object": "object", "External": "external", "Resource": "resource",
      "ContainerResource": "containerResource",
    ]
    guard let field = fields[type], let body = node[field] else {
      throw Untranslatable(reason: "its metric of type \(quoted(type)) is of no known type")
    }
    let places = [(body["metric"], "name"), (body, "metricName")]
    guard
      let name = try Self.word(type.hasSuffix("Resource") ? [(body, "name")] : places),
      !name.isEmpty
    else { throw Untranslatable(reason: "its metric of type \(type) has no name; write one") }
    self.name = name
    labels = []
    // The v2 form, then the two of v2beta1.
    for selector in [body["metric"]?["selector"], body["selector"], body["metricSelector"]] {
      guard let selector else { continue }
      guard selector["matchExpressions"] == nil else {
        throw Untranslatable(
          reason: "its metric \(quoted(name)) has a selector with matchExpressions; write a query")
      }
      labels += try selector.words("matchLabels").map { ($0.key, $0.text) }
    }
    switch type {
    case "Pods": source = .pods
    case "External": source = .external
    case "Object":
      // In v2beta1 the object stands under "target".
      let object = body["describedObject"] ?? body["target"]
      source = .object(
        kind: try object?.word("kind") ?? "", name: try object?.word("name") ?? "")
    default: source = .resource(container: try body.word("container"))
    }
    target = try Self.target(body, name: name)
  }

  /// The first word that is there.
  private static func word(
    _ places: [(node: ManifestNode?, key: String)]
  ) throws(Untranslatable) -> String? {
    for (node, key) in places {
      if let word = try node?.word(key) { return word }
    }
    return nil
  }

  private static func target(
    _ body: ManifestNode, name: String
  ) throws(Untranslatable) -> Target {
    // In v2beta1 an Object's "target" is the object.
    let target = body["target"]
    if let text = try word([(target, "averageUtilization"), (body, "targetAverageUtilization")]) {
      return .utilization(text)
    }
    let averages = [
      (target, "averageValue"), (body, "targetAverageValue"), (body, "averageValue"),
    ]
    if let text = try word(averages) { return .averageValue(text) }
    if let text = try word([(target, "value"), (body, "targetValue")]) { return .value(text) }
    throw Untranslatable(reason: "its metric \(quoted(name)) has no target; write one")
  }
}

/// A Kubernetes quantity as a plain number in text: `700m` is 0.7, `2Gi` 2147483648; `nil` where it
/// is none.
func plainQuantity(_ text: String) -> String? {
  let text = text.trimmed
  let suffixes: [(String, Double)] = [
    ("Ki", 1024), ("Mi", 1_048_576), ("Gi", 1_073_741_824), ("Ti", 1_099_511_627_776), ("m", 0.001),
    ("k", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12),
  ]
  if plainNumber(text) != nil { return text }
  for (suffix, factor) in suffixes where text.hasSuffix(suffix) {
    return plainNumber(String(text.dropLast(suffix.count))).map { plainText($0 * factor) }
  }
  return nil
}
