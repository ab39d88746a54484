import ClusterState
import KubernetesFormat
import ScalingEngine
import Testing

@Suite struct DirectScaleUpTests {
  private let now = 1_795_568_523.0
  private let metadata = ["query": "q", "scalerAddress": "scaler.keda:4317"]

  private func view(replicas: Int, _ change: (inout TargetView) -> Void = { _ in }) -> TargetView {
    var view = TargetView(
      object: ScaledObject(
        metadata: ObjectMeta(name: "llm", namespace: "inference"),
        spec: .init(
          scaleTargetRef: .init(name: "llm"), maxReplicaCount: 50,
          triggers: [.init(type: "external-push", metadata: metadata)])),
      workload: Workload(
        metadata: ObjectMeta(name: "llm", namespace: "inference"), replicas: replicas),
      hpa: HorizontalPodAutoscaler(
        metadata: ObjectMeta(name: "keda-hpa-llm"), spec: .init(maxReplicas: 50)))
    change(&view)
    return view
  }

  private func verdict(
    _ desired: Int, _ view: TargetView?, active: Bool = true, mode: Decision.Mode = .panic,
    leads: Bool = true, of trigger: [String: String]? = nil
  ) -> DirectScaleUp.Verdict {
    DirectScaleUp().verdict(
      DirectScaleUp.Wish(
        Decision(desiredReplicas: desired, isActive: active, mode: mode),
        metadata: trigger ?? metadata), view: view, isLeader: leads, atSeconds: now)
  }

  @Test func `more than is asked for is written, fewer or as many never`() {
    #expect(verdict(20, view(replicas: 2)) == .write(20))
    #expect(verdict(2, view(replicas: 2)) == .nothing)
    #expect(verdict(1, view(replicas: 2)) == .nothing)
  }

  @Test func `a held decision writes nothing: it rests on old data`() {
    #expect(verdict(20, view(replicas: 2), mode: .hold) == .nothing)
  }

  @Test func `from zero only an active decision writes`() {
    #expect(verdict(8, view(replicas: 0)) == .write(8))
    #expect(verdict(8, view(replicas: 0), active: false) == .nothing)
  }

  @Test func `the lower of KEDA's and the HPA's upper bound is kept to`() {
    #expect(verdict(80, view(replicas: 2)) == .write(50))
    #expect(verdict(80, view(replicas: 2) { $0.object.spec.maxReplicaCount = 30 }) == .write(30))
    #expect(verdict(80, view(replicas: 2) { $0.hpa?.spec.maxReplicas = 10 }) == .write(10))
    #expect(verdict(80, view(replicas: 50)) == .held(.atMaximum(50)))
    let limited = view(replicas: 2) {
      $0.hpa?.status = .init(conditions: [
        Condition(type: "ScalingLimited", status: "True", reason: "TooManyReplicas")
      ])
    }
    #expect(verdict(20, limited) == .held(.atMaximum(50)))
  }

