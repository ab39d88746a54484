import ArgumentParser
import Foundation

/// Says why a running server wants as many replicas as it does.
struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Why as many replicas: a running server's decision and its journal, in words.",
    discussion: """
      Asks the admin port, in a cluster through \
      kubectl port-forward -n keda deployment/keda-burst-scaler 8080. A replica of the scaler \
      knows what KEDA has asked that replica about: where one does not know a ScaledObject, ask \
      the other. Times are UTC.

      Exit code 0: shown. 1: the server knows no such ScaledObject. 2: the server could not be \
      asked: not reachable, or it wants a token. 64: the command line itself is wrong.
      """)

  @Argument(
    help: ArgumentHelp("The ScaledObject: NAMESPACE/NAME.", valueName: "namespace/name"),
    transform: { try ScaledObjectName($0) })
  var scaledObject: ScaledObjectName

  @Option(help: ArgumentHelp("The server's admin port.", valueName: "url"))
  var server = "http://127.0.0.1:8080"

  @Option(
    help: ArgumentHelp(
      "File with the token of the admin port, where one is set.", valueName: "file"))
  var tokenFile: String?

  @Option(help: "text, or json: the fields of docs/api.md without settings and history.")
  var output: ExplainOutput = .text

  func run() async throws {
    do {
      let client = try StatusClient(server: server, token: try tokenFile.map(Self.token))
      let outcome = await Self.outcome { () throws(ExplainFailure) in
        try await client.explanation(of: scaledObject)
      }
      await client.close()
      let explanation = try outcome.get()
      switch output {
      case .text: print(try explanation.text(), terminator: "")
      case .json: print(try explanation.json())
      }
    } catch {
      complain(error)
      throw ExitCode(error.exitCode)
    }
  }

  private static func outcome(
    of ask: () async throws(ExplainFailure) -> Explanation
  ) async -> Result<Explanation, ExplainFailure> {
    do throws(ExplainFailure) {
      return .success(try await ask())
    } catch {
      return .failure(error)
    }
  }

  /// The token in a file, without the white space around it.
  private static func token(_ path: String) throws(ExplainFailure) -> String {
    do {
      return try TextFile.read(path)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    } catch {
      throw .usage("cannot read --token-file \(path): \(FileFault.reading(path, error))")
    }
  }
}

/// How `explain` prints.
enum ExplainOutput: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// `NAMESPACE/NAME`.
struct ScaledObjectName: Equatable, CustomStringConvertible {
  let namespace: String
  let name: String

  /// - Throws: a sentence, unless both parts are made of what Kubernetes allows in names.
  init(_ argument: String) throws {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, parts.allSatisfy(Self.isName) else {
      throw ValidationError(
        "write the namespace and the ScaledObject's name, as in: explain demo/llm")
    }
    (namespace, name) = (parts[0], parts[1])
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 253
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"), UInt8(ascii: "."):
          true
        default: false
        }
      }
  }

  var description: String { "\(namespace)/\(name)" }
}

/// Why nothing can be explained, and what to do.
struct ExplainFailure: Error, Equatable, CustomStringConvertible {
  let description: String
  /// 1: no such ScaledObject; 2: the server could not be asked; 64: the command line is wrong.
  let exitCode: Int32

  static func unknown(_ description: String) -> ExplainFailure {
    ExplainFailure(description: description, exitCode: 1)
  }

  static func unasked(_ description: String) -> ExplainFailure {
    ExplainFailure(description: description, exitCode: 2)
  }

  static func usage(_ description: String) -> ExplainFailure {
    ExplainFailure(description: description, exitCode: 64)
  }
}
