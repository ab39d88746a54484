internal import FlyingFox
internal import FlyingSocks
internal import Foundation
internal import Glibc
package import Logging

/// The admin port: health, metrics, status as JSON and as a page, live events. Read-only.
package final class StatusServer: Sendable {
  private let configuration: StatusServerConfiguration
  private let source: StatusSource
  private let logger: Logger
  /// What it remembers of the triggers.
  let book = StatusBook()
  private let counters = RequestCounters()

  /// How often each bound of this port was reached.
  package var reachedLimits: [AdminLimit: Int] { counters.counts.reached }

  /// A server of `source` that does not listen yet.
  package init(configuration: StatusServerConfiguration, source: StatusSource, logger: Logger) {
    self.configuration = configuration
    self.source = source
    self.logger = logger
  }

  /// Listens and serves, in tasks of `group`, until the group is cancelled.
  ///
  /// Returns the port as soon as it is bound.
  /// - Throws: `StatusServerError`
  package func listen(in group: inout ThrowingTaskGroup<Void, any Error>) async throws -> Int {
    let pool = HTTPServer.defaultPool()
    let address = try address
    let listener: AsyncSocket
    do {
      try await pool.prepare()
      let socket = try Socket(domain: Int32(address.family))
      try socket.setValue(true, for: .localAddressReuse)
      try socket.bind(to: address)
      try socket.listen()
      listener = try AsyncSocket(socket: socket, pool: pool)
    } catch {
      throw bindFailure(error)
    }
    let router = router
    group.addTask { [self] in
      do {
        try await pool.run()
      } catch {
        guard !Task.isCancelled else { return }
        logger.error("the admin port failed", metadata: ["error": "\(error)"])
      }
    }
    group.addTask { [self] in await accept(listener, router) }
    group.addTask { [self] in await sample() }
    switch try? listener.socket.sockname() {
    case .ip4(_, let port), .ip6(_, let port): return Int(port)
    default: return configuration.port
    }
  }

  private var router: StatusRouter {
    let (configuration, source, book, counters) = (configuration, source, book, counters)
    func router(_ feed: EventFeed) -> StatusRouter {
      StatusRouter(
        configuration: configuration, source: source, book: book, counters: counters, feed: feed)
    }
    let unheard = router(EventFeed { StatusList(head: [], summaries: []) })
    return router(EventFeed { unheard.list })
  }

  private func accept(_ listener: AsyncSocket, _ router: StatusRouter) async {
    defer { try? listener.close() }
    let limits = configuration.limits
    var isReported = false
    await withDiscardingTaskGroup { group in
      while !Task.isCancelled {
        do {
          let socket = try await listener.accept()
          isReported = false
          guard router.counters.admitConnection(limit: limits.connections) else {
            try? socket.close()
            continue
          }
          group.addTask {
            await StatusConnection(socket: socket, router: router, limits: limits).serve()
            router.counters.connectionEnded()
          }
        } catch is CancellationError {
          break
        } catch {
          guard !Task.isCancelled else { break }
          if !isReported {
            logger.warning("no admin connection can be taken", metadata: ["error": "\(error)"])
            isReported = true
          }
          // Out of descriptors, most likely: some may come back.
          try? await Task.sleep(for: .milliseconds(500))
        }
      }
      group.cancelAll()
    }
  }

  private func sample() async {
    while !Task.isCancelled {
      let wall = Date.now.timeIntervalSince1970
      let step = Int(wall) / SampleHistory.stepSeconds
      book.sample(source.triggers(), step: step, now: .now)
      let next = Double((step + 1) * SampleHistory.stepSeconds)
      try? await Task.sleep(for: .seconds(max(0.1, next - Date.now.timeIntervalSince1970)))
    }
  }

  private var address: any SocketAddress {
    get throws {
      let host = configuration.host == "localhost" ? "127.0.0.1" : configuration.host
      let port = UInt16(clamping: configuration.port)
      do {
        return host.contains(":")
          ? try sockaddr_in6.inet6(ip6: host, port: port)
          : try sockaddr_in.inet(ip4: host, port: port)
      } catch {
        throw StatusServerError.unusableHost(configuration.host)
      }
    }
  }

  private func bindFailure(_ error: any Error) -> any Error {
    guard !(error is StatusServerError) else { return error }
    let host = configuration.host
    let address = "\(host.contains(":") ? "[\(host)]" : host):\(configuration.port)"
    guard case SocketError.failed(_, let number, let message) = error else {
      return StatusServerError.bindFailed(address: address, reason: "\(error)")
    }
    let reason =
      switch number {
      case EADDRINUSE: "the port is in use"
      case EACCES: "ports below 1024 need a privilege"
      case EADDRNOTAVAIL: "the address is none of this machine's"
      default: message
      }
    return StatusServerError.bindFailed(address: address, reason: reason)
  }
}
