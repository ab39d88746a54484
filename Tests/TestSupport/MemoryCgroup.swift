import Foundation
import Glibc

/// A memory cgroup of a test's own, of the version that the machine has; it takes root to make one.
///
/// Version 1: the kernel's Documentation/admin-guide/cgroup-v1/memory.rst; version 2:
/// cgroup-v2.rst, "Memory Interface Files".
package final class MemoryCgroup: Sendable {
  /// Why there is none.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Why none can be made here; nil where one can.
  package static let obstacle: String? = {
    do {
      try MemoryCgroup().remove()
      return nil
    } catch {
      return "no memory cgroup can be made here: \(error)"
    }
  }()

  /// Where the kernel shows it.
  package let path: String
  private let isVersion2: Bool

  /// One without a limit and with nobody in it, below the hierarchy's root.
  package init() throws {
    let root = try Self.root()
    path = "\(root.path)/keda-burst-scaler-test-\(UUID().uuidString)"
    isVersion2 = root.isVersion2
    guard mkdir(path, 0o755) == 0 else {
      throw Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
    do {
      // Without swap, memory that is short is memory that is not there.
      if isVersion2 {
        if FileManager.default.fileExists(atPath: "\(path)/memory.swap.max") {
          try write("0", to: "memory.swap.max")
        }
      } else {
        try write("0", to: "memory.swappiness")
      }
      _ = try killedCount
    } catch {
      rmdir(path)
      throw error
    }
  }

  /// How many processes in it the kernel has killed for want of memory.
  package var killedCount: Int {
    get throws {
      let file = isVersion2 ? "memory.events" : "memory.oom_control"
      let words = try read(file).split(separator: "\n").map { $0.split(separator: " ") }
      guard let count = words.first(where: { $0.first == "oom_kill" })?.last.flatMap({ Int($0) })
      else { throw Failure(description: "\(path)/\(file) tells of no oom_kill") }
      return count
    }
  }

  /// Memory of what is in it, in bytes.
  package var usedBytes: Int {
    get throws {
      let text = try read(isVersion2 ? "memory.current" : "memory.usage_in_bytes")
      return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
    }
  }

  /// Lets what is in it have no more than this.
  package func setLimit(bytes: Int) throws {
    try write("\(bytes)", to: isVersion2 ? "memory.max" : "memory.limit_in_bytes")
  }

  /// Takes away memory that is in use: whoever is in it is killed, at once (version 2) or at its next
  /// page (version 1, which refuses a limit that it cannot reach by giving back caches).
  package func starve() throws {
    let used = try usedBytes
    for bytes in [used / 2, used] where (try? setLimit(bytes: bytes)) != nil { return }
  }

  /// Removes it, once those in it are gone.
  package func remove() throws {
    for _ in 0..<5000 {
      if rmdir(path) == 0 || errno == ENOENT { return }
      TestSupport.pause()
    }
    throw Failure(description: "\(path) cannot be removed: \(String(cString: strerror(errno)))")
  }

  /// The root of the hierarchy that has the memory controller.
  private static func root() throws -> (path: String, isVersion2: Bool) {
    let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
    for mount in mounts.split(separator: "\n").map({ $0.split(separator: " ").map(String.init) })
    where mount.count > 3 {
      let (path, kind, options) = (mount[1], mount[2], mount[3].split(separator: ","))
      if kind == "cgroup", options.contains("memory") { return (path, false) }
      let enabled = "\(path)/cgroup.subtree_control"
      if kind == "cgroup2", let names = try? String(contentsOfFile: enabled, encoding: .utf8),
        names.split(whereSeparator: \.isWhitespace).contains("memory")
      {
        return (path, true)
      }
    }
    throw Failure(description: "no cgroup hierarchy gives its children a memory limit")
  }

  private func read(_ file: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
  }

  private func write(_ text: String, to file: String) throws {
    let handle = try FileHandle(forWritingTo: URL(filePath: "\(path)/\(file)"))
    defer { try? handle.close() }
    try handle.write(contentsOf: Data(text.utf8))
  }
}
