{{/*
Refuses settings that the chart writes itself: the pod's ports, probes and mounts have to agree
with them.
*/}}
{{- define "kbs.checkConfig" -}}
{{- $owners := dict "grpc-listen" "ports.grpc" "admin-listen" "ports.admin" "tls-cert" "tls.enabled"
      "kubernetes" "kubernetes.mode" "tls-key" "tls.enabled" "tls-client-ca" "tls.clients.required" "config" "config" -}}
{{- range $key, $_ := .Values.config -}}
{{- if hasKey $owners $key -}}
{{- fail (printf "config.%s is set by this chart; use %s instead" $key (get $owners $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What the scaler does in the cluster; YAML reads a bare off as false. */}}
{{- define "kbs.kubernetesMode" -}}
{{- .Values.kubernetes.mode | default "off" -}}
{{- end -}}

{{/* A duration as the server reads it ("10s", "1m30s", 10), in seconds. */}}
{{- define "kbs.seconds" -}}
{{- $units := dict "" 1 "ms" 0.001 "s" 1 "m" 60 "h" 3600 -}}
{{- $total := 0 -}}
{{- range regexFindAll "[0-9.]+[a-z]*" (toString .) -1 -}}
{{- $unit := regexFind "[a-z]*$" . -}}
{{- $total = addf $total (mulf (trimSuffix $unit .) (get $units $unit | default 0)) -}}
{{- end -}}
{{ ceil $total }}
{{- end -}}

{{/*
What the kubelet waits after SIGTERM before it kills: longer than the server drains by itself, so
that streams always end with OK, which is what resets KEDA's back-off.
*/}}
{{- define "kbs.terminationGracePeriodSeconds" -}}
{{- $grace := include "kbs.seconds" (get .Values.config "drain-grace" | default "10s") -}}
{{ add $grace 20 }}
{{- end -}}

{{/* The Secret with the server's certificate. */}}
{{- define "kbs.tlsSecretName" -}}
{{- if .Values.tls.secretName -}}
{{ .Values.tls.secretName }}
{{- else if .Values.tls.certManager.enabled -}}
{{ include "kbs.fullname" . }}-tls
{{- else -}}
{{- fail "tls.enabled needs tls.secretName (a Secret with tls.crt, tls.key, ca.crt) or tls.certManager.enabled" -}}
{{- end -}}
{{- end -}}

{{/* The Secret that KEDA reads, in the namespace of the TriggerAuthentication. */}}
{{- define "kbs.kedaSecretName" -}}
{{- $auth := .Values.tls.triggerAuthentication -}}
{{- if $auth.secretName -}}
{{ $auth.secretName }}
{{- else if .Values.tls.certManager.enabled -}}
{{ include "kbs.fullname" . }}-keda
{{- else if .Values.tls.clients.required -}}
{{- fail "tls.clients.required needs tls.triggerAuthentication.secretName: a Secret with ca.crt, tls.crt and tls.key for KEDA" -}}
{{- else -}}
{{ include "kbs.tlsSecretName" . }}
{{- end -}}
{{- end -}}

{{/* Namespaces with KEDA's credentials, as {"names": […]}. */}}
{{- define "kbs.authenticationNamespaces" -}}
{{- $auth := .Values.tls.triggerAuthentication -}}
{{- if $auth.namespaces -}}
{{ dict "names" $auth.namespaces | toJson }}
{{- else if eq $auth.kind "ClusterTriggerAuthentication" -}}
{{ dict "names" (list .Release.Namespace) | toJson }}
{{- else -}}
{{ include "kbs.workloadNamespaces" . }}
{{- end -}}
{{- end -}}
