import Foundation

/// What a server says of one ScaledObject: the decision now, and its journal.
struct Explanation {
  let scaledObject: ScaledObjectName
  private let answer: [UInt8]
  private let server: String

  /// The admin port's answer for `scaledObject`.
  init(_ scaledObject: ScaledObjectName, answer: [UInt8], server: String) {
    self.scaledObject = scaledObject
    self.answer = answer
    self.server = server
  }

  /// The server's fields as they came, without the settings and the history, which are long.
  func json() throws(ExplainFailure) -> String {
    do {
      guard
        var document = try JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any],
        let entries = document["scaledObjects"] as? [[String: Any]]
      else { throw malformed }
      document["scaledObjects"] = entries.map { entry in
        entry.filter { $0.key != "history" && $0.key != "settings" }
      }
      let data = try JSONSerialization.data(
        withJSONObject: document, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
      return String(decoding: data, as: UTF8.self)
    } catch {
      throw malformed
    }
  }

  /// The decision and the journal for a terminal, one block for each external trigger.
  func text() throws(ExplainFailure) -> String {
    do {
      let document = try JSONDecoder().decode(Document.self, from: Data(answer))
      return document.scaledObjects.map { ExplainText(status: $0).text }.joined(separator: "\n")
    } catch {
      throw malformed
    }
  }

  private var malformed: ExplainFailure {
    .unasked(
      "\(server) answers, but not as docs/api.md says; is it a server of another version?")
  }

  private struct Document: Decodable {
    var scaledObjects: [ExplainedTrigger]
  }
}

/// One external trigger as docs/api.md has it, as far as it is explained.
struct ExplainedTrigger: Decodable {
  var namespace: String
  var name: String
  var externalTrigger: Int
  var state: String
  var desiredReplicas: Int?
  var active: Bool?
  var shortfall: Int?
  var reasons: [Reason]
  var error: Refusal?
  var currentReplicas: Int?
  var readyReplicas: Int?
  var dataAgeSeconds: Int?
  var remarks: [String]
  var warnings: [String]
  var triggers: [Trigger]
  var journal: [Change]

  /// A rule that shaped a decision.
  struct Reason: Decodable {
    var text: String
  }

  /// Why there is no decision.
  struct Refusal: Decodable {
    var text: String
    var remedy: String
  }

  /// What a trigger reads and asks for now.
  struct Trigger: Decodable {
    var name: String
    var kind: String
    var unit: String
    var total: Double?
    var mean: Double?
    var replicas: Int?
    var target: Double?
    var demandReplicas: Double?
  }

  /// A change of the decision.
  struct Change: Decodable {
    var at: Double
    var state: String
    var desiredReplicas: Int?
    var reasons: [Reason]
    var error: Refusal?
    var currentReplicas: Int?
    var readyReplicas: Int?
    var readings: [Reading]
  }

  /// What a trigger read when the decision changed.
  struct Reading: Decodable {
    var trigger: String
    var total: Double?
    var mean: Double?
  }
}
