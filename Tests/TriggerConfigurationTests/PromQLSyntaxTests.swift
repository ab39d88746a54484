import Testing
import TriggerConfiguration

@Suite struct PromQLSyntaxTests {
  @Test(arguments: [
    "up", "sum by (pod) (rate(x_total{a=~\"[)(\",b='}'}[5m]))", "x{a=`\\`}", "1 + x # (comment",
    "max_over_time(x[1h:30s]) * on (pod) group_left y", "vllm:num_requests_waiting",
    "label_replace(x, \"pod\", \"$1\", \"p\", \"(.+)\")", "x{a=\"\\\"(\"}", "sum(\n  x\n)\t",
  ])
  func `A query that Prometheus may accept passes`(query: String) throws {
    let spec = try TriggerSpec(metadata: metadata(["queueDepthQuery": query]))
    #expect(spec.sources[0].query == query.trimmingBlanks)
  }

  @Test(arguments: [
    ("sum(x", "has a \"(\" at character 4 that is never closed; close it with \")\""),
    ("sum x)", "has a \")\" at character 6 that closes nothing; remove it, or open it before"),
    ("x{a=\"b\")", "has a \")\" at character 8 that closes nothing; remove it, or open it before"),
    ("x{a=\"b}", "has a quote (\") at character 5 that is never closed; close it"),
    ("x{a='b\\'}", "has a quote (') at character 5 that is never closed; close it"),
    (
      "x{ns=~$namespace}",
      "has a \"$\" at character 7, which is a dashboard's variable and not PromQL; write the value "
        + "itself"
    ),
    ("x; y", "has a \";\" at character 2, which is not PromQL; write one expression"),
    (
      "x_total[5m]",
      "ends in a range, which is a list of past values and not a number; wrap it, for example in "
        + "rate(…) or max_over_time(…)"
    ),
    ("# only this", "holds only a comment; write a PromQL query"),
    ("x\u{0}y", "has a control character at character 2; remove it"),
  ])
  func `A query that cannot parse is refused with the place`(query: String, expected: String) {
    let message = refusal(of: metadata(["queueDepthQuery": query]))
    #expect(message.hasSuffix("which \(expected)"), "\(message)")
  }

  @Test func `A query longer than the limit is refused`() {
    let query = "sum(" + String(repeating: "x", count: 17_000) + ")"
    let message = refusal(of: metadata(["queueDepthQuery": query]))
    #expect(
      message.hasSuffix(
        "which is longer than 16384 bytes; use a recording rule for it and query that"))
    #expect(message.utf8.count < 300)
  }
}

extension String {
  /// Without blanks at the end.
  fileprivate var trimmingBlanks: String {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
