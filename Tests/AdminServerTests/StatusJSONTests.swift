import AdminServer
import Foundation
import ScalingEngine
import Synchronization
import TestSupport
import Testing

struct StatusJSONTests {
  private typealias Object = [String: Any]

  private static func objects(_ text: String) throws -> [[String: Any]] {
    let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? Object
    return try #require(json?["scaledObjects"] as? [Object])
  }

  @Test func `both external triggers of one ScaledObject are listed, numbered as they came`()
    async throws
  {
    let first = FakeTrigger("inference", "llm")
    let shown = Shown([first])
    first.publish(.success(FakeTrigger.panic))
    try await withStatusServer(shown) { client in
      _ = try await client.get("/api/v1/scaledobjects")
      let second = FakeTrigger("inference", "llm", spec: FakeTrigger.spec(queue: "arrivals"))
      shown.triggers.withLock { $0 = [second, first, FakeTrigger("inference", "other")] }
      for path in ["/api/v1/scaledobjects", "/api/v1/scaledobjects/inference/llm"] {
        let objects = try Self.objects(try await client.get(path).body)
          .filter { $0["name"] as? String == "llm" }
        #expect(objects.map { $0["externalTrigger"] as? Int } == [1, 2])
        #expect(objects.map { $0["state"] as? String } == ["panic", "waiting"])
      }
    }
  }

  @Test func `readings and targets are in the metric's own unit`() async throws {
    let trigger = FakeTrigger("inference", "llm")
    trigger.publish(.success(FakeTrigger.panic))
    try await withStatusServer(Shown([trigger])) { client in
      let objects = try Self.objects(try await client.get("/api/v1/scaledobjects").body)
      let triggers = try #require(objects[0]["triggers"] as? [Object])
      #expect(triggers[0]["mean"] as? Double == 97)
      #expect(triggers[0]["total"] as? Double == 194)
      #expect(triggers[0]["target"] as? Double == 70)
      #expect(triggers[1]["total"] as? Double == 1000)
      #expect(triggers[1]["mean"] is NSNull)
      #expect(triggers[1]["demandReplicas"] as? Double == 20)
    }
  }

  @Test func `a decision that nobody renewed is shown as none, as KEDA is told`() async throws {
    let trigger = FakeTrigger("inference", "llm")
    trigger.publish(.success(FakeTrigger.calm), validFor: .seconds(-1))
    try await withStatusServer(Shown([trigger])) { client in
      let object = try Self.objects(try await client.get("/api/v1/scaledobjects").body)[0]
      #expect(object["state"] as? String == "undecided")
      #expect(object["desiredReplicas"] is NSNull)
      let error = try #require(object["error"] as? Object)
      #expect((error["text"] as? String)?.contains("stands still") == true)
    }
  }

  @Test func `the journal tells each change with its reasons`() async throws {
    let trigger = FakeTrigger("inference", "llm")
    trigger.publish(.success(FakeTrigger.calm), journalAt: 1000)
    trigger.publish(.success(FakeTrigger.panic), journalAt: 1012.5)
    try await withStatusServer(Shown([trigger])) { client in
      let object = try Self.objects(
        try await client.get("/api/v1/scaledobjects/inference/llm").body)[0]
      let journal = try #require(object["journal"] as? [Object])
      #expect(journal.map { $0["at"] as? Double } == [1000, 1012.5])
      #expect(journal.map { $0["desiredReplicas"] as? Int } == [2, 20])
      let reasons = try #require(journal[1]["reasons"] as? [Object])
      #expect(reasons.map { $0["code"] as? String } == ["demand", "panic"])
    }
  }

  @Test func `docs/api.md names every field and no other`() async throws {
    let trigger = FakeTrigger("inference", "llm", spec: FakeTrigger.spec(warnings: ["a warning"]))
    trigger.publish(.failure(Undecided(kind: .noData, explanation: "none")), journalAt: 1)
    trigger.publish(.success(FakeTrigger.panic), journalAt: 2)
    try await withStatusServer(Shown([trigger])) { client in
      let summary = try Self.objects(try await client.get("/api/v1/scaledobjects").body)[0]
      #expect(Set(summary.keys) == (try APIDocument.fields(below: "### A ScaledObject")))
      let detail = try Self.objects(
        try await client.get("/api/v1/scaledobjects/inference/llm").body)[0]
      #expect(
        Set(detail.keys).subtracting(summary.keys)
          == (try APIDocument.fields(below: "### Its past and its settings")))
      let parts: [(String, Any?)] = [
        ("### A trigger", (summary["triggers"] as? [Any])?.first),
        ("### A reason", (summary["reasons"] as? [Any])?.first),
        ("### An error", ((detail["journal"] as? [Object])?.first?["error"])),
        ("### A change", (detail["journal"] as? [Any])?.first),
        ("### The history", detail["history"]), ("### The settings", detail["settings"]),
      ]
      for (heading, part) in parts {
        let keys = Set(try #require(part as? Object, "\(heading)").keys)
        #expect(keys == (try APIDocument.fields(below: heading)), "\(heading)")
      }
    }
  }
}
