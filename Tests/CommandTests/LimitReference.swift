@testable import keda_burst_scaler

/// docs/limits.md as the catalogue says it.
struct LimitReference {
  let catalogue: LimitCatalogue

  var text: String {
    """
    # Limits

    Made from the code's own tables by `UPDATE_DOCS=1 swift test --filter LimitTests`; a test holds it
    to them. Nothing that others can make grow is without one.

    Reaching a limit costs who reaches it, and nobody else. It is logged once, as `limit reached` with
    its name, value and setting, and again only after a minute without; it is counted in
    `keda_burst_scaler_limit_reached_total{limit="…"}`, beside `keda_burst_scaler_limit{limit="…"}`.

    ## Callers of the gRPC port

    \(table(catalogue.calls))

    A connection has 10 s for its TLS handshake and HTTP/2 preface; one that has been silent for a
    minute is probed, and closed where nobody answers within 20 s.

    ## Trigger metadata

    \(table(catalogue.metadata))

    ## Sources

    \(table(catalogue.sources))

    ## The admin port and the log

    \(table(catalogue.others))

    """
  }

  private func table(_ limits: [Limit]) -> String {
    let rows = limits.map { limit in
      let value = limit.name == "file_descriptors" ? "the system's" : "\(limit.value)"
      let setting = limit.setting.map { "`--\($0.name)`" } ?? "–"
      return "| `\(limit.name)` | \(value) | \(setting) | \(limit.meaning) | \(limit.consequence) |"
    }
    return """
      | Limit | Value | Setting | What it bounds | Who goes beyond |
      |---|---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }
}
