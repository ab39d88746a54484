/// The report as a person reads it in a terminal.
extension CheckReport {
  var text: String {
    var lines: [String] = []
    for file in files where !file.findings.isEmpty {
      lines.append("file \(file.file)")
      lines += file.findings.flatMap { $0.lines(indent: "  ") }
    }
    for object in scaledObjects {
      let place = object.namespace.map { "\($0)/\(object.name)" } ?? object.name
      lines.append("ScaledObject \(place) (\(object.file):\(object.line))")
      lines += object.findings.flatMap { $0.lines(indent: "  ") }
      for trigger in object.triggers { lines += trigger.lines }
    }
    if scaledObjects.isEmpty {
      lines.append("no ScaledObject with an external or external-push trigger was found")
    }
    for one in passedOver { lines.append("passed over: \(one)") }
    lines.append(
      "\(scaledObjects.count) checked, \(count(.error)) error(s), \(count(.warning)) warning(s), "
        + "\(count(.note)) note(s)")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension CheckedTrigger {
  fileprivate var lines: [String] {
    var lines = ["  trigger \(index) (line \(line))"]
    for query in queries {
      let series = query.series.map { "\($0) series" } ?? "no answer"
      lines.append("    \(query.name): \(series) → \(query.reading)")
      lines.append("      \(query.query)")
      lines += query.examples.map { "      \($0)" }
      if let error = query.error { lines.append("      \(error)") }
    }
    if let decision {
      let activity = decision.active ? "active" : "inactive"
      let unit = decision.desiredReplicas == 1 ? "replica" : "replicas"
      lines.append("    decision now: \(decision.desiredReplicas) \(unit), \(activity)")
      lines += decision.reasons.map { "      because \($0)" }
    }
    return lines + findings.flatMap { $0.lines(indent: "    ") }
  }
}

extension Finding {
  fileprivate func lines(indent: String) -> [String] {
    let place = line > 0 ? "line \(line): " : ""
    var lines = ["\(indent)\(severity.rawValue) [\(code.rawValue)]: \(place)\(message)"]
    if !remedy.isEmpty {
      lines.append("\(indent)  write:")
      lines += remedy.split(separator: "\n").map { "\(indent)    \($0)" }
    }
    return lines
  }
}
