extension QueryAnswer {
  /// Reads the body of an answer of the query API in one pass.
  ///
  /// Fields may come in any order and unknown ones are passed over, so that Thanos, Mimir and
  /// VictoriaMetrics are understood too. Linear in the body's length; labels are not decoded.
  ///
  /// - Parameters:
  ///   - bytes: the whole body; kept alive by the answer's labels.
  ///   - sampleLimit: how many numbers the answer may hold, over all series.
  /// - Throws: what is wrong, or what the server refused.
  package init(
    parsing bytes: [UInt8], sampleLimit: Int = QueryAnswer.defaultSampleLimit
  ) throws(QueryAnswerError) {
    var parser = QueryAnswerParser(bytes: bytes, samplesLeft: sampleLimit, sampleLimit: sampleLimit)
    self = try parser.parse()
  }
}

/// One run over an answer: gathers fields in whatever order they come.
private struct QueryAnswerParser {
  let bytes: [UInt8]
  var samplesLeft: Int
  let sampleLimit: Int

  private var isSuccess: Bool?
  private var errorType = ""
  private var errorMessage = ""
  private var warnings: [String] = []
  private var infos: [String] = []
  private var result: QueryResult?
  private var skippedHistogramCount = 0

  init(bytes: [UInt8], samplesLeft: Int, sampleLimit: Int) {
    self.bytes = bytes
    self.samplesLeft = samplesLeft
    self.sampleLimit = sampleLimit
  }

  mutating func parse() throws(QueryAnswerError) -> QueryAnswer {
    var scanner = JSONScanner(bytes)
    try scanner.fields { (scanner, name) throws(QueryAnswerError) in
      try topLevelField(&scanner, name)
    }
    guard scanner.peek() == nil else { throw scanner.unexpected("nothing after the answer") }
    guard let isSuccess else { throw scanner.unexpected("a field \"status\"") }
    guard isSuccess else {
      throw QueryAnswerError.refused(errorType: errorType, message: errorMessage)
    }
    guard let result else { throw scanner.unexpected("a field \"data\" with a \"result\"") }
    return QueryAnswer(
      result, warnings: warnings, infos: infos, skippedHistogramCount: skippedHistogramCount)
  }

  private mutating func topLevelField(
    _ scanner: inout JSONScanner, _ name: Range<Int>
  ) throws(QueryAnswerError) {
    if scanner.string(at: name, is: "status") {
      let value = try scanner.string()
      isSuccess = scanner.string(at: value, is: "success")
    } else if scanner.string(at: name, is: "data") {
      guard try !scanner.takeNull() else { return }
      try data(&scanner)
    } else if scanner.string(at: name, is: "errorType") {
      errorType = try scanner.text()
    } else if scanner.string(at: name, is: "error") {
      errorMessage = try scanner.text()
    } else if scanner.string(at: name, is: "warnings") {
      warnings = try texts(&scanner)
    } else if scanner.string(at: name, is: "infos") {
      infos = try texts(&scanner)
    } else {
      try scanner.skipValue(depth: 1)
    }
  }

  private func texts(_ scanner: inout JSONScanner) throws(QueryAnswerError) -> [String] {
    guard try !scanner.takeNull() else { return [] }
    var texts: [String] = []
    try scanner.elements { (scanner) throws(QueryAnswerError) in
      let text = try scanner.text()
      // A server that warns about each of a million series is not worth the memory.
      if texts.count < 100 { texts.append(text) }
    }
    return texts
  }

  /// `"data"`: the type may come after the result, which is then read in a second pass.
  private mutating func data(_ scanner: inout JSONScanner) throws(QueryAnswerError) {
    var type: Range<Int>?
    var resultOffset: Int?
    try scanner.fields { (scanner, name) throws(QueryAnswerError) in
      if scanner.string(at: name, is: "resultType") {
        type = try scanner.string()
      } else if scanner.string(at: name, is: "result") {
        if let type {
          result = try readResult(&scanner, type)
        } else {
          _ = scanner.peek()
          resultOffset = scanner.offset
          try scanner.skipValue(depth: 2)
        }
      } else {
        try scanner.skipValue(depth: 2)
      }
    }
    guard let resultOffset else { return }
    guard let type else { throw scanner.unexpected("a field \"resultType\"") }
    var second = JSONScanner(bytes, at: resultOffset)
    result = try readResult(&second, type)
  }

