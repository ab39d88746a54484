extension TriggerPolicy {
  /// Why nothing can teach this trigger's threshold, with what to do; `nil` where something can, and
  /// where the threshold is a number. Overload shows in a queue or in what runs, so it depends on
  /// whether a trigger reads either.
  package func whyNotLearned(besideQueueOrRunning isOverloadSeen: Bool) -> String? {
    guard target == .learned else { return nil }
    let remedy =
      "add \"queueDepthQuery\" or \"concurrencyQuery\", or write a threshold that is a number"
    switch kind {
    case .queueDepth, .concurrency: return nil
    case .rate where isOverloadSeen, .utilization where isOverloadSeen: return nil
    case .rate:
      return
        "trigger \"\(name)\" has the threshold \"auto\", and what a replica can take shows only "
        + "where requests wait: \(remedy)"
    case .utilization:
      return "trigger \"\(name)\" has the threshold \"auto\", and utilization alone tells busy "
        + "replicas from idle ones, never whether more are needed: \(remedy)"
    case .gauge:
      return
        "trigger \"\(name)\" is a gauge, of which nothing can be learned: write a threshold that "
        + "is a number instead of \"auto\""
    }
  }
}
