import PrometheusFormat
import Testing

@Suite("Text expositions")
struct ExpositionTests {
  private func samples(
    _ text: String, _ names: [String] = ["m"], format: ExpositionFormat = .text
  ) throws -> [ExpositionSample] {
    try ExpositionParser.samples(of: Array(text.utf8), wanted: WantedNames(names), format: format)
  }

  @Test("only wanted series are kept, in the order written")
  func keepsWanted() throws {
    let text = """
      # HELP queue_depth m 5
      # TYPE queue_depth gauge
      queue_depth{service="a"} 3
      queue_depth_max 9
      my_queue_depth 8
      other{queue_depth="1"} 7

      queue_depth 4
      requests_total{code="200"} 12 1700000000123

      """
    let kept = try samples(text, ["requests_total", "queue_depth"])
    #expect(
      kept == [
        ExpositionSample(
          name: "queue_depth", labels: [ExpositionLabel(name: "service", value: "a")], value: 3),
        ExpositionSample(name: "queue_depth", value: 4),
        ExpositionSample(
          name: "requests_total", labels: [ExpositionLabel(name: "code", value: "200")],
          value: 12, timestampSeconds: 1_700_000_000.123),
      ])
  }

  @Test(
    "values are Go's numbers",
    arguments: [
      ("3", 3), ("-0.25", -0.25), ("+1.5e3", 1500), ("1e-06", 1e-6), ("Inf", .infinity),
      ("+Inf", .infinity), ("-inf", -.infinity), ("4.9e-324", .leastNonzeroMagnitude),
      ("1e309", .infinity),
      ("12345678901234567890", 12_345_678_901_234_567_168), ("0.1", 0.1), (".5", 0.5), ("5.", 5),
    ] as [(String, Double)])
  func readsValues(text: String, value: Double) throws {
    #expect(try samples("m \(text)\n").first?.value == value)
    #expect(try samples("m{a=\"b\"}\t\(text)  \n").first?.value == value)
  }

  @Test("NaN is a value", arguments: ["NaN", "nan", "NAN"])
  func readsNaN(text: String) throws {
    #expect(try samples("m \(text)\n").first?.value.isNaN == true)
  }

  @Test("escapes in label values are undone, and what they hide does not end the value")
  func readsEscapes() throws {
    let kept = try samples(#"m{a="q\"} 7",b="c:\\n\n",c="\d",d="é{",} 5"# + "\n")
    #expect(kept.first?.labels.map(\.value) == ["q\"} 7", "c:\\n\n", "\\d", "é{"])
    #expect(kept.first?.value == 5)
  }

  @Test("blanks may stand between any two words")
  func readsBlanks() throws {
    let kept = try samples(" \tm { a = \"b\" , c=\"d\" }  5\t1000 \r\n")
    #expect(kept.first?.labels.map(\.name) == ["a", "c"])
    #expect(kept.first?.timestampSeconds == 1)
  }

  @Test("a name in quotes is found between the braces")
  func readsQuotedNames() throws {
    let kept = try samples(#"{"my.queue",a="b"} 5"# + "\n{\"other\",a=b} x\n", ["my.queue"])
    #expect(kept.map(\.name) == ["my.queue"])
    #expect(kept.first?.labels == [ExpositionLabel(name: "a", value: "b")])
  }

  @Test("OpenMetrics has timestamps in seconds, exemplars, and an end")
  func readsOpenMetrics() throws {
    let body = "m_bucket{le=\"1\"} 5 1700000000.5 # {trace_id=\"x\"} 0.7 1700000000\nm_total 2\n"
    let names = ["m_bucket", "m_total"]
    let kept = try samples(body + "# EOF\n", names, format: .openMetrics)
    #expect(kept.map(\.value) == [5, 2])
    #expect(kept.first?.timestampSeconds == 1_700_000_000.5)
    #expect(throws: ExpositionError.truncated) { try samples(body, names, format: .openMetrics) }
    #expect(throws: ExpositionError.malformed(line: 2, expected: "nothing after \"# EOF\"")) {
      try samples("# EOF\nm_total 2\n", names, format: .openMetrics)
    }
    #expect(throws: ExpositionError.malformed(line: 1, expected: "the end of the line")) {
      try samples(body, names, format: .text)
    }
  }

  @Test("the content type tells the format")
  func readsContentType() {
    let open = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    #expect(ExpositionFormat(contentType: open) == .openMetrics)
    #expect(ExpositionFormat(contentType: "text/plain; version=0.0.4") == .text)
    #expect(ExpositionFormat(contentType: nil) == .text)
  }

  @Test(
    "a wanted line that is not of the format makes the whole unusable",
    arguments: [
      ("m", 0), ("m ", 1), ("m x", 1), ("m 5x", 1), ("m 5 6 7", 1), ("m{a=\"b\" 5", 1),
      ("m{a=b} 5", 1), ("m{a=\"b} 5", 1), ("m{=\"b\"} 5", 1), ("m{a=\"b\"}", 1),
      ("m{a=\"b\"c=\"d\"} 5", 1), ("m{a=\"b\\\"} 5", 1), ("m 0x10", 1), ("m{a=\"b\"} 5 NaN", 1),
    ])
  func refusesMalformed(line: String, isWanted: Int) throws {
    let text = "ok 1\n\(line)\nok 2\n"
    if isWanted == 0 {
      #expect(try samples(text).isEmpty, "a name alone is no line of that metric")
    } else {
      let error = #expect(throws: ExpositionError.self) { try samples(text) }
      guard case .malformed(line: 2, _)? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(try samples(text, ["other"]).isEmpty, "nobody looks at what nobody wants")
    }
  }

  @Test("limits hold: bytes of a line, series, labels")
  func holdsLimits() throws {
    var limits = ExpositionLimits()
    limits.lineBytes = 100
    limits.samples = 2
    limits.labels = 2
    func read(_ text: String) throws -> Int {
      try ExpositionParser.samples(
        of: Array(text.utf8), wanted: WantedNames(["m"]), format: .text, limits: limits
      ).count
    }
    #expect(try read("m 1\nm 2\n") == 2)
    #expect(throws: ExpositionError.tooManySamples(limit: 2)) { try read("m 1\nm 2\nm 3\n") }
    #expect(try read("x" + String(repeating: "y", count: 99) + "\n") == 0)
    #expect(throws: ExpositionError.lineTooLong(line: 2, limitBytes: 100)) {
      try read("\nx" + String(repeating: "y", count: 100) + "\n")
    }
    #expect(throws: ExpositionError.lineTooLong(line: 1, limitBytes: 100)) {
      try read(String(repeating: "y", count: 101))
    }
    #expect(throws: ExpositionError.self) { try read("m{a=\"1\",b=\"2\",c=\"3\"} 1\n") }
  }

  @Test("pieces may be cut anywhere", arguments: [1, 2, 3, 7, 16, 64, 1000])
  func readsPieces(length: Int) throws {
    let bytes = Array((ExpositionTests.sampleText + "m 5").utf8)
    let names = WantedNames(["m", "n_bucket"])
    let whole = try ExpositionParser.samples(of: bytes, wanted: names, format: .text)
    #expect(whole.count == 4)
    var parser = ExpositionParser(wanted: names, format: .text)
    for start in stride(from: 0, to: bytes.count, by: length) {
      try parser.consume(Array(bytes[start..<min(start + length, bytes.count)]))
    }
    #expect(try parser.finish() == whole)
  }

  @Test("a web page is told apart")
  func knowsWebPages() {
    #expect(throws: ExpositionError.webPage) { try samples("<!DOCTYPE html>\n<html></html>") }
  }

  static let sampleText =
    "# TYPE m gauge\nm{a=\"x\\\"y\",b=\"é\"} 97.5e1 1700000000123\nz{a=\"b\"} 1\n"
    + "n_bucket{le=\"+Inf\"} 7 \n\n{\"m\",a=\"b\"} NaN\n".replacing("NaN", with: "4")

  @Test("a hundred thousand mutations trap nothing", arguments: [UInt64(1), 20_261_121])
  func survivesMutation(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let alphabet = Array("{}\",=\\# \t\n0123eE+-.mn_".utf8) + [0xFF, 0xC3, 0x00, 0x0D]
    let names = WantedNames(["m", "n_bucket"])
    let whole = Array(ExpositionTests.sampleText.utf8)
    var accepted = 0
    for round in 0..<50_000 {
      var bytes = whole
      for _ in 0...Int(random.next() % 4) {
        let at = Int(random.next() % UInt64(bytes.count))
        switch random.next() % 4 {
        case 0: bytes[at] = alphabet[Int(random.next() % UInt64(alphabet.count))]
        case 1: bytes.remove(at: at)
        case 2: bytes.removeSubrange(at...)
        default: bytes.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: at)
        }
        if bytes.isEmpty { bytes = [0x0A] }
      }
      let format: ExpositionFormat = round % 2 == 0 ? .text : .openMetrics
      if (try? ExpositionParser.samples(of: bytes, wanted: names, format: format)) != nil {
        accepted += 1
      }
    }
    #expect(accepted > 1000)
  }
}
