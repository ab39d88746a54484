internal import FoundationEssentials
package import KubernetesFormat
package import Logging

/// Keeps up with all objects of one resource: lists them, then follows their changes, and lists
/// again when the API server can no longer tell what was missed (410 Gone).
package final class Reflector<Object: APIObject>: Sendable {
  /// What became known.
  package enum Change: Sendable {
    /// These are all there are.
    case replaced([Object])
    /// One is new or has changed.
    case stored(Object)
    /// One is gone.
    case removed(ObjectKey)
    /// Whether the objects can be followed: nil while they can.
    case trouble(KubernetesFailure?)
  }

  private let api: KubernetesAPI
  private let resource: APIResource
  private let logger: Logger
  private let watchTimeout: ClosedRange<Double>
  private let isOptional: Bool
  private let onChange: @Sendable (Change) -> Void

  /// Pieces of a watch that wait to be read; more, and the objects are listed anew.
  private static var pieceLimit: Int { 4096 }

  /// How long an API that the cluster does without is not looked for.
  private static var lookForAgain: Duration { .seconds(300) }

  /// A reflector of `resource` in all namespaces.
  ///
  /// - Parameters:
  ///   - isOptional: whether a cluster may do without that API: then that is no trouble, and it is
  ///     looked for again from time to time.
  ///   - watchTimeout: how many seconds a watch lasts; one value of these, by chance.
  ///   - onChange: told in order, from one task at a time.
  package init(
    api: KubernetesAPI, resource: APIResource, logger: Logger, isOptional: Bool = false,
    watchTimeout: ClosedRange<Double> = 120...240,
    onChange: @escaping @Sendable (Change) -> Void
  ) {
    self.api = api
    self.resource = resource
    self.logger = logger
    self.isOptional = isOptional
    self.watchTimeout = watchTimeout
    self.onChange = onChange
  }

  /// Follows until cancelled.
  package func run() async {
    var backoff = Backoff()
    var trouble: KubernetesFailure?
    while !Task.isCancelled {
      do throws(KubernetesFailure) {
        let version = try await list()
        if trouble != nil {
          logger.notice("cluster is followed again", metadata: ["resource": "\(resource.plural)"])
        }
        trouble = nil
        onChange(.trouble(nil))
        backoff.reset()
        try await follow(from: version)
      } catch {
        if Task.isCancelled { return }
        if isOptional, error.kind == .notFound {
          try? await Task.sleep(for: Self.lookForAgain)
          continue
        }
        if error.kind != .expired {
          if trouble?.kind != error.kind { say(error) }
          trouble = error
          onChange(.trouble(error))
        }
        await wait(after: error, &backoff)
      }
    }
  }

  private func say(_ failure: KubernetesFailure) {
    logger.warning(
      "cluster cannot be followed",
      metadata: ["resource": "\(resource.plural)", "error": "\(failure)"])
  }

  private func sayUnreadable(_ which: String) {
    logger.notice(
      "objects of a form that is not known are passed over",
      metadata: ["resource": "\(resource.plural)", "objects": "\(which)"])
  }

  private func wait(after failure: KubernetesFailure, _ backoff: inout Backoff) async {
    var pause = backoff.next()
    if case .busy(let seconds?) = failure.kind { pause = max(pause, .seconds(min(seconds, 300))) }
    try? await Task.sleep(for: pause)
  }

  /// All objects, part by part; the resourceVersion to go on from.
  private func list() async throws(KubernetesFailure) -> String {
    var objects: [Object] = []
    var next: String?
    repeat {
      let part: ObjectList<Object> = try await api.list(resource, next: next)
      objects += part.items
      if part.unreadable > 0 { sayUnreadable("\(part.unreadable) of a list") }
      next = part.metadata.continue.flatMap { $0.isEmpty ? nil : $0 }
      if next == nil {
        onChange(.replaced(objects))
        return part.metadata.resourceVersion
      }
    } while true
  }

  /// Follows the changes, watch after watch, until they cannot be told any more (`expired`).
  private func follow(from version: String) async throws(KubernetesFailure) {
    var version = version
    var backoff = Backoff()
    var isTroubled = false
    while !Task.isCancelled {
      do throws(KubernetesFailure) {
        let begun = ContinuousClock.now
        try await watch(from: &version, isTroubled: &isTroubled)
        if .now - begun > .seconds(1) {
          backoff.reset()
        } else {
          // A server that ends watches at once must not be asked in a tight loop.
          try? await Task.sleep(for: backoff.next())
        }
      } catch {
        guard error.isPassing else { throw error }
        if !isTroubled { onChange(.trouble(error)) }
        isTroubled = true
        await wait(after: error, &backoff)
        continue
      }
    }
  }

  private func watch(
    from version: inout String, isTroubled: inout Bool
  ) async throws(KubernetesFailure) {
    let (pieces, feed) = AsyncStream<[UInt8]>.makeStream(
      bufferingPolicy: .bufferingOldest(Self.pieceLimit))
    let timeout = Duration.milliseconds(Int(Double.random(in: watchTimeout) * 1000))
    let (api, resource, from) = (api, resource, version)
    let asking = Task { () -> KubernetesFailure? in
      defer { feed.finish() }
      do throws(KubernetesFailure) {
        try await api.watch(resource, from: from, timeout: timeout) { piece in
          if case .enqueued = feed.yield(piece) { return true }
          return false
        }
        return nil
      } catch {
        return error
      }
    }
    let failure = await withTaskCancellationHandler { () -> KubernetesFailure? in
      var lines = LineSplitter()
      var failure: KubernetesFailure?
      for await piece in pieces where failure == nil {
        if isTroubled {
          isTroubled = false
          onChange(.trouble(nil))
        }
        failure = take(piece, &lines, &version)
        if failure != nil { asking.cancel() }
      }
      if let failure { return failure }
      return await asking.value
    } onCancel: {
      asking.cancel()
    }
    if let failure { throw failure }
  }

  /// Takes a piece of a watch in; why the watch cannot go on, if it cannot.
  private func take(
    _ piece: [UInt8], _ splitter: inout LineSplitter, _ version: inout String
  ) -> KubernetesFailure? {
    let call = KubernetesAPI.Call(verb: "watch", resource: resource)
    guard let lines = splitter.take(piece) else {
      return call.failure(.unreadable, "a line is longer than \(LineSplitter.limitBytes) bytes")
    }
    for line in lines {
      let event: WatchEvent<Object>
      do {
        event = try JSONDecoder().decode(WatchEvent<Object>.self, from: Data(line))
      } catch {
        return call.failure(.unreadable, error.place)
      }
      switch event {
      case .added(let object), .modified(let object):
        version = object.metadata.resourceVersion ?? version
        onChange(.stored(object))
      case .deleted(let object):
        version = object.metadata.resourceVersion ?? version
        onChange(.removed(object.metadata.key))
      case .unreadable(let metadata):
        version = metadata.resourceVersion ?? version
        sayUnreadable("\(metadata.key)")
        onChange(.removed(metadata.key))
      case .bookmark(let mark): version = mark
      case .error(let status):
        return call.failure(
          KubernetesAPI.kind(status.code ?? 500, retryAfterSeconds: nil),
          status.message ?? status.reason ?? "")
      }
    }
    return nil
  }
}
