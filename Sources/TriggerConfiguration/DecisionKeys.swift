internal import ScalingEngine

extension MetadataKey {
  /// How the decision is made.
  static let decisionKeys: [MetadataKey] = [
    MetadataKey(
      "aggregation", .object, default: "max", example: "max",
      "How triggers combine: max, sum, mean, or formula.",
      .object { value, draft throws(Refusal) in
        draft.aggregation = try value.choice(AggregationWord.self)
      }),
    MetadataKey(
      "formula", .object, example: "max(queueDepth, 0.5*gpuUtilization)",
      "With \"aggregation: formula\": an expression over trigger names, each in replicas.",
      .object { value, draft throws(Refusal) in draft.formula = try value.formula() }),
    MetadataKey(
      "stableWindow", .object, default: "60s", example: "60s",
      "The long average, from which lower demand is judged.",
      .object { value, draft throws(Refusal) in
        draft.policy.stableWindow = try value.duration(in: .seconds(1) ... .seconds(3600))
      }),
    MetadataKey(
      "panicWindow", .object, default: "6s", example: "6s",
      "The short average, from which panic is judged.",
      .object { value, draft throws(Refusal) in
        draft.policy.panicWindow = try value.duration(in: .seconds(1) ... .seconds(3600))
      }),
    MetadataKey(
      "panicThreshold", .object, default: "200%", example: "200%",
      "Demand ÷ ready capacity from which panic mode starts.",
      .object { value, draft throws(Refusal) in
        draft.policy.panicThreshold = try value.share("a share above 100% and up to 1000%") {
          $0 > 1 && $0 <= 10
        }
      }),
    MetadataKey(
      "burstCoverage", .object, default: "80%", example: "80%",
      "Share of what followed similar moments and silences that is covered: a lead time ahead, and kept "
        + "for a comeback.",
      .object { value, draft throws(Refusal) in
        draft.policy.burstCoverage = try value.share("a share above 0% and below 100%") {
          $0 > 0 && $0 < 1
        }
      }),
    MetadataKey(
      "scaleDownDelay", .object, default: "auto", example: "2m",
      "How long lower demand must last; \"auto\" derives it from the cold start, and keeps what the past "
        + "teaches to come back.",
      .object { value, draft throws(Refusal) in
        draft.policy.scaleDownDelay = try value.durationOrAuto(in: .zero ... .seconds(86_400))
      }),
    MetadataKey(
      "coldStart", .object, default: "60s", example: "60s",
      "From asked-for to ready; \"auto\" learns it from ready replicas.",
      .object { value, draft throws(Refusal) in
        draft.policy.coldStart = try value.durationOrAuto(in: .zero ... .seconds(6 * 3600))
      }),
    MetadataKey(
      "latencyObjective", .object, default: "2s", example: "2s",
      "The longest wait a request should see: sets how fast a queue is drained.",
      .object { value, draft throws(Refusal) in
        draft.policy.latencyObjective = try value.duration(in: .milliseconds(1) ... .seconds(3600))
      }),
    MetadataKey(
      "headroom", .object, default: "0", example: "20%",
      "Spare capacity kept in reserve, in replicas or percent.",
      .object { value, draft throws(Refusal) in draft.policy.headroom = try value.headroom() }),
    MetadataKey(
      "forecast", .object, default: "trend", example: "trend",
      "What is learned of growth and silences: off, trend, or seasonal (the same hours of earlier days too).",
      .object { value, draft throws(Refusal) in
        draft.policy.forecast = try value.choice(Forecast.self)
      }),
    MetadataKey(
      "tolerance", .object, default: "0.1", example: "0",
      "The HPA's tolerance for this object; 0 where its behavior sets tolerance \"0\".",
      .object { value, draft throws(Refusal) in
        draft.policy.tolerance = try value.share("a share from 0% to below 100%") {
          $0 >= 0 && $0 < 1
        }
      }),
  ]

