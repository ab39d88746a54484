import Foundation
import ScalingEngine
import TestSupport
import Testing
import TriggerConfiguration

/// docs/presets.md is made from the catalogue that the code itself reads.
@Suite struct PresetReferenceTests {
  @Test func `The reference of presets says what the catalogue holds`() throws {
    let file = LineProcess.root.appending(path: "docs/presets.md")
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
      try Data(Self.reference.utf8).write(to: file)
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    #expect(
      written == Self.reference,
      "docs/presets.md is not current: UPDATE_DOCS=1 swift test --filter PresetReference")
  }

  private static var rows: [String] {
    Preset.catalogue.map { preset in
      let target = preset.threshold.map { plainText($0) }
      let none = preset.kind == .gauge ? "to be written" : "auto"
      let unit = preset.unit == .plain ? "" : " \(preset.unit.rawValue)"
      return "| `\(preset.name)` | \(preset.kind.rawValue) | \(target.map { $0 + unit } ?? none) | "
        + preset.metricNames.map { "`\($0)`" }.joined(separator: ", ")
        + " | \(preset.combination) | \(preset.summary) |"
    }
  }

  private static var reference: String {
    """
    # Presets

    Made from the catalogue by `UPDATE_DOCS=1 swift test --filter PresetReference`; a test holds it
    to it.

    A preset names a metric and knows how its series become a number: which names it goes by, which
    labels are parts and which are copies, and what its target commonly is. Use it in a `triggers`
    list, with `selector` to choose the workload:

    ```yaml
    triggers: |
      - {preset: vllm-queue-depth, selector: 'namespace="inference"', threshold: 5}
    ```

    Routers and gateways (`vllm-router-*`, `inference-gateway-*`, `envoy-*`) publish under their own
    pod, about all that they serve: a matcher on the workload's pods finds none of their series. Choose
    by the label that names the workload there, such as `name="my-pool"`. `vllm-request-rate` with a
    matcher on engine pods reads what they finish, never what arrives.

    With `endpoints` the same preset is read from the engines themselves, once a second, with no
    Prometheus between:

    ```yaml
    triggers: |
      - {preset: vllm-queue-depth, threshold: 5, endpoints: 'dns://llm-headless.inference:8000'}
    ```

    Those that answer are the ready replicas; behind a name also those that have answered and that it
    still leads to, so that a replica too busy to answer is not taken for an idle one. Of a name's
    addresses the IPv4 ones count, or where there are none the IPv6 ones.

    Names that are variants of one metric are never added up: of each replica the first that is
    there counts. Means over replicas (waits, quantiles) are multiplied by the ready replicas: where
    the mean is twice the target, twice the replicas are asked for. `_` may be written for `-`.
    Over `endpoints` counters are looked back at for 3 seconds, quantiles and waits for 30; asked of
    a Prometheus, for a minute.

    Ready replicas and free GPUs come from kube-state-metrics: `replicasOf: deployment/NAME` (or
    `statefulset/NAME`, in the ScaledObject's namespace), and `capacityOf: nvidia.com/gpu` (any
    device plugin's resource, or `dra`) with `gpusPerReplica`.

    GPUs shared by time slicing need the DCGM exporter's KUBERNETES_VIRTUAL_GPUS=true, else one pod
    per GPU is seen; claims of Dynamic Resource Allocation need KUBERNETES_ENABLE_DRA=true, else
    theirs count as free. MIG instances have `dcgm-*-active` and `dcgm-memory-used`. Free GPUs are those
    of nodes that are ready and not cordoned; taints are not looked at (`capacityOf: cluster` does).

    | Preset | Kind | Target | Metrics | Combined | About |
    |---|---|---|---|---|---|
    \(rows.joined(separator: "\n"))

    """
  }
}
