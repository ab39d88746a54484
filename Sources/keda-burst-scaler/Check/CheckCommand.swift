import ArgumentParser
import CurlClient
import Foundation
import Logging
import MetricCollection
import TriggerConfiguration

/// Says before anything is deployed what a ScaledObject would do.
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract:
      "Check ScaledObjects: every key, what the queries match, the decision now, the traps.",
    discussion: """
      Exit code 0: all is usable; there may be warnings (with --strict there are none) and notes. \
      1: something must be changed, or a query could not be answered. 64: the command line itself \
      is wrong. docs/check.md explains each code in brackets.
      """)

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: "YAML file with one or several documents; \"-\" reads standard input. May be repeated.")
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Prometheus to run the queries against, instead of each trigger's serverAddress.",
      valueName: "url"))
  var prometheus: String?

  @Option(
    help: ArgumentHelp(
      "The server's configuration file: its profiles and permitted addresses hold here, too. With "
        + "--offline the files with secrets that it names need not be there.",
      valueName: "file"))
  var config: String?

  @Flag(help: "Check the files only; ask no Prometheus.")
  var offline = false

  @Flag(help: "Ask the cluster, too: what its HPA, its pauses and its writers do to a burst.")
  var kubernetes = false

  @Option(help: ArgumentHelp(Setting.kubeconfig.help, valueName: "file"))
  var kubeconfig: String?

  @Option(help: ArgumentHelp(Setting.kubeContext.help, valueName: "name"))
  var kubeContext: String?

  @Flag(help: "Exit with 1 on warnings, too.")
  var strict = false

  @Option(help: "text or json.")
  var output: CheckOutput = .text

  func validate() throws {
    guard !(offline && prometheus != nil) else {
      throw ValidationError("--offline does not go with --prometheus")
    }
    guard kubernetes || (kubeconfig == nil && kubeContext == nil) else {
      throw ValidationError("--kubeconfig and --kube-context go with --kubernetes")
    }
  }

  func run() async throws {
    guard !files.isEmpty else { throw CommandLineFault("name a file: check -f scaledobject.yaml") }
    var report = CheckReport()
    let server = try prometheus.map(Self.address)
    let sources = try directory()
    let probe =
      offline ? nil : try QueryProbe(server: server, sources: sources ?? .unrestricted)
    let read = files.map { (file: $0, manifests: ManifestInput.manifests(in: $0)) }
    let surroundings = Surroundings(read.map(\.manifests))
    let cluster = try kubernetes ? clusterProbe() : nil
    for (file, manifests) in read {
      report.files.append(
        CheckedFile(file: file, findings: manifests.problems.map { Finding($0) }))
      report.passedOver += manifests.passedOver.map {
        "\($0.kind.isEmpty ? "a document" : $0.kind) \($0.name) (\(file):\($0.line))"
      }
      for manifest in manifests.scaledObjects {
        var checked = await ScaledObjectCheck(
          manifest: manifest, file: file, surroundings: surroundings,
          sources: SourceTraps(configured: sources)
        ).run(probe)
        checked.findings += await cluster?.findings(manifest) ?? []
        report.scaledObjects.append(checked)
      }
    }
    await probe?.close()
    switch output {
    case .text: print(report.text, terminator: "")
    case .json:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    }
    let isUsable = report.count(.error) == 0 && !(strict && report.count(.warning) > 0)
    if !isUsable || report.scaledObjects.isEmpty { throw ExitCode(1) }
  }

  private func clusterProbe() throws -> ClusterProbe {
    do {
      return ClusterProbe(
        api: try ServerSettings.api(kubeconfig: kubeconfig, context: kubeContext))
    } catch let error as ServerFailure {
      throw CheckFailure(description: error.description)
    }
  }

  /// The servers that the configuration file knows; nil without one.
  private func directory() throws -> SourceDirectory? {
    guard let config else { return nil }
    do {
      let settings = try SettingSources(
        flags: [:], environment: [:], fileText: try ServeCommand.read(config), fileName: config)
      let prometheus = try SettingReader(sources: settings).server(.prometheus)
      return try settings.sources(prometheus: prometheus, readsFiles: !offline)
        .directory(prometheus: prometheus)
    } catch let error as SettingError {
      throw CommandLineFault(error.description)
    }
  }

  /// The address that `--prometheus` names.
  static func address(_ text: String) throws -> ServerAddress {
    switch ServerAddress.reading(text) {
    case .success(let address): return address
    case .failure(let problem): throw CommandLineFault("--prometheus \(problem)")
    }
  }
}

/// How `check` prints.
enum CheckOutput: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// Why a file could not be checked.
struct CheckFailure: Error, CustomStringConvertible {
  let description: String
}
