{{/*
A workload's trigger metadata, as KEDA hands it over: a map of strings. Call with (list $ workload
position).
*/}}
{{- define "kbs.triggerMetadata" -}}
{{- $root := index . 0 -}}
{{- $workload := index . 1 -}}
{{- $at := printf "workloads[%d]" (index . 2) -}}
{{- $metadata := dict "scalerAddress" (include "kbs.address" $root) -}}
{{- if $root.Values.tls.enabled -}}
{{- $_ := set $metadata "enableTLS" "true" -}}
{{- end -}}
{{- range $key := list "minReplicas" "maxReplicas" -}}
{{- $bound := toJson (get $workload $key) -}}
{{- if and (hasKey $workload $key) (ne $bound "0") -}}
{{- $_ := set $metadata $key $bound -}}
{{- end -}}
{{- end -}}
{{- if and (not $workload.behavior) (eq "true" (include "kbs.hasTolerance" $root)) -}}
{{- $_ := set $metadata "tolerance" "0" -}}
{{- end -}}
{{- if $workload.metricType -}}
{{- $fields := include "kbs.fiveFields" . | fromJson -}}
{{- range $key, $_ := $workload.metadata -}}
{{- if eq $key "selector" -}}
{{- fail (printf "%s.metadata.selector has no effect beside metricType; write it as %s.selector" $at $at) -}}
{{- else if hasKey $fields $key -}}
{{- fail (printf "%s.metadata.%s is what metricType makes of the other fields; keep one" $at $key) -}}
{{- end -}}
{{- end -}}
{{- $metadata = merge $metadata $fields -}}
{{- else -}}
{{- range $key, $place := dict "targetValue" "threshold" "query" "query" "selector" "selector" -}}
{{- if hasKey $workload $key -}}
{{- fail (printf "%s.%s goes with metricType, which is not set; set it, or write %s in an entry of triggers" $at $key $place) -}}
{{- end -}}
{{- end -}}
{{- if $workload.triggers -}}
{{- $_ := set $metadata "triggers" (toYaml $workload.triggers) -}}
{{- end -}}
{{- end -}}
{{- range $key, $value := $workload.metadata -}}
{{- $_ := set $metadata $key (include "kbs.text" $value) -}}
{{- end -}}
{{- $signals := 0 -}}
{{- range $key, $_ := $metadata -}}
{{- if or (eq $key "triggers") (has $key (list "gpuUtilizationQuery" "queueDepthQuery" "concurrencyQuery" "requestRateQuery")) -}}
{{- $signals = add $signals 1 -}}
{{- end -}}
{{- end -}}
{{- if not $signals -}}
{{- fail (printf "%s has no signal; set metricType and targetValue, or triggers, or metadata.queueDepthQuery and the like" $at) -}}
{{- end -}}
{{ toJson $metadata }}
{{- end -}}

