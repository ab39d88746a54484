import PrometheusFormat
import Testing

private func parse(_ text: String, sampleLimit: Int = 100_000) throws -> QueryAnswer {
  try QueryAnswer(parsing: Array(text.utf8), sampleLimit: sampleLimit)
}

@Suite("Reading the query API's answers")
struct QueryAnswerTests {
  @Test("a vector as Prometheus writes it gives labels, values and times")
  func readsVector() throws {
    let answer = try parse(
      #"{"status":"success","data":{"resultType":"vector","result":["#
        + #"{"metric":{"__name__":"up","pod":"a"},"value":[1700000000.123,"97.5"]},"#
        + #"{"metric":{"pod":"b"},"value":[1700000000,"NaN"]}]}}"#)
    guard case .vector(let samples) = answer.result else {
      Issue.record("not a vector: \(answer.result)")
      return
    }
    #expect(samples.count == 2)
    #expect(samples[0].labels["pod"] == "a")
    #expect(samples[0].labels["__name__"] == "up")
    #expect(samples[0].labels["absent"] == nil)
    #expect(samples[0].labels.count == 2)
    #expect(samples[0].value == 97.5)
    #expect(samples[0].timestampSeconds == 1_700_000_000.123)
    #expect(samples[1].value.isNaN)
  }

  @Test("scalar, string and matrix are read")
  func readsOtherShapes() throws {
    #expect(
      try parse(#"{"status":"success","data":{"resultType":"scalar","result":[1,"+Inf"]}}"#).result
        == .scalar(Point(timestampSeconds: 1, value: .infinity)))
    #expect(
      try parse(#"{"status":"success","data":{"resultType":"string","result":[1,"x\n\u00e9"]}}"#)
        .result == .string("x\né", timestampSeconds: 1))
    #expect(
      try parse(
        #"{"status":"success","data":{"resultType":"matrix","result":["#
          + #"{"metric":{},"values":[[1,"2"],[2,"-Inf"]]}]}}"#
      ).result
        == .matrix([
          Series(
            labels: .none,
            points: [
              Point(timestampSeconds: 1, value: 2),
              Point(timestampSeconds: 2, value: -.infinity),
            ])
        ]))
  }