  private mutating func readResult(
    _ scanner: inout JSONScanner, _ type: Range<Int>
  ) throws(QueryAnswerError) -> QueryResult {
    if scanner.string(at: type, is: "vector") {
      return .vector(try vector(&scanner))
    }
    if scanner.string(at: type, is: "matrix") {
      return .matrix(try matrix(&scanner))
    }
    if scanner.string(at: type, is: "scalar") {
      return .scalar(try point(&scanner))
    }
    if scanner.string(at: type, is: "string") {
      try scanner.take(JSON.openBracket, "a pair of time and text")
      let timestampSeconds = try scanner.number()
      try scanner.take(JSON.comma, "a comma")
      let text = try scanner.text()
      try scanner.take(JSON.closeBracket, "the end of a pair")
      return .string(text, timestampSeconds: timestampSeconds)
    }
    throw scanner.unexpected("a resultType vector, scalar, matrix or string")
  }

  private mutating func vector(_ scanner: inout JSONScanner) throws(QueryAnswerError) -> [Sample] {
    var samples: [Sample] = []
    guard try !scanner.takeNull() else { return samples }
    try scanner.elements { (scanner) throws(QueryAnswerError) in
      var labels: Labels?
      var value: Point?
      var isHistogram = false
      try scanner.fields { (scanner, name) throws(QueryAnswerError) in
        if scanner.string(at: name, is: "metric") {
          labels = try readLabels(&scanner)
        } else if scanner.string(at: name, is: "value") {
          value = try point(&scanner)
        } else {
          isHistogram = isHistogram || scanner.string(at: name, is: "histogram")
          try scanner.skipValue(depth: 4)
        }
      }
      if let value {
        samples.append(
          Sample(
            labels: labels ?? .none, value: value.value, timestampSeconds: value.timestampSeconds))
      } else if isHistogram {
        skippedHistogramCount += 1
      } else {
        throw scanner.unexpected("a field \"value\" in each element of a vector")
      }
    }
    return samples
  }

  private mutating func matrix(_ scanner: inout JSONScanner) throws(QueryAnswerError) -> [Series] {
    var allSeries: [Series] = []
    guard try !scanner.takeNull() else { return allSeries }
    try scanner.elements { (scanner) throws(QueryAnswerError) in
      var labels: Labels?
      var points: [Point] = []
      var isHistogram = false
      try scanner.fields { (scanner, name) throws(QueryAnswerError) in
        if scanner.string(at: name, is: "metric") {
          labels = try readLabels(&scanner)
        } else if scanner.string(at: name, is: "values") {
          try scanner.elements { (scanner) throws(QueryAnswerError) in
            points.append(try point(&scanner))
          }
        } else {
          isHistogram = isHistogram || scanner.string(at: name, is: "histograms")
          try scanner.skipValue(depth: 4)
        }
      }
      if isHistogram { skippedHistogramCount += 1 }
      if !points.isEmpty || !isHistogram {
        allSeries.append(Series(labels: labels ?? .none, points: points))
      }
    }
    return allSeries
  }

  /// `[seconds, "value"]`; a value without quotes is accepted.
  private mutating func point(_ scanner: inout JSONScanner) throws(QueryAnswerError) -> Point {
    guard samplesLeft > 0 else { throw QueryAnswerError.tooManySamples(limit: sampleLimit) }
    samplesLeft -= 1
    try scanner.take(JSON.openBracket, "a pair of time and value")
    let timestampSeconds = try scanner.number()
    try scanner.take(JSON.comma, "a comma")
    let value: Double
    if scanner.peek() == JSON.quote {
      let before = scanner
      let range = try scanner.string()
      guard let parsed = Decimal.parseValue(bytes, in: range) else {
        throw before.unexpected("a number in quotes")
      }
      value = parsed
    } else {
      value = try scanner.number()
    }
    try scanner.take(JSON.closeBracket, "the end of a pair")
    return Point(timestampSeconds: timestampSeconds, value: value)
  }

  /// An object of strings; only checked here, decoded when asked for.
  private func readLabels(_ scanner: inout JSONScanner) throws(QueryAnswerError) -> Labels {
    _ = scanner.peek()
    let start = scanner.offset
    try scanner.fields { (scanner, _) throws(QueryAnswerError) in _ = try scanner.string() }
    return Labels(checkedObjectAt: start, in: bytes)
  }
}
