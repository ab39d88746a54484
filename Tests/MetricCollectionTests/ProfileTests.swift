import CurlClient
import Foundation
import MetricCollection
import Synchronization
import TestSupport
import Testing
import TriggerConfiguration

private let answerOfOne =
  #"{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}"#

/// Requests that a scripted server has seen.
private final class SeenRequests: Sendable {
  private let kept = Mutex<[ScriptedRequest]>([])
  var all: [ScriptedRequest] { kept.withLock { $0 } }
  func note(_ request: ScriptedRequest) { kept.withLock { $0.append(request) } }
}

/// The source that naming a profile of these gives.
private func source(
  _ name: String = "main", at address: String, _ change: (inout PrometheusProfile) -> Void
) throws -> QuerySource {
  var profile = PrometheusProfile(name: name, address: try ServerAddress.reading(address).get())
  change(&profile)
  let spec = try TriggerSpec(
    metadata: ["queueDepthQuery": "q", "queueDepthThreshold": "5", "profile": name])
  return try SourceDirectory(profiles: [profile]).source(for: spec, namespace: "inference")
}

/// A directory of its own for one test's files.
private final class Scratch: Sendable {
  let directory = FileManager.default.temporaryDirectory
    .appending(path: "profiles-\(UUID().uuidString)")
  init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(at: directory) }
  func write(_ name: String, _ text: String) throws -> String {
    let url = directory.appending(path: name)
    try Data(text.utf8).write(to: url, options: .atomic)
    return url.path
  }
}

