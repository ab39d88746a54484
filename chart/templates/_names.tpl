{{/* The chart's name, or what the values call it. */}}
{{- define "kbs.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The name of what there is one of; 52 characters leave room for suffixes. */}}
{{- define "kbs.fullname" -}}
{{- $name := include "kbs.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What tells this release's pods from all others; never changes. */}}
{{- define "kbs.selectorLabels" -}}
app.kubernetes.io/name: {{ include "kbs.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Labels without those by which pods are selected. */}}
{{- define "kbs.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: {{ include "kbs.name" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Labels of everything that belongs to the scaler itself. */}}
{{- define "kbs.labels" -}}
{{ include "kbs.selectorLabels" . }}
{{ include "kbs.commonLabels" . }}
{{- end -}}

{{/* Labels of what stands beside the scaler: call with (list $ "component"). */}}
{{- define "kbs.componentLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ printf "%s-%s" (include "kbs.name" $root) (index . 1) | trunc 63 }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{ include "kbs.commonLabels" $root }}
{{- end -}}

{{- define "kbs.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "kbs.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "kbs.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The Service's DNS name. */}}
{{- define "kbs.host" -}}
{{ include "kbs.fullname" . }}.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{/* What a trigger's scalerAddress has to be. */}}
{{- define "kbs.address" -}}
{{ include "kbs.host" . }}:{{ toJson .Values.ports.grpc }}
{{- end -}}

{{/* Namespaces of the release and of its workloads, as {"names": […]}. */}}
{{- define "kbs.workloadNamespaces" -}}
{{- $names := list .Release.Namespace -}}
{{- range .Values.workloads -}}
{{- $names = append $names (default $.Release.Namespace .namespace) -}}
{{- end -}}
{{ dict "names" ($names | uniq) | toJson }}
{{- end -}}
