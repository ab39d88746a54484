internal import Glibc

/// Which trigger this is: (namespace, name, metadata). Two external triggers of one ScaledObject
/// differ in their metadata only; KEDA sends that in another order with every call.
package struct TriggerIdentity: Hashable, Sendable {
  /// Where one metadata entry lies in `text`, and its key's hash to find it by.
  struct Entry: Sendable {
    let keyHash: UInt64
    let key: Int
    let value: Int
  }

  /// The trigger itself.
  package let ref: ScaledObjectRef
  /// The same for equal triggers in every process, whatever the order of the metadata.
  package let stableHash: UInt64
  /// Name, namespace, then keys and values, each ended by NUL.
  let text: [CChar]
  /// Offset of the namespace in `text`; the name is at 0.
  let namespace: Int
  /// The metadata in any order.
  let entries: [Entry]

  /// The length of its name, namespace and metadata in bytes, with an end for each.
  package var byteCount: Int { text.count }

  /// The identity of this trigger. O(length of all strings).
  package init(_ ref: ScaledObjectRef) {
    self.ref = ref
    var text: [CChar] = []
    func append(_ string: String) -> (offset: Int, hash: UInt64) {
      defer {
        text.append(contentsOf: string.utf8.lazy.map { CChar(bitPattern: $0) })
        text.append(0)
      }
      return (text.count, StableHash(string).value)
    }
    let name = append(ref.name)
    let namespace = append(ref.namespace)
    self.namespace = namespace.offset
    var sum: UInt64 = 0
    entries = ref.metadata.map { metadataKey, metadataValue in
      let key = append(metadataKey)
      let value = append(metadataValue)
      sum &+= StableHash.entry(key: key.hash, value: value.hash)
      return Entry(keyHash: key.hash, key: key.offset, value: value.offset)
    }
    stableHash = StableHash.identity(name: name.hash, namespace: namespace.hash, entries: sum)
    self.text = text
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.stableHash == right.stableHash && left.ref == right.ref
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(stableHash)
  }
}
