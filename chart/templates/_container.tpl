{{/* The scaler's container. */}}
{{- define "kbs.container" -}}
- name: scaler
  image: {{ include "kbs.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args:
    - serve
    - --config=/etc/keda-burst-scaler/config/config.yaml
    - --grpc-listen=0.0.0.0:{{ toJson .Values.ports.grpc }}
    - --admin-listen=0.0.0.0:{{ toJson .Values.ports.admin }}
    {{- with include "kbs.kubernetesMode" . }}
    {{- if ne . "off" }}
    - --kubernetes={{ . }}
    {{- end }}
    {{- end }}
    {{- if .Values.tls.enabled }}
    - --tls-cert=/etc/keda-burst-scaler/tls/tls.crt
    - --tls-key=/etc/keda-burst-scaler/tls/tls.key
    {{- if .Values.tls.clients.required }}
    - --tls-client-ca=/etc/keda-burst-scaler/{{ ternary "client-ca" "tls" (not (empty .Values.tls.clients.caSecretName)) }}/ca.crt
    {{- end }}
    {{- end }}
  ports:
    - name: grpc
      containerPort: {{ toJson .Values.ports.grpc }}
    - name: admin
      containerPort: {{ toJson .Values.ports.admin }}
  {{- include "kbs.probes" . | trim | nindent 2 }}
  resources:
    {{- toYaml .Values.resources | nindent 4 }}
  securityContext:
    allowPrivilegeEscalation: false
    readOnlyRootFilesystem: true
    capabilities:
      drop: [ALL]
  volumeMounts:
    # Whole directories, not single files: only those are renewed inside a running pod.
    - name: config
      mountPath: /etc/keda-burst-scaler/config
      readOnly: true
    {{- if .Values.tls.enabled }}
    - name: tls
      mountPath: /etc/keda-burst-scaler/tls
      readOnly: true
    {{- if and .Values.tls.clients.required .Values.tls.clients.caSecretName }}
    - name: client-ca
      mountPath: /etc/keda-burst-scaler/client-ca
      readOnly: true
    {{- end }}
    {{- end }}
    {{- range .Values.secretFiles }}
    - name: {{ printf "secret-%s" . | trunc 63 | trimSuffix "-" }}
      mountPath: /etc/keda-burst-scaler/secrets/{{ . }}
      readOnly: true
    {{- end }}
{{- end -}}

{{/*
Probes. The kubelet asks the gRPC port itself, which is the port that matters; it speaks no TLS,
so under TLS it asks the admin port instead.
*/}}
{{- define "kbs.probes" -}}
{{- range tuple (list "startupProbe" "/readyz" 1 60) (list "readinessProbe" "/readyz" 5 2) (list "livenessProbe" "/healthz" 10 6) }}
{{ index . 0 }}:
  {{- if $.Values.tls.enabled }}
  httpGet:
    path: {{ index . 1 }}
    port: admin
  {{- else }}
  grpc:
    port: {{ toJson $.Values.ports.grpc }}
  {{- end }}
  periodSeconds: {{ index . 2 }}
  failureThreshold: {{ index . 3 }}
  timeoutSeconds: 2
{{- end }}
{{- end -}}

{{/* The scaler's volumes; Secrets are readable by the pod's group alone. */}}
{{- define "kbs.volumes" -}}
- name: config
  configMap:
    name: {{ include "kbs.fullname" . }}
{{- if .Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "kbs.tlsSecretName" . }}
    defaultMode: 0440
{{- if and .Values.tls.clients.required .Values.tls.clients.caSecretName }}
- name: client-ca
  secret:
    secretName: {{ .Values.tls.clients.caSecretName }}
    defaultMode: 0440
    items:
      - key: ca.crt
        path: ca.crt
{{- end }}
{{- end }}
{{- range .Values.secretFiles }}
- name: {{ printf "secret-%s" . | trunc 63 | trimSuffix "-" }}
  secret:
    secretName: {{ . }}
    defaultMode: 0440
{{- end }}
{{- end -}}
