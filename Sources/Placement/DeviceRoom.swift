package import KubernetesFormat

/// Devices that are free for claims (Dynamic Resource Allocation, `resource.k8s.io/v1`).
package struct DeviceRoom: Sendable {
  private let classes: [String: [String]]
  private let templates: [ObjectKey: ResourceClaim.Spec]
  private let free: [FreeDevice]

  /// A device that no claim holds.
  private struct FreeDevice {
    /// Nil where several nodes reach it.
    var node: String?
    var driver: String
    var attributes: [String: DeviceAttribute]

    func meets(_ wanted: Wanted) -> Bool {
      wanted.conditions.allSatisfy { $0.holds(driver: driver, attributes: attributes) }
    }
  }

  /// So many devices of a kind.
  private struct Wanted {
    var count: Int
    var conditions: [DeviceCondition]
  }

  /// What the cluster says: which devices there are, which kinds, and which are given away.
  package init(
    slices: [ResourceSlice], classes: [DeviceClass], claims: [ResourceClaim],
    templates: [ResourceClaimTemplate]
  ) {
    self.classes = Dictionary(
      classes.map { one in
        (one.metadata.name, (one.spec?.selectors ?? []).map { $0.cel?.expression ?? "" })
      }, uniquingKeysWith: { one, _ in one })
    self.templates = Dictionary(
      templates.map { ($0.metadata.key, $0.spec.spec) }, uniquingKeysWith: { one, _ in one })
    let taken = Set(
      claims.flatMap { $0.status?.allocation?.devices?.results ?? [] }
        .filter { $0.adminAccess != true }
        .map { ResourceClaim.Result(driver: $0.driver, pool: $0.pool, device: $0.device) })
    // A pool that is published anew counts only in its newest generation.
    var newest: [String: Int] = [:]
    for slice in slices {
      let pool = slice.spec.driver + "/" + slice.spec.pool.name
      newest[pool] = max(newest[pool] ?? 0, slice.spec.pool.generation ?? 0)
    }
    free = slices.flatMap { slice -> [FreeDevice] in
      let pool = slice.spec.pool
      guard newest[slice.spec.driver + "/" + pool.name] == pool.generation ?? 0 else { return [] }
      return (slice.spec.devices ?? []).compactMap { device in
        let result = ResourceClaim.Result(
          driver: slice.spec.driver, pool: pool.name, device: device.name)
        guard !taken.contains(result), (device.taints ?? []).allSatisfy({ !$0.isBinding }) else {
          return nil
        }
        let attributes = (device.attributes ?? [:]).map { name, value in
          (
            name.contains("/") ? name : slice.spec.driver + "/" + name,
            DeviceAttribute(value)
          )
        }
        return FreeDevice(
          node: slice.spec.perDeviceNodeSelection == true ? device.nodeName : slice.spec.nodeName,
          driver: slice.spec.driver,
          attributes: Dictionary(attributes) { one, _ in one })
      }
    }
  }

  /// How many copies of a pod with claims of these templates each node has devices for; no map
  /// where that cannot be told.
  ///
  /// 8 free GPUs of a class and a claim of 2: 4.
  package func copies(
    claims: [String], namespace: String
  ) -> (byNode: [String: Int]?, remarks: [String]) {
    var wanted: [String: Wanted] = [:]
    for name in claims {
      guard let spec = templates[ObjectKey(namespace: namespace, name: name)] else {
        return (nil, ["there is no ResourceClaimTemplate \"\(name.prefix(80))\""])
      }
      for request in spec.devices?.requests ?? [] {
        guard let exactly = request.exactly, exactly.allocationMode ?? "ExactCount" == "ExactCount"
        else {
          return (nil, ["the claim's request \"\(request.name.prefix(80))\" is not for a count"])
        }
        guard exactly.adminAccess != true else {
          return (nil, ["the claim's request \"\(request.name.prefix(80))\" is for admin access"])
        }
        guard let selectors = classes[exactly.deviceClassName] else {
          return (nil, ["there is no DeviceClass \"\(exactly.deviceClassName.prefix(80))\""])
        }
        let own = (exactly.selectors ?? []).map { $0.cel?.expression ?? "" }
        var conditions: [DeviceCondition] = []
        for expression in selectors + own {
          guard let condition = DeviceCondition(expression) else {
            return (nil, ["the device selector \"\(expression.prefix(80))\" is not understood"])
          }
          conditions.append(condition)
        }
        // Requests of one class and the same selectors draw on the same devices.
        let key = exactly.deviceClassName + "\u{0}" + own.joined(separator: "\u{0}")
        wanted[key] = Wanted(
          count: (wanted[key]?.count ?? 0) + (exactly.count ?? 1), conditions: conditions)
      }
    }
    var byNode: [String: Int] = [:]
    for (node, devices) in Dictionary(grouping: free, by: \.node) {
      guard let node else {
        // Counted for each node they would be room many times over, left out none.
        guard !devices.contains(where: { wanted.values.contains(where: $0.meets) }) else {
          return (nil, ["free devices that it claims are reached from several nodes"])
        }
        continue
      }
      byNode[node] =
        wanted.values.map { request in devices.count { $0.meets(request) } / max(1, request.count) }
        .min() ?? 0
    }
    return (byNode, [])
  }
}

