import Testing

@testable import MetricCollection

@Suite struct CounterTrackTests {
  private let start = ContinuousClock.now

  private func reading(_ value: Double, key: String = "a") -> CounterTrack.Reading {
    CounterTrack.Reading(key: key, slot: "0", value: value)
  }

  @Test func `Growth adds up through a process that began anew`() {
    var track = CounterTrack(window: .seconds(3))
    for (second, value) in [100.0, 130, 5, 15].enumerated() {
      track.take([reading(value)], at: start + .seconds(second))
    }
    // 30 + 5 + 10, in three seconds.
    #expect(track.growth == CounterTrack.Growth(seconds: 3, bySlot: ["0": 45]))
  }

  @Test func `One scrape tells of no growth`() {
    var track = CounterTrack(window: .seconds(3))
    track.take([reading(100)], at: start)
    #expect(track.growth == nil)
  }

  @Test func `Only the window's length is looked back at`() {
    var track = CounterTrack(window: .seconds(3))
    for second in 0..<20 {
      track.take([reading(second < 10 ? 0 : Double(second - 9) * 2)], at: start + .seconds(second))
    }
    #expect(track.growth == CounterTrack.Growth(seconds: 3, bySlot: ["0": 6]))
  }

  @Test func `A counter that appears later began at 0, one that goes takes nothing away`() {
    var track = CounterTrack(window: .seconds(10))
    track.take([reading(100)], at: start)
    track.take([reading(101), reading(7, key: "b")], at: start + .seconds(1))
    track.take([reading(9, key: "b")], at: start + .seconds(2))
    #expect(track.growth == CounterTrack.Growth(seconds: 2, bySlot: ["0": 1 + 7 + 2]))
  }
}
