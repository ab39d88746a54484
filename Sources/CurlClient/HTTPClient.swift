internal import Synchronization

/// Many bounded HTTP requests at once, on one thread and one libcurl multi handle.
///
/// Connections are kept and used again. Compression is never asked for: it costs Prometheus 4.5
/// times the CPU of a small answer. Proxies from the environment are not used. When the last
/// reference goes, what is in flight fails with `shutDown` and the thread ends by itself;
/// `shutdown` waits for that.
package final class HTTPClient: Sendable {
  private let inbox: ClientInbox

  /// Starts the client's thread.
  ///
  /// - Parameter names: where connections lead instead of what the system's resolver says; for
  ///   tests of names that move.
  /// - Throws: `HTTPClientStartError` where the system has no thread or memory left.
  package init(
    limits: HTTPClientLimits = HTTPClientLimits(), names: HTTPNameTable? = nil
  ) throws(HTTPClientStartError) {
    guard let waker = Waker(),
      let multi = Multi(waker: waker, limits: limits, names: names)
    else {
      throw HTTPClientStartError(problem: "libcurl cannot be initialized, or no file opened")
    }
    inbox = ClientInbox(waker: waker)
    guard ClientThread.start(inbox: inbox, multi: multi, limits: limits) else {
      throw HTTPClientStartError(problem: "the system has no thread left")
    }
  }

  deinit { inbox.close() }

  /// Requests that failed with `queueFull`.
  package var queueFullCount: Int { inbox.reached.queueFull.load(ordering: .relaxed) }

  /// How often requests began to wait because as many as allowed were on the wire, in all or to one
  /// server.
  package var delayCount: Int { inbox.reached.delays.load(ordering: .relaxed) }

  /// How often a name was not looked up because too many look-ups were left behind.
  package var lookUpsRefusedCount: Int { inbox.reached.lookUps.load(ordering: .relaxed) }

  /// Starts a request.
  ///
  /// - Parameter completion: called exactly once, on the client's thread (or on the caller's after
  ///   `shutdown`); it must be quick, for every request waits for it, and may start further
  /// requests.
  /// - Returns: what `cancel` takes.
  @discardableResult
  package func start(
    _ request: HTTPRequest, completion: @escaping @Sendable (HTTPResult) -> Void
  ) -> HTTPRequestID {
    let id = inbox.newID()
    let pending = PendingRequest(
      id: id, request: request, deadline: .now + request.timeout, completion: completion)
    if !inbox.post(.start(pending)) { pending.fail(.shutDown, "") }
    return id
  }

  /// Gives up a request, which then completes with `cancelled` unless it is over already.
  package func cancel(_ id: HTTPRequestID) { _ = inbox.post(.cancel(id)) }

  /// Runs something on the client's thread, where completions run, in order with what was started
  /// before; not at all after `shutdown`. It must be quick.
  package func run(_ work: @escaping @Sendable () -> Void) { _ = inbox.post(.run(work)) }

  /// Asks, and waits for the answer; cancelling the task gives the request up.
  package func answer(to request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    let id = inbox.newID()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { (continuation: CheckedContinuation<HTTPResult, Never>) in
        let pending = PendingRequest(
          id: id, request: request, deadline: .now + request.timeout,
          completion: { continuation.resume(returning: $0) })
        if !inbox.post(.start(pending)) { pending.fail(.shutDown, "") }
        // A cancellation before the line above found nothing to give up.
        if Task.isCancelled { cancel(id) }
      }
    } onCancel: {
      cancel(id)
    }
    return try result.get()
  }

  /// Fails what is in flight or waits with `shutDown`, and returns when the thread has ended.
  package func shutdown() async {
    await withCheckedContinuation { continuation in
      inbox.close(onEnd: { continuation.resume() })
    }
  }
}

/// Why there is no HTTP client.
package struct HTTPClientStartError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is missing.
  package let problem: String

  /// One sentence with the remedy.
  package var description: String {
    "no HTTP client: \(problem); raise this process's limits on memory, threads and files"
  }
}
