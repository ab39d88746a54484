import Foundation
import TestSupport
import Testing

/// `explain`: the decision journal of a running server.
@Suite struct ExplainTests {
  @Test func `The demo's decision is explained in words, as a table`() async throws {
    let scaler = try await ScalerProcess(["--demo"])
    defer { scaler.kill() }
    var explained = ""
    try await eventually(within: .seconds(30)) {
      let run = try await CommandRun(["explain", "demo/llm", "--server", scaler.adminURL])
      explained = run.output
      return run.code == 0 && explained.contains("mean ")
    }
    #expect(explained.hasPrefix("demo/llm: "), "\(explained)")
    #expect(explained.contains("\n  because "))
    #expect(explained.contains("\nTRIGGER         KIND         READING"))
    #expect(explained.contains("\ngpuUtilization  utilization  mean "), "\(explained)")
    #expect(explained.contains("\nTIME      STATE   DESIRED  READY  SEEN"))
  }

  @Test func `As JSON it has the fields of the API, without settings and history`() async throws {
    let scaler = try await ScalerProcess(["--demo"])
    defer { scaler.kill() }
    var document: [String: Any] = [:]
    try await eventually(within: .seconds(30)) {
      let run = try await CommandRun([
        "explain", "demo/llm", "--server", scaler.adminURL + "/", "--output", "json",
      ])
      guard run.code == 0 else { return false }
      let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
      document = (json as? [String: Any]) ?? [:]
      return true
    }
    let objects = try #require(document["scaledObjects"] as? [[String: Any]])
    let first = try #require(objects.first)
    let wanted: Set = [
      "active", "dataAgeSeconds", "desiredReplicas", "error", "journal", "name", "namespace",
      "readyReplicas", "reasons", "remarks", "state", "triggers", "warnings",
    ]
    #expect(wanted.subtracting(first.keys) == [])
    #expect(first["settings"] == nil)
    #expect(first["history"] == nil)
    #expect(first["error"] is NSNull)
  }

