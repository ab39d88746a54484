package import TriggerConfiguration

/// The queries that one trigger's metadata asks for, and which answer belongs to what.
package struct TriggerQueries: Sendable {
  /// What to collect: each trigger's query in its order, then the replicas', then the capacity's.
  package let targets: [QueryTarget]
  /// What to scrape directly: of the triggers that have `endpoints`, in their order.
  package let scrapes: ScrapePlan
  /// By trigger: its place among `targets` or among `scrapes`.
  private let places: [Place]
  private let queryCount: Int
  private let hasReplicas: Bool
  private let hasCapacity: Bool

  /// Where a trigger's answer is found.
  private enum Place {
    case target(Int)
    case scrape(Int)
  }

  /// One round's answers, put where they belong.
  package struct Answers: Sendable {
    /// In the order of the spec's sources.
    package var triggers: [CollectedAnswer]
    /// Of `replicasQuery`; `nil` where there is none.
    package var replicas: CollectedAnswer?
    /// Of `capacityQuery`; `nil` where there is none.
    package var capacity: CollectedAnswer?
    /// Directly scraped replicas that answer, as `ScrapedAnswers.readyReplicas` counts them; `nil`
    /// where nothing tells.
    package var answeringReplicas: Int?

    /// Answers from their parts.
    package init(
      triggers: [CollectedAnswer], replicas: CollectedAnswer? = nil,
      capacity: CollectedAnswer? = nil, answeringReplicas: Int? = nil
    ) {
      self.triggers = triggers
      self.replicas = replicas
      self.capacity = capacity
      self.answeringReplicas = answeringReplicas
    }
  }

  /// The queries of `spec`, asked of the server that `sources` has for it, and the pages it scrapes.
  /// - Throws: `CollectionRefusal` where there is no server to ask, or it or a page may not be asked.
  package init(
    _ spec: TriggerSpec, namespace: String, sources: SourceDirectory
  ) throws(CollectionRefusal) {
    let queries = spec.sources.filter { $0.scrape == nil }.map(\.query)
    let expressions = queries + [spec.replicasQuery, spec.capacityQuery].compactMap { $0 }
    if expressions.isEmpty {
      targets = []
    } else {
      let source = try sources.source(for: spec, namespace: namespace)
      targets = expressions.map {
        QueryTarget(source: source, expression: $0, timeout: spec.timeout)
      }
    }
    scrapes = try ScrapePlan(spec.sources.compactMap(\.scrape), directory: sources)
    queryCount = queries.count
    var places: [Place] = []
    var scrapeCount = 0
    for source in spec.sources {
      if source.scrape == nil {
        places.append(.target(places.count - scrapeCount))
      } else {
        places.append(.scrape(scrapeCount))
        scrapeCount += 1
      }
    }
    self.places = places
    hasReplicas = spec.replicasQuery != nil
    hasCapacity = spec.capacityQuery != nil
  }

  /// `round`'s answers, put where they belong.
  package func answers(of round: CollectionRound) -> Answers {
    answers(round.answers)
  }

  /// Answers in the order of `targets` and what was scraped, put where they belong. What is missing
  /// of either is not known yet.
  package func answers(
    _ collected: [CollectedAnswer], scraped: ScrapedAnswers? = nil
  ) -> Answers {
    func known(_ index: Int, _ answers: [CollectedAnswer]) -> CollectedAnswer {
      index < answers.count ? answers[index] : CollectedAnswer()
    }
    return Answers(
      triggers: places.map { place in
        switch place {
        case .target(let index): known(index, collected)
        case .scrape(let index): known(index, scraped?.answers ?? [])
        }
      },
      replicas: hasReplicas ? known(queryCount, collected) : nil,
      capacity: hasCapacity ? known(queryCount + (hasReplicas ? 1 : 0), collected) : nil,
      answeringReplicas: scraped?.readyReplicas)
  }
}
