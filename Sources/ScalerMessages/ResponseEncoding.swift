internal import CScalerProto

/// One metric that KEDA is to ask for, with the value per replica that it aims at.
package struct MetricSpec: Hashable, Sendable {
  /// The name KEDA will ask for; without `/` and `%`, which the HPA refuses.
  package var name: String
  /// Wanted amount of the metric per replica; finite and above 0.
  package var target: Double

  /// A metric with this name and target.
  package init(name: String, target: Double) {
    self.name = name
    self.target = target
  }
}

/// The current value of one metric.
package struct MetricValue: Hashable, Sendable {
  /// The name in the metric spec.
  package var name: String
  /// The value; finite and not negative. KEDA keeps three decimals.
  package var value: Double

  /// A metric with this name and value.
  package init(name: String, value: Double) {
    self.name = name
    self.value = value
  }
}

/// An `IsActiveResponse`.
package func encodeIsActive(_ active: Bool) -> [UInt8] {
  var message = Externalscaler__IsActiveResponse()
  externalscaler__is_active_response__init(&message)
  message.result = active ? 1 : 0
  return pack(&message)
}

/// A `GetMetricSpecResponse` with both number fields of each spec filled.
/// - Throws: `notANumberForKEDA` for a target that is not finite or not above 0: the HPA would be
///   invalid.
package func encodeMetricSpecs(_ specs: [MetricSpec]) throws(MessageError) -> [UInt8] {
  for spec in specs where !(spec.target.isFinite && spec.target > 0) {
    throw .notANumberForKEDA(metric: spec.name)
  }
  return withCStrings(specs.map(\.name)) { names in
    var messages = zip(specs, names).map { spec, name in
      var message = Externalscaler__MetricSpec()
      externalscaler__metric_spec__init(&message)
      message.metricname = name
      message.targetsize = wholeNumber(spec.target)
      message.targetsizefloat = spec.target
      return message
    }
    return withPointers(to: &messages) { pointers in
      var response = Externalscaler__GetMetricSpecResponse()
      externalscaler__get_metric_spec_response__init(&response)
      response.n_metricspecs = pointers.count
      response.metricspecs = pointers.baseAddress
      return pack(&response)
    }
  }
}

/// A `GetMetricsResponse` with both number fields of each value filled. KEDA sums the values.
/// - Throws: `notANumberForKEDA` for a value that is not finite or is negative: KEDA would read 0,
///   a signal to scale down.
package func encodeMetricValues(_ values: [MetricValue]) throws(MessageError) -> [UInt8] {
  for value in values where !(value.value.isFinite && value.value >= 0) {
    throw .notANumberForKEDA(metric: value.name)
  }
  return withCStrings(values.map(\.name)) { names in
    var messages = zip(values, names).map { value, name in
      var message = Externalscaler__MetricValue()
      externalscaler__metric_value__init(&message)
      message.metricname = name
      message.metricvalue = wholeNumber(value.value)
      message.metricvaluefloat = value.value
      return message
    }
    return withPointers(to: &messages) { pointers in
      var response = Externalscaler__GetMetricsResponse()
      externalscaler__get_metrics_response__init(&response)
      response.n_metricvalues = pointers.count
      response.metricvalues = pointers.baseAddress
      return pack(&response)
    }
  }
}

/// The deprecated integer beside a number: rounded, but never 0 for what is above 0, because KEDA
/// falls back to it. For example 0 → 0, 0.2 → 1, 2.5 → 3.
func wholeNumber(_ number: Double) -> Int64 {
  guard number > 0 else { return 0 }
  return Int64(exactly: max(1, number.rounded())) ?? .max
}

/// The wire form of a protobuf-c message.
func pack<Message>(_ message: inout Message) -> [UInt8] {
  withUnsafeMutablePointer(to: &message) { message in
    let message = UnsafeMutableRawPointer(message).assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(message)
    return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = protobuf_c_message_pack(message, buffer.baseAddress)
    }
  }
}

/// Lends C copies of strings, in their order.
func withCStrings<R>(_ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
  let copies = strings.map { string in
    let text = string.utf8CString
    let copy = UnsafeMutableBufferPointer<CChar>.allocate(capacity: text.count)
    _ = copy.initialize(from: text)
    return copy
  }
  defer { for copy in copies { copy.deallocate() } }
  return body(copies.map(\.baseAddress))
}

/// Lends the array of pointers to elements that protobuf-c wants for a repeated message.
func withPointers<Message, R>(
  to messages: inout [Message],
  _ body: (UnsafeMutableBufferPointer<UnsafeMutablePointer<Message>?>) -> R
) -> R {
  messages.withUnsafeMutableBufferPointer { messages in
    var pointers = messages.indices.map { index in messages.baseAddress.map { $0 + index } }
    return pointers.withUnsafeMutableBufferPointer { body($0) }
  }
}