/// What a device is in one respect.
package enum DeviceAttribute: Sendable, Equatable {
  /// A text, or a version.
  case text(String)
  /// A truth.
  case truth(Bool)
  /// A number.
  case number(Int)

  /// What a driver says.
  init(_ attribute: ResourceSlice.Attribute) {
    if let truth = attribute.bool {
      self = .truth(truth)
    } else if let number = attribute.int {
      self = .number(number)
    } else {
      self = .text(attribute.string ?? attribute.version ?? "")
    }
  }
}

/// A device selector of the form that drivers' own classes use: comparisons of the driver and of
/// attributes with constants, joined by `&&`. Other expressions of the Common Expression Language
/// are not understood, and then the room is not known.
package struct DeviceCondition: Sendable, Equatable {
  private var comparisons: [Comparison] = []

  private struct Comparison: Equatable {
    /// Nil for `device.driver`.
    var attribute: String?
    var value: DeviceAttribute
    var isEqual: Bool
  }

  /// Reads an expression; nil where it is of another form.
  ///
  /// `device.driver == 'a.com' && device.attributes['a.com'].type == 'gpu'` is two comparisons.
  package init?(_ expression: String) {
    for part in expression.split(separator: "&&", omittingEmptySubsequences: false) {
      let isEqual = part.contains("==")
      let sides = part.split(separator: isEqual ? "==" : "!=", omittingEmptySubsequences: false)
      guard sides.count == 2, let value = Self.constant(Self.trimmed(sides[1])) else { return nil }
      let left = Self.trimmed(sides[0])
      if left == "device.driver" {
        comparisons.append(Comparison(attribute: nil, value: value, isEqual: isEqual))
      } else if let attribute = Self.attribute(left) {
        comparisons.append(Comparison(attribute: attribute, value: value, isEqual: isEqual))
      } else {
        return nil
      }
    }
  }

  /// Whether a device meets it; one without the attribute does not.
  package func holds(driver: String, attributes: [String: DeviceAttribute]) -> Bool {
    comparisons.allSatisfy { comparison in
      guard let name = comparison.attribute else {
        return (comparison.value == .text(driver)) == comparison.isEqual
      }
      guard let value = attributes[name] else { return false }
      return (value == comparison.value) == comparison.isEqual
    }
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  private static func constant(_ text: Substring) -> DeviceAttribute? {
    if text == "true" || text == "false" { return .truth(text == "true") }
    if let number = Int(text) { return .number(number) }
    return quoted(text).map { .text($0) }
  }

  private static func quoted(_ text: Substring) -> String? {
    guard let quote = text.first, quote == "'" || quote == "\"", text.count >= 2,
      text.last == quote
    else { return nil }
    let inside = text.dropFirst().dropLast()
    return inside.contains(where: { $0 == quote || $0 == "\\" }) ? nil : String(inside)
  }

  /// `device.attributes["domain"].name` as `domain/name`.
  private static func attribute(_ text: Substring) -> String? {
    let start = "device.attributes["
    guard text.hasPrefix(start), let end = text.range(of: "].") else { return nil }
    let name = text[end.upperBound...]
    guard
      let domain = quoted(
        text[text.index(text.startIndex, offsetBy: start.count)..<end.lowerBound]),
      !name.isEmpty, name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else { return nil }
    return domain + "/" + name
  }
}

extension Substring {
  /// The first place of a short text.
  fileprivate func range(of text: String) -> Range<Index>? { firstRange(of: text) }
}
