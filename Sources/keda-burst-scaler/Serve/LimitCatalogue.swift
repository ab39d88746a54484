import AdminServer
import CurlClient
import GRPCBinding
import MetricCollection
import PrometheusFormat
import ScalerService
import TriggerConfiguration

/// Every limit of the server, each beside the value that the code goes by.
struct LimitCatalogue: Sendable {
  /// What callers of the gRPC port may do.
  let calls: [Limit]
  /// What a trigger's metadata may hold.
  let metadata: [Limit]
  /// What sources are asked, and may answer.
  let sources: [Limit]
  /// What clients of the admin port may do, and what is logged.
  let others: [Limit]

  /// All of them, in the order of the documentation.
  var all: [Limit] { calls + metadata + sources + others }

  /// The limits under these settings.
  init(_ settings: ServerSettings) {
    let table = settings.tableLimits
    calls = Self.callLimits(settings)
    metadata = [
      Limit(
        ServiceLimit.triggers.rawValue, table.triggers,
        "external triggers that are decided for", "RESOURCE_EXHAUSTED",
        setting: .maximumScaledObjects),
      Limit(
        ServiceLimit.heldBytes.rawValue, table.heldBytes,
        "names and metadata of all triggers together, in bytes", "RESOURCE_EXHAUSTED"),
      Limit(
        ServiceLimit.refusals.rawValue, table.refusals,
        "refused metadata that is remembered", "read anew at each call, and not logged"),
      Limit(
        TriggerLimit.metadataKeys.rawValue, TriggerLimits.metadataKeys,
        "keys of one trigger's metadata", "RESOURCE_EXHAUSTED"),
      Limit(
        TriggerLimit.metadataBytes.rawValue, TriggerLimits.metadataBytes,
        "keys and values of one trigger's metadata, in bytes", "INVALID_ARGUMENT"),
      Limit(
        TriggerLimit.triggers.rawValue, TriggerLimits.triggers, "entries of a `triggers` list",
        "INVALID_ARGUMENT"),
      Limit(
        TriggerLimit.endpoints.rawValue, TriggerLimits.endpoints,
        "addresses under one `endpoints`", "INVALID_ARGUMENT"),
      Limit(
        TriggerLimit.queryBytes.rawValue, TriggerLimits.queryBytes, "one query, in bytes",
        "INVALID_ARGUMENT"),
      Limit(
        TriggerLimit.listDepth.rawValue, TriggerLimits.listDepth,
        "brackets within brackets of a `triggers` list", "INVALID_ARGUMENT"),
    ]
    sources = Self.sourceLimits
    others = Self.otherLimits(settings)
  }

  private static func callLimits(_ settings: ServerSettings) -> [Limit] {
    let grpc = settings.grpcConfiguration(certificates: nil).limits
    return [
      Limit(
        "grpc_connections", grpc.connections, "connections to the gRPC port", "reset",
        setting: .maximumConnections),
      Limit(
        "file_descriptors", settings.descriptorLimit,
        "file descriptors of the process (`ulimit -n`), where a connection needs one more", "reset"),
      Limit(
        "grpc_streams", grpc.streams, "open streams in total", "RESOURCE_EXHAUSTED",
        setting: .maximumStreams),
      Limit(
        "grpc_streams_per_connection", grpc.streamsPerConnection,
        "open calls of one connection; HTTP/2 tells clients", "waits in the client; not counted"),
      Limit(
        "grpc_turn_bytes", grpc.turnBytes,
        "bytes read of one connection before the others have their turn", "waits; not counted"),
      Limit(
        "grpc_message_bytes", grpc.receiveMessageBytes,
        "one request, in bytes; from twice as many on the core refuses it uncounted",
        "RESOURCE_EXHAUSTED", setting: .maximumMessageBytes),
      Limit(
        "grpc_header_bytes", grpc.headerBytes, "header fields of one call, in bytes",
        "RESOURCE_EXHAUSTED, at times with the connection closed; not counted"),
      Limit(
        "grpc_parked_calls", grpc.parkedCalls, "calls that wait for a trigger's first answer",
        "RESOURCE_EXHAUSTED"),
    ]
  }

  private static var sourceLimits: [Limit] {
    let (client, page) = (HTTPClientLimits(), ExpositionLimits())
    let unavailable = "the query has no new answer: UNAVAILABLE once the last is stale"
    return [
      Limit(
        SourceLimit.queries.rawValue, CollectorSettings().queryLimit, "distinct queries",
        "RESOURCE_EXHAUSTED"),
      Limit(
        SourceLimit.inFlight.rawValue, client.inFlight,
        "requests to sources at once; \(client.inFlightPerOrigin) of them to one server",
        "the request waits"),
      Limit(
        SourceLimit.queued.rawValue, client.queued, "requests to sources that wait", unavailable),
      Limit(
        SourceLimit.lookUps.rawValue, client.lookUpsLeftBehind,
        "look-ups given up on in the last \(HTTPClientLimits.lookUpPatienceSeconds) s, which hold a "
          + "thread each until the name servers answer; half as many for names given up on before",
        "names not answered for yet wait; others are looked up"),
      Limit(
        SourceLimit.answerBytes.rawValue, HTTPRequest.defaultBodyLimitBytes,
        "one answer, in bytes; \(client.bodyBytes) of all at once", unavailable),
      Limit(
        SourceLimit.series.rawValue, QueryAnswer.defaultSampleLimit, "series of one query's answer",
        unavailable),
      Limit(
        SourceLimit.scrapedSeries.rawValue, page.samples, "wanted series of one scraped page",
        "the page does not count"),
      Limit(
        SourceLimit.lineBytes.rawValue, page.lineBytes, "one line of a scraped page, in bytes",
        "the page does not count"),
      Limit(
        SourceLimit.labels.rawValue, page.labels, "labels of one wanted series of a scraped page",
        "the page does not count"),
      Limit(
        SourceLimit.replicas.rawValue, EndpointScraper.replicaLimit,
        "pages behind one trigger's `endpoints`", unavailable),
    ]
  }

  private static func otherLimits(_ settings: ServerSettings) -> [Limit] {
    let admin = StatusServerConfiguration.Limits()
    return [
      Limit(
        AdminLimit.connections.rawValue, admin.connections, "connections to the admin port",
        "closed"),
      Limit(
        AdminLimit.eventClients.rawValue, admin.eventClients, "clients of `/api/v1/events`", "503"),
      Limit(
        AdminLimit.headBytes.rawValue, admin.headBytes, "head of one admin request, in bytes",
        "431"),
      Limit(
        AdminLimit.seconds.rawValue, Int(admin.headTimeout / .seconds(1)),
        "time for a head or for taking a piece of an answer, in seconds; "
          + "\(Int(admin.idleTimeout / .seconds(1))) between requests", "closed"),
      Limit(
        "log_lines_per_second", settings.logLinesPerSecond,
        "lines of one sentence logged in a second, ten seconds' worth at once",
        "dropped, with a line that says so", setting: .logLinesPerSecond),
      Limit(
        "log_line_bytes", LogOutput.lineLimitBytes, "one logged line, in bytes",
        "cut; not counted"),
    ]
  }
}
