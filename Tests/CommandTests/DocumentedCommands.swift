import Foundation
import TestSupport

/// A page of documentation, as far as its commands go.
struct DocumentedPage {
  /// A fenced block of shell commands, which are run together.
  struct Block {
    /// The line it starts at, from 1.
    var line: Int
    /// What stands in it.
    var commands: String
    /// Why it cannot run here, from `<!-- not run: … -->` above it.
    var reasonNotRun: String?
    /// The exit code it ends with, from `<!-- ends with N -->` above it.
    var exitCode: Int32 = 0
    /// What it prints, from a text or json block directly below it.
    var expected: [String]?
  }

  /// Its path in the checkout.
  let path: String
  /// Its blocks of shell commands, in their order.
  private(set) var blocks: [Block] = []
  /// The first block of each other language.
  private(set) var firstBlocks: [String: String] = [:]

  /// Lines with a prompt in blocks that are not marked as shell commands.
  private(set) var unmarked: [String] = []

  /// Its file's name without the ending.
  var stem: String { String(path.split(separator: "/").last?.dropLast(".md".count) ?? "") }

  /// Reads a page.
  init(_ path: String) throws {
    self.path = path
    let text = try String(contentsOf: LineProcess.root.appending(path: path), encoding: .utf8)
    var comment = ""
    var open: (language: String, line: Int, lines: [String])?
    var isBelowCommands = false
    for (index, line) in text.components(separatedBy: "\n").enumerated() {
      let bare = line.trimmingCharacters(in: .whitespaces)
      if let block = open {
        guard bare == "```" else {
          open?.lines.append(line)
          continue
        }
        add(block, under: comment, isBelowCommands)
        isBelowCommands = block.language == "sh"
        (open, comment) = (nil, "")
      } else if bare.hasPrefix("```") {
        open = (String(bare.dropFirst(3)), index + 1, [])
      } else if bare.hasPrefix("<!--") {
        comment += bare
      } else if !bare.isEmpty {
        (comment, isBelowCommands) = ("", false)
      }
    }
  }

  private mutating func add(
    _ block: (language: String, line: Int, lines: [String]), under comment: String,
    _ isBelowCommands: Bool
  ) {
    let text = block.lines.joined(separator: "\n")
    if block.language != "sh" { unmarked += block.lines.filter { $0.hasPrefix("$ ") } }
    switch block.language {
    case "sh":
      let exitCode = comment.firstMatch(of: #/<!-- ends with (\d+) -->/#).flatMap { Int32($0.1) }
      blocks.append(
        Block(
          line: block.line, commands: text,
          reasonNotRun: comment.firstMatch(of: #/<!-- not run: (.*?) -->/#).map { String($0.1) },
          exitCode: exitCode ?? 0))
    case "text", "json":
      if isBelowCommands { blocks[blocks.count - 1].expected = block.lines } else { fallthrough }
    default:
      if firstBlocks[block.language] == nil { firstBlocks[block.language] = text + "\n" }
    }
  }
}

/// Compares what was printed with what a page shows: numbers may differ, a `…` stands for anything
/// within its line, and a line of `…` alone for any lines.
enum ShownOutput {
  /// The first shown line that was not printed; nil where all is as shown.
  static func difference(_ printed: [String], from shown: [String]) -> String? {
    var rest = printed[...]
    var mayskip = false
    for line in shown where !line.isEmpty {
      if line.trimmingCharacters(in: .whitespaces) == "…" {
        mayskip = true
        continue
      }
      let found =
        mayskip
        ? rest.firstIndex { matches($0, line) }
        : rest.firstIndex { !$0.isEmpty }.flatMap { matches(rest[$0], line) ? $0 : nil }
      guard let found else { return line }
      rest = rest[(found + 1)...]
      mayskip = false
    }
    guard mayskip || rest.allSatisfy(\.isEmpty) else {
      return "the end, before: \(rest.first ?? "")"
    }
    return nil
  }

  private static func matches(_ printed: String, _ shown: String) -> Bool {
    var rest = Substring(plain(printed))
    let parts = plain(shown).components(separatedBy: "…")
    for (index, part) in parts.enumerated() where !part.isEmpty {
      guard let range = rest.firstRange(of: part), index > 0 || range.lowerBound == rest.startIndex
      else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.isEmpty || parts.last == ""
  }

  /// Numbers as `#`, and white space as one space.
  private static func plain(_ line: String) -> String {
    line.replacing(#/\d+([.:,]\d+)*/#, with: "#").replacing(#/\s+/#, with: " ")
      .trimmingCharacters(in: .whitespaces)
  }
}
