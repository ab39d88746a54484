import Foundation
import TraceFormat

/// Reads a trace from a file, compressed by gzip or not.
///
/// gzip files are read through the `gzip` program, which every Debian and every image made from it
/// has: Foundation cannot inflate on Linux, and a binding to zlib would be one more C library to
/// install for one rarely used option. The first two bytes tell, not the file's name.
enum TraceFile {
  /// The trace in the file at `path`, named after it without `.csv` and `.gz`.
  ///
  /// - Parameter seed: spreads arrivals inside their seconds where the file counts per second.
  static func read(_ path: String, seed: UInt64) throws(ReplayError) -> Trace {
    var parser = TraceParser(name: name(of: path), seed: seed)
    let file: FileHandle
    do {
      file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable("the trace ", path, error)
    }
    do {
      let start = try file.read(upToCount: 2) ?? Data()
      try file.seek(toOffset: 0)
      if start.elementsEqual([0x1f, 0x8b]) {
        try unpack(file, path: path, into: &parser)
      } else {
        try feed(file, into: &parser)
      }
      return try parser.finish()
    } catch let error as ReplayError {
      throw error
    } catch let error as TraceError {
      throw .world("\(path): \(error)")
    } catch {
      throw .unreadable("the trace ", path, error)
    }
  }

  private static func feed(_ file: FileHandle, into parser: inout TraceParser) throws {
    while let bytes = try file.read(upToCount: 1 << 20), !bytes.isEmpty {
      try parser.consume(bytes)
    }
  }

  private static func unpack(
    _ file: FileHandle, path: String, into parser: inout TraceParser
  ) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "--decompress", "--stdout"]
    process.standardInput = file
    let output = Pipe()
    let complaints = Pipe()
    process.standardOutput = output
    process.standardError = complaints
    do {
      try process.run()
    } catch {
      throw ReplayError.world(
        "\(path) is compressed, and gzip cannot be started (\(error.localizedDescription)); install gzip or "
          + "decompress the file first")
    }
    do {
      try feed(output.fileHandleForReading, into: &parser)
    } catch {
      process.terminate()
      process.waitUntilExit()
      throw error
    }
    let words = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: words.prefix(80), as: UTF8.self)
      throw ReplayError.world(
        "\(path) cannot be decompressed (\(text.trimmingCharacters(in: .whitespacesAndNewlines)));"
          + " fetch or compress it again, or install gzip")
    }
  }

  /// `traces/monday.csv.gz` is called `monday`.
  static func name(of path: String) -> String {
    var name = URL(fileURLWithPath: path).lastPathComponent
    for suffix in [".gz", ".csv"] where name.hasSuffix(suffix) && name.count > suffix.count {
      name.removeLast(suffix.count)
    }
    return name
  }
}
