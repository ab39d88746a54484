internal import KubernetesClient
internal import KubernetesFormat
internal import Synchronization

/// The newest of all objects of one resource, as a reflector tells of them.
final class ObjectStore<Object: APIObject, Kept: Sendable>: Sendable {
  private struct State {
    var objects: [ObjectKey: Kept] = [:]
    var isComplete = false
    var trouble: KubernetesFailure?
    var troubledSince: ContinuousClock.Instant?
    var revision = 0
  }

  private let state = Mutex(State())
  private let keep: @Sendable (Object) -> Kept

  /// Objects longer out of reach than this count as unknown.
  private static var patience: Duration { .seconds(60) }

  /// Keeps of each object what `keep` makes of it.
  init(keep: @escaping @Sendable (Object) -> Kept) { self.keep = keep }

  /// Takes in what a reflector tells.
  func take(_ change: Reflector<Object>.Change) {
    state.withLock { state in
      switch change {
      case .replaced(let objects):
        state.objects = [:]
        for object in objects { state.objects[object.metadata.key] = keep(object) }
        state.isComplete = true
        state.revision += 1
      case .stored(let object):
        state.objects[object.metadata.key] = keep(object)
        state.revision += 1
      case .removed(let key):
        state.objects[key] = nil
        state.revision += 1
      case .trouble(let failure):
        state.trouble = failure
        state.troubledSince = failure == nil ? nil : state.troubledSince ?? .now
      }
    }
  }

  /// Changes with every change of an object.
  var revision: Int { state.withLock { $0.revision } }

  /// Whether what is known is all there is, and new enough to be used.
  var isUsable: Bool {
    state.withLock { state in
      state.isComplete && state.troubledSince.map { .now - $0 < Self.patience } ?? true
    }
  }

  /// Why nothing new is learned; nil while it is.
  var trouble: KubernetesFailure? { state.withLock { $0.trouble } }

  /// One object; nil where there is none, or it cannot be told.
  subscript(key: ObjectKey) -> Kept? {
    guard isUsable else { return nil }
    return state.withLock { $0.objects[key] }
  }

  /// All objects in no order; nil where they cannot be told.
  var all: [Kept]? {
    guard isUsable else { return nil }
    return state.withLock { Array($0.objects.values) }
  }
}
