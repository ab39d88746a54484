import Foundation
import ScalingEngine
import TestSupport
import Testing
import TriggerConfiguration

@testable import keda_burst_scaler

/// docs/configuration.md is made from the tables that the code itself reads.
@Suite struct ConfigurationReferenceTests {
  @Test func `The configuration reference says what the code reads`() throws {
    let file = LineProcess.root.appending(path: "docs/configuration.md")
    let expected = Self.reference
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
      try Data(expected.utf8).write(to: file)
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    #expect(
      written == expected,
      "docs/configuration.md is not current: UPDATE_DOCS=1 swift test --filter ConfigurationReference"
    )
  }

  private static var reference: String {
    """
    # Configuration reference

    Made from the code's own tables by
    `UPDATE_DOCS=1 swift test --filter ConfigurationReference`; a test holds it to them.

    ## Trigger metadata

    KEDA hands over strings. Either the short form, one trigger for each prefix, or a `triggers` key
    with a YAML or JSON list; never both. Durations are written as `60s`, `5m`, `1h30m` or `500ms`.

    | Prefix of the short form | Kind |
    |---|---|
    \(rows(ShortFormPrefix.all) { "| `\($0.name)` | `\($0.kind.rawValue)` |" })

    A prefix takes `…Query`, `…Threshold` and `…ActivationThreshold`.

    ### Once per ScaledObject's trigger

    \(keyTable(.object))

    ### In an entry of the list, or beside it as the default of all

    \(keyTable(.either))

    ### In an entry of the list

    \(keyTable(.trigger))

    ### KEDA's own, accepted because KEDA hands them over

    \(keyTable(.keda))

    ## The server

    `keda-burst-scaler serve`: each setting is a flag, an environment variable and a key of the YAML file
    given with `--config` (`KEDA_BURST_SCALER_CONFIG`). A flag beats the environment, which beats the file.

    | Flag | Environment | Default | Meaning |
    |---|---|---|---|
    \(rows(Setting.all) { setting in
      let fallback = setting.fallback.map { "`\($0)`" } ?? "–"
      return "| `--\(setting.name)` | `\(setting.environmentName)` | \(fallback) | \(cell(setting.help)) |"
    })

    """
  }

  private static func keyTable(_ scope: MetadataKey.Scope) -> String {
    let keys = MetadataKey.catalogue.filter { $0.scope == scope }
    return """
      | Key | Default | Example | Meaning |
      |---|---|---|---|
      \(rows(keys) { key in
        "| `\(key.name)` | \(cell(key.defaultText)) | `\(cell(key.example))` | \(cell(key.summary)) |"
      })
      """
  }

  private static func rows<Row>(_ all: [Row], _ row: (Row) -> String) -> String {
    all.map(row).joined(separator: "\n")
  }

  /// Text that does not end a table's cell.
  private static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }
}
