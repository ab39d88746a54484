/// A length of time as Go and Prometheus write it: `60s`, `5m`, `1h30m`, `500ms`, `1.5h`, `2d`.
/// A bare number counts seconds where `allowsBareSeconds` says so, as KEDA's own fields do.
/// `nil` for anything else: negative, longer than `longestSeconds`, empty.
package func parseDuration(_ text: String, allowsBareSeconds: Bool = true) -> Duration? {
  let bytes = Array(text.utf8)
  guard !bytes.isEmpty, bytes.count <= 64 else { return nil }
  if text == "0" { return .zero }
  var position = 0
  var seconds = 0.0
  while position < bytes.count {
    let start = position
    while position < bytes.count, bytes[position].isDigitOrPoint { position += 1 }
    guard position > start,
      let amount = Double(String(decoding: bytes[start..<position], as: UTF8.self))
    else { return nil }
    let unitStart = position
    while position < bytes.count, !bytes[position].isDigitOrPoint { position += 1 }
    let unit = String(decoding: bytes[unitStart..<position], as: UTF8.self)
    if unit.isEmpty, allowsBareSeconds, start == 0 {
      seconds = amount
    } else {
      guard let length = secondsPerUnit[unit] else { return nil }
      seconds += amount * length
    }
  }
  guard seconds <= longestSeconds else { return nil }
  return .nanoseconds(Int64((seconds * 1e9).rounded()))
}

/// A year: no duration of ours is longer, and nanoseconds of it fit in 64 bits.
private let longestSeconds = 365.0 * 86_400

private let secondsPerUnit: [String: Double] = [
  "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400,
  "w": 604_800,
]

extension Duration {
  /// The length as a user would write it: `1h30m`, `500ms`, `0s`.
  package var text: String {
    let (seconds, attoseconds) = components
    guard attoseconds == 0 else {
      let milliseconds =
        Double(seconds) * 1000 + (Double(attoseconds) / 1e15)
      return milliseconds == milliseconds.rounded()
        ? "\(Int64(milliseconds))ms" : "\(milliseconds)ms"
    }
    guard seconds != 0 else { return "0s" }
    var rest = seconds
    var text = ""
    for (unit, length) in [("h", Int64(3600)), ("m", 60), ("s", 1)] where rest >= length {
      text += "\(rest / length)\(unit)"
      rest %= length
    }
    return text
  }
}

extension UInt8 {
  fileprivate var isDigitOrPoint: Bool {
    (self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9")) || self == UInt8(ascii: ".")
  }
}
