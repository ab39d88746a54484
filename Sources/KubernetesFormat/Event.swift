/// Something that happened to an object, for people (`core/v1 Event`).
package struct Event: APIObject, Equatable {
  /// `v1`.
  package var apiVersion: String?
  /// `Event`.
  package var kind: String?
  /// Its name, unique in the object's namespace.
  package var metadata: ObjectMeta
  /// What it happened to.
  package var involvedObject: ObjectReference
  /// What happened, in one word.
  package var reason: String
  /// What happened, in a sentence.
  package var message: String
  /// `Normal` or `Warning`.
  package var type: String
  /// When it first happened.
  package var firstTimestamp: Timestamp
  /// When it last happened.
  package var lastTimestamp: Timestamp
  /// How often it happened.
  package var count: Int
  /// Who says so.
  package var source: Source

  /// Who says so.
  package struct Source: Codable, Sendable, Equatable {
    /// The program.
    package var component: String

    /// A program.
    package init(component: String) { self.component = component }
  }

  /// An event to be made.
  package init(
    name: String, about object: ObjectReference, reason: String, message: String, isWarning: Bool,
    at instant: Timestamp, component: String
  ) {
    apiVersion = "v1"
    kind = "Event"
    metadata = ObjectMeta(name: name, namespace: object.namespace)
    involvedObject = object
    self.reason = reason
    self.message = message
    type = isWarning ? "Warning" : "Normal"
    firstTimestamp = instant
    lastTimestamp = instant
    count = 1
    source = Source(component: component)
  }
}

/// An object that something is said of (`core/v1 ObjectReference`).
package struct ObjectReference: Codable, Sendable, Hashable {
  /// Its API.
  package var apiVersion: String
  /// What it is.
  package var kind: String
  /// Where it is.
  package var namespace: String?
  /// What it is called.
  package var name: String
  /// Which of that name it is.
  package var uid: String?

  /// A reference from its parts.
  package init(apiVersion: String, kind: String, namespace: String?, name: String, uid: String?) {
    self.apiVersion = apiVersion
    self.kind = kind
    self.namespace = namespace
    self.name = name
    self.uid = uid
  }
}
