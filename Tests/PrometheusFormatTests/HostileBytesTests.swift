import PrometheusFormat
import Testing

@Suite("Bytes that mean harm")
struct HostileBytesTests {
  private static let seedText =
    #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"pod":"a\u00e9\n"},"#
    + #""value":[1700000000.123,"97.5e1"]},{"metric":{},"histogram":[1,{"count":"1"}]}]},"#
    + #""warnings":["w"],"infos":[]}"#

  @Test("no answer cut short is taken for a whole one, and none traps")
  func survivesTruncation() {
    let whole = Array(HostileBytesTests.seedText.utf8)
    for length in 0..<whole.count {
      #expect(throws: QueryAnswerError.self, "cut after \(length) bytes") {
        try QueryAnswer(parsing: Array(whole[..<length]))
      }
    }
  }

  @Test("a hundred thousand mutations trap nothing", arguments: [UInt64(1), 20_261_121])
  func survivesMutation(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let whole = Array(HostileBytesTests.seedText.utf8)
    let alphabet = Array("{}[]\",:\\u0123456789eE+-.tfn \u{0}\u{FF}".utf8) + [0xFF, 0xC3, 0x80]
    for _ in 0..<50_000 {
      var bytes = whole
      for _ in 0...Int(random.next() % 4) {
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 3 {
        case 0: bytes[at] = alphabet[Int(random.next() % UInt64(alphabet.count))]
        case 1: bytes.remove(at: at)
        default: bytes.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: at)
        }
      }
      guard let answer = try? QueryAnswer(parsing: bytes) else { continue }
      if case .vector(let samples) = answer.result {
        for sample in samples { _ = sample.labels.pairs }
      }
    }
  }
}

/// A small seeded generator (Steele, Lea, Flood 2014), so that a failure can be repeated.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
