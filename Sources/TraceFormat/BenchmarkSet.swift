extension SyntheticLoad {
  /// An hour each of the load kinds that policies tend to break on, for about 5 to 25 replicas of
  /// the a10g-8b profile.
  ///
  /// - Parameter seed: fixes all of them; each load gets a seed of its own from it.
  package static func benchmarkSet(seed: UInt64) -> [SyntheticLoad] {
    let shapes: [(String, LoadShape)] = [
      ("step", .step(base: 12, peak: 50, at: 1200, lasting: 1200)),
      ("spikes", .spikes(base: 10, peak: 45, meanGap: 400, lasting: 60)),
      ("ramp", .ramp(base: 8, peak: 50, from: 600, to: 1500, back: 2400)),
      ("onoff", .onOff(rate: 15, meanOn: 300, meanOff: 500)),
      ("mmpp", .markovModulated(rates: [6, 15, 35], meanDwell: 180)),
      ("diurnal", .diurnal(low: 6, high: 40, period: 3600)),
      ("scheduled", .scheduled(base: 10, peak: 40, first: 300, every: 600, lasting: 90)),
      ("noisy-sine", .noisySine(mean: 22, amplitude: 14, period: 900, noise: 0.3)),
      ("flash-crowd", .flashCrowd(base: 8, peak: 60, at: 1500, rise: 30, decay: 400)),
      ("outage", .outage(base: 25, at: 1500, lasting: 300, retry: 1.6)),
    ]
    var generator = SeededGenerator(seed: seed)
    var loads = shapes.map { name, shape in
      SyntheticLoad(name: name, shape: shape, durationSeconds: 3600, seed: generator.next())
    }
    var shift = SyntheticLoad(
      name: "token-shift", shape: .constant(rate: 14), durationSeconds: 3600,
      seed: generator.next())
    shift.tokenShiftAt = 1800
    shift.tokenShiftFactor = 3
    loads.append(shift)
    return loads
  }
}
