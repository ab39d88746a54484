/// Every number that the engine fixes for all fleets, with its reason.
///
/// None is a property of a fleet: each is a share, or a time in units that the control loop or the
/// statistics of counting set. Halving or doubling any of them moves the cost of a run by little;
/// the benchmark's sensitivity table says by how much.
package struct EngineConstants: Sendable, Equatable {
  /// Share of a full replica's throughput that is aimed for, at least. The rest absorbs what happens
  /// within seconds; what happens within a lead time is `DemandGrowth`'s to expect.
  package var loadShare = 0.85
  /// The same, at most: no fleet is measured more exactly.
  package var loadShareLimit = 0.95
  /// Standard deviations of the number of requests that the rest is to absorb.
  package var spareDeviations = 2.0
  /// How many times as long a request stays on a full replica as on a calm one, before that was
  /// seen: 2 is where waiting for one another starts to cost as much as the work itself.
  package var priorInflation = 2.0
  /// The largest such factor that is believed; above it noise is more likely than truth.
  package var inflationLimit = 8.0
  /// While no queue was ever seen: how far beyond the largest concurrency seen a replica is
  /// trusted. Small, because one step too far is a queue; above 1 ÷ (1 − `deadBand`), or a fleet
  /// that never queues could not give anything back.
  package var probe = 1.4
  /// Share by which the slots of a replica follow what is seen, each second that requests wait.
  package var slotGain = 0.2
  /// Seconds a queue of one per replica must stand before it says how many slots there are.
  package var saturatedSeconds = 5.0
  /// Averaging time of the calm sojourn time: it moves only when the work itself changes.
  package var calmAveragingSeconds = 300.0
  /// Averaging time of the full sojourn time, which is seen for short times only.
  package var fullAveragingSeconds = 60.0
  /// Fewer departures within the averaging time say nothing of their rate: of five, it is known to
  /// within a half, and of less than one anything may follow.
  package var fewestDepartures = 5.0
  /// Sojourn times after which the last change of fleet or queue no longer shows in what runs.
  package var settledSojourns = 2.0
  /// Shortest averaging time of the offered load; below it one second's chance decides.
  package var offeredAveragingSeconds = 10.0
  /// Shortest averaging time of the rate at which requests pile up.
  package var slopeAveragingSeconds = 9.0
  /// Seconds between two moments that are remembered for the forecast.
  package var momentStrideSeconds = 4.0
  /// Most moments remembered: half an hour at the stride above.
  package var momentLimit = 450.0
  /// Share of the remembered moments, those most like now, whose growth is expected again.
  package var neighbourShare = 0.2
  /// At least as many moments.
  package var neighbourLimit = 30.0
  /// Growth expected while the history is shorter than a lead time.
  package var shortHistoryGrowth = 1.25
  /// What the control loop adds to the cold start: half an HPA sync and the collection.
  package var loopDelaySeconds = 10.0
  /// How far ahead a higher demand that comes back is looked for before replicas are given back
  /// (`scaleDownDelay: auto`), in stable windows.
  package var comebackStableWindows = 2.5
  /// Lower demand must have lasted this many cold starts (`scaleDownDelay: auto`).
  package var holdColdStarts = 1.0
  /// Lower demand must have lasted at least this many stable windows: with a short cold start the
  /// load itself is what would turn the fleet around.
  package var holdStableWindows = 0.75
  /// Replicas that run less than this share of their slots have room: a queue that shrinks beside
  /// them does not wait for more of them.
  package var roomShare = 0.5
  /// Share of the current replicas by which less must be wanted before any are given back: each
  /// one given back a moment too early costs a cold start.
  package var deadBand = 0.25
  /// Seconds a queue may stand with nothing starting before the fleet grows without a model.
  package var escalationSeconds = 5.0
  /// What it then grows by.
  package var escalationShare = 0.3
  /// Growth per HPA sync while a queue grows and nothing is known of what a replica carries.
  package var blindGrowth = 2.0

  /// Lead times after which a lesson of the queue has faded to a third, where nobody tells what
  /// runs, and slots that were learned in a shortage have come back by two thirds. One lesson too
  /// few costs a lead time of late requests.
  package var memoryLeads = 30.0

  /// How many times the ready replicas a queue may show as work: how fast it grows, seen for
  /// seconds, errs by more.
  package var lessonLimit = 2.0
  /// Seconds that replicas must idle before that says how little there is to do.
  package var idleSeconds = 60.0
  /// Share of the replicas at work from which on all are: the scrapes of many are not of one
  /// instant.
  package var allAtWorkShare = 0.95
  /// As many times the replicas, all at work beside as short a queue as before, were not the load.
  package var refutingGrowth = 1.5
  /// Share of the seconds with all replicas at work in which a short queue must stand, before the
  /// replicas at work are taken for the load.
  package var queuedShare = 0.5

  /// A load that stays away for fewer seconds than this was not away.
  package var silenceSeconds = 20.0
  /// Share of a silence's length by which the next may be shorter or longer.
  package var silenceSpread = 0.2
  /// What a silence that never ends weighs, beside each of those remembered.
  package var silenceDoubt = 0.5

  /// The constants in force.
  package init() {}

  /// A constant's name and place.
  package typealias Entry = (
    name: String, path: any WritableKeyPath<EngineConstants, Double> & Sendable
  )

  /// All of them, for the sensitivity table.
  package static let all: [Entry] = [
    ("loadShare", \.loadShare), ("loadShareLimit", \.loadShareLimit),
    ("spareDeviations", \.spareDeviations), ("priorInflation", \.priorInflation),
    ("inflationLimit", \.inflationLimit), ("probe", \.probe), ("slotGain", \.slotGain),
    ("saturatedSeconds", \.saturatedSeconds), ("calmAveragingSeconds", \.calmAveragingSeconds),
    ("fullAveragingSeconds", \.fullAveragingSeconds), ("settledSojourns", \.settledSojourns),
    ("fewestDepartures", \.fewestDepartures), ("refutingGrowth", \.refutingGrowth),
    ("offeredAveragingSeconds", \.offeredAveragingSeconds),
    ("slopeAveragingSeconds", \.slopeAveragingSeconds),
    ("momentStrideSeconds", \.momentStrideSeconds), ("momentLimit", \.momentLimit),
    ("neighbourShare", \.neighbourShare), ("neighbourLimit", \.neighbourLimit),
    ("shortHistoryGrowth", \.shortHistoryGrowth), ("loopDelaySeconds", \.loopDelaySeconds),
    ("holdColdStarts", \.holdColdStarts), ("escalationSeconds", \.escalationSeconds),
    ("escalationShare", \.escalationShare), ("blindGrowth", \.blindGrowth),
    ("holdStableWindows", \.holdStableWindows),
    ("comebackStableWindows", \.comebackStableWindows),
    ("roomShare", \.roomShare), ("deadBand", \.deadBand), ("memoryLeads", \.memoryLeads),
    ("lessonLimit", \.lessonLimit), ("idleSeconds", \.idleSeconds),
    ("allAtWorkShare", \.allAtWorkShare), ("queuedShare", \.queuedShare),
    ("silenceSeconds", \.silenceSeconds), ("silenceSpread", \.silenceSpread),
    ("silenceDoubt", \.silenceDoubt),
  ]
}
