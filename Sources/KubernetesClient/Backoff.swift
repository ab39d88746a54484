/// How long to wait before asking again: longer from time to time, and never in step with others.
///
/// As client-go's reflector: from 0.8 s, doubling, up to 30 s, plus up to as much again by chance;
/// a quiet time starts over.
package struct Backoff: Sendable {
  private let firstSeconds: Double
  private let mostSeconds: Double
  private var nextSeconds: Double

  /// From `firstSeconds` up to `mostSeconds`, by chance up to twice as long.
  package init(firstSeconds: Double = 0.8, mostSeconds: Double = 30) {
    self.firstSeconds = firstSeconds
    self.mostSeconds = mostSeconds
    nextSeconds = firstSeconds
  }

  /// The next wait.
  package mutating func next() -> Duration {
    let base = nextSeconds
    nextSeconds = min(mostSeconds, nextSeconds * 2)
    return .milliseconds(Int(base * Double.random(in: 1..<2) * 1000))
  }

  /// It went well.
  package mutating func reset() { nextSeconds = firstSeconds }
}
