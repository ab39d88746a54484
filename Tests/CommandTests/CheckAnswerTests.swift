import Foundation
import TestSupport
import Testing

/// What `check` says of how and what a server answers.
@Suite struct CheckAnswerTests {
  @Test func `An answer that comes later than the server waits for it is warned of`() async throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.waitUntilClosed(seconds: 2)
      connection.answer(text: SourceServers.answer(100))
    }
    defer { server.stop() }
    let (code, file) = try await CheckedFile.checking(
      CheckManifest.queue(), ["--prometheus", server.address])
    #expect(code == 0)
    let slow = try #require(file.findings.first { $0.code == "slow-answer" }, "\(file.findings)")
    #expect(slow.message.contains("\"queueDepth\" took 2."))
    #expect(slow.message.contains("the server waits 900 ms for an answer, so there it has none"))
    #expect(slow.remedy.hasPrefix("timeout: "))
    // With a timeout of its own it is waited for as long there as here.
    let (_, other) = try await CheckedFile.checking(
      CheckManifest.queue("timeout: 8s"), ["--prometheus", server.address])
    #expect(!other.findings.contains { $0.code == "slow-answer" }, "\(other.findings)")
  }

  @Test func `A negative value is named as the reason for there being no decision`() async throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(text: SourceServers.answer(-5))
    }
    defer { server.stop() }
    let (code, file) = try await CheckedFile.checking(
      CheckManifest.clean, ["--prometheus", server.address])
    #expect(code == 1)
    let undecided = try #require(file.findings.first { $0.code == "undecided" })
    #expect(
      undecided.message.contains(
        "trigger \"queueDepth\": its value is -5.0, which no demand can be; mend the query, or write "
          + "clamp_min(…, 0) around it"), "\(undecided)")
  }
}
