internal import Synchronization
internal import TriggerConfiguration

/// ScaledObjects that wake and sleep together: those of one namespace whose metadata name the same
/// `group`.
///
/// Each member is active while any of them is. A member of which nothing is known any more counts
/// as it last was: unknown is not asleep.
final class GroupActivity: Sendable {
  private struct Key: Hashable {
    var namespace: String
    var group: String
  }

  private let groups = Mutex<[Key: [ObjectIdentifier: Bool]]>([:])

  /// Notes how active a member is by itself and gives how active its group is.
  func joined(_ trigger: ScaledTrigger, isActive: Bool) -> Bool {
    guard let group = trigger.spec.group else { return isActive }
    return groups.withLock { groups in
      let key = Key(namespace: trigger.namespace, group: group)
      groups[key, default: [:]][ObjectIdentifier(trigger)] = isActive
      return groups[key]?.values.contains(true) ?? isActive
    }
  }

  /// Forgets a member.
  func leave(_ trigger: ScaledTrigger) {
    guard let group = trigger.spec.group else { return }
    groups.withLock { groups in
      let key = Key(namespace: trigger.namespace, group: group)
      groups[key]?[ObjectIdentifier(trigger)] = nil
      if groups[key]?.isEmpty == true { groups[key] = nil }
    }
  }
}