{{/*
metricType and targetValue as metadata: a word of the AIScaler kind stands for a catalogued metric
of DCGM or vLLM; anything else is a preset's name. It is put on the Deployment's own pods, but for
what a router or a gateway publishes: that has the publisher's pod, and a total over all it serves
would scale each workload by the others' load.
*/}}
{{- define "kbs.fiveFields" -}}
{{- $root := index . 0 -}}
{{- $workload := index . 1 -}}
{{- $at := printf "workloads[%d]" (index . 2) -}}
{{- if $workload.triggers -}}
{{- fail (printf "%s has metricType and triggers; keep one" $at) -}}
{{- end -}}
{{- if not (hasKey $workload "targetValue") -}}
{{- fail (printf "%s.targetValue is missing: what one replica carries, such as 70 (percent) or 5 (requests)" $at) -}}
{{- end -}}
{{- $words := dict "gpuUtilization" "dcgm-gpu-utilization" "queueDepth" "vllm-queue-depth"
      "concurrency" "vllm-running" "requestRate" "vllm-request-rate" -}}
{{- $type := $workload.metricType -}}
{{- $target := $workload.targetValue -}}
{{- if $workload.query -}}
{{- if $workload.selector -}}
{{- fail (printf "%s has query and selector; write the matchers into the query's own braces" $at) -}}
{{- end -}}
{{- if not (hasKey $words $type) -}}
{{- fail (printf "%s has a query, but metricType %s is a preset, which has its own; use one of %s" $at $type (keys $words | sortAlpha | join ", ")) -}}
{{- end -}}
{{ dict (printf "%sQuery" $type) $workload.query (printf "%sThreshold" $type) (include "kbs.text" $target) | toJson }}
{{- else -}}
{{- if and (not $workload.selector) (eq "true" (include "kbs.isOfGateway" $type)) -}}
{{- fail (printf "%s.metricType %s is what a router or a gateway publishes, under its own pod, about all that it serves; set %s.selector to the labels that name this workload there, such as 'name=\"my-pool\"'" $at $type $at) -}}
{{- end -}}
{{- $namespace := default $root.Release.Namespace $workload.namespace -}}
{{- $name := include "kbs.targetName" (list $workload $at) | replace "." "[.]" -}}
{{- $pods := printf "%s-[a-z0-9]+-[a-z0-9]{5}" $name -}}
{{- if eq "StatefulSet" (dig "kind" "Deployment" (default dict $workload.scaleTargetRef)) -}}
{{- $pods = printf "%s-[0-9]+" $name -}}
{{- end -}}
{{- $trigger := dict "preset" (get $words $type | default $type) "threshold" $target -}}
{{- if $workload.selector -}}
{{- $_ := set $trigger "selector" $workload.selector -}}
{{- else if not (dig "endpoints" "" (default dict $workload.metadata)) -}}
{{- $_ := set $trigger "selector" (printf "namespace=%q,pod=~%q" $namespace $pods) -}}
{{- end -}}
{{ dict "triggers" (toYaml (list $trigger)) | toJson }}
{{- end -}}
{{- end -}}

{{/* "true" where a preset's series have no pod of the workload; Preset.metricOfPods says so, too. */}}
{{- define "kbs.isOfGateway" -}}
{{- regexMatch "^(envoy|inference-gateway|vllm-router)-" . -}}
{{- end -}}

{{/* The name of what is scaled. Call with (list workload "workloads[0]"). */}}
{{- define "kbs.targetName" -}}
{{- $workload := index . 0 -}}
{{- $name := dig "name" "" (default dict $workload.scaleTargetRef) -}}
{{- if and $name $workload.deploymentName -}}
{{- fail (printf "%s has deploymentName and scaleTargetRef; keep one" (index . 1)) -}}
{{- end -}}
{{- required (printf "%s has nothing to scale; set deploymentName or scaleTargetRef.name" (index . 1)) (default $name $workload.deploymentName) -}}
{{- end -}}

{{/* "true" where an HPA may have its own tolerance: Kubernetes 1.35 has it on by default. */}}
{{- define "kbs.hasTolerance" -}}
{{- semverCompare ">=1.35.0-0" .Capabilities.KubeVersion.Version -}}
{{- end -}}

{{/*
The HPA behaviour that lets the scaler's number through. It already looks ahead, holds and damps,
so the HPA must not do it once more: its default +4 or +100 % per 15 s would cut a burst's one step
into several, its default 300 s before going down keeps GPUs that nobody needs, and its tolerance
ignores steps of up to 10 %.
*/}}
{{- define "kbs.behavior" -}}
{{- $hasTolerance := eq "true" (include "kbs.hasTolerance" .) -}}
scaleUp:
  stabilizationWindowSeconds: 0
  {{- if $hasTolerance }}
  tolerance: "0"
  {{- end }}
  selectPolicy: Max
  policies:
    - type: Percent
      value: 900
      periodSeconds: 15
    # From few replicas a percentage is little.
    - type: Pods
      value: 50
      periodSeconds: 15
scaleDown:
  stabilizationWindowSeconds: 0
  {{- if $hasTolerance }}
  tolerance: "0"
  {{- end }}
  policies:
    - type: Percent
      value: 100
      periodSeconds: 15
{{- end -}}

{{/* A value as KEDA wants it: a text. Numbers are never printed as Go would (1e+06). */}}
{{- define "kbs.text" -}}
{{- if typeIs "string" . }}{{ . }}{{ else }}{{ toJson . }}{{ end -}}
{{- end -}}
