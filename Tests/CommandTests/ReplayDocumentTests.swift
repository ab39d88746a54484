import Foundation
import Testing

/// docs/replay.md: its commands run on its files, and print what it shows.
@Suite struct ReplayDocumentTests {
  /// The fenced blocks of the document: their language and their text.
  private static func blocks() throws -> [(language: String, text: String)] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/replay.md")
    let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    return text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map {
      let parts = $0.element.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// A command's words, as a shell would split these.
  private static func words(_ command: String) -> [String] {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    for character in command.replacing("\\\n", with: " ") + " " {
      if character == "'" {
        isQuoted.toggle()
      } else if character.isWhitespace, !isQuoted {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    return words
  }

  @Test func `every command of the page runs on the page's files`() async throws {
    let folder = try ReplayFolder()
    let start = 1_767_225_600
    let prometheus = try await RecordedPrometheus([
      .init(series: "queue_depth", seconds: (start - 1800)..<(start + 3600), value: 35),
      .init(series: "ready", seconds: (start - 1800)..<(start + 3600), value: 3),
    ])
    let blocks = try Self.blocks()
    for block in blocks where ["csv", "yaml"].contains(block.language) {
      let name = try #require(block.text.split(separator: "\n").first).dropFirst("# ".count)
      try folder.write(String(name), block.text)
    }
    var outputs: [String] = []
    for block in blocks where block.language == "sh" {
      let words = Self.words(block.text)
      try #require(words.starts(with: ["keda-burst-scaler", "replay"]))
      let arguments = words.dropFirst(2).map {
        $0 == "http://prometheus.monitoring:9090" ? prometheus.address : $0
      }
      let run = try ReplayRun(Array(arguments), in: folder)
      #expect(run.exitCode == 0, "\(block.text): \(run.errors)")
      outputs.append(run.output)
    }
    #expect(outputs.count == 5)
    let shown = try #require(blocks.first { $0.language == "text" }?.text)
    #expect(outputs.contains { $0.hasPrefix(shown) }, "\(outputs)")
    for page in ["report.html", "week.html"] {
      #expect(try folder.text(page).hasSuffix("</html>\n"))
    }
  }

  @Test func `the help names every configuration and load`() throws {
    let help = try ReplayRun(["--help"]).output
    for word in ["keda-concurrency=", "gpu-value=", "clairvoyant", "flash-crowd", "--prometheus"] {
      #expect(help.contains(word))
    }
  }
}
