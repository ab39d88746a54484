/// What one external trigger looked like every five seconds over the last quarter of an hour.
///
/// A ring of 180 rows of 7 bytes and 8 per trigger: 4.1 KB with two triggers and never more than
/// 7 KB. Triggers beyond the fourth are shown as they are now, without a past.
struct SampleHistory: Sendable {
  /// Time between rows, in seconds.
  static let stepSeconds = 5
  /// Rows kept: a quarter of an hour.
  static let capacity = 180
  /// Triggers with columns of their own.
  static let triggerLimit = 4

  /// One row; what is unknown is NaN.
  struct Row: Sendable, Equatable {
    /// The decision, in replicas; above 65 534 it is kept as that, as the other two are.
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
  // Row after row: desired, current, ready; the state; each trigger's reading, then its demand.
  private var replicas: [Whole<UInt16>]
  private var states: [Whole<UInt8>]
  private var values: [Float]
  private var filled = 0

  /// A whole number that may be unknown, in as few bytes as it takes.
  private struct Whole<Storage: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private let stored: Storage

    init(_ number: Float) {
      let most = Float(Storage.max - 1)
      stored = number.isNaN ? .max : Storage(Swift.max(0, Swift.min(number, most)))
    }

    var number: Float { stored == .max ? .nan : Float(stored) }
  }

  /// A history without rows for a spec with `triggerCount` triggers.
  init(triggerCount: Int) {
    triggers = min(triggerCount, Self.triggerLimit)
    replicas = Array(repeating: Whole(.nan), count: 3 * Self.capacity)
    states = Array(repeating: Whole(.nan), count: Self.capacity)
    values = Array(repeating: .nan, count: 2 * triggers * Self.capacity)
  }

  /// How many rows there are.
  var count: Int { filled }

  /// Bytes that the rows take.
  var sizeBytes: Int {
    replicas.count * MemoryLayout<UInt16>.stride + states.count
      + values.count * MemoryLayout<Float>.stride
  }

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
    let place = step % Self.capacity
    replicas[3 * place] = Whole(row.desired)
    replicas[3 * place + 1] = Whole(row.current)
    replicas[3 * place + 2] = Whole(row.ready)
    states[place] = Whole(row.state)
    let start = 2 * triggers * place
    for index in 0..<triggers {
      values[start + index] = index < row.readings.count ? row.readings[index] : .nan
      values[start + triggers + index] = index < row.demands.count ? row.demands[index] : .nan
    }
    filled = min(filled + 1, Self.capacity)
  }

  /// A column of `count` numbers, oldest first, the last of them at `lastStep`.
  func column(_ column: Column) -> [Float] {
    guard let lastStep else { return [] }
    return (lastStep - filled + 1...lastStep).map { number(column, in: $0 % Self.capacity) }
  }

  private func number(_ column: Column, in place: Int) -> Float {
    switch column {
    case .desired: replicas[3 * place].number
    case .current: replicas[3 * place + 1].number
    case .ready: replicas[3 * place + 2].number
    case .state: states[place].number
    case .reading(let index): values[2 * triggers * place + index]
    case .demand(let index): values[2 * triggers * place + triggers + index]
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
