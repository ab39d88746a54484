/// One chart of an HTML report: lines over the shared time axis, drawn as SVG that needs no script.
struct Chart {
  /// One line.
  struct Line {
    /// What the legend and the read-out call it.
    var name: String
    /// Which colour of the style sheet: 0 … 7.
    var colour: Int
    /// One value per bucket; nil leaves a gap.
    var values: [Double?]
    /// How it is drawn.
    var style = Style.step
  }

  /// How a line is drawn.
  enum Style: String {
    /// From value to value in stairs: counts.
    case step
    /// Stairs, dashed: what is wanted rather than what is.
    case dashed
    /// Filled to the ground: amounts.
    case area
  }

  /// Unique in the report; letters, digits and dashes.
  var id: String
  /// What is drawn.
  var title: String
  /// The unit of the values, or a remark.
  var unit: String
  /// The lines, the last one on top.
  var lines: [Line]
  /// Ranges of buckets that are shaded, for panic mode.
  var bands: [Range<Int>] = []
  /// Decimals of the read-out.
  var digits = 0
  /// Whether the report's legend switches the lines, which are then configurations.
  var followsLegend = false

  private static let width = 1000.0
  private static let height = 200.0

  /// The figure, its axes in HTML so that their text keeps its size on any screen.
  func html(_ axis: TimeAxis) -> String {
    let scale = ValueScale(lines.flatMap(\.values).compactMap { $0 }.max() ?? 0)
    let marks = scale.ticks.map { tick in
      let top = Plain.number(100 * (1 - tick / scale.top), 2)
      return "<span class=\"tick\" style=\"top:\(top)%\">\(scale.label(tick))</span>"
    }.joined()
    let times = axis.ticks(most: 8).enumerated().map { index, tick in
      let minor = tick.share > 0.97 ? " last" : index % 2 == 1 ? " minor" : ""
      let left = Plain.number(100 * tick.share, 2)
      return "<span class=\"time\(minor)\" style=\"left:\(left)%\">\(tick.label)</span>"
    }.joined()
    let title = HTMLText.escaped(self.title)
    return """
      <figure class="chart" id="\(id)" tabindex="0" role="group" aria-label="\(title)">
      <figcaption><strong>\(title)</strong> <span class="unit">\(HTMLText.escaped(unit))</span>
      \(key)<output class="readout" for="\(id)"></output></figcaption>
      <div class="plot">\(svg(axis, scale))\(marks)<i class="cursor" hidden></i></div>
      <div class="times">\(times)</div>
      </figure>

      """
  }

  /// The lines' names beside the title, where no legend of the report names them.
  private var key: String {
    guard !followsLegend, lines.count > 1 || !bands.isEmpty else { return "" }
    let names = lines.map { line in
      "<span class=\"key \(line.style.rawValue) c\(line.colour)\">"
        + "\(HTMLText.escaped(line.name))</span>"
    }
    let band = bands.isEmpty ? "" : "<span class=\"key band\">panic</span>"
    return "<span class=\"keys\">" + names.joined() + band + "</span>"
  }

  private func svg(_ axis: TimeAxis, _ scale: ValueScale) -> String {
    let grid = scale.ticks.map { tick in
      let y = coordinate(Self.height * (1 - tick / scale.top))
      return "<path class=\"grid\" d=\"M0 \(y)H1000\"/>"
    }.joined()
    let shades = bands.map { band in
      let from = Self.width * Double(band.lowerBound) / Double(axis.count)
      let wide = Self.width * Double(band.count) / Double(axis.count)
      return "<rect class=\"band\" x=\"\(coordinate(from))\" y=\"0\" "
        + "width=\"\(coordinate(max(wide, 1)))\" height=\"200\"/>"
    }.joined()
    let paths = lines.enumerated().map { index, line in
      let d = path(line.values, scale, axis)
      let fill =
        line.style == .area
        ? "<path class=\"fill c\(line.colour)\" data-line=\"\(index)\" d=\"\(d.area)\"/>" : ""
      return fill
        + "<path class=\"line \(line.style.rawValue) c\(line.colour)\" data-line=\"\(index)\" "
        + "d=\"\(d.line)\"/>"
    }.joined()
    return "<svg viewBox=\"0 0 1000 200\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      + grid + shades + paths + "</svg>"
  }

  /// Stairs from bucket to bucket; equal neighbours share one stroke, gaps stay open.
  private func path(
    _ values: [Double?], _ scale: ValueScale, _ axis: TimeAxis
  ) -> (line: String, area: String) {
    var line = ""
    var area = ""
    var start: Double?
    var level = ""
    let bucket = Self.width / Double(axis.count)
    for index in 0...values.count {
      let value = index < values.count ? values[index] : nil
      let x = bucket * Double(index)
      guard let value else {
        if let from = start {
          line += "H\(coordinate(x))"
          area += "H\(coordinate(x))V200H\(coordinate(from))Z"
        }
        start = nil
        continue
      }
      let y = coordinate(Self.height * (1 - min(value, scale.top) / scale.top))
      if start == nil {
        line += "M\(coordinate(x)) \(y)"
        area += "M\(coordinate(x)) \(y)"
        start = x
      } else if y != level {
        line += "H\(coordinate(x))V\(y)"
        area += "H\(coordinate(x))V\(y)"
      }
      level = y
    }
    return (line, area)
  }

  private func coordinate(_ value: Double) -> String {
    let text = Plain.number(value, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The values for the read-out, as JSON.
  var json: String {
    let rows = lines.map { line in
      let values = line.values.map { value in
        value.map { Plain.number($0, digits) } ?? "null"
      }
      return "{\"name\":\(HTMLText.jsonString(line.name)),\"values\":["
        + values.joined(separator: ",") + "]}"
    }
    return "{\"id\":\(HTMLText.jsonString(id)),\"legend\":\(followsLegend),\"lines\":["
      + rows.joined(separator: ",") + "]}"
  }
}

/// A round scale from 0 for a chart's values.
struct ValueScale: Equatable {
  /// The value at the chart's upper edge.
  let top: Double
  /// The values with a grid line, 0 first.
  let ticks: [Double]

  /// A scale on which `largest` fits: at most five ticks at round numbers.
  init(_ largest: Double) {
    let target = largest > 0 ? max(largest, 1e-6) : 1
    var unit = 1.0
    while unit * 10 <= target { unit *= 10 }
    while unit > target { unit /= 10 }
    let step = [0.25, 0.5, 1, 2, 2.5, 5].map { $0 * unit }.first { $0 * 4 >= target } ?? unit * 5
    let count = max(1, Int((target / step - 1e-9).rounded(.up)))
    top = step * Double(count)
    ticks = (0...count).map { step * Double($0) }
  }

  /// A tick as text: `1.5k`, `250`, `0.25`.
  func label(_ tick: Double) -> String {
    if top >= 10_000 { return (tick / 1000).brief + (tick > 0 ? "k" : "") }
    let digits = (0...8).first { digits in
      let scaled = (0..<digits).reduce(ticks[1]) { value, _ in value * 10 }
      return abs(scaled - scaled.rounded()) < 1e-6
    }
    let text = Plain.number(tick, digits ?? 8)
    guard text.contains(".") else { return text }
    let trimmed = String(text.reversed().drop { $0 == "0" }.reversed())
    return trimmed.hasSuffix(".") ? String(trimmed.dropLast()) : trimmed
  }
}
