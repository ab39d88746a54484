// swift-tools-version: 6.2
// The floors and who may import whom are drawn in Sources/README.md; Tests/TidyTests holds them.

import PackageDescription

/// What every Swift target of ours is compiled with.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// Command-line parsing with help and typo suggestions.
let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
/// Deques for sliding windows.
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
/// The HTTP server of the admin port and of the demo's modelled Prometheus.
let flyingFox = Target.Dependency.product(name: "FlyingFox", package: "FlyingFox")
/// FlyingFox's sockets: addresses to listen on, and where the admin port bounds its clients.
let flyingSocks = Target.Dependency.product(name: "FlyingSocks", package: "FlyingFox")
/// The logging interface that every module writes to.
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
/// Turns SIGTERM, SIGINT and SIGHUP into an async sequence.
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
/// YAML: trigger lists, ScaledObject files, the server's configuration file.
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "keda-burst-scaler",
  products: [
    .executable(name: "keda-burst-scaler", targets: ["keda-burst-scaler"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Floor 0: C.
    .systemLibrary(name: "CGRPC"),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl"),
    .systemLibrary(name: "CAllocator"),
    .target(name: "CConnectionGate"),
    .target(
      name: "CScalerProto", exclude: ["README.md"],
      linkerSettings: [.linkedLibrary("protobuf-c")]),

    // Floor 1: pure. No clock, randomness, environment, file or network.
    .target(name: "ScalingEngine", dependencies: [deque], swiftSettings: house),
    .target(
      name: "TriggerConfiguration", dependencies: ["ScalingEngine", yams], swiftSettings: house),
    .target(name: "PrometheusFormat", swiftSettings: house),
    .target(name: "TraceFormat", swiftSettings: house),
    .target(name: "KubernetesFormat", swiftSettings: house),
    .target(name: "Placement", dependencies: ["KubernetesFormat"], swiftSettings: house),

    // Floor 2: Swift owners of foreign things.
    .target(
      name: "GRPCBinding", dependencies: ["CGRPC", "CConnectionGate"], swiftSettings: house),
    .target(name: "CurlClient", dependencies: ["CCurl"], swiftSettings: house),
    .target(
      name: "KubernetesClient", dependencies: ["CurlClient", "KubernetesFormat", logging, yams],
      swiftSettings: house),
    .target(
      name: "ScalerMessages", dependencies: ["CScalerProto"],
      resources: [.embedInCode("descriptors.binpb")], swiftSettings: house),

    // Floor 3: long-running or driving code.
    .target(
      name: "MetricCollection",
      dependencies: ["TriggerConfiguration", "PrometheusFormat", "CurlClient", logging],
      swiftSettings: house),
    .target(
      name: "DecisionLoop",
      dependencies: [
        "ScalingEngine", "TriggerConfiguration", "PrometheusFormat", "MetricCollection", deque,
        logging,
      ], swiftSettings: house),
    .target(
      name: "ScalerService",
      dependencies: [
        "ScalingEngine", "TriggerConfiguration", "GRPCBinding", "ScalerMessages", "DecisionLoop",
        "MetricCollection",
        logging,
      ], swiftSettings: house),
    .target(
      name: "AdminServer",
      dependencies: [
        "ScalingEngine", "TriggerConfiguration", "DecisionLoop", flyingFox, flyingSocks, logging,
      ], resources: [.embedInCode("Page")], swiftSettings: house),
    .target(
      name: "ClusterState",
      dependencies: [
        "ScalingEngine", "TriggerConfiguration", "KubernetesFormat", "Placement",
        "KubernetesClient", "DecisionLoop", logging,
      ], swiftSettings: house),
    .target(
      name: "Simulation",
      dependencies: ["ScalingEngine", "TriggerConfiguration", "PrometheusFormat", "TraceFormat"],
      swiftSettings: house),

    // Floor 4: the only place that wires things together.
    .executableTarget(
      name: "keda-burst-scaler",
      dependencies: [
        "ScalingEngine", "TriggerConfiguration", "PrometheusFormat", "TraceFormat", "GRPCBinding",
        "CurlClient", "ScalerMessages", "MetricCollection", "DecisionLoop", "ScalerService",
        "AdminServer", "Simulation", "KubernetesFormat", "KubernetesClient", "ClusterState",
        "CAllocator", argumentParser, flyingFox, flyingSocks, unixSignals, logging, yams,
      ],
      resources: [.embedInCode("Replay/report.css"), .embedInCode("Replay/report.js")],
      swiftSettings: house),

    // Tests mirror the targets.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: house),
    .executableTarget(
      name: "FleetBenchmark",
      dependencies: ["ScalingEngine", "Simulation", "TraceFormat", "TriggerConfiguration"],
      path: "Tests/Benchmarks/FleetBenchmark", swiftSettings: house),
    .executableTarget(
      name: "EngineBenchmark", dependencies: ["ScalingEngine"],
      path: "Tests/Benchmarks/EngineBenchmark", swiftSettings: house),
    .executableTarget(
      name: "SanitizerCanary", path: "Tests/Sanitizers/Canary", swiftSettings: house),
    // libFuzzer's entry, there only in a build of Tests/Fuzz/run.
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "ScalerFuzz",
      dependencies: [
        "TriggerConfiguration", "PrometheusFormat", "TraceFormat", "GRPCBinding", "CurlClient",
        "ScalerMessages", "MetricCollection", "DecisionLoop", "ScalerService", "AdminServer",
        "keda-burst-scaler", "CFuzzer", logging,
      ], path: "Tests/Fuzz/ScalerFuzz", swiftSettings: house),
    .testTarget(
      name: "ScalingEngineTests",
      dependencies: ["TestSupport", "ScalingEngine"], swiftSettings: house),
    .testTarget(
      name: "TriggerConfigurationTests",
      dependencies: ["TestSupport", "TriggerConfiguration", "ScalingEngine"], swiftSettings: house),
    .testTarget(
      name: "PrometheusFormatTests",
      dependencies: ["TestSupport", "PrometheusFormat"], swiftSettings: house),
    .testTarget(
      name: "TraceFormatTests",
      dependencies: ["TestSupport", "TraceFormat"], swiftSettings: house),
    .testTarget(
      name: "GRPCBindingTests",
      dependencies: ["TestSupport", "GRPCBinding"], exclude: ["Clients"],
      swiftSettings: house),
    .testTarget(
      name: "CurlClientTests",
      dependencies: ["TestSupport", "CurlClient"], swiftSettings: house),
    .testTarget(
      name: "KubernetesFormatTests",
      dependencies: ["TestSupport", "KubernetesFormat"], swiftSettings: house),
    .testTarget(
      name: "PlacementTests",
      dependencies: ["TestSupport", "Placement", "KubernetesFormat"], swiftSettings: house),
    .testTarget(
      name: "ClusterStateTests",
      dependencies: [
        "TestSupport", "ClusterState", "KubernetesClient", "KubernetesFormat", "Placement",
        "DecisionLoop", "CurlClient", "ScalingEngine", "TriggerConfiguration", logging,
      ], swiftSettings: house),
    .testTarget(
      name: "KubernetesClientTests",
      dependencies: ["TestSupport", "KubernetesClient", "KubernetesFormat", "CurlClient", logging],
      swiftSettings: house),
    .testTarget(
      name: "ScalerMessagesTests",
      dependencies: ["TestSupport", "ScalerMessages"], swiftSettings: house),
    .testTarget(
      name: "MetricCollectionTests",
      dependencies: [
        "TestSupport", "MetricCollection", "TriggerConfiguration", "PrometheusFormat", "CurlClient",
        "ScalingEngine", logging,
      ], swiftSettings: house),
    .testTarget(
      name: "DecisionLoopTests",
      dependencies: [
        "TestSupport", "DecisionLoop", "MetricCollection", "PrometheusFormat",
        "TriggerConfiguration", "ScalingEngine", "CurlClient", logging,
      ], swiftSettings: house),
    .testTarget(
      name: "ScalerServiceTests",
      dependencies: [
        "TestSupport", "ScalerService", "DecisionLoop", "MetricCollection", "TriggerConfiguration",
        "ScalingEngine", "ScalerMessages", "GRPCBinding", "CurlClient", logging,
      ], swiftSettings: house),
    .testTarget(
      name: "AdminServerTests",
      dependencies: [
        "TestSupport", "AdminServer", "DecisionLoop", "TriggerConfiguration", "ScalingEngine",
        logging,
      ], swiftSettings: house),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "TestSupport", "Simulation", "TraceFormat", "ScalingEngine", "TriggerConfiguration",
      ], swiftSettings: house),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "TestSupport", "keda-burst-scaler", "MetricCollection", "CurlClient",
        "TriggerConfiguration",
        "ScalingEngine",
      ],
      swiftSettings: house),
    .executableTarget(
      name: "ExpositionBenchmark", dependencies: ["PrometheusFormat", "TestSupport"],
      path: "Tests/Benchmarks/ExpositionBenchmark", swiftSettings: house),
    .executableTarget(
      name: "CollectionBenchmark",
      dependencies: [
        "TestSupport", "CurlClient", "PrometheusFormat", "MetricCollection", "DecisionLoop",
        "TriggerConfiguration", logging,
      ],
      path: "Tests/Benchmarks/CollectionBenchmark", exclude: ["compare.sh", "go"],
      swiftSettings: house),
    .testTarget(
      name: "ChartTests",
      dependencies: [
        "TestSupport", "ScalingEngine", "TriggerConfiguration", "keda-burst-scaler",
      ], swiftSettings: house),
    .testTarget(name: "TidyTests", dependencies: ["TestSupport"], swiftSettings: house),
  ]
)
