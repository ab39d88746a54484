/// One self-contained HTML page: style, charts and script in one file, nothing fetched, no time of
/// making, so that the same report is the same bytes.
struct HTMLReport {
  /// The page's title and first heading.
  var title: String
  /// Name and value of what was played, one line each.
  var facts: [(name: String, value: String)]
  /// A sentence that must not be overlooked.
  var note: String?
  /// The table, as HTML.
  var table: String
  /// What the table's columns are.
  var legend: String
  /// The names of the configurations, whose lines the legend's buttons switch.
  var switches: [String] = []
  /// The charts in their sections.
  var sections: [Section]
  /// The charts' time axis.
  var axis: TimeAxis

  /// A part of the page.
  struct Section {
    /// Its heading.
    var title: String
    /// A sentence below it; empty for none.
    var words = ""
    /// Its charts.
    var charts: [Chart]
    /// Whether it can be folded away.
    var folds = false
    /// Whether the legend's buttons stand above its charts.
    var hasLegend = false
  }

  /// The page.
  var html: String {
    let title = HTMLText.escaped(title)
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="generator" content="keda-burst-scaler \(Version.current)">
      <title>\(title)</title>
      <style>
      \(text(PackageResources.report_css))</style>
      </head>
      <body>
      <header>
      <h1>\(title)</h1>
      <dl class="facts">\(factsHTML)</dl>
      \(note.map { "<p class=\"note\">\(HTMLText.escaped($0))</p>" } ?? "")
      </header>
      <main>
      <div class="scroll" role="region" aria-label="Results" tabindex="0">\(table)</div>
      <p class="soft">\(HTMLText.escaped(legend))</p>
      \(sections.map(html).joined())
      <p class="soft keyboard">Charts: point at one, or give it the focus with <kbd>Tab</kbd> and \
      move with <kbd>←</kbd> <kbd>→</kbd> (<kbd>Shift</kbd>: ten at once), <kbd>PgUp</kbd> \
      <kbd>PgDn</kbd>, <kbd>Home</kbd> <kbd>End</kbd>; <kbd>Esc</kbd> ends.</p>
      </main>
      <script type="application/json" id="data">\(json)</script>
      <script>
      \(text(PackageResources.report_js))</script>
      </body>
      </html>

      """
  }

  private var factsHTML: String {
    facts.map { fact in
      "<dt>\(HTMLText.escaped(fact.name))</dt><dd>\(HTMLText.escaped(fact.value))</dd>"
    }.joined()
  }

  private func html(_ section: Section) -> String {
    let charts = section.charts.map { $0.html(axis) }.joined()
    let words = section.words.isEmpty ? "" : "<p>\(HTMLText.escaped(section.words))</p>\n"
    let title = HTMLText.escaped(section.title)
    guard section.folds else {
      return "<section>\n<h2>\(title)</h2>\n\(words)"
        + (section.hasLegend ? buttons : "") + "\(charts)</section>\n"
    }
    return "<details open>\n<summary>\(title)</summary>\n\(words)\(charts)</details>\n"
  }

  private var buttons: String {
    guard switches.count > 1 else { return "" }
    let buttons = switches.enumerated().map { index, name in
      "<button type=\"button\" data-line=\"\(index)\" aria-pressed=\"true\">"
        + "<span class=\"swatch c\(index % 8)\"></span>\(HTMLText.escaped(name))</button>"
    }
    return "<div class=\"legend\" role=\"group\" aria-label=\"Configurations shown\">"
      + buttons.joined() + "</div>\n"
  }

  private var json: String {
    let labels = (0..<axis.count).map { HTMLText.jsonString(axis.label(bucket: $0)) }
    let charts = sections.flatMap(\.charts).map(\.json)
    return "{\"labels\":[" + labels.joined(separator: ",") + "],\"charts\":["
      + charts.joined(separator: ",") + "]}"
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
