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
  private let patience: Duration
  private let keep: @Sendable (_ object: Object, _ before: Kept?, _ isNew: Bool) -> Kept

  /// Keeps of each object what `keep` makes of it, of what was kept of its name before, and of
  /// whether it is new: told of by a watch, and not listed. Objects longer out of reach than
  /// `patience` count as unknown.
  init(
    patience: Duration,
    keep: @escaping @Sendable (_ object: Object, _ before: Kept?, _ isNew: Bool) -> Kept
  ) {
    self.patience = patience
    self.keep = keep
  }

  /// Takes in what a reflector tells.
  func take(_ change: Reflector<Object>.Change) {
    state.withLock { state in
      switch change {
      case .replaced(let objects):
        let before = state.objects
        state.objects = [:]
        for object in objects {
          let key = object.metadata.key
          state.objects[key] = keep(object, before[key], false)
        }
        state.isComplete = true
        state.revision += 1
      case .stored(let object):
        let key = object.metadata.key
        state.objects[key] = keep(object, state.objects[key], true)
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
      state.isComplete && state.troubledSince.map { .now - $0 < patience } ?? true
    }
  }

  /// Whether all there is has been told once, or why it cannot be.
  var isTold: Bool { state.withLock { $0.isComplete || $0.trouble != nil } }

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

extension ObjectStore where Kept == Object {
  /// Keeps the objects themselves.
  convenience init(patience: Duration) {
    self.init(patience: patience) { object, _, _ in object }
  }
}
