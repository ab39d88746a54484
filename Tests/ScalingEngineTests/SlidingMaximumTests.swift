import Testing

@testable import ScalingEngine

/// The largest of the last seconds, kept in few numbers.
@Suite struct SlidingMaximumTests {
  @Test func `It is the largest of all that the window holds`() {
    var window = SlidingMaximum(lengthSeconds: 20)
    var all: [(second: Double, value: Double)] = []
    var state: UInt64 = 7
    for second in 0..<2000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(state >> 60) - Double(second % 50)
      let now = Double(second)
      all.append((now, value))
      window.record(value, atSeconds: now)
      let held = all.filter { $0.second > now - 20 }.map(\.value)
      #expect(window.value(atSeconds: now) == held.max())
    }
  }

  @Test func `What has left does not come back, and an empty window has none`() {
    var window = SlidingMaximum(lengthSeconds: 3)
    #expect(window.value(atSeconds: 0) == nil)
    window.record(9, atSeconds: 0)
    window.record(4, atSeconds: 1)
    #expect(window.value(atSeconds: 2.9) == 9)
    #expect(window.value(atSeconds: 3) == 4)
    window.resize(toSeconds: 100)
    #expect(window.value(atSeconds: 4) == 4)
    window.resize(toSeconds: 2)
    #expect(window.value(atSeconds: 4) == nil)
  }

  @Test func `It keeps only what may still become the largest`() {
    var window = SlidingMaximum(lengthSeconds: 600)
    for second in 0..<600 { window.record(Double(second % 300), atSeconds: Double(second)) }
    #expect(window.heapBytes == 16)
  }
}