  @Test func `a paused ScaledObject and an HPA that may not scale up are left alone`() {
    let paused = view(replicas: 2) {
      $0.object.metadata.annotations = ["autoscaling.keda.sh/paused-replicas": "2"]
    }
    #expect(
      verdict(20, paused) == .held(.paused("the annotation autoscaling.keda.sh/paused-replicas")))
    let forbidden = view(replicas: 2) {
      $0.hpa?.spec.behavior = .init(scaleUp: .init(selectPolicy: "Disabled"))
    }
    #expect(verdict(20, forbidden) == .held(.forbiddenByHPA))
  }

  @Test func `a person's change stands for five minutes, the HPA's and KEDA's do not`() {
    func written(by manager: String, secondsAgo: Double) -> TargetView {
      view(replicas: 2) { view in
        view.workload?.metadata.managedFields = [
          ManagedFieldsEntry(
            manager: "kubectl-create", replicasWrittenAt: Timestamp(unixSeconds: now - 9000)),
          ManagedFieldsEntry(
            manager: manager, replicasWrittenAt: Timestamp(unixSeconds: now - secondsAgo)),
        ]
      }
    }
    #expect(verdict(20, written(by: "kubectl", secondsAgo: 299)) == .held(.writtenBy("kubectl")))
    #expect(verdict(20, written(by: "kubectl", secondsAgo: 301)) == .write(20))
    for manager in ["kube-controller-manager", "keda", "keda-operator", "keda-burst-scaler"] {
      #expect(verdict(20, written(by: manager, secondsAgo: 1)) == .write(20), "\(manager)")
    }
  }

  @Test func `only a trigger that the ScaledObject has now writes, with every key as it is there`()
  {
    var changed = metadata
    changed["query"] = "other"
    var more = metadata
    more["directScaleUp"] = "true"
    var fewer = metadata
    fewer["scalerAddress"] = nil
    for trigger in [changed, more, fewer, [:]] {
      #expect(verdict(20, view(replicas: 2), of: trigger) == .held(.notItsTrigger), "\(trigger)")
      #expect(verdict(2, view(replicas: 2), of: trigger) == .nothing)
    }
    func typed(_ type: String) -> TargetView {
      view(replicas: 2) { $0.object.spec.triggers = [.init(type: type, metadata: metadata)] }
    }
    #expect(verdict(20, typed("external")) == .write(20))
    #expect(verdict(20, typed("prometheus")) == .held(.notItsTrigger))
    let none = view(replicas: 2) { $0.object.spec.triggers = nil }
    #expect(verdict(20, none) == .held(.notItsTrigger))
  }

  @Test func `a trigger whose values come from the environment cannot be compared, and is held`() {
    let written = view(replicas: 2) {
      $0.object.spec.triggers = [.init(type: "external", metadata: ["queryFromEnv": "QUERY"])]
    }
    #expect(verdict(20, written, of: ["queryFromEnv": "sum(q)"]) == .held(.notItsTrigger))
    #expect(DirectScaleUp.Hold.notItsTrigger.description.contains("FromEnv"))
  }

  @Test func `HPAs that cannot be told are no absence of an HPA`() {
    let unknown = view(replicas: 2) {
      $0.hpa = nil
      $0.isHPAKnown = false
    }
    #expect(verdict(20, unknown) == .held(.unknownHPA))
    #expect(verdict(20, view(replicas: 2) { $0.hpa = nil }) == .write(20))
  }

  @Test func `only the leader writes, and an unknown target is left alone`() {
    #expect(verdict(20, view(replicas: 2), leads: false) == .held(.notLeader))
    #expect(verdict(2, view(replicas: 2), leads: false) == .nothing)
    #expect(verdict(20, nil) == .held(.unknownTarget))
    #expect(verdict(20, view(replicas: 2) { $0.workload = nil }) == .held(.unknownTarget))
  }

  @Test func `the limit per minute counts what was added within the last minute`() {
    var rules = DirectScaleUp()
    func verdict(
      _ desired: Int, from current: Int, at seconds: Double, limit: Int = 10
    ) -> DirectScaleUp.Verdict {
      rules.verdict(
        DirectScaleUp.Wish(
          Decision(desiredReplicas: desired, isActive: true), metadata: metadata,
          limitPerMinute: limit),
        view: view(replicas: current), isLeader: true, atSeconds: seconds)
    }
    #expect(verdict(30, from: 2, at: 100) == .write(12))
    rules.wrote(12, from: 2, atSeconds: 100)
    #expect(verdict(30, from: 12, at: 130) == .held(.limitPerMinute(10)))
    #expect(verdict(30, from: 12, at: 130, limit: 15) == .write(17))
    #expect(verdict(30, from: 12, at: 160) == .write(22))
  }

  @Test func `what was just written counts before the watch tells of it`() {
    var rules = DirectScaleUp()
    rules.wrote(20, from: 2, atSeconds: 100)
    let wish = DirectScaleUp.Wish(
      Decision(desiredReplicas: 20, isActive: true), metadata: metadata)
    #expect(
      rules.verdict(wish, view: view(replicas: 2), isLeader: true, atSeconds: 101) == .nothing)
    #expect(
      rules.verdict(wish, view: view(replicas: 2), isLeader: true, atSeconds: 103) == .write(20))
  }
}