@Suite(.timeLimit(.minutes(2))) struct ProfileTests {
  @Test func `Credentials, headers and parameters go with every request, encoded`() async throws {
    let seen = SeenRequests()
    let server = try ScriptedHTTPServer { request, connection in
      seen.note(request)
      connection.answer(text: answerOfOne)
    }
    defer { server.stop() }
    try await withCollector { collector, _ in
      let rounds = ToldRounds()
      let basic = try source(at: server.address + "/prometheus") {
        // The example of RFC 7617, section 2.
        $0.authentication = .basic(
          username: "Aladdin", password: .text(SecretText("open sesame")))
        $0.headers = ["X-Scope-OrgID": .text(SecretText("team-a|team-b"))]
        $0.parameters = [
          .init(name: "dedup", value: SecretText("true")),
          .init(name: "x", value: SecretText("a&b c")),
        ]
      }
      let long = String(repeating: "a", count: 3000)
      _ = try collector.add(rounds.group(basic, ["up", long]))
      try await eventually { rounds.all.count >= 2 }
      for request in seen.all {
        #expect(request.header("Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        #expect(request.header("X-Scope-OrgID") == "team-a|team-b")
        let base = "/prometheus/api/v1/query?dedup=true&x=a%26b%20c"
        #expect(request.target.hasPrefix(base))
        if request.method == "POST" { #expect(request.target == base) }
      }
      #expect(seen.all.contains { $0.method == "POST" })
    }
  }

  @Test func `A token's file is read again when it changes, and its end keeps the last token`()
    async throws
  {
    let seen = SeenRequests()
    let server = try ScriptedHTTPServer { request, connection in
      seen.note(request)
      connection.answer(text: answerOfOne)
    }
    defer { server.stop() }
    let scratch = try Scratch()
    let path = try scratch.write("token", "first\n")
    try await withCollector { collector, _ in
      let rounds = ToldRounds()
      let main = try source(at: server.address) {
        $0.authentication = .bearer(.file(SecretFile(path: path)))
      }
      _ = try collector.add(rounds.group(main, ["up"]))
      try await eventually { seen.all.last?.header("Authorization") == "Bearer first" }
      _ = try scratch.write("token", "second")
      try await eventually { seen.all.last?.header("Authorization") == "Bearer second" }
      try FileManager.default.removeItem(atPath: path)
      let count = seen.all.count
      try await eventually { seen.all.count > count + 8 }
      #expect(seen.all.last?.header("Authorization") == "Bearer second")
    }
  }

  @Test func `A secret that was never there is said with its path, and nothing is asked`()
    async throws
  {
    let seen = SeenRequests()
    let server = try ScriptedHTTPServer { request, _ in seen.note(request) }
    defer { server.stop() }
    try await withCollector { collector, _ in
      let rounds = ToldRounds()
      let main = try source(at: server.address) {
        $0.authentication = .bearer(.file(SecretFile(path: "/nonexistent/token")))
      }
      _ = try collector.add(rounds.group(main, ["up"]))
      try await eventually { rounds.last?.answers[0].failure != nil }
      #expect(rounds.last?.answers[0].failure?.kind == .notAsked)
      #expect(
        rounds.last?.answers[0].failure?.reason.hasPrefix("cannot read /nonexistent/token (No such")
          == true)
      #expect(seen.all.isEmpty)
    }
  }

  @Test func `Profiles with different credentials never share a query's result`() async throws {
    // The server answers with what it was asked as: another's result would be seen at once.
    let server = try ScriptedHTTPServer { request, connection in
      let tenant = request.header("X-Scope-OrgID") ?? "0"
      connection.answer(
        text: #"{"status":"success","data":{"resultType":"scalar","result":[0,"\#(tenant)"]}}"#)
    }
    defer { server.stop() }
    try await withCollector { collector, _ in
      let all = (1...3).map { _ in ToldRounds() }
      for (index, rounds) in all.enumerated() {
        let tenant = try source("tenant-\(index)", at: server.address) {
          $0.headers = ["X-Scope-OrgID": .text(SecretText("\(index + 1)"))]
        }
        _ = try collector.add(rounds.group(tenant, ["up"]))
        _ = try collector.add(ToldRounds().group(tenant, ["up"]))
      }
      try await eventually { all.allSatisfy { $0.all.count >= 4 } }
      #expect(collector.counters.queries == 3)
      for (index, rounds) in all.enumerated() {
        let values = Set(rounds.all.compactMap { $0.answers[0].firstValue })
        #expect(values == [Double(index + 1)])
      }
    }
  }

  @Test func `A limit of requests a second is kept, and every query has its turn`() async throws {
    let seen = SeenRequests()
    let server = try ScriptedHTTPServer { request, connection in
      seen.note(request)
      connection.answer(text: answerOfOne)
    }
    defer { server.stop() }
    try await withCollector { collector, _ in
      let rounds = ToldRounds()
      let limited = try source(at: server.address) { $0.requestsPerSecond = 10 }
      let start = ContinuousClock.now
      _ = try collector.add(rounds.group(limited, (0..<40).map { "q\($0)" }))
      // Without the limit 40 queries five times a second would be 200 requests a second.
      try await eventually(within: .seconds(60)) { Set(seen.all.map(\.target)).count == 40 }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      #expect(Double(seen.all.count) <= 10 + 10 * seconds + 1)
      #expect(seconds < 20)
      #expect(collector.counters.skippedOverLimit > 0)
    }
  }

  @Test func `A throttled profile rests as long as it is told, and nobody else does`() async throws
  {
    let seen = SeenRequests()
    let server = try ScriptedHTTPServer { request, connection in
      seen.note(request)
      guard request.header("X-Scope-OrgID") == "greedy" else {
        return connection.answer(text: answerOfOne)
      }
      connection.answer(
        status: 429, headers: ["Retry-After: 2", "Content-Type: text/plain"], text: "slow down")
    }
    defer { server.stop() }
    try await withCollector { collector, _ in
      let (greedy, modest) = (ToldRounds(), ToldRounds())
      func tenant(_ name: String) throws -> QuerySource {
        try source(name, at: server.address) {
          $0.headers = ["X-Scope-OrgID": .text(SecretText(name))]
        }
      }
      let start = ContinuousClock.now
      _ = try collector.add(greedy.group(tenant("greedy"), (0..<10).map { "q\($0)" }))
      _ = try collector.add(modest.group(tenant("modest"), ["up"]))
      try await eventually { seen.all.count { $0.header("X-Scope-OrgID") == "greedy" } > 10 }
      // The ten that were on their way at once, then none for two seconds.
      #expect(ContinuousClock.now - start >= .seconds(2))
      let reason = greedy.last?.answers[0].failure?.reason
      #expect(reason == "HTTP 429, the server has too many requests")
      #expect(modest.all.count >= 5)
      #expect(modest.all.allSatisfy { $0.answers[0].failure == nil })
    }
  }

  @Test func `Forty slow servers with many queries each leave another's answers below two seconds`()
    async throws
  {
    let slow = try ScriptedHTTPServer { _, connection in connection.waitUntilClosed() }
    let good = try ScriptedHTTPServer { _, connection in connection.answer(text: answerOfOne) }
    defer {
      slow.stop()
      good.stop()
    }
    try await withCollector(interval: .seconds(1)) { collector, _ in
      for index in 0..<40 {
        let dead = try source("slow-\(index)", at: slow.address) { _ in }
        _ = try collector.add(ToldRounds().group(dead, (0..<50).map { "q\($0)" }))
      }
      let rounds = ToldRounds()
      _ = try collector.add(rounds.group(good.address, ["up"]))
      var oldest = Duration.zero
      try await eventually(within: .seconds(30)) {
        if let answeredAt = rounds.last?.answers[0].answeredAt {
          oldest = max(oldest, ContinuousClock.now - answeredAt)
        }
        return rounds.all.count >= 6
      }
      #expect(oldest < .seconds(2))
      print("oldest answer beside 40 slow servers: \(oldest)")
    }
  }

  @Test
  func `A name that moves is followed within two seconds, though not to where it must not go`()
    async throws
  {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(headers: ["Connection: close"], text: answerOfOne)
      connection.end()
    }
    defer { server.stop() }
    let place = Mutex("127.0.0.1")
    let names = HTTPNameTable { _ in place.withLock { $0 } }
    try await withCollector(interval: .seconds(1), names: names) { collector, _ in
      let rounds = ToldRounds()
      _ = try collector.add(rounds.group("http://prometheus.example:\(server.port)", ["up"]))
      try await eventually { rounds.last?.answers[0].firstValue == 1 }
      place.withLock { $0 = "169.254.169.254" }
      try await eventually { rounds.last?.answers[0].failure?.kind == .forbidden }
      #expect(
        rounds.last?.answers[0].failure?.reason.hasSuffix(
          "its name leads to 169.254.169.254, a link-local address") == true)
      place.withLock { $0 = "127.0.0.1" }
      let moved = ContinuousClock.now
      try await eventually { rounds.last?.answers[0].failure == nil }
      #expect(ContinuousClock.now - moved < .seconds(2.5))
    }
  }

  @Test func `A profile's proxy is asked for the server, with the proxy's own credentials`()
    async throws
  {
    let seen = SeenRequests()
    let proxy = try ScriptedHTTPServer { request, connection in
      seen.note(request)
      connection.answer(text: answerOfOne)
    }
    defer { proxy.stop() }
    try await withCollector { collector, _ in
      let rounds = ToldRounds()
      let behind = try source(at: "http://prometheus.example:9090") {
        $0.proxy = SecretText(proxy.address.replacing("//", with: "//Aladdin:open%20sesame@"))
      }
      _ = try collector.add(rounds.group(behind, ["up"]))
      try await eventually { rounds.last?.answers[0].answer != nil }
      let request = try #require(seen.all.first)
      #expect(request.target.hasPrefix("http://prometheus.example:9090/api/v1/query?query=up&"))
      #expect(request.header("Proxy-Authorization") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
      #expect(request.header("Authorization") == nil)
    }
  }

  @Test func `A secret shows itself to nobody`() {
    let secret = Secret.text(SecretText("s3cret"))
    var profile = PrometheusProfile(
      name: "main", address: (try? ServerAddress.reading("http://h").get())!)
    profile.authentication = .basic(username: "u", password: secret)
    profile.headers = ["X-Key": secret]
    profile.proxy = SecretText("http://u:s3cret@proxy")
    profile.parameters = [.init(name: "key", value: SecretText("s3cret"))]
    var dumped = ""
    dump(profile, to: &dumped)
    for text in ["\(profile)", String(reflecting: profile), dumped, "\(secret)"] {
      #expect(!text.contains("s3cret"))
    }
  }
}
