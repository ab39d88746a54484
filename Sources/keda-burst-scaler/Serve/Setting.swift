/// One setting of `serve`: the same name as a flag, in the environment and in the YAML file.
struct Setting: Sendable {
  /// The flag without its dashes and the YAML key: `grpc-listen`.
  let name: String
  /// One line of help.
  let help: String
  /// The value in force when nobody writes one; `nil` leaves the feature off.
  let fallback: String?

  /// The environment variable: `KEDA_BURST_SCALER_GRPC_LISTEN`.
  var environmentName: String {
    "KEDA_BURST_SCALER_" + name.uppercased().replacing("-", with: "_")
  }
}

extension Setting {
  static let grpcListen = Setting(
    name: "grpc-listen",
    help: "Where KEDA calls: HOST:PORT; port 0 takes a free one and logs it.",
    fallback: "0.0.0.0:6000")
  static let adminListen = Setting(
    name: "admin-listen",
    help: "Where people and probes look: HOST:PORT; \"off\" opens none.",
    fallback: "0.0.0.0:8080")
  static let adminTokenFile = Setting(
    name: "admin-token-file",
    help: "File with the bearer token that the admin port asks for, but for its probes.",
    fallback: nil)
  static let prometheus = Setting(
    name: "prometheus",
    help: "Base URL of the Prometheus that is asked where a trigger names no serverAddress.",
    fallback: nil)
  static let kubernetes = Setting(
    name: "kubernetes",
    help: "off; observe follows ScaledObjects and their workloads; scale also writes replicas.",
    fallback: "off")
  static let kubeconfig = Setting(
    name: "kubeconfig", help: "Kubeconfig file; without it the pod's own service account is used.",
    fallback: nil)
  static let kubeContext = Setting(
    name: "kube-context", help: "Context of the kubeconfig, instead of its current one.",
    fallback: nil)
  static let tlsCertificate = Setting(
    name: "tls-cert", help: "PEM file of the server's certificate chain; turns TLS on.",
    fallback: nil)
  static let tlsKey = Setting(
    name: "tls-key", help: "PEM file of the server's private key.", fallback: nil)
  static let tlsClientCA = Setting(
    name: "tls-client-ca",
    help: "PEM file of the CA that callers' certificates must come from (mTLS).",
    fallback: nil)
  static let tlsClientNames = Setting(
    name: "tls-client-names",
    help: "With mTLS, the certificate names that may call, with commas between; a final * is open.",
    fallback: nil)
  static let drainGrace = Setting(
    name: "drain-grace", help: "Longest wait for running calls after SIGTERM.", fallback: "10s")
  static let maximumScaledObjects = Setting(
    name: "max-scaled-objects",
    help: "Most triggers served at once; further ones get RESOURCE_EXHAUSTED.",
    fallback: "20000")
  static let maximumConnections = Setting(
    name: "max-connections", help: "Most connections to the gRPC port; further ones are reset.",
    fallback: "1000")
  static let maximumStreams = Setting(
    name: "max-streams", help: "Most open streams in total.", fallback: "20000")
  static let maximumMessageBytes = Setting(
    name: "max-message-bytes", help: "Largest request in bytes.", fallback: "1048576")
  static let forgetAfter = Setting(
    name: "forget-after",
    help: "Collection for a trigger ends after so long without a call and without a stream.",
    fallback: "10m")
  static let logLevel = Setting(
    name: "log-level", help: "error, warning, notice, info or debug.", fallback: "info")
  static let logFormat = Setting(name: "log-format", help: "text or json.", fallback: "text")

  static let logLinesPerSecond = Setting(
    name: "log-lines-per-second",
    help: "Most lines of one sentence logged in a second; further ones are counted.",
    fallback: "1000")

  /// Every setting, in the order of the help.
  static let all: [Setting] = [
    grpcListen, adminListen, adminTokenFile, prometheus, kubernetes, kubeconfig, kubeContext,
    tlsCertificate, tlsKey, tlsClientCA, tlsClientNames, drainGrace,
    maximumScaledObjects, maximumConnections, maximumStreams, maximumMessageBytes, forgetAfter,
    logLevel, logFormat, logLinesPerSecond,
  ]
}
