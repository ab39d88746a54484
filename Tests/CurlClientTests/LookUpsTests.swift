import Testing

@testable import CurlClient

/// Which names may be looked up, under a clock of the test's own.
struct LookUpsTests {
  private let start = ContinuousClock.now

  @Test func `A name that nobody answers for is looked up less and less often`() {
    var lookUps = LookUps(limit: 64)
    var begun: [Int] = []
    // Sixteen queries ask once a second each, and give up half a second later.
    for second in 0..<60 {
      let now = start + .seconds(second)
      let running = (0..<16).count { _ in lookUps.begin("silent", now: now) }
      if running > 0 { begun.append(second) }
      #expect(second == 0 ? running == 16 : running <= 1)
      for _ in 0..<running { lookUps.gaveUp("silent", now: now + .milliseconds(500)) }
    }
    #expect(begun == [0, 1, 2, 4, 7, 12, 21, 30, 39, 48, 57])
    #expect(lookUps.refusedCount == 0, "that is no limit of all")
  }

  @Test func `A name that is answered for again is looked up whenever that is needed`() {
    var lookUps = LookUps(limit: 64)
    lookUps.gaveUp("name", now: start)
    #expect(lookUps.begin("name", now: start + .milliseconds(200)) == false)
    #expect(lookUps.begin("name", now: start + .milliseconds(300)) == true)
    // One shows it for all.
    #expect(lookUps.begin("name", now: start + .milliseconds(300)) == false)
    lookUps.answered("name")
    for _ in 0..<20 { #expect(lookUps.begin("name", now: start + .milliseconds(310)) == true) }
  }

  @Test func `Names answered for are looked up however many others are silent`() {
    var lookUps = LookUps(limit: 8)
    #expect(lookUps.begin("good", now: start) == true)
    lookUps.answered("good")
    for number in 0..<4 {
      #expect(lookUps.begin("silent \(number)", now: start) == true)
      lookUps.gaveUp("silent \(number)", now: start)
    }
    let later = start + .seconds(10)
    // Half of the room is for names not tried yet.
    #expect(lookUps.begin("silent 0", now: later) == false)
    for number in 4..<8 {
      #expect(lookUps.begin("silent \(number)", now: later) == true)
      lookUps.gaveUp("silent \(number)", now: later)
    }
    #expect(lookUps.begin("new", now: later) == false)
    #expect(lookUps.refusedCount == 2)
    #expect(lookUps.begin("good", now: later) == true)
    // The first four are over by then.
    #expect(lookUps.begin("new", now: start + .seconds(31)) == true)
  }
}
