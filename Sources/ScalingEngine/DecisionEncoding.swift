extension Reason: Encodable {
  private enum Key: String, CodingKey {
    case code, trigger, amount, limit, text
  }

  /// `{"code":"demand","trigger":"queue","amount":20,"limit":50,"text":"…"}`; what a code does not
  /// use is left out.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(code.rawValue, forKey: .code)
    try container.encodeIfPresent(trigger, forKey: .trigger)
    try container.encodeIfPresent(amount.flatMap { $0.isFinite ? $0 : nil }, forKey: .amount)
    try container.encodeIfPresent(limit.flatMap { $0.isFinite ? $0 : nil }, forKey: .limit)
    try container.encode(description, forKey: .text)
  }
}