  @Test("field order, white space, unknown fields, nulls and numbers without quotes do not matter")
  func toleratesVariants() throws {
    let answer = try parse(
      """
      { "warnings" : [ "slow" ], "infos": null,
        "data" : { "stats": {"a": [1, {"b": null}]}, "result" : [ { "value" : [ 1e3 , 4 ] ,
        "metric" : { "a\\u0062" : "\\ud83d\\ude00 \\"q\\"" } } ] , "resultType" : "vector" },
        "isPartial": false, "trace": {"x": -0.5e-3}, "status" : "success" }
      """)
    #expect(
      answer
        == QueryAnswer(
          .vector([Sample(labels: ["ab": "😀 \"q\""], value: 4, timestampSeconds: 1000)]),
          warnings: ["slow"]))
    #expect(
      try parse(#"{"status":"success","data":{"resultType":"vector","result":null}}"#).result
        == .vector([]))
  }

  @Test("native histograms are left out and counted")
  func countsHistograms() throws {
    let answer = try parse(
      #"{"status":"success","data":{"resultType":"vector","result":["#
        + #"{"metric":{},"histogram":[1,{"count":"3","sum":"4","buckets":[[0,"1","2","3"]]}]},"#
        + #"{"metric":{},"value":[1,"2"]}]}}"#)
    #expect(answer.skippedHistogramCount == 1)
    #expect(answer.result == .vector([Sample(labels: .none, value: 2, timestampSeconds: 1)]))
  }

  @Test("a refusal gives the server's own words")
  func readsRefusal() {
    #expect(throws: QueryAnswerError.refused(errorType: "bad_data", message: "parse error: x")) {
      try parse(#"{"status":"error","errorType":"bad_data","error":"parse error: x"}"#)
    }
  }

  @Test(
    "what is not an answer is named with its place",
    arguments: [
      ("", 0, "an object", "the end of the answer"),
      ("<html><body>login", 0, "an object", "\"<html><body>\""),
      (#"{"status":"success""#, 19, "a comma or the end of an object", "the end of the answer"),
      (#"{"status":"success"}"#, 20, "a field \"data\" with a \"result\"", "the end of the answer"),
      (
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"x"]}]}}"#,
        84, "a number in quotes", "\"?x?]}]}}\""
      ),
      (
        #"{"status":"success","data":{"resultType":"scalar","result":[1e923,"1"]}}"#, 60,
        "a number", "\"1e923,?1?]}}\""
      ),
      (
        #"{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}} x"#, 69,
        "nothing after the answer", "\"x\""
      ),
    ])
  func namesOffset(text: String, offset: Int, expected: String, found: String) {
    let wanted = QueryAnswerError.malformed(
      offset: offset, expected: expected, found: found.replacing("?", with: "\""))
    #expect(throws: wanted) { try parse(text) }
  }

  @Test("nesting and the number of samples are limited")
  func isLimited() {
    let deep = #"{"x":"# + String(repeating: "[", count: 100_000)
    #expect(throws: QueryAnswerError.self) { try parse(deep) }
    #expect(throws: QueryAnswerError.tooManySamples(limit: 1)) {
      try parse(
        #"{"status":"success","data":{"resultType":"matrix","result":["#
          + #"{"metric":{},"values":[[1,"2"],[2,"3"]]}]}}"#, sampleLimit: 1)
    }
  }

  @Test(
    "numbers are read exactly as the standard library reads them",
    arguments: [
      "0", "-0", "1", "0.1", "0.30000000000000004", "123456789.123", "1e22", "1e23", "1.5e-22",
      "9007199254740993", "1.7976931348623157e+308", "5e-324", "123456789012345678901234567890",
      "1e400", "1e-400", "0.000000000000000000000000000001", "1e99999999999999999999",
    ])
  func readsNumbersExactly(text: String) throws {
    let body = #"{"status":"success","data":{"resultType":"scalar","result":[1,"\#(text)"]}}"#
    guard case .scalar(let point) = try parse(body).result else { return }
    #expect(point.value == Double(text))
  }

  @Test("what is written is read back the same")
  func roundTrips() throws {
    let samples = [
      Sample(labels: ["pod": "a\"\\\n\u{1}é"], value: 0.1, timestampSeconds: 1_700_000_000.5),
      Sample(labels: .none, value: -.infinity, timestampSeconds: 0),
    ]
    let series = Series(
      labels: ["a": "b"], points: [Point(timestampSeconds: 1, value: 1e300)])
    for result: QueryResult in [
      .vector(samples), .matrix([series]), .scalar(Point(timestampSeconds: 2, value: 3)),
      .string("x", timestampSeconds: 4),
    ] {
      let answer = QueryAnswer(result, warnings: ["w"], infos: ["i"])
      #expect(try QueryAnswer(parsing: answer.json()) == answer)
    }
    #expect(
      String(
        decoding: QueryAnswer(.vector([samples[1]])).json(), as: UTF8.self)
        == #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"-Inf"]}]}}"#
    )
  }

  @Test("labels are equal whatever their order and escapes")
  func comparesLabels() throws {
    let one = try parse(
      #"{"status":"success","data":{"resultType":"vector","result":["#
        + #"{"metric":{"b":"\u0032","a":"1"},"value":[1,"2"]}]}}"#)
    guard case .vector(let samples) = one.result else { return }
    #expect(samples[0].labels == ["a": "1", "b": "2"])
    #expect(samples[0].labels.hashValue == (["a": "1", "b": "2"] as Labels).hashValue)
    #expect(samples[0].labels != ["a": "1", "b": "3"])
    #expect((["a": "1"] as Labels).description == #"{a="1"}"#)
  }
}
