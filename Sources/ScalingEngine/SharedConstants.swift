/// The constants as the parts of an engine hold them: once, since they never change.
@dynamicMemberLookup
package final class SharedConstants: Sendable {
  private let values: EngineConstants

  /// Holds `values`.
  package init(_ values: EngineConstants) { self.values = values }

  /// Those in force, for every engine that was not told others.
  package static let inForce = SharedConstants(EngineConstants())

  /// One of them.
  @inline(__always)
  package subscript(dynamicMember path: KeyPath<EngineConstants, Double>) -> Double {
    values[keyPath: path]
  }
}
