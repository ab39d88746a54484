internal import Foundation
internal import Glibc

/// What the kernel says of this process.
struct ProcessUsage {
  /// User and system time.
  var cpuSeconds: Double
  /// Resident set size.
  var residentBytes: Double
  /// Unix time.
  var startedAt: Double
  /// How many descriptors are open.
  var openDescriptors: Double

  /// Reads /proc; `nil` where there is none.
  init?() {
    guard let stat = Self.text("/proc/self/stat"), let name = stat.lastIndex(of: ")"),
      let boot = Self.text("/proc/stat")?.split(separator: "\n")
        .first(where: { $0.hasPrefix("btime ") })?.split(separator: " ").last.flatMap({
          Double($0)
        })
    else { return nil }
    // proc(5): after the command's name come the fields from the third on.
    let fields = stat[stat.index(after: name)...].split(separator: " ")
    let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
    guard fields.count > 21, let user = Double(fields[11]), let system = Double(fields[12]),
      let start = Double(fields[19]), let pages = Double(fields[21])
    else { return nil }
    cpuSeconds = (user + system) / ticks
    residentBytes = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    startedAt = boot + start / ticks
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
    openDescriptors = Double(open ?? 0)
  }

  private static func text(_ path: String) -> Substring? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    return Substring(String(decoding: data, as: UTF8.self))
  }
}
