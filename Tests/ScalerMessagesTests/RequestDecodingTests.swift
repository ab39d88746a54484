import ScalerMessages
import Testing

@Suite("Decoding KEDA's requests")
struct RequestDecodingTests {
  private let metadata = [
    ("serverAddress", "http://prometheus.monitoring:9090"), ("queueDepthThreshold", "50"),
    ("coldStart", "60s"), ("größe", "日本語 😀"), ("empty", ""),
  ]

  private func ref(_ bytes: [UInt8]) throws(MessageError) -> ScaledObjectRef {
    try decodeScaledObjectRef(bytes.span.bytes) { $0.materialized() }
  }

  @Test func `a ScaledObjectRef comes out as it went in`() throws {
    let decoded = try ref(Wire.ref("llm", "inference", metadata))
    #expect(decoded.name == "llm")
    #expect(decoded.namespace == "inference")
    #expect(decoded.metadata == Dictionary(uniqueKeysWithValues: metadata))
  }

  @Test func `an empty message is a ref of empty strings`() throws {
    #expect(try ref([]) == ScaledObjectRef(name: "", namespace: "", metadata: [:]))
    let identity = TriggerIdentity(ScaledObjectRef(name: "", namespace: "", metadata: [:]))
    #expect(try decodeScaledObjectRef([UInt8]().span.bytes) { $0.isSame(as: identity) })
  }

  @Test func `the identity does not depend on the order of the metadata`() throws {
    let identity = TriggerIdentity(
      ScaledObjectRef(
        name: "llm", namespace: "inference", metadata: Dictionary(uniqueKeysWithValues: metadata)))
    var order = metadata
    for _ in metadata {
      order.append(order.removeFirst())
      for candidate in [order, order.reversed()] {
        let bytes = Wire.ref("llm", "inference", candidate)
        let (hash, same) = try decodeScaledObjectRef(bytes.span.bytes) {
          ($0.identityHash, $0.isSame(as: identity))
        }
        #expect(hash == identity.stableHash)
        #expect(same)
      }
    }
  }

  @Test func `anything that differs is another identity`() throws {
    let identity = TriggerIdentity(try ref(Wire.ref("llm", "inference", metadata)))
    var swapped = metadata
    swapped[0].1 = metadata[1].1
    swapped[1].1 = metadata[0].1
    let others = [
      Wire.ref("inference", "llm", metadata), Wire.ref("llm2", "inference", metadata),
      Wire.ref("llm", "", metadata), Wire.ref("llm", "inference", metadata.dropLast()),
      Wire.ref("llm", "inference", metadata + [("a", "b")]),
      Wire.ref("llm", "inference", swapped),
      Wire.ref("llm", "inference", metadata.map { ($0.1, $0.0) }),
    ]
    for bytes in others {
      let (hash, same) = try decodeScaledObjectRef(bytes.span.bytes) {
        ($0.identityHash, $0.isSame(as: identity))
      }
      #expect(!same)
      #expect(hash != identity.stableHash)
      #expect(try TriggerIdentity(ref(bytes)) != identity)
    }
  }

  @Test func `of equal keys the last counts`() throws {
    let bytes = Wire.ref("a", "b", [("k", "1"), ("x", "y"), ("k", "2"), ("k", "3")])
    let identity = TriggerIdentity(
      ScaledObjectRef(name: "a", namespace: "b", metadata: ["k": "3", "x": "y"]))
    #expect(try ref(bytes) == identity.ref)
    #expect(try decodeScaledObjectRef(bytes.span.bytes) { $0.isSame(as: identity) })
  }

  @Test func `the stable hash is the same in every process`() {
    let ref = ScaledObjectRef(name: "llm", namespace: "inference", metadata: ["coldStart": "60s"])
    #expect(TriggerIdentity(ref).stableHash == 8_384_693_562_207_431_878)
  }

  @Test func `bytes that are not a message are malformed`() {
    let good = Wire.ref("llm", "inference", metadata)
    for cut in [1, 3, good.count - 1] {
      #expect(throws: MessageError.malformed) { try ref(Array(good.prefix(cut))) }
    }
    #expect(throws: MessageError.malformed) { try ref([0xFF, 0xFF, 0xFF, 0xFF]) }
    #expect(throws: MessageError.malformed) { try ref([0x0A, 0x7F, 0x41]) }
  }

  @Test func `strings that are not UTF-8 are refused wherever they stand`() {
    let bad: [UInt8] = [0x61, 0xC3, 0x28]
    let entry = Wire.field(1, "key")
    let badEntries = [
      Wire.field(3, Wire.field(1, bad) + Wire.field(2, "v")),
      Wire.field(3, entry + Wire.field(2, bad)),
    ]
    for bytes in [Wire.field(1, bad), Wire.field(2, bad)] + badEntries {
      #expect(throws: MessageError.notUTF8) { try ref(bytes) }
    }
    let metric = Wire.field(1, Wire.field(1, "llm")) + Wire.field(2, bad)
    #expect(throws: MessageError.notUTF8) {
      try decodeGetMetricsRequest(metric.span.bytes) { _ in }
    }
  }

  @Test func `a NUL in a string is refused, an empty string is not`() throws {
    #expect(throws: MessageError.embeddedNUL) { try ref(Wire.ref("a\0b", "n", [])) }
    #expect(throws: MessageError.embeddedNUL) { try ref(Wire.ref("a", "n\0", [])) }
    #expect(throws: MessageError.embeddedNUL) { try ref(Wire.ref("a", "n", [("k\0", "v")])) }
    #expect(throws: MessageError.embeddedNUL) { try ref(Wire.ref("a", "n", [("k", "\0")])) }
    #expect(try ref(Wire.ref("", "", [("", "")])).metadata == ["": ""])
  }

  @Test func `more metadata than the limit is refused`() throws {
    let entries = (0..<257).map { ("k\($0)", "v") }
    #expect(throws: MessageError.tooManyMetadataEntries(count: 257, limit: 256)) {
      try ref(Wire.ref("a", "b", entries))
    }
    #expect(try ref(Wire.ref("a", "b", Array(entries.dropLast()))).metadata.count == 256)
  }

  @Test func `a message larger than the arena is read all the same`() throws {
    let long = String(repeating: "x", count: 300_000)
    let decoded = try ref(Wire.ref(long, long, [(long, long), ("k", long + "y")]))
    #expect(decoded.metadata == [long: long, "k": long + "y"])
    #expect(throws: MessageError.malformed) {
      try ref(Wire.ref(long, long, [(long, long)]) + [0x0A])
    }
  }

  @Test func `GetMetricsRequest carries the ref and the name of the metric`() throws {
    let bytes =
      Wire.field(1, Wire.ref("llm", "inference", metadata))
      + Wire.field(2, "desired-replicas")
    let names = ["desired-replicas", "desired-replica", ""]
    let (metric, equal, ref) = try decodeGetMetricsRequest(bytes.span.bytes) { request in
      (request.metricName, names.filter { request.metricNameEquals($0) }, request.materialized())
    }
    #expect(metric == "desired-replicas")
    #expect(equal == ["desired-replicas"])
    #expect(ref.namespace == "inference")
    let (isEmpty, emptyRef) = try decodeGetMetricsRequest([UInt8]().span.bytes) { request in
      (request.metricNameEquals(""), request.materialized())
    }
    #expect(isEmpty)
    #expect(emptyRef.name == "")
    let identity = TriggerIdentity(emptyRef)
    #expect(
      try decodeGetMetricsRequest([UInt8]().span.bytes) { $0.isSame(as: identity) },
      "a request without a trigger is found again like any other")
  }
}
