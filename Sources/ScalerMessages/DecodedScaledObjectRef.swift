internal import CScalerProto
internal import Glibc

/// The limit of metadata entries in one trigger.
package let metadataEntriesLimit = 256

/// A `ScaledObjectRef`, or the `GetMetricsRequest` around one, as it came, without a Swift string
/// made of it. Valid during the `decode…` call only that lends it.
@usableFromInline package struct DecodedScaledObjectRef: ~Copyable {
  private let name: UnsafePointer<CChar>?
  private let namespace: UnsafePointer<CChar>?
  private let metric: UnsafePointer<CChar>?
  /// The metadata, of equal keys only the last.
  private let entries:
    UnsafeBufferPointer<UnsafeMutablePointer<Externalscaler__ScaledObjectRef__ScalerMetadataEntry>?>
  private let keyHashes: UnsafeBufferPointer<UInt64>

  /// `TriggerIdentity.stableHash` of this trigger.
  package let identityHash: UInt64

  /// Checks all strings and forms the hash.
  /// - Parameter scratch: room for two words per entry.
  fileprivate init(
    _ ref: UnsafeMutablePointer<Externalscaler__ScaledObjectRef>?,
    metric: UnsafePointer<CChar>?, scratch: UnsafeMutableBufferPointer<UInt64>
  ) throws(MessageError) {
    name = UnsafePointer(ref?.pointee.name)
    namespace = UnsafePointer(ref?.pointee.namespace_)
    self.metric = metric
    let count = ref?.pointee.n_scalermetadata ?? 0
    let all = UnsafeMutableBufferPointer(start: ref?.pointee.scalermetadata, count: count)
    let nameHash = try checkedHash(name)
    let namespaceHash = try checkedHash(namespace)
    if metric != nil { _ = try checkedHash(metric) }
    var distinct = 0
    for index in 0..<count {
      let key = try checkedHash(all[index]?.pointee.key)
      let value = try checkedHash(all[index]?.pointee.value)
      let text = all[index]?.pointee.key
      let earlier = (0..<distinct).first { earlier in
        scratch[earlier] == key && equal(all[earlier]?.pointee.key, text)
      }
      // Swapped, not overwritten: the message may have to be freed as a whole.
      all.swapAt(earlier ?? distinct, index)
      scratch[earlier ?? distinct] = key
      scratch[count + (earlier ?? distinct)] = value
      if earlier == nil { distinct += 1 }
    }
    var sum: UInt64 = 0
    for index in 0..<distinct {
      sum &+= StableHash.entry(key: scratch[index], value: scratch[count + index])
    }
    entries = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(all)[..<distinct])
    keyHashes = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(scratch)[..<distinct])
    identityHash = StableHash.identity(
      name: nameHash, namespace: namespaceHash, entries: sum)
  }

  /// Exactly this trigger, whatever the order of the metadata. O(length of all strings) when it
  /// is, as a rule O(1) when it is not.
  package func isSame(as identity: TriggerIdentity) -> Bool {
    guard identityHash == identity.stableHash, entries.count == identity.entries.count else {
      return false
    }
    return identity.text.withUnsafeBufferPointer { text in
      guard let text = text.baseAddress, equal(name, text),
        equal(namespace, text + identity.namespace)
      else { return false }
      for index in 0..<entries.count {
        let hash = keyHashes[index]
        guard
          let match = identity.entries.first(where: { entry in
            entry.keyHash == hash && equal(entries[index]?.pointee.key, text + entry.key)
          }), equal(entries[index]?.pointee.value, text + match.value)
        else { return false }
      }
      return true
    }
  }

  /// The metric asked for is this one.
  package func metricNameEquals(_ name: String) -> Bool {
    let asked = cText(metric)
    let same = name.utf8.withContiguousStorageIfAvailable { utf8 in
      guard let left = utf8.baseAddress, let right = asked.baseAddress else {
        return utf8.isEmpty && asked.isEmpty
      }
      return utf8.count == asked.count && memcmp(left, right, asked.count) == 0
    }
    return same ?? asked.elementsEqual(name.utf8)
  }

  /// The metric asked for; empty in a bare `ScaledObjectRef`.
  package var metricName: String { string(metric) }

  /// The trigger as a Swift value, for its first sight.
  package func materialized() -> ScaledObjectRef {
    var metadata = [String: String](minimumCapacity: entries.count)
    for entry in entries { metadata[string(entry?.pointee.key)] = string(entry?.pointee.value) }
    return ScaledObjectRef(name: string(name), namespace: string(namespace), metadata: metadata)
  }
}

