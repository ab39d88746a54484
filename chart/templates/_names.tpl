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

{{/*
Several maps as one: call with a list of them. Of a key that two have the later one's value counts;
written below each other it would stand there twice.
*/}}
{{- define "kbs.merged" -}}
{{- $merged := dict -}}
{{- range . -}}
{{- range $key, $value := . -}}
{{- $_ := set $merged $key $value -}}
{{- end -}}
{{- end -}}
{{ toYaml $merged }}
{{- end -}}

{{/* What tells this release's pods from all others; never changes. */}}
{{- define "kbs.selectorLabels" -}}
{{ dict "app.kubernetes.io/name" (include "kbs.name" .) "app.kubernetes.io/instance" .Release.Name | toYaml }}
{{- end -}}

{{/* Labels without those by which pods are selected. */}}
{{- define "kbs.commonLabels" -}}
{{- $own := dict
      "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63)
      "app.kubernetes.io/version" .Chart.AppVersion
      "app.kubernetes.io/managed-by" .Release.Service
      "app.kubernetes.io/part-of" (include "kbs.name" .) -}}
{{ include "kbs.merged" (list $own .Values.commonLabels) }}
{{- end -}}

{{/* Labels of everything that belongs to the scaler itself. */}}
{{- define "kbs.labels" -}}
{{ include "kbs.merged" (list (include "kbs.commonLabels" . | fromYaml) (include "kbs.selectorLabels" . | fromYaml)) }}
{{- end -}}

{{/* Labels of what stands beside the scaler: call with (list $ "component"). */}}
{{- define "kbs.componentLabels" -}}
{{- $root := index . 0 -}}
{{- $own := dict
      "app.kubernetes.io/name" (printf "%s-%s" (include "kbs.name" $root) (index . 1) | trunc 63)
      "app.kubernetes.io/instance" $root.Release.Name
      "app.kubernetes.io/component" (index . 1) -}}
{{ include "kbs.merged" (list (include "kbs.commonLabels" $root | fromYaml) $own) }}
{{- end -}}

{{/* Refuses to have the scaler's pods lose a label by which its Deployment and its Service find them. */}}
{{- define "kbs.checkLabels" -}}
{{- $remedies := dict "app.kubernetes.io/name" "nameOverride" "app.kubernetes.io/instance" "the release's name" -}}
{{- range $value := list "commonLabels" "podLabels" -}}
{{- range $key, $_ := default dict (get $.Values $value) -}}
{{- if hasKey $remedies $key -}}
{{- fail (printf "%s has %s, by which the scaler's pods are found; remove it: %s sets it" $value $key (get $remedies $key)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
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
