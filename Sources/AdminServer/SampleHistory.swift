/// What one external trigger looked like every three seconds over the last quarter of an hour.
///
/// A ring of 32-bit numbers, 300 rows of 4 + 2 per trigger: 9.6 KB with two triggers and never more
/// than 14.4 KB. Triggers beyond the fourth are shown as they are now, without a past.
struct SampleHistory: Sendable {
  /// Time between rows, in seconds.
  static let stepSeconds = 3
  /// Rows kept: a quarter of an hour.
  static let capacity = 300
  /// Triggers with columns of their own.
  static let triggerLimit = 4

  /// One row; what is unknown is NaN.
  struct Row: Sendable, Equatable {
    /// The decision, in replicas.
    var desired = Float.nan
    /// Replicas that were asked for.
    var current = Float.nan
    /// Replicas able to serve.
    var ready = Float.nan
    /// The state by its number, see `TriggerState`.
    var state = Float.nan
    /// Each trigger's reading in the metric's published unit: a mean for utilization, else a total.
    var readings: [Float] = []
    /// Each trigger's demand in replicas.
    var demands: [Float] = []
  }

  /// Columns for one of the triggers.
  let triggers: Int
  /// The step of the newest row.
  private(set) var lastStep: Int?
  private var values: [Float]
  private var filled = 0

  private var width: Int { 4 + 2 * triggers }

  /// A history without rows for a spec with `triggerCount` triggers.
  init(triggerCount: Int) {
    triggers = min(triggerCount, Self.triggerLimit)
    values = Array(repeating: .nan, count: (4 + 2 * triggers) * Self.capacity)
  }

  /// How many rows there are.
  var count: Int { filled }

  /// Bytes that the rows take.
  var sizeBytes: Int { values.count * MemoryLayout<Float>.stride }

  /// Takes the row of `step` in; steps that were missed become unknown. An old step changes nothing.
  mutating func append(_ row: Row, step: Int) {
    if let lastStep {
      guard step > lastStep else { return }
      for missed in max(lastStep + 1, step - Self.capacity)..<step { write(Row(), step: missed) }
    }
    write(row, step: step)
    lastStep = step
  }

  private mutating func write(_ row: Row, step: Int) {
    let start = (step % Self.capacity) * width
    values[start] = row.desired
    values[start + 1] = row.current
    values[start + 2] = row.ready
    values[start + 3] = row.state
    for index in 0..<triggers {
      values[start + 4 + index] = index < row.readings.count ? row.readings[index] : .nan
      values[start + 4 + triggers + index] = index < row.demands.count ? row.demands[index] : .nan
    }
    filled = min(filled + 1, Self.capacity)
  }

  /// A column of `count` numbers, oldest first, the last of them at `lastStep`.
  func column(_ column: Column) -> [Float] {
    guard let lastStep else { return [] }
    let offset =
      switch column {
      case .desired: 0
      case .current: 1
      case .ready: 2
      case .state: 3
      case .reading(let index): 4 + index
      case .demand(let index): 4 + triggers + index
      }
    return (lastStep - filled + 1...lastStep).map {
      values[($0 % Self.capacity) * width + offset]
    }
  }

  /// The columns.
  enum Column {
    case desired, current, ready, state
    /// Of a trigger below `triggers`.
    case reading(Int)
    /// Of a trigger below `triggers`.
    case demand(Int)
  }
}
