import Foundation
internal import TriggerConfiguration

#if FUZZING
  // The executable's own objects are linked in by Tests/Fuzz/run alone: SwiftPM does that for tests
  // only.
  internal import keda_burst_scaler
#endif

extension FuzzTarget {
  #if FUZZING
    /// Targets of the executable's own code.
    static let commands = [decideLines, configurationFile]

    /// Lines of `decide`: each gets one line of JSON, whose value is a whole number or absent.
    static let decideLines = FuzzTarget(name: "decide-lines") { bytes in
      guard var filter = filter else { preconditionFailure("the filter's metadata is refused") }
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").prefix(50) {
        let answer = filter.answer(to: String(line))
        precondition(answer.last == UInt8(ascii: "\n"), "an answer without its line's end")
        guard let object = try? JSONSerialization.jsonObject(with: answer) as? [String: Any] else {
          preconditionFailure("an answer that is no JSON object")
        }
        guard let value = object["value"] as? Double else { continue }
        precondition(value >= 0 && value == value.rounded(), "\(value) replicas")
      }
    }

    private static let filter: DecisionFilter? =
      (try? TriggerSpec(metadata: [
        "queueDepthQuery": "queue_depth", "concurrencyQuery": "running",
        "gpuUtilizationQuery": "gpu_utilization", "requestRateQuery": "arrivals",
        "maxReplicas": "500",
      ])).map { DecisionFilter(spec: $0) }

    /// The server's YAML file.
    static let configurationFile = FuzzTarget(name: "configuration-file") { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      do {
        let sources = try SettingSources(
          flags: [:], environment: [:], fileText: text, fileName: "configuration.yaml")
        _ = try ServerSettings(sources, isDemo: false)
      } catch {
        precondition("\(error)".hasSuffix("\"") || "\(error)".count > 10, "a refusal without words")
      }
    }
  #else
    /// There are none without the executable's objects.
    static let commands: [FuzzTarget] = []
  #endif
}
