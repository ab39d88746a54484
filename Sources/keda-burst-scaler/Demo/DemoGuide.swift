import Foundation

/// What a person who has just started the demo is told to try.
struct DemoGuide {
  let grpc: ListenAddress
  let status: ListenAddress?

  /// The text, its last newline included.
  var text: String {
    """

    keda-burst-scaler scales a modelled fleet under a bursty load, in real time: replicas of an A10G
    that are ready 30 s after they are asked for, behind an HPA that looks every 15 s. A burst comes
    every three minutes, the first after half a minute. Try, from the checkout and in another terminal:

      grpcurl -plaintext \(grpc) list
    \(explainLine)\
      .venv/bin/python Tests/Interop/watch.py --address \(grpc) \\
        --namespace \(Demo.namespace) --name \(Demo.name) --metadata '\(metadata)'

    \(statusLine)Ctrl-C ends it.


    """
  }

  /// How to ask why; empty where the admin port is off.
  private var explainLine: String {
    guard let status else { return "" }
    return "  \(CommandLine.arguments[0]) explain \(Demo.namespace)/\(Demo.name)"
      + " --server http://\(status)\n"
  }

  /// Where the page is; empty where the admin port is off.
  private var statusLine: String {
    status.map { "The status page is http://\($0)/. " } ?? ""
  }

  /// The demo trigger's metadata as one line of JSON, safe within single quotes.
  private var metadata: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let json = try? encoder.encode(Demo.metadata) else { return "{}" }
    return String(decoding: json, as: UTF8.self)
  }
}
