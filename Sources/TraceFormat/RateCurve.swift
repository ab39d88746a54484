#if canImport(Glibc)
  internal import func Glibc.cos
  internal import func Glibc.exp
  internal import func Glibc.sin
#elseif canImport(Musl)
  internal import func Musl.cos
  internal import func Musl.exp
  internal import func Musl.sin
#elseif canImport(Darwin)
  internal import func Darwin.cos
  internal import func Darwin.exp
  internal import func Darwin.sin
#endif

/// The rate of a `LoadShape` at each time, with everything random in it drawn.
struct RateCurve {
  private let shape: LoadShape
  /// Times at which the rate changes by chance, and the rate (or factor) from then on.
  private var changes: [(from: Double, value: Double)] = []

  /// Draws what is random in `shape` for the first `durationSeconds`.
  init(_ shape: LoadShape, durationSeconds: Double, generator: inout SeededGenerator) {
    self.shape = shape
    var time = 0.0
    switch shape {
    case .spikes(let base, let peak, let meanGap, let lasting):
      changes = [(0, base)]
      time = generator.exponential() * meanGap
      while time < durationSeconds {
        changes += [(time, peak), (time + lasting, base)]
        time += lasting + generator.exponential() * meanGap
      }
    case .onOff(let rate, let meanOn, let meanOff):
      var isOn = false
      while time < durationSeconds {
        changes.append((time, isOn ? rate : 0))
        time += generator.exponential() * (isOn ? meanOn : meanOff)
        isOn.toggle()
      }
    case .markovModulated(let rates, let meanDwell):
      var state = 0
      while time < durationSeconds, !rates.isEmpty {
        changes.append((time, rates[state]))
        time += generator.exponential() * meanDwell
        let others = max(1, rates.count - 1)
        state = (state + 1 + Int(generator.uniform() * Double(others))) % rates.count
      }
    case .noisySine(_, _, _, let noise):
      while time < durationSeconds {
        changes.append((time, generator.logNormal(median: 1, sigma: noise)))
        time += 5
      }
    default: break
    }
  }

  /// Requests per second at `time`, never negative.
  ///
  /// - Parameter cursor: where the caller is in the changes; start at 0 and ask in order of time.
  func rate(at time: Double, cursor: inout Int) -> Double {
    while cursor + 1 < changes.count, changes[cursor + 1].from <= time { cursor += 1 }
    let drawn = changes.isEmpty ? 0 : changes[cursor].value
    return max(0, rate(at: time, drawn: drawn))
  }

  private func rate(at time: Double, drawn: Double) -> Double {
    switch shape {
    case .spikes, .onOff, .markovModulated: return drawn
    case .constant(let rate): return rate
    case .step(let base, let peak, let at, let lasting):
      return time >= at && time < at + lasting ? peak : base
    case .ramp(let base, let peak, let from, let to, let back):
      let rise = max(to - from, 1e-9)
      let up = (time - from) / rise
      let down = (back + rise - time) / rise
      return base + (peak - base) * max(0, min(1, up, down))
    case .diurnal(let low, let high, let period):
      return low + (high - low) * (1 - cos(2 * .pi * time / period)) / 2
    case .scheduled(let base, let peak, let first, let every, let lasting):
      let since = time - first
      guard since >= 0, every > 0 else { return base }
      return since.truncatingRemainder(dividingBy: every) < lasting ? peak : base
    case .noisySine(let mean, let amplitude, let period, _):
      return drawn * (mean + amplitude * sin(2 * .pi * time / period))
    case .flashCrowd(let base, let peak, let at, let rise, let decay):
      if time < at { return base }
      let since = time - at
      if since < rise { return base + (peak - base) * since / rise }
      return base + (peak - base) * exp(-(since - rise) / decay)
    case .outage(let base, let at, let lasting, let retry):
      let since = time - at
      if since < 0 { return base }
      return since < lasting ? 0 : since < lasting + 30 ? base * retry : base
    }
  }
}
