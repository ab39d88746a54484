import Foundation
import KubernetesFormat
import Testing

@Suite("The API's small values")
struct ValueTests {
  @Test(
    "an instant is read in each of its spellings and written as the API wants it",
    arguments: [
      ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"),
      ("2024-02-29T12:30:45Z", 1_709_209_845_000_000, "2024-02-29T12:30:45Z"),
      ("2026-11-25T01:02:03.5Z", 1_795_568_523_500_000, "2026-11-25T01:02:03Z"),
      ("2026-11-25T01:02:03.000001Z", 1_795_568_523_000_001, "2026-11-25T01:02:03Z"),
      ("2026-11-25T02:02:03+01:00", 1_795_568_523_000_000, "2026-11-25T01:02:03Z"),
      ("1969-12-31T23:59:59Z", -1_000_000, "1969-12-31T23:59:59Z"),
    ])
  func instants(text: String, microseconds: Int64, written: String) throws {
    let instant = try #require(Timestamp(text))
    #expect(instant.microseconds == microseconds)
    #expect(instant.text == written)
    #expect(Timestamp(instant.microText) == instant)
  }

  @Test("an instant agrees with Foundation's calendar over six hundred years")
  func calendar() {
    for day in stride(from: -120_000, to: 120_000, by: 97) {
      let seconds = Double(day) * 86400 + 3723
      #expect(
        Timestamp(unixSeconds: seconds).text
          == Date(timeIntervalSince1970: seconds).formatted(.iso8601), "\(day)")
    }
  }

  @Test(
    "what is no instant is refused",
    arguments: [
      "", "2026-11-25", "2026-13-25T01:02:03Z", "2026-11-25T01:02:03", "2026-11-25T1:2:3Z",
    ])
  func noInstants(text: String) { #expect(Timestamp(text) == nil) }

  @Test(
    "an amount is read in thousandths, rounded up",
    arguments: [
      ("8", 8000), ("0", 0), ("100m", 100), ("1.5", 1500), ("2Gi", 2_147_483_648_000),
      ("1k", 1_000_000), ("1e3", 1_000_000), ("12E2", 1_200_000), ("1n", 1), ("0.1", 100),
      ("8Ei", 4_000_000_000_000_000_000), ("9E15", 4_000_000_000_000_000_000),
    ])
  func amounts(text: String, thousandths: Int64) {
    #expect(Quantity(text)?.thousandths == thousandths)
  }

  @Test(
    "what is no amount is refused",
    arguments: ["", "GPU", "-1", "1 Gi", "1e99", "1x", "nan"])
  func noAmounts(text: String) { #expect(Quantity(text) == nil) }

  @Test("a pod asks for its containers together, or for what an init container needs at its turn")
  func podRequests() {
    var pod = PodSpec(containers: [
      .init(requests: ["nvidia.com/gpu": Quantity(whole: 1)]),
      .init(requests: ["nvidia.com/gpu": Quantity(whole: 2)]),
    ])
    #expect(pod.request("nvidia.com/gpu") == 3000)
    pod.initContainers = [.init(requests: ["nvidia.com/gpu": Quantity(whole: 4)])]
    #expect(pod.request("nvidia.com/gpu") == 4000)
    var sidecar = PodSpec.Container(requests: ["nvidia.com/gpu": Quantity(whole: 3)])
    sidecar.restartPolicy = "Always"
    pod.initContainers = [sidecar, .init(requests: ["nvidia.com/gpu": Quantity(whole: 4)])]
    #expect(pod.request("nvidia.com/gpu") == 7000)
    #expect(pod.request("cpu") == 0)
  }

  @Test("what a pod asks for as a whole stands instead of what its containers ask for")
  func wholePodRequests() {
    var pod = PodSpec(containers: [
      .init(requests: ["cpu": Quantity(whole: 1)]), .init(requests: [:]),
    ])
    pod.overhead = ["cpu": Quantity(whole: 1)]
    pod.resources = .init(
      requests: ["cpu": Quantity(whole: 4)], limits: ["memory": Quantity(whole: 9)])
    #expect(pod.resourceNames == ["cpu", "memory"])
    #expect(pod.request("cpu") == 5000)
    #expect(pod.request("memory") == 9000)
    pod.resources = .init(limits: ["cpu": Quantity(whole: 4)])
    #expect(pod.request("cpu") == 2000)
  }

  @Test("a watch's pieces become lines, wherever they are cut")
  func lines() {
    let text = Array("{\"a\":1}\n{\"b\":2}\n\n{\"c\":3}\n".utf8)
    for size in 1...text.count {
      var splitter = LineSplitter()
      var lines: [String] = []
      for start in stride(from: 0, to: text.count, by: size) {
        let piece = Array(text[start..<min(text.count, start + size)])
        lines += (splitter.take(piece) ?? []).map { String(decoding: $0, as: UTF8.self) }
      }
      #expect(lines == ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"], "pieces of \(size)")
    }
  }

  @Test("a line without an end is given up at its limit")
  func endlessLine() {
    var splitter = LineSplitter()
    let piece = [UInt8](repeating: 65, count: LineSplitter.limitBytes / 2)
    #expect(splitter.take(piece) != nil)
    #expect(splitter.take(piece) != nil)
    #expect(splitter.take([65]) == nil)
  }
}
