import Foundation
import Testing

/// How the chart runs the scaler.
@Suite struct PodTests {
  private let renderer: Renderer

  init() throws { renderer = try Renderer.shared.get() }

  private func resources(_ values: String = "", file: String? = nil) throws -> [JSONValue] {
    try renderer.resources(
      .init(file: file.map(ValuesFiles.path), values: values, kubernetes: "1.36.0"))
  }

  private func deployment(_ values: String = "", file: String? = nil) throws -> JSONValue {
    try #require(try resources(values, file: file).ofKind("Deployment").first)
  }

  @Test(arguments: ValuesFiles.all)
  func `No pod runs as root, writes to its image, or keeps a capability`(file: String) throws {
    let pods = try resources(file: file).compactMap { resource in
      ["Deployment", "DaemonSet"].contains(resource.kind)
        ? resource.at("spec.template.spec") : resource.kind == "Pod" ? resource.at("spec") : nil
    }
    #expect(pods.count >= 2)
    for pod in pods {
      #expect(pod.at("securityContext.runAsNonRoot") == .bool(true))
      #expect(pod.text("securityContext.seccompProfile.type") == "RuntimeDefault")
      // Only the scaler itself may have a token, and only where it has rights.
      let isScaler = file == "cluster" && pod.text("serviceAccountName") != nil
      #expect(pod.at("automountServiceAccountToken") == .bool(isScaler))
      for container in pod.items("containers") + pod.items("initContainers") {
        let context = container.at("securityContext") ?? .null
        #expect(context.at("readOnlyRootFilesystem") == .bool(true))
        #expect(context.at("allowPrivilegeEscalation") == .bool(false))
        #expect(context.at("capabilities.drop") == .list([.text("ALL")]))
        #expect(container.at("resources.requests.memory") != nil)
        #expect(container.at("resources.limits.memory") != nil)
      }
    }
  }

  @Test func `The process is user 65532, unless the cluster gives out its own`() throws {
    #expect(try deployment().number("spec.template.spec.securityContext.runAsUser") == 65532)
    let own = try deployment(file: "hardened")
    #expect(own.at("spec.template.spec.securityContext.runAsUser") == nil)
    #expect(own.at("spec.template.spec.securityContext.runAsNonRoot") == .bool(true))
  }

  @Test func `Nothing of the container runtime or the node is mounted`() throws {
    for file in ValuesFiles.all {
      for resource in try resources(file: file) {
        let volumes =
          resource.items("spec.template.spec.volumes") + resource.items("spec.volumes")
        #expect(!volumes.contains { $0.at("hostPath") != nil })
      }
    }
  }

