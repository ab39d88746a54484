/// The running sequences of one replica, advanced from event to event.
///
/// Between two changes of its composition (a prompt chunk done, a sequence finished, a sequence
/// admitted) a batch repeats the same step with a context that grows by one token per sequence, so
/// the time of k steps is a polynomial of k, and they are one event: a *segment*.
struct Batch: Sendable {
  private struct Prefill {
    var request: Int
    var promptTokens: Int
    var outputTokens: Int
    var doneTokens = 0
  }

  /// When the current segment ends, in seconds; infinite when nothing runs.
  private(set) var segmentEnd = Double.infinity
  /// Sequences admitted and not finished.
  private(set) var running = 0
  /// KV cache reserved by them, in tokens.
  private(set) var reservedTokens = 0

  private var decoding = FinishHeap()
  private var prefills: [Prefill] = []
  /// Prompt tokens of admitted sequences that no step has started on.
  private var backlogTokens = 0
  private var contextTokens = 0
  private var stepNumber = 0
  private var segmentStart = 0.0
  private var segmentSteps = 0
  private var firstStepSeconds = 0.0
  private var growthSeconds = 0.0
  /// Prompts that take part in the running step, and the prompt tokens they share.
  private var chunkPrompts = 0
  private var chunkTokens = 0

  private var busySince = 0.0
  private var busySeconds = 0.0

  /// Whether a sequence that reserves `tokens` could be admitted now: a slot is free, the cache
  /// has room for all of it, and the next step has budget left for its prompt.
  ///
  /// One larger than the whole cache is let in when nothing else runs: it reserves all there is.
  func hasRoom(tokens: Int, _ profile: FleetProfile) -> Bool {
    running == 0
      || running < profile.maxSequences
        && reservedTokens + tokens <= profile.cacheTokens
        && backlogTokens + decoding.count < profile.stepTokenBudget
  }

  /// Admits a sequence; its prefill starts with the next step, or at once when nothing runs.
  mutating func admit(
    _ request: Int, promptTokens: Int, outputTokens: Int, now: Double, _ costs: StepCosts
  ) {
    prefills.append(
      Prefill(request: request, promptTokens: promptTokens, outputTokens: outputTokens))
    reservedTokens += promptTokens + outputTokens
    backlogTokens += promptTokens
    running += 1
    if running == 1 {
      busySince = now
      startSegment(at: now, costs)
    } else if chunkPrompts == 0 {
      cutSegment(at: now)
    }
  }

  /// Ends the current segment: emits tokens, finishes sequences, starts the next segment.
  ///
  /// - Parameter firstToken: called with each request whose first token came at this moment.
  mutating func endSegment(_ costs: StepCosts, firstToken: (Int) -> Void) {
    let now = segmentEnd
    contextTokens += decoding.count * segmentSteps
    stepNumber += segmentSteps
    while let next = decoding.nextStep, next <= stepNumber {
      let tokens = decoding.removeFirst().tokens
      contextTokens -= tokens
      reservedTokens -= tokens
      running -= 1
    }
    if chunkPrompts > 0 { endChunks(firstToken: firstToken) }
    if running == 0 {
      busySeconds += now - busySince
      segmentEnd = .infinity
    } else {
      startSegment(at: now, costs)
    }
  }

  /// Seconds in which a step ran since the last call.
  mutating func takeBusySeconds(now: Double) -> Double {
    if running > 0 {
      busySeconds += now - busySince
      busySince = now
    }
    defer { busySeconds = 0 }
    return busySeconds
  }

  /// Hands the step's prompt tokens to the prompts in order; a prompt that is through emits its
  /// first token and decodes from then on.
  private mutating func endChunks(firstToken: (Int) -> Void) {
    var left = chunkTokens
    var through = 0
    for index in 0..<chunkPrompts {
      let chunk = min(left, prefills[index].promptTokens - prefills[index].doneTokens)
      prefills[index].doneTokens += chunk
      left -= chunk
      let prefill = prefills[index]
      guard prefill.doneTokens == prefill.promptTokens else { break }
      through += 1
      firstToken(prefill.request)
      let tokens = prefill.promptTokens + prefill.outputTokens
      if prefill.outputTokens == 1 {
        reservedTokens -= tokens
        running -= 1
      } else {
        decoding.insert(.init(step: stepNumber + prefill.outputTokens - 1, tokens: tokens))
        contextTokens += prefill.promptTokens + 1
      }
    }
    prefills.removeFirst(through)
  }

  private mutating func startSegment(at now: Double, _ costs: StepCosts) {
    segmentStart = now
    let profile = costs.profile
    let sequences = decoding.count
    let context = profile.secondsPerContextToken * Double(contextTokens)
    guard !prefills.isEmpty else {
      chunkPrompts = 0
      firstStepSeconds = costs.batch(tokens: sequences) + context
      growthSeconds = profile.secondsPerContextToken * Double(sequences)
      segmentSteps = (decoding.nextStep ?? stepNumber + 1) - stepNumber
      segmentEnd = now + seconds(steps: segmentSteps)
      return
    }
    let budget = max(1, profile.stepTokenBudget - sequences)
    chunkPrompts = 0
    chunkTokens = 0
    var pairs = 0.0
    for prefill in prefills where chunkTokens < budget {
      let chunk = min(budget - chunkTokens, prefill.promptTokens - prefill.doneTokens)
      pairs += Double(chunk) * (Double(prefill.doneTokens) + Double(chunk) / 2)
      chunkTokens += chunk
      chunkPrompts += 1
    }
    backlogTokens -= chunkTokens
    segmentSteps = 1
    segmentEnd =
      now + costs.batch(tokens: sequences + chunkTokens) + context
      + profile.secondsPerAttentionPair * pairs
  }

  /// Shortens a segment of decode steps to the end of the step that runs at `now`.
  private mutating func cutSegment(at now: Double) {
    guard segmentSteps > 1 else { return }
    let elapsed = now - segmentStart
    let half = firstStepSeconds - growthSeconds / 2
    let estimate = 2 * elapsed / (half + (half * half + 2 * growthSeconds * elapsed).squareRoot())
    var steps = max(1, min(segmentSteps, Int(estimate.rounded(.up))))
    while steps > 1, seconds(steps: steps - 1) >= elapsed { steps -= 1 }
    while steps < segmentSteps, seconds(steps: steps) < elapsed { steps += 1 }
    segmentSteps = steps
    segmentEnd = segmentStart + seconds(steps: steps)
  }

  /// Time of the first `steps` steps of a segment without prefill: an arithmetic series.
  private func seconds(steps: Int) -> Double {
    let count = Double(steps)
    return count * firstStepSeconds + growthSeconds * count * (count - 1) / 2
  }
}
