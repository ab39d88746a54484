/// What `check` knows to look for; docs/check.md explains each by its code.
enum Trap: String, CaseIterable, Encodable {
  // The manifest as such.
  case unreadable = "unreadable"
  case manifest = "manifest"
  case keyTwice = "key-twice"
  // The trigger metadata.
  case triggerMetadata = "trigger-metadata"
  case questionableMetadata = "questionable-metadata"
  case averageAsTotal = "average-as-total"
  case readyReplicasUnknown = "ready-replicas-unknown"
  case goneAtZero = "gone-at-zero"
  case tolerance = "tolerance"
  case toleranceMismatch = "tolerance-mismatch"
  case boundsOfHint = "bounds-of-hint"
  case sourceRefused = "source-refused"
  case addressUnlisted = "address-unlisted"
  // The trigger around it.
  case scalerAddress = "scaler-address"
  case addressNotHeadless = "address-not-headless"
  case addressWithoutNamespace = "address-without-namespace"
  case metricType = "metric-type"
  case cachedMetrics = "cached-metrics"
  case credentials = "credentials"
  case severalTriggers = "several-triggers"
  case otherTriggers = "other-triggers"
  case scalingModifiers = "scaling-modifiers"
  // The HPA's behaviour.
  case behavior = "behavior"
  case slowScaleUp = "slow-scale-up"
  case scaleUpStabilization = "scale-up-stabilization"
  case scaleDownStabilization = "scale-down-stabilization"
  case scalingDisabled = "scaling-disabled"
  // Counts and times.
  case replicaBounds = "replica-bounds"
  case maximumMissing = "maximum-missing"
  case fallbackMissing = "fallback-missing"
  case fallbackShrinks = "fallback-shrinks"
  case slowWake = "slow-wake"
  case wakesOne = "wakes-one"
  case pollingInterval = "polling-interval"
  case cooldownPeriod = "cooldown-period"
  case paused = "paused"
  // What else is in the files.
  case targetMissing = "target-missing"
  case anotherAutoscaler = "another-autoscaler"
  case replicasInWorkload = "replicas-in-workload"
  // What the queries answer.
  case queriesNotRun = "queries-not-run"
  case noAnswer = "no-answer"
  case noSeries = "no-series"
  case slowAnswer = "slow-answer"
  case twoMetrics = "two-metrics"
  case undecided = "undecided"
  // What the cluster's API says.
  case inTheCluster = "in-the-cluster"
  case clusterNotAsked = "cluster-not-asked"

  /// How bad it is.
  var severity: Finding.Severity {
    switch self {
    case .unreadable, .manifest, .triggerMetadata, .averageAsTotal, .readyReplicasUnknown,
      .boundsOfHint, .scalerAddress, .metricType, .behavior, .scalingDisabled, .replicaBounds,
      .targetMissing, .anotherAutoscaler, .noAnswer, .undecided, .sourceRefused:
      .error
    case .keyTwice, .questionableMetadata, .goneAtZero, .addressNotHeadless,
      .addressWithoutNamespace, .cachedMetrics, .severalTriggers, .otherTriggers,
      .scalingModifiers, .slowScaleUp, .scaleUpStabilization, .scaleDownStabilization,
      .fallbackMissing, .fallbackShrinks, .slowWake, .paused, .replicasInWorkload,
      .toleranceMismatch, .queriesNotRun, .noSeries, .twoMetrics, .inTheCluster,
      .clusterNotAsked, .addressUnlisted, .slowAnswer:
      .warning
    case .tolerance, .credentials, .maximumMissing, .wakesOne, .pollingInterval, .cooldownPeriod:
      .note
    }
  }
}
