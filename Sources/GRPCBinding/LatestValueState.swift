/// The state of one stream of the latest value: at most one value waits while one is being sent.
struct LatestValueState {
  /// What the driver does next, outside any lock.
  enum Action: Equatable {
    case nothing
    /// Write this message, headers first if they have not been sent.
    case write([UInt8], withHeaders: Bool)
    /// Write the status, headers first if they have not been sent.
    case end(GRPCStatus, withHeaders: Bool)
  }

  private var pending: [UInt8]?
  private var ending: GRPCStatus?
  private var headersSent = false
  private var writing = false
  private var statusSent = false
  private var closed = false

  /// The status that ended or will end the stream, nil while it is open.
  var finalStatus: GRPCStatus? { ending }

  /// No batch is out and none will come: the call can be released.
  var isOver: Bool { closed && !writing }

  /// The value to be sent next; replaces one that is still waiting. Nothing after `finish`.
  mutating func send(_ bytes: [UInt8]) -> Action {
    guard ending == nil && !closed else { return .nothing }
    pending = bytes
    return next()
  }

  /// Ends the stream after the value that is waiting, if any. Only the first status counts.
  mutating func finish(_ status: GRPCStatus) -> Action {
    guard ending == nil && !closed else { return .nothing }
    ending = status
    return next()
  }

  /// The batch that was out has completed.
  mutating func wrote() -> Action {
    writing = false
    return next()
  }

  /// The call is over, by our status or because the client has gone.
  mutating func close() {
    closed = true
    pending = nil
  }

  private mutating func next() -> Action {
    guard !writing && !closed && !statusSent else { return .nothing }
    defer { headersSent = headersSent || writing }
    if let bytes = pending {
      pending = nil
      writing = true
      return .write(bytes, withHeaders: !headersSent)
    }
    if let ending {
      statusSent = true
      writing = true
      return .end(ending, withHeaders: !headersSent)
    }
    return .nothing
  }
}