  @Test func `What it prints is written out in full`() async throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(text: Self.document)
    }
    defer { server.stop() }
    let run = try await CommandRun(["explain", "inference/chat", "--server", server.address])
    #expect(
      run.output == """
        inference/chat: 20 desired, 2 ready, 4 current, panic, data 1 s old
          because "queue" asks for 20 replicas at a target value of 50
          because demand is 10 times ready capacity (panic from 2 on)
          3 of them cannot be placed: add nodes, or free capacity
          source: "gpu": HTTP 503

        TRIGGER  KIND         READING                   TARGET   ASKS FOR
        gpu      utilization  mean 97 % over 1 replica  70 %     2.8
        queue    queueDepth   total 1000                50       20
        running  concurrency  unknown                   learned  ?

        TIME      STATE      DESIRED  READY  SEEN                            WHY
        07:19:39  undecided  ?        ?      gpu ?, queue ?, running ?       no usable value
        07:19:40  stable     2        2      gpu 40.5, queue 0, running 12   "gpu" asks for 2 replicas
        07:19:42  panic      2 → 20   2      gpu 97, queue 1000, running 64  "queue" asks for 20 replicas
                                                                             demand is 10 times ready capacity

        """)
    #expect(run.code == 0)
  }

  @Test func `An unknown ScaledObject is answered with the nearest and those that are known`()
    async throws
  {
    let scaler = try await ScalerProcess(["--demo"])
    defer { scaler.kill() }
    var run = try await CommandRun(["explain", "demo/llm", "--server", scaler.adminURL])
    try await eventually(within: .seconds(30)) {
      run = try await CommandRun(["explain", "demo/lmm", "--server", scaler.adminURL])
      return run.errors.contains("Known there")
    }
    #expect(run.code == 1)
    #expect(run.errors.contains("decides for no ScaledObject demo/lmm; did you mean demo/llm?"))
    #expect(run.errors.contains("Known there: demo/llm"))
    let elsewhere = try await CommandRun([
      "explain", "production/llm", "--server", scaler.adminURL,
    ])
    #expect(elsewhere.errors.contains("did you mean demo/llm?"))
    #expect(elsewhere.errors.contains("kubectl describe scaledobject -n production llm"))
  }

  @Test func `A server that has been asked for nothing says so`() async throws {
    let scaler = try await ScalerProcess()
    defer { scaler.kill() }
    let run = try await CommandRun(["explain", "demo/llm", "--server", scaler.adminURL])
    #expect(run.code == 1)
    #expect(run.errors.contains("it knows none: KEDA has not asked this replica yet"))
  }

  @Test func `A server that is not there is exit code 2, with where to look`() async throws {
    let port = try LoopbackSocket.freePort()
    let run = try await CommandRun(["explain", "demo/llm", "--server", "http://127.0.0.1:\(port)"])
    #expect(run.code == 2)
    #expect(run.errors.contains("cannot connect to http://127.0.0.1:\(port)"))
    #expect(run.errors.contains("kubectl port-forward"))
  }

  @Test func `A token is asked for, used, and never shown`() async throws {
    let folder = try ReplayFolder()
    try folder.write("right", "correct-horse-battery\n")
    try folder.write("wrong", "staple-of-another-kind\n")
    let scaler = try await ScalerProcess([
      "--demo", "--admin-token-file", folder.url.appending(path: "right").path,
    ])
    defer { scaler.kill() }
    let base = ["explain", "demo/llm", "--server", scaler.adminURL]
    let without = try await CommandRun(base)
    #expect(without.code == 2)
    #expect(without.errors.contains("wants a token; give --token-file FILE"))
    let wrong = try await CommandRun(
      base + ["--token-file", folder.url.appending(path: "wrong").path])
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("refuses the token in --token-file"))
    #expect(!wrong.errors.contains("staple"))
    let right = base + ["--token-file", folder.url.appending(path: "right").path]
    try await eventually(within: .seconds(30)) { try await CommandRun(right).code == 0 }
  }

  @Test(arguments: [
    (["explain"], "Missing expected argument '<namespace/name>'"),
    (["explain", "llm"], "The value 'llm' is invalid"),
    (["explain", "a/b/c"], "The value 'a/b/c' is invalid"),
    (["explain", "a/b?c=d"], "is invalid"),
    (["explain", "a/b", "--server", "ftp://x"], "--server is not a usable address"),
    (["explain", "a/b", "--token-file", "/nonexistent"], "cannot read --token-file /nonexistent"),
    (["explain", "a/b", "--output", "yaml"], "'yaml' is invalid"),
  ])
  func `A wrong command line is exit code 64`(arguments: [String], words: String) async throws {
    let run = try await CommandRun(arguments)
    #expect(run.code == 64)
    #expect(run.errors.contains(words), "\(run.errors)")
  }

  @Test(arguments: ["<html>Grafana</html>", "{}", #"{"scaledObjects": [{"name": 1}]}"#])
  func `A server of another kind is not mistaken for the admin port`(body: String) async throws {
    let server = try ScriptedHTTPServer { _, connection in connection.answer(text: body) }
    defer { server.stop() }
    let run = try await CommandRun(["explain", "a/b", "--server", server.address])
    #expect(run.code == 2)
    #expect(run.errors.contains("not as docs/api.md says"), "\(run.errors)")
    let failing = try ScriptedHTTPServer { _, connection in
      connection.answer(status: 502, text: "")
    }
    defer { failing.stop() }
    let other = try await CommandRun(["explain", "a/b", "--server", failing.address])
    #expect(other.code == 2)
    #expect(other.errors.contains("status 502, but not as the admin port"))
  }

  /// Three triggers and three changes; 1763709579 is 07:19:39 UTC.
  private static let document = """
    {"server": {"version": "1", "readiness": "ready", "at": 1763709583.5}, "scaledObjects": [{
      "namespace": "inference", "name": "chat", "externalTrigger": 1, "state": "panic",
      "desiredReplicas": 20, "active": true, "shortfall": 3,
      "reasons": [
        {"code": "demand", "trigger": "queue", "amount": 20, "limit": 50,
         "text": "\\"queue\\" asks for 20 replicas at a target value of 50"},
        {"code": "panic", "trigger": null, "amount": 10, "limit": 2,
         "text": "demand is 10 times ready capacity (panic from 2 on)"}],
      "error": null, "currentReplicas": 4, "readyReplicas": 2, "placeableReplicas": 17,
      "dataAgeSeconds": 1, "remarks": ["\\"gpu\\": HTTP 503"], "warnings": [],
      "triggers": [
        {"name": "gpu", "kind": "utilization", "unit": "percent", "query": "q", "total": 97,
         "mean": 97, "replicas": 1, "target": 70, "demandReplicas": 2.77},
        {"name": "queue", "kind": "queueDepth", "unit": "plain", "query": "q", "total": 1000,
         "mean": null, "replicas": null, "target": 50, "demandReplicas": 20},
        {"name": "running", "kind": "concurrency", "unit": "plain", "query": "q", "total": null,
         "mean": null, "replicas": null, "target": null, "demandReplicas": null}],
      "settings": {}, "history": {},
      "journal": [
        {"at": 1763709579.2, "state": "undecided", "desiredReplicas": null, "active": null,
         "shortfall": null, "reasons": [],
         "error": {"kind": "noData", "text": "no usable value", "remedy": "wait"},
         "currentReplicas": null, "readyReplicas": null,
         "readings": [{"trigger": "gpu", "total": null, "mean": null},
           {"trigger": "queue", "total": null, "mean": null},
           {"trigger": "running", "total": null, "mean": null}]},
        {"at": 1763709580.9, "state": "stable", "desiredReplicas": 2, "active": true,
         "shortfall": 0, "reasons": [{"text": "\\"gpu\\" asks for 2 replicas"}], "error": null,
         "currentReplicas": 2, "readyReplicas": 2,
         "readings": [{"trigger": "gpu", "total": 81, "mean": 40.5},
           {"trigger": "queue", "total": 0, "mean": null},
           {"trigger": "running", "total": 12, "mean": null}]},
        {"at": 1763709582.0, "state": "panic", "desiredReplicas": 20, "active": true,
         "shortfall": 3,
         "reasons": [{"text": "\\"queue\\" asks for 20 replicas"},
           {"text": "demand is 10 times ready capacity"}], "error": null,
         "currentReplicas": 4, "readyReplicas": 2,
         "readings": [{"trigger": "gpu", "total": 194, "mean": 97},
           {"trigger": "queue", "total": 1000, "mean": null},
           {"trigger": "running", "total": 64, "mean": null}]}]}]}
    """
}
