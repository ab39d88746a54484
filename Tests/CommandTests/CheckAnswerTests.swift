import Foundation
import TestSupport
import Testing

/// What `check` says of how and what a server answers.
@Suite struct CheckAnswerTests {
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
