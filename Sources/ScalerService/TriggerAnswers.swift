internal import DecisionLoop
internal import GRPCBinding
internal import ScalerMessages
internal import ScalingEngine
internal import TriggerConfiguration

/// The encoded answers of one snapshot: what `GetMetrics` and `IsActive` say until the next decision.
struct TriggerAnswers {
  /// An encoded response, or the status to fail with.
  typealias Answer = Result<[UInt8], AnswerFailure>

  /// `IsActiveResponse`.
  var isActive: Answer
  /// `GetMetricsResponse` for each metric of the plan.
  var metrics: [Answer]
  /// Whether the streams are to be told `true`; `nil` while nothing is known.
  var activity: Bool?
  /// From then on this is too old to be told.
  var validUntil: ContinuousClock.Instant

  /// Encodes a decision. Cost: one allocation per response, so call it on change only.
  init(_ published: PublishedDecision, spec: TriggerSpec, plan: MetricPlan) {
    validUntil = published.validUntil
    switch published.outcome {
    case .success(let decision):
      activity = decision.isActive
      isActive = .success(encodeIsActive(decision.isActive))
      metrics = plan.metrics.map { metric in
        Self.answer(metric, decision: decision, policy: spec.policy)
      }
    case .failure(let undecided):
      let status = AnswerFailure(undecided)
      isActive = .failure(status)
      metrics = plan.metrics.map { _ in .failure(status) }
    }
  }

  private static func answer(
    _ metric: PlannedMetric, decision: Decision, policy: ScalingPolicy
  ) -> Answer {
    guard let value = value(metric, decision: decision, policy: policy) else {
      return .failure(
        AnswerFailure(
          code: .unavailable,
          message: "metric \"\(metric.name)\" has no usable value: its source has not answered "
            + "lately"))
    }
    do {
      return .success(try encodeMetricValues([MetricValue(name: metric.name, value: value)]))
    } catch {
      return .failure(AnswerFailure(code: .internalError, message: "\(error)"))
    }
  }

  /// The desired replicas, or a trigger's total in the user's unit; `nil` where unknown.
  private static func value(
    _ metric: PlannedMetric, decision: Decision, policy: ScalingPolicy
  ) -> Double? {
    guard let trigger = metric.trigger else { return Double(decision.desiredReplicas) }
    guard decision.demands.indices.contains(trigger), let demand = decision.demands[trigger],
      case .number(let target) = policy.triggers[trigger].target
    else { return nil }
    return metric.value(ofTotal: demand * target)
  }
}

/// A status that an answer fails with.
struct AnswerFailure: Error {
  var status: GRPCStatus

  init(code: GRPCStatusCode, message: String) {
    status = GRPCStatus(code, message)
  }

  /// No data is `UNAVAILABLE`, so that KEDA's fallback acts; what the metadata cannot mean is
  /// `INVALID_ARGUMENT`.
  init(_ undecided: Undecided) {
    self.init(
      code: undecided.kind == .noData ? .unavailable : .invalidArgument,
      message: undecided.explanation)
  }
}
