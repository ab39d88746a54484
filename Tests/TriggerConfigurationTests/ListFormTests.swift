import ScalingEngine
import Testing
import TriggerConfiguration

@Suite struct ListFormTests {
  @Test func `The README's list gives three triggers, two of them from presets`() throws {
    let spec = try TriggerSpec(metadata: [
      "triggers": """
      - name: gpu
        kind: utilization
        query: DCGM_FI_DEV_GPU_UTIL{pod=~"inference-.*"}
        threshold: 70
      - {name: queue, preset: vllm-queue-depth, selector: 'namespace="inference"', threshold: 5}
      - {name: arrivals, kind: rate, preset: vllm-request-rate, selector: 'namespace="inference"'}
      """
    ])
    #expect(
      spec.policy.triggers == [
        TriggerPolicy(name: "gpu", kind: .utilization, target: .number(0.7)),
        TriggerPolicy(name: "queue", kind: .queueDepth, target: .number(5)),
        TriggerPolicy(name: "arrivals", kind: .rate, target: .learned),
      ])
    #expect(spec.sources.map(\.preset) == [nil, "vllm-queue-depth", "vllm-request-rate"])
    #expect(spec.sources[0].query == "DCGM_FI_DEV_GPU_UTIL{pod=~\"inference-.*\"}")
    #expect(
      spec.sources[1].query.contains(
        "vllm:num_requests_waiting{server=\"\",namespace=\"inference\"}"))
  }

  @Test func `JSON is read as YAML is, numbers and strings alike`() throws {
    let json = """
      [{"name":"a","kind":"queueDepth","query":"sum(q{s=\\"x\\"})","threshold":50},
       {"name":"b","kind":"gauge","query":"sum(g)","threshold":"7.5","ignoreNullValues":true}]
      """
    let spec = try TriggerSpec(metadata: ["triggers": json])
    #expect(spec.policy.triggers.map(\.target) == [.number(50), .number(7.5)])
    #expect(spec.sources.map(\.ignoreNullValues) == [false, true])
    #expect(spec.sources[0].query == "sum(q{s=\"x\"})")
  }

  @Test func `What stands beside the list is the default of its entries`() throws {
    let spec = try TriggerSpec(metadata: [
      "triggers": """
      - {name: gpu, kind: utilization, query: gpu, threshold: 0.7}
      - {name: b, kind: utilization, query: gpu, threshold: 70, unit: percent, replicaLabel: node}
      - {name: queue, preset: tgi-queue-depth, ignoreNullValues: false}
      """,
      "unit": "ratio", "replicaLabel": "replica", "ignoreNullValues": "T",
      "selector": "app='llm'",
    ])
    #expect(spec.sources.map(\.unit) == [.ratio, .percent, .plain])
    #expect(spec.sources.map(\.replicaLabels) == [["replica"], ["node"], ["replica"]])
    #expect(spec.sources.map(\.ignoreNullValues) == [true, true, false])
    #expect(spec.sources[2].query.contains("tgi_queue_size{app='llm'}"))
  }

  @Test func `An entry without a name is called after its preset or kind`() throws {
    let spec = try TriggerSpec(metadata: [
      "triggers": """
      - {kind: queueDepth, query: a}
      - {preset: vllm-running}
      - {kind: gauge, query: b, threshold: 1}
      """
    ])
    #expect(spec.policy.triggers.map(\.name) == ["queueDepth", "vllm-running", "gauge"])
    #expect(
      spec.sources.map(\.replicaLabels)
        == Array(repeating: ["pod", "exported_pod", "pod_name"], count: 3))
  }

  @Test func `Eight unknown presets are refused in few words, with where the names are`() {
    let list = (1...8).map { "- {name: a\($0), preset: ollama\($0)}\n" }.joined()
    let told = refusal(of: ["triggers": list])
    #expect(told.contains("entry 8 (a8): \"preset\" is \"ollama8\", which is no preset"))
    #expect(told.contains("use one of docs/presets.md; they begin with "))
    // gRPC clients take no more in a status.
    #expect(told.utf8.count < 8192)
  }

  @Test(arguments: brokenEntries)
  func `An entry that cannot work is refused with its place`(list: String, expected: String) {
    #expect(refusal(of: ["triggers": list]) == expected)
  }

  @Test(arguments: [
    ("", "is not a list"), ("[]", "is an empty list"), ("queue", "is not a list"),
    ("{name: a}", "is not a list"), ("- queue", "has an entry 1 that is no map of keys"),
    ("- {a: b", "is no YAML: did not find expected ',' or '}' (line 2, column 1)"),
    ("- {name: a, name: b}", "is no YAML: \"name\" is written twice (line 1)"),
    ("- {name: a}\n---\n- {name: b}", "is no YAML: but found another document (line 2, column 1)"),
    ("- &a {name: x}\n- *a", "has a YAML anchor (\"&\") in line 1, column 3"),
    ("- {name:&a x}", "has a YAML anchor (\"&\") in line 1, column 9"),
    ("- !!binary x", "has a YAML tag (\"!\") in line 1, column 3"),
    ("- a: x\u{2028}  b: y", "holds the character U+2028"),
  ])
  func `A list that is none is refused with an example`(text: String, expected: String) {
    let message = refusal(of: ["triggers": text])
    #expect(message.hasPrefix("trigger metadata \"triggers\" \(expected);"), "\(message)")
  }

  @Test func `Nesting that would exhaust the stack is refused unread`() {
    let bombs = [
      String(repeating: "[", count: 100_000), String(repeating: "- ", count: 50_000),
      String(repeating: "{a: ", count: 30_000), String(repeating: "? ", count: 50_000),
      String(repeating: " ", count: 300) + "- a",
    ]
    for bomb in bombs {
      let message = refusal(of: ["triggers": bomb])
      #expect(
        message.contains("nested deeper than 64") || message.contains("indented"), "\(message)")
    }
  }

  @Test func `Nesting by indentation up to the limit is read without harm`() {
    let lines = (0..<250).map { String(repeating: " ", count: $0) + "a:" }
    #expect(refusal(of: ["triggers": lines.joined(separator: "\n")]).contains("is not a list"))
  }

  @Test func `More triggers than the limit are refused`() {
    let list = (1...33).map { "- {name: t\($0), kind: rate, query: a}" }.joined(separator: "\n")
    #expect(refusal(of: ["triggers": list]).contains("has 33 entries; use at most 32"))
  }

  @Test func `Both forms at once are refused, and neither is too`() {
    #expect(
      refusal(of: metadata(["triggers": "- {kind: rate, query: a}"]))
        == "trigger metadata \"queueDepthQuery\" and \"triggers\" are two forms of the same; keep "
        + "one: the short form, or the list with everything in it")
    #expect(
      refusal(of: ["scalerAddress": "x:1"])
        == "trigger metadata names no trigger; write a query, for example \"queueDepthQuery\" with "
        + "\"queueDepthThreshold\", or a \"triggers\" list")
  }
}

