extension QueryAnswer {
  /// The answer as Prometheus writes it: the body of a `200` of the query API.
  package func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.object { body in
      body.field("status", string: "success")
      body.key("data")
      body.object { data in
        data.field("resultType", string: result.typeName)
        data.key("result")
        data.write(result)
      }
      body.texts("warnings", warnings)
      body.texts("infos", infos)
    }
    return writer.bytes
  }

  /// The body of a refusal: a `400` with `bad_data`, a `503` with `timeout` and so on.
  package static func json(errorType: String, error: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.object { body in
      body.field("status", string: "error")
      body.field("errorType", string: errorType)
      body.field("error", string: error)
    }
    return writer.bytes
  }
}

extension JSONWriter {
  fileprivate mutating func texts(_ name: String, _ texts: [String]) {
    guard !texts.isEmpty else { return }
    key(name)
    array { list in
      for text in texts { list.string(text) }
    }
  }

  fileprivate mutating func write(_ result: QueryResult) {
    switch result {
    case .scalar(let point): write(point)
    case .string(let text, let timestampSeconds):
      array { pair in
        pair.number(timestampSeconds)
        pair.string(text)
      }
    case .vector(let samples):
      array { list in
        for sample in samples {
          list.object { series in
            series.key("metric")
            series.write(sample.labels)
            series.key("value")
            series.write(
              Point(timestampSeconds: sample.timestampSeconds, value: sample.value))
          }
        }
      }
    case .matrix(let allSeries):
      array { list in
        for one in allSeries {
          list.object { series in
            series.key("metric")
            series.write(one.labels)
            series.key("values")
            series.array { values in
              for point in one.points { values.write(point) }
            }
          }
        }
      }
    }
  }

  private mutating func write(_ point: Point) {
    array { pair in
      pair.number(point.timestampSeconds)
      pair.string(JSONWriter.valueText(point.value))
    }
  }

  private mutating func write(_ labels: Labels) {
    object { object in
      for pair in labels.pairs { object.field(pair.name, string: pair.value) }
    }
  }

  /// A sample's value as Prometheus writes it: `NaN`, `+Inf`, `-Inf`, or the number.
  private static func valueText(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return text(value)
  }
}
