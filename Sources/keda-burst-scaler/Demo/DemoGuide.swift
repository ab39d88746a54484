import Foundation

/// What a person who has just started the demo is told to try.
struct DemoGuide {
  let grpc: ListenAddress
  let status: ListenAddress?

  /// The text, its last newline included.
  var text: String {
    """

    keda-burst-scaler scales a modelled fleet under a bursty load: a burst comes every three minutes,
    the first after half a minute. Try, from the checkout and in another terminal:

      grpcurl -plaintext \(grpc) list
      .venv/bin/python Tests/Interop/watch.py --address \(grpc) \\
        --namespace \(Demo.namespace) --name \(Demo.name) --metadata '\(metadata)'

    \(statusLine)Ctrl-C ends it.


    """
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
