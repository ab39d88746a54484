internal import CGRPC

/// Lends the core the channel arguments of a server; why each is there is said beside it.
func withChannelArguments<R>(
  _ configuration: GRPCServerConfiguration, _ body: (UnsafePointer<grpc_channel_args>) -> R
) -> R {
  let limits = configuration.limits
  let arguments: [(name: StaticString, value: Int)] = [
    // Without this a second server binds the same port silently.
    (GRPCArgument.reusePort, 0),
    (GRPCArgument.maxConcurrentStreams, limits.streamsPerConnection),
    // What is twice too long the core refuses before we see it; what is less we refuse and count.
    (GRPCArgument.maxReceiveMessageLength, 2 * limits.receiveMessageBytes),
    (GRPCArgument.maxHeaderBytes, limits.headerBytes),
    // Without this, clients that connect and say nothing keep their place among the connections.
    // (`grpc.max_connection_idle_ms` would cost each call 7 % more instructions: its filter counts
    // calls. Clients that are gone are found by the probes below.)
    (GRPCArgument.handshakeTimeout, configuration.handshakeTimeout.wholeMilliseconds),
    // grpc-go pings after nearly every response; by default the core takes that for abuse.
    (GRPCArgument.minReceivedPingInterval, 0),
    (GRPCArgument.maxPingStrikes, 0),
    (GRPCArgument.permitKeepaliveWithoutCalls, 1),
    // Our own probes find clients whose machine has gone.
    (GRPCArgument.keepaliveTime, configuration.keepaliveTime.wholeMilliseconds),
    (GRPCArgument.keepaliveTimeout, configuration.keepaliveTimeout.wholeMilliseconds),
    (GRPCArgument.maxPingsWithoutData, 0),
    // Bookkeeping that nobody reads, and compression that KEDA does not ask for.
    (GRPCArgument.channelz, 0),
    (GRPCArgument.perMessageCompression, 0),
  ]
  let list = arguments.map { argument in
    var entry = grpc_arg()
    entry.type = GRPC_ARG_INTEGER
    entry.key = UnsafeMutableRawPointer(mutating: argument.name.utf8Start)
      .assumingMemoryBound(to: CChar.self)
    entry.value.integer = Int32(clamping: argument.value)
    return entry
  }
  return list.withUnsafeBufferPointer { list in
    var lent = grpc_channel_args()
    lent.num_args = list.count
    lent.args = UnsafeMutablePointer(mutating: list.baseAddress)
    return body(&lent)
  }
}

/// Names of channel arguments (grpc/impl/codegen/grpc_types.h).
private enum GRPCArgument {
  static let reusePort: StaticString = "grpc.so_reuseport"
  static let maxConcurrentStreams: StaticString = "grpc.max_concurrent_streams"
  static let maxReceiveMessageLength: StaticString = "grpc.max_receive_message_length"
  static let maxHeaderBytes: StaticString = "grpc.max_metadata_size"
  static let handshakeTimeout: StaticString = "grpc.server_handshake_timeout_ms"
  static let minReceivedPingInterval: StaticString =
    "grpc.http2.min_ping_interval_without_data_ms"
  static let maxPingStrikes: StaticString = "grpc.http2.max_ping_strikes"
  static let permitKeepaliveWithoutCalls: StaticString = "grpc.keepalive_permit_without_calls"
  static let keepaliveTime: StaticString = "grpc.keepalive_time_ms"
  static let keepaliveTimeout: StaticString = "grpc.keepalive_timeout_ms"
  static let maxPingsWithoutData: StaticString = "grpc.http2.max_pings_without_data"
  static let channelz: StaticString = "grpc.enable_channelz"
  static let perMessageCompression: StaticString = "grpc.per_message_compression"
}

extension Duration {
  /// Rounded down, in milliseconds.
  fileprivate var wholeMilliseconds: Int {
    Int(clamping: components.seconds) * 1000
      + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