  @Test func `The Service has no cluster address and the pods' own ports`() throws {
    let all = try resources("ports: {grpc: 7000, admin: 9000}")
    let service = try #require(all.ofKind("Service").first)
    #expect(service.text("spec.clusterIP") == "None")
    #expect(service.items("spec.ports").map { $0.number("port") } == [7000, 9000])
    let ports = try #require(all.ofKind("Deployment").first)
      .items("spec.template.spec.containers.0.ports")
    #expect(ports.map { $0.number("containerPort") } == [7000, 9000])
    #expect(
      service.map("spec.selector")
        == all.ofKind("Deployment").first?
        .map("spec.selector.matchLabels"))
  }

  @Test(arguments: [("10s", 30.0), ("1m30s", 110), ("500ms", 21), ("1.5m", 110), ("15", 35)])
  func `The kubelet waits longer than the server drains`(grace: String, seconds: Double) throws {
    let deployment = try deployment("config: {drain-grace: \(grace)}")
    #expect(deployment.number("spec.template.spec.terminationGracePeriodSeconds") == seconds)
  }

  @Test func `A changed setting brings new pods; a changed replica count does not`() throws {
    func sum(_ values: String) throws -> String? {
      try deployment(values).text("spec.template.metadata.annotations.checksum/config")
    }
    #expect(try sum("config: {log-level: debug}") != sum(""))
    #expect(try sum("replicaCount: 5") == sum(""))
  }

  @Test func `Probes ask the gRPC port, or the admin port where that speaks TLS`() throws {
    let container = "spec.template.spec.containers.0"
    let plain = try deployment()
    #expect(plain.number("\(container).readinessProbe.grpc.port") == 6000)
    let tls = try deployment(file: "tls-secret")
    #expect(tls.text("\(container).readinessProbe.httpGet.path") == "/readyz")
    #expect(tls.text("\(container).livenessProbe.httpGet.path") == "/healthz")
    #expect(tls.text("\(container).livenessProbe.httpGet.port") == "admin")
  }

  @Test func `Without values there is the scaler alone, and no extra`() throws {
    #expect(
      try resources().map(\.kind).sorted() == [
        "ConfigMap", "Deployment", "NetworkPolicy", "Pod", "PodDisruptionBudget", "Service",
        "ServiceAccount",
      ])
    #expect(try deployment().number("spec.replicas") == 2)
  }

  @Test func `Extras reach the GPUs' exporter every 3 s and its metrics every 5 s`() throws {
    let all = try resources(file: "monitoring").filter { $0.name.hasSuffix("-dcgm") }
    let data = try #require(all.ofKind("ConfigMap").first).texts("data")
    #expect(data["DCGM_EXPORTER_INTERVAL"] == "3000")
    let fields = (data["dcgm-metrics.csv"] ?? "").split(separator: "\n").map {
      $0.prefix { $0 != "," }
    }
    // What the article on fast collection lists.
    for field in ["GPU_UTIL", "MEM_COPY_UTIL", "ENC_UTIL", "DEC_UTIL"] {
      #expect(fields.contains("DCGM_FI_DEV_\(field)"))
    }
    let endpoint = try #require(all.ofKind("ServiceMonitor").first?.at("spec.endpoints.0"))
    #expect(endpoint.text("interval") == "5s")
    #expect(endpoint.at("honorLabels") == .bool(true))
  }

  @Test func `No rights in the cluster are asked for where kubernetes.mode does not say so`()
    throws
  {
    for file in ValuesFiles.all where file != "cluster" {
      let kinds = Set(try resources(file: file).map(\.kind))
      #expect(kinds.isDisjoint(with: ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"]))
    }
  }

  @Test func `KEDA trusts the CA, and under mTLS shows its own certificate`() throws {
    let all = try resources(file: "tls-cert-manager")
    let authentications = all.ofKind("TriggerAuthentication")
    #expect(authentications.map { $0.text("metadata.namespace") } == ["keda", "inference"])
    for authentication in authentications {
      let references = authentication.items("spec.secretTargetRef").map {
        "\($0.text("parameter") ?? "") \($0.text("name") ?? "") \($0.text("key") ?? "")"
      }
      #expect(
        references == [
          "caCert keda-burst-scaler-keda ca.crt", "tlsClientCert keda-burst-scaler-keda tls.crt",
          "tlsClientKey keda-burst-scaler-keda tls.key",
        ])
    }
    let names = try #require(all.ofKind("Certificate").first).items("spec.dnsNames")
    #expect(names.first == .text("keda-burst-scaler.keda.svc.cluster.local"))
    let trigger = try #require(all.ofKind("ScaledObject").first?.at("spec.triggers.0"))
    #expect(trigger.text("authenticationRef.name") == authentications.first?.name)
    #expect(trigger.text("metadata.enableTLS") == "true")
    #expect(
      try deployment(file: "tls-cert-manager").items("spec.template.spec.containers.0.args")
        .contains(.text("--tls-client-ca=/etc/keda-burst-scaler/tls/ca.crt")))
  }

  @Test func `The chart's version is the program's`() throws {
    let version = try ToolRun(ToolRun.scaler, ["--version"]).output
      .trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(
      try deployment().text("spec.template.spec.containers.0.image")
        == "keda-burst-scaler:\(version)")
  }

  @Test func `Of two values for a label the more specific one counts, once`() throws {
    let all = try resources(
      """
      commonLabels: {app.kubernetes.io/part-of: ml-platform, tier: common}
      podLabels: {tier: pods}
      podAnnotations: {checksum/config: mine}
      serviceMonitor: {enabled: true, labels: {tier: monitors}}
      prometheusRule: {enabled: true, labels: {tier: rules}}
      dashboard: {enabled: true, labels: {tier: dashboards}}
      dcgm: {enabled: true, serviceMonitor: {labels: {tier: exporters}}}
      imageCache: {enabled: true, images: [engine]}
      workloads: [{deploymentName: llm, metricType: queueDepth, targetValue: 5, labels: {tier: llm}}]
      """)
    func tiers(_ kind: String) -> [String?] {
      all.ofKind(kind).map { $0.text("metadata.labels.tier") }.sorted { ($0 ?? "") < ($1 ?? "") }
    }
    #expect(tiers("Deployment") == ["common"])
    #expect(tiers("ServiceMonitor") == ["exporters", "monitors"])
    #expect(tiers("PrometheusRule") == ["rules"])
    #expect(tiers("ConfigMap") == ["common", "common", "dashboards"])
    #expect(tiers("ScaledObject") == ["llm"])
    let template = try #require(all.ofKind("Deployment").first?.at("spec.template.metadata"))
    #expect(template.text("labels.tier") == "pods")
    #expect(template.texts("annotations") == ["checksum/config": "mine"])
    for resource in all {
      #expect(
        resource.texts("metadata.labels")["app.kubernetes.io/part-of"] == "ml-platform",
        "\(resource.kind) \(resource.name)")
    }
  }

  @Test func `A label of everything does not take away those by which pods are found`() throws {
    let all = try resources(
      """
      commonLabels: {app.kubernetes.io/component: mine}
      imageCache: {enabled: true, images: [engine]}
      """)
    let cache = try #require(all.ofKind("DaemonSet").first)
    let labels = cache.texts("spec.template.metadata.labels")
    for (key, value) in cache.texts("spec.selector.matchLabels") { #expect(labels[key] == value) }
    let scaler = try #require(all.ofKind("Deployment").first)
    #expect(scaler.texts("metadata.labels")["app.kubernetes.io/component"] == "mine")
  }

  /// The server is started with the rendered arguments and settings, on free ports.
  @Test(arguments: ["default", "hardened", "workloads", "profiles"])
  func `The server takes the rendered settings`(file: String) throws {
    let all = try resources(file: file)
    let settings = try #require(
      all.ofKind("ConfigMap").first?.texts("data")["config.yaml"])
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "config.yaml").path
    // What the pod has mounted, the test has in its own folder.
    let mount = "/etc/keda-burst-scaler/secrets"
    try settings.replacing(mount, with: folder.path).write(
      toFile: path, atomically: true, encoding: .utf8)
    for match in settings.matches(of: #/\/secrets\/([a-z-]+)\/([a-z.]+)/#) {
      let secret = folder.appending(path: String(match.1))
      try FileManager.default.createDirectory(at: secret, withIntermediateDirectories: true)
      try Data("secret".utf8).write(to: secret.appending(path: String(match.2)))
      let mounted = try #require(all.ofKind("Deployment").first)
        .items("spec.template.spec.containers.0.volumeMounts").map { $0.text("mountPath") }
      #expect(mounted.contains("\(mount)/\(match.1)"))
    }
    let rendered = try #require(all.ofKind("Deployment").first)
      .items("spec.template.spec.containers.0.args").compactMap { argument in
        if case .text(let text) = argument { text } else { nil }
      }
    #expect(rendered.first == "serve")
    let arguments = rendered.map { argument in
      let flag = String(argument.prefix { $0 != "=" })
      return switch flag {
      case "--config": "\(flag)=\(path)"
      // What is wrong with anything else is said before this address is.
      case "--grpc-listen": "\(flag)=192.0.2.1:1"
      case "--admin-listen": "\(flag)=127.0.0.1:0"
      default: argument
      }
    }
    let run = try ToolRun("timeout", ["20", ToolRun.scaler] + arguments)
    #expect(run.exitCode == 1, "\(run.errors)")
    #expect(run.errors.contains("192.0.2.1:1"), "\(run.errors)")
  }
}
