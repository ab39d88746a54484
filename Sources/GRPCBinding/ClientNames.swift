internal import CGRPC

/// Whose certificates a server with mTLS takes calls from.
package struct ClientNames: Sendable, Equatable {
  /// Names as certificates hold them; one that ends in `*` stands for all that begin so.
  private let names: [String]

  /// Only clients with one of these names; none at all: everybody whom the client CA vouches for.
  package init(_ names: [String]) { self.names = names }

  /// Whether everybody may call.
  var isOpen: Bool { names.isEmpty }

  /// Whether a certificate with this name may call.
  func admits(_ name: String) -> Bool {
    names.contains { one in
      one.hasSuffix("*") ? name.hasPrefix(one.dropLast()) : name == one
    }
  }

  /// Why a call is not answered; nil where its certificate is on the list. Looks at the subject's
  /// common name and at the alternative names, whatever their kind.
  func refusal(of call: OpaquePointer?) -> GRPCStatus? {
    guard !isOpen else { return nil }
    let shown = call.map(certificateNames) ?? []
    guard !shown.contains(where: admits) else { return nil }
    let words = shown.first.map { "\"\($0.prefix(80))\"" } ?? "without a name"
    return GRPCStatus(
      .permissionDenied, "the client certificate \(words) is not on the list of --tls-client-names")
  }
}

/// The names in the certificate that a call's connection came with.
private func certificateNames(_ call: OpaquePointer) -> [String] {
  guard let context = grpc_call_auth_context(call) else { return [] }
  defer { grpc_auth_context_release(context) }
  // Names of grpc_security_constants.h, which are macros.
  return ["x509_common_name", "x509_subject_alternative_name"].flatMap { property -> [String] in
    var iterator = grpc_auth_context_find_properties_by_name(context, property)
    var names: [String] = []
    while let found = grpc_auth_property_iterator_next(&iterator)?.pointee {
      let bytes = UnsafeRawBufferPointer(start: found.value, count: found.value_length)
      names.append(String(decoding: bytes, as: UTF8.self))
    }
    return names
  }
}