/// A string that is not there equals an empty one.
private func equal(_ left: UnsafePointer<CChar>?, _ right: UnsafePointer<CChar>?) -> Bool {
  guard let left, let right else { return (left ?? right)?.pointee ?? 0 == 0 }
  return strcmp(left, right) == 0
}

/// Reads a `ScaledObjectRef` and lends it to `body`.
/// - Throws: `MessageError` when the bytes are not one; `body` is then not called.
@inlinable package func decodeScaledObjectRef<R>(
  _ bytes: RawSpan, _ body: (borrowing DecodedScaledObjectRef) -> R
) throws(MessageError) -> R {
  var result: R?
  try lendScaledObjectRef(bytes) { result = body($0) }
  guard let result else { throw .malformed }
  return result
}

/// Reads a `GetMetricsRequest` and lends it to `body`. One without a `scaledObjectRef` has empty
/// strings and no metadata.
/// - Throws: `MessageError` when the bytes are not one; `body` is then not called.
@inlinable package func decodeGetMetricsRequest<R>(
  _ bytes: RawSpan, _ body: (borrowing DecodedScaledObjectRef) -> R
) throws(MessageError) -> R {
  var result: R?
  try lendGetMetricsRequest(bytes) { result = body($0) }
  guard let result else { throw .malformed }
  return result
}

// Only the two functions above are generic, and inlined where they are called: what is generic and
// is not specialized looks its types up at run time, for a thousand instructions per call.

/// `decodeScaledObjectRef` without a result.
@usableFromInline func lendScaledObjectRef(
  _ bytes: RawSpan, _ body: (borrowing DecodedScaledObjectRef) -> Void
) throws(MessageError) {
  try decode(bytes, .scaledObjectRef, externalscaler__scaled_object_ref__unpack) { message in
    (message, nil)
  } body: {
    body($0)
  }
}

/// `decodeGetMetricsRequest` without a result.
@usableFromInline func lendGetMetricsRequest(
  _ bytes: RawSpan, _ body: (borrowing DecodedScaledObjectRef) -> Void
) throws(MessageError) {
  try decode(bytes, .getMetricsRequest, externalscaler__get_metrics_request__unpack) { message in
    (message.pointee.scaledobjectref, UnsafePointer(message.pointee.metricname))
  } body: {
    body($0)
  }
}

private typealias Parts = (
  ref: UnsafeMutablePointer<Externalscaler__ScaledObjectRef>?, metric: UnsafePointer<CChar>?
)

private func decode<Message>(
  _ bytes: RawSpan, _ layout: TextLayout,
  _ unpack: (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?)
    -> UnsafeMutablePointer<Message>?,
  parts: (UnsafeMutablePointer<Message>) -> Parts,
  body: (borrowing DecodedScaledObjectRef) -> Void
) throws(MessageError) {
  let result = bytes.withUnsafeBytes { bytes in
    unpackInArena(bytes, layout, unpack) { message throws(MessageError) in
      let parts = parts(message)
      let count = parts.ref?.pointee.n_scalermetadata ?? 0
      guard count <= metadataEntriesLimit else {
        throw .tooManyMetadataEntries(count: count, limit: metadataEntriesLimit)
      }
      return try withScratch(words: 2 * count) { scratch throws(MessageError) in
        body(try DecodedScaledObjectRef(parts.ref, metric: parts.metric, scratch: scratch))
      }
    }
  }
  return try result.get()
}

private func withScratch<R>(
  words: Int, _ body: (UnsafeMutableBufferPointer<UInt64>) throws(MessageError) -> R
) throws(MessageError) -> R {
  let result = withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { scratch in
    Result { () throws(MessageError) in try body(scratch) }
  }
  return try result.get()
}

/// Unpacks a message into an arena and lends it to `body`.
func unpackInArena<Message, R>(
  _ bytes: UnsafeRawBufferPointer, _ layout: TextLayout,
  _ unpack: (UnsafeMutablePointer<ProtobufCAllocator>?, Int, UnsafePointer<UInt8>?)
    -> UnsafeMutablePointer<Message>?,
  _ body: (UnsafeMutablePointer<Message>) throws(MessageError) -> R
) -> Result<R, MessageError> {
  Arena.lend(messageBytes: bytes.count) { allocator, arena in
    Result { () throws(MessageError) in
      try layout.refuseNUL(in: bytes)
      let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      guard let message = unpack(allocator, bytes.count, start) else { throw .malformed }
      defer {
        if arena.hasSpilled {
          protobuf_c_message_free_unpacked(
            UnsafeMutableRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self),
            allocator)
        }
      }
      return try body(message)
    }
  }
}
