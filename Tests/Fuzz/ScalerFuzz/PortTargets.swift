internal import AdminServer
internal import CurlClient
internal import DecisionLoop
internal import GRPCBinding
internal import Glibc
internal import Logging
internal import MetricCollection
internal import ScalerService
internal import Synchronization

extension FuzzTarget {
  /// Bytes at the gRPC port. The first says what goes before them: nothing, HTTP/2's preface, or
  /// the preface and the headers of a call, whose message they then are.
  static let grpcPort = FuzzTarget(name: "grpc-port") { bytes in
    guard let ports = FuzzedPorts.shared, let first = bytes.first else { return }
    let start: [UInt8] =
      switch first % 3 {
      case 0: []
      case 1: FuzzedPorts.preface
      default:
        FuzzedPorts.preface
          + FuzzedPorts.headers(path: "/externalscaler.ExternalScaler/IsActive")
      }
    ports.send(start + bytes.dropFirst(), to: ports.grpc)
    if ports.isCheckDue() {
      precondition(ports.answersHealthCheck(), "the gRPC port no longer answers a health check")
    }
  }

  /// Bytes at the admin port.
  static let adminPort = FuzzTarget(name: "admin-port") { bytes in
    guard let ports = FuzzedPorts.shared else { return }
    ports.send(bytes, to: ports.admin)
    if ports.isCheckDue() {
      let request = "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"
      let answer = ports.exchange(Array(request.utf8), with: ports.admin)
      precondition(
        answer.starts(with: Array("HTTP/1.1 200".utf8)), "the admin port no longer answers")
    }
  }
}

/// Both ports of the scaler in this process, without sources.
final class FuzzedPorts: Sendable {
  /// The one pair of ports; nil where they cannot be opened.
  static let shared = FuzzedPorts()

  /// HTTP/2's connection preface and empty SETTINGS (RFC 9113, section 3.4).
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

  /// The port of each server.
  let grpc: UInt16
  let admin: UInt16
  private let server: GRPCServer
  private let inputs = Atomic<Int>(0)

  private init?() {
    let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
    CoreLibrary.routeLog { _, _ in }
    let health = HealthService(services: [ExternalScalerService.name])
    guard let client = try? HTTPClient(),
      let sources = try? SourceDirectory(profiles: [], allowed: [])
    else { return nil }
    let runner = DecisionRunner(
      collector: Collector(client: client, logger: logger),
      scraper: EndpointScraper(client: client, logger: logger), sources: sources, logger: logger,
      wallSeconds: { 0 })
    let scaler = ExternalScalerService(
      runner: runner, limits: TriggerTableLimits(triggers: 100), forgetAfter: .seconds(1),
      logger: logger)
    var configuration = GRPCServerConfiguration(address: "127.0.0.1:0")
    configuration.limits.receiveMessageBytes = 64 << 10
    guard
      let server = try? GRPCServer(
        configuration: configuration,
        methods: scaler.methods + health.methods + ReflectionService().methods)
    else { return nil }
    self.server = server
    health.setServing(true)
    grpc = UInt16(server.boundPort)
    let port = PortBox()
    Task {
      try await withThrowingTaskGroup { group in
        group.addTask { await scaler.run() }
        let status = StatusServer(
          configuration: StatusServerConfiguration(host: "127.0.0.1", port: 0, version: "fuzz"),
          source: StatusSource(
            runner: runner, readiness: { .ready }, counters: { ProcessCounters() }),
          logger: logger)
        port.set(UInt16(try await status.listen(in: &group)))
        try await group.waitForAll()
      }
    }
    admin = port.wait()
  }

  /// Whether the ports are to be looked at: every 64th input.
  func isCheckDue() -> Bool { inputs.wrappingAdd(1, ordering: .relaxed).newValue % 64 == 0 }

  /// Sends bytes on a connection of their own, and closes it.
  func send(_ bytes: [UInt8], to port: UInt16) {
    guard let descriptor = connected(to: port) else { return }
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer = [UInt8](repeating: 0, count: 4096)
    _ = recv(descriptor, &answer, answer.count, 0)
    close(descriptor)
  }

  /// What comes back on a connection of its own until it is silent.
  func exchange(_ bytes: [UInt8], with port: UInt16) -> [UInt8] {
    guard let descriptor = connected(to: port, seconds: 8) else { return [] }
    defer { close(descriptor) }
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      // libFuzzer's timer ends a wait now and then.
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      answer += buffer.prefix(count)
      if answer.contains(Self.serving) { break }
    }
    return answer
  }

  /// The message of a health check that is answered with SERVING, as it goes over the wire.
  private static let serving: [UInt8] = [0, 0, 0, 0, 2, 8, 1]

  /// Whether `grpc.health.v1.Health/Check` is answered with SERVING.
  func answersHealthCheck() -> Bool {
    let message: [UInt8] = [0, 0, 5, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    let call = Self.preface + Self.headers(path: "/grpc.health.v1.Health/Check") + message
    return exchange(call, with: grpc).contains(Self.serving)
  }

  /// A HEADERS frame of stream 1, every field a literal without indexing (RFC 7541, section 6.2.2).
  static func headers(path: String) -> [UInt8] {
    let fields = [
      (":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "fuzz"),
      ("te", "trailers"), ("content-type", "application/grpc"),
    ]
    let block = fields.reduce(into: [UInt8]()) { block, field in
      block.append(0)
      for text in [field.0, field.1] {
        block.append(UInt8(text.utf8.count))
        block += Array(text.utf8)
      }
    }
    return [0, 0, UInt8(block.count), 1, 4, 0, 0, 0, 1] + block
  }

  private func connected(to port: UInt16, seconds: Int = 0) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var patience = timeval(tv_sec: seconds, tv_usec: seconds == 0 ? 1000 : 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    // Closed with a reset: no port waits for the last packet of a connection that has ended.
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }
}

/// A port that one thread waits for.
private final class PortBox: Sendable {
  private let port = Mutex<UInt16>(0)

  func set(_ value: UInt16) { port.withLock { $0 = value } }

  func wait() -> UInt16 {
    while true {
      let value = port.withLock { $0 }
      if value != 0 { return value }
      sched_yield()
    }
  }
}
