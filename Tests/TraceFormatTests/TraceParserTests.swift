import Testing
import TraceFormat

@Suite struct TraceParserTests {
  private let requests = "arrival_s,prompt_tokens,output_tokens\n"
  private let seconds = "t,arrivals,prompt_tokens,output_tokens\n"

  private func problem(_ text: String) -> String? {
    do {
      _ = try TraceParser.parse(text.utf8, name: "test")
      return nil
    } catch {
      return error.description
    }
  }

  @Test func `a line per request becomes an arrival`() throws {
    let trace = try TraceParser.parse(
      (requests + "0.25,374,44\r\n\n# a comment\n1.5,12,1").utf8, name: "two")
    #expect(
      trace.arrivals == [
        Arrival(seconds: 0.25, promptTokens: 374, outputTokens: 44),
        Arrival(seconds: 1.5, promptTokens: 12, outputTokens: 1),
      ])
    #expect(trace.durationSeconds == 2)
    #expect(trace.name == "two")
  }

  @Test func `lines in any order are sorted by time`() throws {
    let trace = try TraceParser.parse((requests + "5,1,1\n2,2,2\n5,3,3\n").utf8, name: "test")
    #expect(trace.arrivals.map(\.promptTokens) == [2, 1, 3])
  }

  @Test func `bytes may be cut anywhere`() throws {
    let text = requests + "0.25,374,44\n1.5,12,1\n"
    let whole = try TraceParser.parse(text.utf8, name: "test")
    var parser = TraceParser(name: "test")
    for byte in text.utf8 { try parser.consume(CollectionOfOne(byte)) }
    #expect(try parser.finish() == whole)
  }

  @Test func `a line per second is spread inside the second and keeps its sums`() throws {
    let text = seconds + "0,3,100,31\n1,0,0,0\n2,40,40000,8000\n9,0,0,0\n"
    let trace = try TraceParser.parse(text.utf8, name: "test", seed: 7)
    #expect(trace.durationSeconds == 10)
    let first = trace.arrivals.filter { $0.seconds < 1 }
    let third = trace.arrivals.filter { $0.seconds >= 2 && $0.seconds < 3 }
    #expect(first.count == 3 && third.count == 40)
    #expect(first.map(\.promptTokens).reduce(0, +) == 100)
    #expect(first.map(\.outputTokens).reduce(0, +) == 31)
    #expect(third.map(\.promptTokens).reduce(0, +) == 40_000)
    #expect(Set(third.map(\.promptTokens)).count > 10)
    #expect(third.allSatisfy { (400...1700).contains($0.promptTokens) })
  }

  @Test func `the same seed spreads the same way, another one differently`() throws {
    let text = seconds + "0,9,900,90\n"
    let one = try TraceParser.parse(text.utf8, name: "test", seed: 1)
    #expect(try TraceParser.parse(text.utf8, name: "test", seed: 1) == one)
    #expect(try TraceParser.parse(text.utf8, name: "test", seed: 2) != one)
  }

  @Test func `errors name the line, the column, what was found and what was expected`() {
    #expect(
      problem(requests + "0,1,1\n1,2,many\n")
        == "trace line 3: output_tokens is \"many\"; expected a whole number from 0")
    #expect(
      problem(requests + "-1,2,3\n")
        == "trace line 2: arrival_s is \"-1\"; expected a number from 0, for example 12.5")
    #expect(problem(requests + "1,2\n") == "trace line 2: ends before the column output_tokens")
    #expect(problem(requests + "1,2,3,4\n") == "trace line 2: has more than 3 columns")
    #expect(problem(requests + "1,2.5,3\n")?.contains("prompt_tokens is \"2.5\"") == true)
    #expect(problem(requests + "nan,2,3\n")?.contains("arrival_s is \"nan\"") == true)
    #expect(problem(requests + "1e99,2,3\n")?.contains("arrival_s is \"1e99\"") == true)
    #expect(problem(seconds + "0,0,5,0\n") == "trace line 2: has tokens but 0 arrivals")
    #expect(problem("time,size\n")?.hasPrefix("trace line 1: the header is \"time,size\"") == true)
    #expect(problem("")?.hasPrefix("trace: is empty; expected the header") == true)
  }

  @Test func `compressed bytes are recognized by their endless line`() {
    let bytes = (0..<4000).map { UInt8(truncatingIfNeeded: $0 % 251 == 10 ? 11 : $0 % 251) }
    #expect(throws: TraceError.self) { try TraceParser.parse(bytes, name: "test") }
  }

  @Test func `more arrivals than the limit are refused before they are made`() {
    #expect(
      problem(seconds + "0,999999999,1,1\n")
        == "trace line 2: is past the limit of 67108864 arrivals")
  }

  @Test func `a limit of arrivals may be reached in both forms, and not passed`() throws {
    for text in [seconds + "0,2,2,2\n1,1,1,1\n", requests + "0,1,1\n1,1,1\n2,1,1\n"] {
      let line = text.hasPrefix(seconds) ? 3 : 4
      #expect(
        try TraceParser.parse(text.utf8, name: "test", arrivalLimit: 3).arrivals.count == 3)
      let refused = #expect(throws: TraceError.self) {
        try TraceParser.parse(text.utf8, name: "test", arrivalLimit: 2)
      }
      #expect(
        refused.map { "\($0)" } == "trace line \(line): is past the limit of 2 arrivals")
    }
  }
}
