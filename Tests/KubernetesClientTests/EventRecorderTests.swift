import Foundation
import KubernetesClient
import KubernetesFormat
import Logging
import TestSupport
import Testing

@Suite("Events", .serialized, .timeLimit(.minutes(2)))
struct EventRecorderTests {
  private func note(_ reason: String, _ message: String, on name: String = "llm")
    -> EventRecorder.Note
  {
    EventRecorder.Note(
      object: ObjectReference(
        apiVersion: "keda.sh/v1alpha1", kind: "ScaledObject", namespace: "inference", name: name,
        uid: "u-\(name)"), reason: reason, message: message, isWarning: true)
  }

  private func recording(
    _ cluster: FakeCluster, _ body: (EventRecorder) async throws -> Void
  ) async throws {
    let recorder = EventRecorder(
      api: try cluster.api(), component: "keda-burst-scaler",
      wallSeconds: { Date.now.timeIntervalSince1970 }, logger: Logger(label: "test"))
    let task = Task { await recorder.run() }
    try await body(recorder)
    task.cancel()
    await task.value
  }

  private func events(_ cluster: FakeCluster) async throws -> [Event] {
    let list: ObjectList<Event> = try await cluster.api().list(.events)
    return list.items
  }

  @Test("the same again counts the first one up")
  func countsUp() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await recording(cluster) { recorder in
      for number in 1...3 { recorder.note(note("Shortfall", "\(number) find no place")) }
      recorder.note(note("BurstEntered", "20 wanted"))
      try await eventually(within: .seconds(30)) { recorder.counts.written == 4 }
    }
    let written = try await events(cluster).sorted { $0.count > $1.count }
    #expect(written.map(\.reason) == ["Shortfall", "BurstEntered"])
    #expect(written.map(\.count) == [3, 1])
    #expect(written.first?.message == "3 find no place")
    #expect(written.first?.type == "Warning")
    #expect(written.first?.involvedObject.uid == "u-llm")
    #expect(
      try await cluster.kubectl(
        "get", "events", "-n", "inference", "-o",
        "jsonpath={range .items[*]}{.reason}={.count}{\"\\n\"}{end}"
      ).split(separator: "\n").sorted() == ["BurstEntered=1", "Shortfall=3"])
  }

  @Test("one object's events are limited, others' are not")
  func limits() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await recording(cluster) { recorder in
      for number in 0..<30 { recorder.note(note("Reason\(number)", "x")) }
      recorder.note(note("BurstEntered", "x", on: "other"))
      try await eventually(within: .seconds(30)) {
        recorder.counts.written + recorder.counts.dropped == 31
      }
      #expect(recorder.counts.written == Int(EventRecorder.burst) + 1)
    }
  }

  @Test("an event that has run out is written anew")
  func expired() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await recording(cluster) { recorder in
      recorder.note(note("Shortfall", "one"))
      try await eventually(within: .seconds(30)) { recorder.counts.written == 1 }
      for event in try await events(cluster) {
        try await cluster.send(
          "DELETE", "/api/v1/namespaces/inference/events/\(event.metadata.name)")
      }
      recorder.note(note("Shortfall", "two"))
      try await eventually(within: .seconds(30)) { recorder.counts.written == 2 }
      #expect(try await events(cluster).map(\.message) == ["two"])
    }
  }

  @Test("without a right they are dropped and counted", arguments: [("create", 0), ("patch", 1)])
  func forbidden(verb: String, written: Int) async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.faults(#"{"deny": [["\#(verb)", "", "events"]]}"#)
    try await recording(cluster) { recorder in
      recorder.note(note("Shortfall", "one"))
      recorder.note(note("Shortfall", "two"))
      try await eventually(within: .seconds(30)) { recorder.counts.dropped == 2 - written }
      #expect(recorder.counts.written == written)
    }
  }
}
