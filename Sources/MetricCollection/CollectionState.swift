internal import CurlClient
internal import PrometheusFormat

/// Which queries are due, which groups wait for them, and what is known: a value that is told what
/// happened and returns what to do. It neither asks nor calls back, and reads no clock.
///
/// The interval is cut into slots; a query belongs to one and starts when it is due. A group
/// belongs to the slot of its queries: its round begins with the slot and is complete when those
/// that started then are over. (A query that it shares but that has its own slot contributes its
/// newest answer.)
struct CollectionState {
  let settings: CollectorSettings
  var queries: [Int: Query] = [:]
  var groups: [Int: Group] = [:]
  var slots: [Slot]
  /// By the lane of their sources.
  var servers: [String: Server] = [:]
  var counters = CollectionCounters()
  var queryIDs: [QueryTarget: Int] = [:]
  var lastID = 0
  var random: UInt64

  init(settings: CollectorSettings, now: ContinuousClock.Instant) {
    self.settings = settings
    random = settings.seed
    let step = settings.interval / settings.slotCount
    slots = (0..<settings.slotCount).map { Slot(nextDue: now + step * $0) }
  }

  /// What is asked, and when: kept apart, so that the table of queries has small rows.
  final class Question: Sendable {
    let target: QueryTarget
    let request: HTTPRequest
    let slot: Int

    init(_ target: QueryTarget, _ request: HTTPRequest, slot: Int) {
      self.target = target
      self.request = request
      self.slot = slot
    }
  }

  struct Query {
    let question: Question
    var target: QueryTarget { question.target }
    var request: HTTPRequest { question.request }
    var slot: Int { question.slot }
    var latest = CollectedAnswer()
    var progress = AnswerProgress()
    /// Groups that want it, and the bit that stands for it there.
    var members: [(group: Int, bit: UInt64)] = []
    var isRunning = false
    var startedAt: ContinuousClock.Instant
    /// Whether it was ever started.
    var hasStarted = false
    /// Whether anything is known, be it a failure.
    var hasOutcome = false
    var isReported = false
  }

  struct Group {
    let queries: [Int]
    let slot: Int
    let onRound: @Sendable (CollectionRound) -> Void
    /// The bits of the queries that the round waits for.
    var waiting: UInt64 = 0
    var roundNumber: UInt64 = 0
    /// When the running or newest round began.
    var beganAt: ContinuousClock.Instant
  }

  struct Slot {
    var nextDue: ContinuousClock.Instant
    var queries: [Int] = []
    var groups: [Int] = []
  }

  struct Server {
    var health = ServerHealth()
    /// Nil without a limit.
    var budget: RequestBudget?
    var queries: Set<Int> = []
  }

  /// What the caller has to do, outside any lock.
  struct Actions {
    var starts: [(query: Int, request: HTTPRequest, source: QuerySource)] = []
    var rounds: [(onRound: @Sendable (CollectionRound) -> Void, round: CollectionRound)] = []
    var reports: [Report] = []
  }

  /// An edge worth a line in the log.
  enum Report: Equatable {
    case serverInTrouble(String, CollectionFailure)
    case serverRecovered(String)
    case queryInTrouble(QueryTarget, CollectionFailure)
    case queryRecovered(QueryTarget)
  }

  /// When the next slot with queries is due; nil without any.
  var nextDue: ContinuousClock.Instant? {
    slots.lazy.filter { !$0.queries.isEmpty }.map(\.nextDue).min()
  }

  /// How it stands, at an instant. Linear in the queries.
  func counters(now: ContinuousClock.Instant) -> CollectionCounters {
    var result = counters
    result.queries = queries.count
    result.groups = groups.count
    for query in queries.values {
      guard let answeredAt = query.latest.answeredAt else { continue }
      result.oldestAnswerAge = max(result.oldestAnswerAge, now - answeredAt)
    }
    return result
  }

  /// The answers of a group as they are now; nil for one that was removed.
  func answers(of group: Int) -> [CollectedAnswer]? {
    groups[group].map { $0.queries.map { queries[$0]?.latest ?? CollectedAnswer() } }
  }
}