  /// In what form and within what bounds it is answered.
  static let boundKeys: [MetadataKey] = [
    MetadataKey(
      "output", .object, default: "replicas", example: "replicas",
      "\"replicas\": one metric, the desired replicas; \"metrics\": one per trigger.",
      .object { value, draft throws(Refusal) in
        draft.output = try value.choice(OutputForm.self)
      }),
    MetadataKey(
      "minReplicas", .object, default: "0", example: "2", "Lower bound of the hint.",
      .object { value, draft throws(Refusal) in
        draft.policy.minReplicas = try value.count(in: 0...TriggerLimits.replicas)
      }),
    MetadataKey(
      "maxReplicas", .object, default: "none", example: "50", "Upper bound of the hint.",
      .object { value, draft throws(Refusal) in
        draft.policy.maxReplicas = try value.count(in: 1...TriggerLimits.replicas)
      }),
    MetadataKey(
      "directScaleUp", .object, default: "false", example: "true",
      "Whether the scale target is written directly when more replicas are wanted, without waiting "
        + "for the HPA (with --kubernetes scale on the server).",
      .object { value, draft throws(Refusal) in draft.directScaleUp = try value.bool() }),
    MetadataKey(
      "directScaleUpLimit", .object, default: "none", example: "20",
      "With directScaleUp: most replicas that are added so within a minute.",
      .object { value, draft throws(Refusal) in
        draft.directScaleUpLimit = try value.count(in: 1...TriggerLimits.replicas)
      }),
    MetadataKey(
      "group", .object, example: "pipeline-a",
      "ScaledObjects of one namespace with the same group wake and go to zero together.",
      .object { value, draft throws(Refusal) in draft.group = try value.triggerName() }),
  ]
}

extension MetadataValue {
  /// Replicas (`2`) or a share of the demand (`20%`) in reserve.
  func headroom() throws(Refusal) -> Headroom {
    let remedy = "use a number of replicas, or a percentage up to 1000%"
    if let percent = percentage(text) {
      guard percent >= 0, percent <= 1000 else { throw refusal(remedy) }
      return percent == 0 ? .none : .share(percent / 100)
    }
    guard let replicas = plainNumber(text), replicas >= 0,
      replicas <= Double(TriggerLimits.replicas)
    else { throw refusal(remedy) }
    return replicas == 0 ? .none : .replicas(replicas)
  }

  /// A formula that parses; whether its names are triggers is known only when all is read.
  func formula() throws(Refusal) -> Formula {
    do throws(FormulaError) {
      return try Formula(text)
    } catch {
      throw refusal("at character \(error.offset + 1) it \(error.explanation)")
    }
  }

  /// A request's time limit. A bare number is refused: KEDA's own prometheus trigger counts
  /// milliseconds there, every other duration counts seconds.
  func timeout() throws(Refusal) -> Duration {
    guard plainNumber(text) == nil else {
      throw Refusal(
        "is \(quoted(text)), which has no unit", "write \"\(text)ms\" or \"\(text)s\"")
    }
    return try duration(in: .milliseconds(10) ... .seconds(30))
  }

  /// A profile's name; whether there is such a profile the server says.
  func profileName() throws(Refusal) -> String {
    guard !text.isEmpty, text.utf8.count <= TriggerLimits.nameBytes else {
      throw refusal(
        "use the name of a profile, at most \(TriggerLimits.nameBytes) characters long")
    }
    return text
  }

  /// A trigger's name: letters, digits, `_`, `-` and `.`, starting with a letter.
  func triggerName() throws(Refusal) -> String {
    let isPlain = text.utf8.allSatisfy {
      $0.isWordByte || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
    }
    guard let first = text.utf8.first, isPlain, first.isWordByte,
      first > UInt8(ascii: "9"), text.utf8.count <= TriggerLimits.nameBytes
    else {
      throw refusal(
        "use a name of letters, digits, \"_\", \"-\" and \".\" that starts with a letter and has "
          + "at most \(TriggerLimits.nameBytes) characters")
    }
    return text
  }

  /// A preset by its name.
  func preset() throws(Refusal) -> Preset {
    if let preset = Preset.named(text) { return preset }
    guard let nearest = nearestName(to: text, among: Preset.catalogue.map(\.name)) else {
      // Their beginnings only: a list of triggers may be refused for each of its entries, and gRPC
      // clients take no status of more than 8 KB.
      let beginnings = Set(Preset.catalogue.map { "\($0.name.prefix { $0 != "-" })" }).sorted()
      throw Refusal(
        "is \(quoted(text)), which is no preset",
        "use one of docs/presets.md; they begin with \(beginnings.joined(separator: ", "))")
    }
    throw Refusal("is \(quoted(text)), which is no preset", "did you mean \"\(nearest)\"?")
  }
}
