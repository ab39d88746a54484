import TraceFormat
import TriggerConfiguration

/// The synthetic loads that `--load` knows, by name and parameters.
enum LoadText {
  /// The load that `text` describes: `step`, or `step,base=12,peak=50,at=20m,lasting=20m`.
  static func load(_ text: String, seed: UInt64) throws(ReplayError) -> SyntheticLoad {
    let option = "--load"
    let words = try NamedParameters(text, option: option)
    guard words.value == nil, words.path == nil, words.label == nil else {
      throw .option("--load \(quoted(text)) is not NAME[,KEY=VALUE…]; for example step,peak=80")
    }
    var numbers = ParameterNumbers(words, option: option)
    guard let shape = try shape(words.name, &numbers) else {
      throw .option(
        "--load \(quoted(words.name)) is not known; use one of \(names.joined(separator: ", "))")
    }
    let duration = try numbers.take("duration", 3600, from: 1)
    var load = SyntheticLoad(
      name: words.name, shape: shape, durationSeconds: duration, seed: seed)
    if words.name == "token-shift" {
      load.tokenShiftAt = try numbers.take("at", 1800)
      load.tokenShiftFactor = try numbers.take("factor", 3, from: 0.001)
    }
    let usual = load
    load.meanPromptTokens = try numbers.take("prompt", usual.meanPromptTokens, from: 1)
    load.meanOutputTokens = try numbers.take("output", usual.meanOutputTokens, from: 1)
    // Longer ones on average, longer ones at most: else the mean would not be what was asked for.
    load.longestPromptTokens = longest(
      usual.longestPromptTokens, load.meanPromptTokens / usual.meanPromptTokens)
    load.longestOutputTokens = longest(
      usual.longestOutputTokens, load.meanOutputTokens / usual.meanOutputTokens)
    load.tokenSigma = try numbers.take("sigma", load.tokenSigma)
    try numbers.end()
    return load
  }

  private static func longest(_ usual: Int, _ factor: Double) -> Int {
    Int(Swift.min(Double(usual) * Swift.max(1, factor), 1e9))
  }

  /// The names, in the order of the help.
  static let names = [
    "constant", "step", "spikes", "ramp", "onoff", "mmpp", "diurnal", "scheduled", "noisy-sine",
    "flash-crowd", "outage", "token-shift",
  ]

  /// What `--help` says of them.
  static let help = """
    constant (rate=12)
    step (base=12 peak=50 at=1200 lasting=1200)
    spikes (base=10 peak=45 gap=400 lasting=60)
    ramp (base=8 peak=50 from=600 to=1500 back=2400)
    onoff (rate=15 on=300 off=500)
    mmpp (rates=6/15/35 dwell=180)
    diurnal (low=6 high=40 period=3600)
    scheduled (base=10 peak=40 first=300 every=600 lasting=90)
    noisy-sine (mean=22 amplitude=14 period=900 noise=0.3)
    flash-crowd (base=8 peak=60 at=1500 rise=30 decay=400)
    outage (base=25 at=1500 lasting=300 retry=1.6)
    token-shift (rate=14 at=1800 factor=3)
    and for each of them: duration=3600 prompt=600 output=220 (mean tokens) sigma=0.8
    No prompt is longer than 8192 tokens, no answer than 2048, or in proportion to a larger mean.
    """

  private static func shape(
    _ name: String, _ numbers: inout ParameterNumbers
  ) throws(ReplayError) -> LoadShape? {
    switch name {
    case "constant": return .constant(rate: try numbers.take("rate", 12))
    case "token-shift": return .constant(rate: try numbers.take("rate", 14))
    case "step":
      return .step(
        base: try numbers.take("base", 12), peak: try numbers.take("peak", 50),
        at: try numbers.take("at", 1200), lasting: try numbers.take("lasting", 1200))
    case "spikes":
      return .spikes(
        base: try numbers.take("base", 10), peak: try numbers.take("peak", 45),
        meanGap: try numbers.take("gap", 400, from: 1),
        lasting: try numbers.take("lasting", 60, from: 1))
    case "ramp":
      return .ramp(
        base: try numbers.take("base", 8), peak: try numbers.take("peak", 50),
        from: try numbers.take("from", 600), to: try numbers.take("to", 1500),
        back: try numbers.take("back", 2400))
    case "onoff":
      return .onOff(
        rate: try numbers.take("rate", 15), meanOn: try numbers.take("on", 300, from: 1),
        meanOff: try numbers.take("off", 500, from: 1))
    case "mmpp":
      return .markovModulated(
        rates: try numbers.takeList("rates", [6, 15, 35]),
        meanDwell: try numbers.take("dwell", 180, from: 1))
    case "diurnal":
      return .diurnal(
        low: try numbers.take("low", 6), high: try numbers.take("high", 40),
        period: try numbers.take("period", 3600, from: 1))
    default: return try burst(name, &numbers)
    }
  }

  private static func burst(
    _ name: String, _ numbers: inout ParameterNumbers
  ) throws(ReplayError) -> LoadShape? {
    switch name {
    case "scheduled":
      return .scheduled(
        base: try numbers.take("base", 10), peak: try numbers.take("peak", 40),
        first: try numbers.take("first", 300), every: try numbers.take("every", 600, from: 1),
        lasting: try numbers.take("lasting", 90))
    case "noisy-sine":
      return .noisySine(
        mean: try numbers.take("mean", 22), amplitude: try numbers.take("amplitude", 14),
        period: try numbers.take("period", 900, from: 1), noise: try numbers.take("noise", 0.3))
    case "flash-crowd":
      return .flashCrowd(
        base: try numbers.take("base", 8), peak: try numbers.take("peak", 60),
        at: try numbers.take("at", 1500), rise: try numbers.take("rise", 30, from: 1),
        decay: try numbers.take("decay", 400, from: 1))
    case "outage":
      return .outage(
        base: try numbers.take("base", 25), at: try numbers.take("at", 1500),
        lasting: try numbers.take("lasting", 300), retry: try numbers.take("retry", 1.6))
    default: return nil
    }
  }
}