/// Lists whose one or last entry cannot work, and the whole refusal.
private let brokenEntries = [
  (
    "- {kind: queueDepth, query: a, threshold: ten, name: queue}",
    "trigger metadata \"triggers\", entry 1 (queue): \"threshold\" is \"ten\"; use a number above "
      + "0 or \"auto\", for example \"50\""
  ),
  (
    "- {kind: queueDepth, query: a}\n- {kind: queueDepth, query: b}",
    "trigger metadata \"triggers\", entry 2: \"name\" is \"queueDepth\", which an entry before it "
      + "has too; give each trigger a \"name\" of its own"
  ),
  (
    "- {query: a}",
    "trigger metadata \"triggers\", entry 1: \"kind\" is missing; write what the number says: "
      + "utilization, queueDepth, concurrency, rate or gauge"
  ),
  (
    "- {kind: queueDepth}",
    "trigger metadata \"triggers\", entry 1: \"query\" is missing; write a PromQL query, for "
      + "example \"sum(queue_depth)\""
  ),
  (
    "- {kind: gauge, query: a}",
    "trigger metadata \"triggers\", entry 1: \"threshold\" is missing, and what a replica can "
      + "carry of a gauge cannot be learned; write a number above 0"
  ),
  (
    "- {kind: queueDepth, query: a, preset: vllm-running}",
    "trigger metadata \"triggers\", entry 1: \"kind\" is \"queueDepth\", but the preset "
      + "\"vllm-running\" is of kind \"concurrency\"; remove \"kind\", or choose another preset"
  ),
  (
    "- {query: a, preset: vllm-running}",
    "trigger metadata \"triggers\", entry 1: \"query\" and \"preset\" are both written; keep "
      + "one of them"
  ),
  (
    "- {preset: vllm-runing}",
    "trigger metadata \"triggers\", entry 1: \"preset\" is \"vllm-runing\", which is no preset; "
      + "did you mean \"vllm-running\"?"
  ),
  (
    "- {kind: queuedepth, query: a}",
    "trigger metadata \"triggers\", entry 1: \"kind\" is \"queuedepth\"; did you mean "
      + "\"queueDepth\"? Use one of \"utilization\", \"queueDepth\", \"concurrency\", \"rate\", "
      + "\"gauge\""
  ),
  (
    "- {kind: rate, query: a, selector: 'x=\"y\"'}",
    "trigger metadata \"triggers\", entry 1: \"selector\" goes with a preset; write the matchers "
      + "into the query's own braces"
  ),
  (
    "- {kind: rate, query: a, unit: ratio}",
    "trigger metadata \"triggers\", entry 1: \"unit\" is for utilization, and this trigger is of "
      + "kind \"rate\"; remove it"
  ),
  (
    "- {preset: triton-gpu-utilization, unit: percent}",
    "trigger metadata \"triggers\", entry 1: \"unit\" is not the preset's, which is published as a "
      + "ratio; remove it, and write the threshold as a ratio"
  ),
  (
    "- {kind: rate, query: a, coldStart: 5s}",
    "trigger metadata \"triggers\", entry 1: \"coldStart\" holds for the whole ScaledObject; write "
      + "it beside \"triggers\""
  ),
  (
    "- {kind: rate, query: a, treshold: 5}",
    "trigger metadata \"triggers\", entry 1: \"treshold\" is not a key of a trigger; did you mean "
      + "\"threshold\"?"
  ),
  (
    "- {kind: rate, query: [a, b]}",
    "trigger metadata \"triggers\", entry 1: \"query\" holds a list or a map; write one value, for "
      + "example \"sum(queue_depth{service=\\\"llm\\\"})\""
  ),
  (
    "- {kind: rate, query: a, endpoints: ['http://x:1/metrics']}",
    "trigger metadata \"triggers\", entry 1: \"endpoints\" goes with a preset, which says what to "
      + "read there; write a \"preset\", for example \"vllm-queue-depth\", in place of the query"
  ),
  (
    "- {preset: vllm-running, endpoints: 'http://a:1', selector: 'pod=~\"(a|b)\"'}",
    "trigger metadata \"triggers\", entry 1: \"selector\" has \"pod=~\\\"(a|b)\\\"\", which "
      + "\"endpoints\" cannot be asked; use = and !=, or =~ with words, |, .* and .+ only"
  ),
  (
    "- {kind: rate, query: a, name: a/b}",
    "trigger metadata \"triggers\", entry 1 (a/b): \"name\" is \"a/b\"; use a name of letters, "
      + "digits, \"_\", \"-\" and \".\" that starts with a letter and has at most 63 characters, "
      + "for example \"queue\""
  ),
]
