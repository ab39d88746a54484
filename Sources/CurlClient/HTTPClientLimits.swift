/// The bounds of an `HTTPClient`.
package struct HTTPClientLimits: Sendable {
  /// Requests on the wire at once, over all servers.
  package var inFlight = 256
  /// Requests on the wire at once in one lane without a limit of its own, which is to one `scheme://host:port`.
  package var inFlightPerOrigin = 16
  /// Bytes of answers on their way at once, over all servers; the answer that would go beyond fails
  /// with `bodyTooLarge`.
  package var bodyBytes = 128 << 20
  /// Look-ups of names that were given up on and may still have their thread; with as many no name
  /// is looked up that has not been answered for.
  package var lookUpsLeftBehind = 64
  /// How long such a look-up is taken to last, in seconds.
  package static var lookUpPatienceSeconds: Int { LookUps.patience.wholeMilliseconds / 1000 }
  /// Requests that wait for their turn; one more fails with `queueFull`.
  package var queued = 16_384

  /// Room for some thousand small queries a second to a few servers.
  package init() {}
}
