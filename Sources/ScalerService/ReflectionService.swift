package import GRPCBinding
internal import ScalerMessages

/// Server reflection (grpc/doc/server-reflection.md), v1 and v1alpha, so that grpcurl's `list` and
/// `describe` need no proto file.
package struct ReflectionService: Sendable {
  private let index: DescriptorIndex

  /// Reflects the descriptors that are built into the program.
  package init() {
    index = .embedded
  }

  /// What the server registers.
  package var methods: [GRPCMethod] {
    ["v1", "v1alpha"].map { version in
      .lockstep("/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo") { [index] in
        answer($0, index)
      }
    }
  }
}

private func answer(_ request: RawSpan, _ index: DescriptorIndex) -> LockstepAnswer {
  do {
    return .reply(try answerReflection(request) { find($0, index) })
  } catch {
    return .status(GRPCStatus(.internalError, error.description))
  }
}

private func find(_ query: ReflectionQuery, _ index: DescriptorIndex) -> ReflectionResult {
  switch query {
  case .services: .services(index.services)
  case .file(let name):
    index.files(named: name).map { .files($0) } ?? missing("file", name)
  case .fileContaining(let symbol):
    index.files(containing: symbol).map { .files($0) } ?? missing("symbol", symbol)
  case .fileContainingExtension(let type, let number):
    missing("extension", "\(type) \(number)")
  case .extensionNumbers(let type):
    index.isMessage(type) ? .extensionNumbers(of: type, []) : missing("message", type)
  case .none:
    .failure(
      code: GRPCStatusCode.invalidArgument.rawValue, message: "the request asks for nothing")
  }
}

private func missing(_ kind: String, _ name: String) -> ReflectionResult {
  .failure(
    code: GRPCStatusCode.notFound.rawValue,
    message: "this server has no \(kind) \"\(name.prefix(80))\"")
}
