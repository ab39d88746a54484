import ScalerMessages
import Testing

@Suite("Encoding answers to KEDA")
struct ResponseEncodingTests {
  /// 20.0 as a little-endian double.
  private let twenty: [UInt8] = [0, 0, 0, 0, 0, 0, 0x34, 0x40]

  @Test func `IsActive is one byte of truth, or none`() {
    #expect(encodeIsActive(true) == [0x08, 1])
    #expect(encodeIsActive(false) == [])
  }

  @Test func `both number fields of a value are filled`() throws {
    let encoded = try encodeMetricValues([MetricValue(name: "desired-replicas", value: 20)])
    let value = Wire.field(1, "desired-replicas") + [0x10, 20, 0x19] + twenty
    #expect(encoded == Wire.field(1, value))
  }

  @Test func `zero is zero in both fields`() throws {
    let encoded = try encodeMetricValues([MetricValue(name: "m", value: 0)])
    #expect(encoded == Wire.field(1, Wire.field(1, "m")))
  }

  @Test(arguments: [(0.001, 1), (0.2, 1), (1.4, 1), (2.5, 3), (70, 70)])
  func `the whole number beside a fraction is never 0`(target: Double, whole: UInt8) throws {
    let encoded = try encodeMetricSpecs([MetricSpec(name: "m", target: target)])
    #expect(Array(encoded.dropFirst(5).prefix(2)) == [0x10, whole])
  }

  @Test func `a number beyond 64 bits is the largest there is`() throws {
    let encoded = try encodeMetricValues([MetricValue(name: "m", value: 1e300)])
    #expect(
      Array(encoded.dropFirst(5).prefix(10)) == [0x10] + Array(repeating: 0xFF, count: 8) + [0x7F])
  }

  @Test func `several metrics keep their order`() throws {
    let encoded = try encodeMetricSpecs([
      MetricSpec(name: "a", target: 20), MetricSpec(name: "b", target: 20),
    ])
    let tail: [UInt8] = [0x10, 20, 0x19] + twenty
    #expect(
      encoded == Wire.field(1, Wire.field(1, "a") + tail)
        + Wire.field(1, Wire.field(1, "b") + tail))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, -1])
  func `what KEDA would read as 0 is refused`(value: Double) {
    #expect(throws: MessageError.notANumberForKEDA(metric: "m")) {
      try encodeMetricValues([MetricValue(name: "m", value: value)])
    }
    #expect(throws: MessageError.notANumberForKEDA(metric: "m")) {
      try encodeMetricSpecs([MetricSpec(name: "m", target: value)])
    }
  }

  @Test func `a target of 0 is refused`() {
    #expect(throws: MessageError.notANumberForKEDA(metric: "m")) {
      try encodeMetricSpecs([MetricSpec(name: "m", target: 0)])
    }
  }
}
