/// A resource of the API, for paths and for the rules that permit it.
package struct APIResource: Sendable, Hashable {
  /// The API group; empty for the core one.
  package var group: String
  /// Its version.
  package var version: String
  /// Its plural name, as in paths: `deployments`.
  package var plural: String

  /// A resource from its parts.
  package init(group: String, version: String, plural: String) {
    self.group = group
    self.version = version
    self.plural = plural
  }

  /// `apps/v1`, or `v1` in the core group.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

  /// The path of a collection or, with a name, of one object or its subresource.
  func path(namespace: String?, name: String? = nil, subresource: String? = nil) -> String {
    var path = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    if let namespace { path += "/namespaces/\(namespace.asPathSegment)" }
    path += "/\(plural)"
    if let name { path += "/\(name.asPathSegment)" }
    if let subresource { path += "/\(subresource)" }
    return path
  }
}

extension APIResource {
  /// Pods.
  package static let pods = APIResource(group: "", version: "v1", plural: "pods")
  /// Nodes.
  package static let nodes = APIResource(group: "", version: "v1", plural: "nodes")
  /// Events.
  package static let events = APIResource(group: "", version: "v1", plural: "events")
  /// Deployments.
  package static let deployments = APIResource(group: "apps", version: "v1", plural: "deployments")
  /// StatefulSets.
  package static let statefulSets = APIResource(
    group: "apps", version: "v1", plural: "statefulsets")
  /// HPAs.
  package static let horizontalPodAutoscalers = APIResource(
    group: "autoscaling", version: "v2", plural: "horizontalpodautoscalers")
  /// KEDA's ScaledObjects.
  package static let scaledObjects = APIResource(
    group: "keda.sh", version: "v1alpha1", plural: "scaledobjects")
  /// Leases.
  package static let leases = APIResource(
    group: "coordination.k8s.io", version: "v1", plural: "leases")
  /// Devices that drivers offer.
  package static let resourceSlices = APIResource(
    group: "resource.k8s.io", version: "v1", plural: "resourceslices")
  /// Kinds of devices.
  package static let deviceClasses = APIResource(
    group: "resource.k8s.io", version: "v1", plural: "deviceclasses")
  /// Claims of devices.
  package static let resourceClaims = APIResource(
    group: "resource.k8s.io", version: "v1", plural: "resourceclaims")
  /// Templates of claims.
  package static let resourceClaimTemplates = APIResource(
    group: "resource.k8s.io", version: "v1", plural: "resourceclaimtemplates")
}

extension String {
  /// Percent-encoded, so that no name can lead elsewhere.
  var asPathSegment: String { percentEncoded { $0.isNameByte } }

  /// Percent-encoded for a query's value.
  var asQueryValue: String { percentEncoded { $0.isNameByte } }

  private func percentEncoded(_ isPlain: (UInt8) -> Bool) -> String {
    let digits = Array("0123456789ABCDEF")
    return utf8.reduce(into: "") { text, byte in
      if isPlain(byte) {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text.append("%")
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
      }
    }
  }
}

extension UInt8 {
  /// RFC 3986's unreserved characters.
  fileprivate var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."), UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
