{{- define "neuron-scheduler.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 58 | trimSuffix "-" -}}
{{- end -}}

{{- /* The name of every object. 58 characters: the test adds five. */ -}}
{{- define "neuron-scheduler.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 58 | trimSuffix "-" -}}
{{- else -}}
{{- $name := include "neuron-scheduler.name" . -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 58 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 58 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "neuron-scheduler.selectorLabels" -}}
app.kubernetes.io/name: {{ include "neuron-scheduler.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "neuron-scheduler.labels" -}}
{{ include "neuron-scheduler.selectorLabels" . }}
app.kubernetes.io/component: scheduler
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "neuron-scheduler.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "neuron-scheduler.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- required "serviceAccount.name is needed where serviceAccount.create is false" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "neuron-scheduler.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "neuron-scheduler.leaseName" -}}
{{- default (include "neuron-scheduler.fullname" .) .Values.config.leaderElection.resourceName -}}
{{- end -}}

{{- define "neuron-scheduler.leaseNamespace" -}}
{{- default .Release.Namespace .Values.config.leaderElection.resourceNamespace -}}
{{- end -}}

{{- /* The file that --config names. */ -}}
{{- define "neuron-scheduler.config" -}}
{{- $lease := dict "resourceName" (include "neuron-scheduler.leaseName" .) -}}
{{- $_ := set $lease "resourceNamespace" (include "neuron-scheduler.leaseNamespace" .) -}}
{{- mergeOverwrite (deepCopy .Values.config) (dict "leaderElection" $lease) | toYaml -}}
{{- end -}}

{{- /* Empty: a profile says registerNodes: false in its arguments of the plugin Neuron. */ -}}
{{- define "neuron-scheduler.registersNodes" -}}
{{- $off := false -}}
{{- range .Values.config.profiles -}}
{{- range .pluginConfig -}}
{{- if and (eq .name "Neuron") (hasKey .args "registerNodes") (not .args.registerNodes) -}}
{{- $off = true -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not $off }}true{{ end -}}
{{- end -}}

{{- /* The schedulerName of the first profile. */ -}}
{{- define "neuron-scheduler.schedulerName" -}}
{{- (first .Values.config.profiles).schedulerName -}}
{{- end -}}

{{- /* The parts of a security context that Pod Security "restricted" wants of a container. */ -}}
{{- define "neuron-scheduler.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "neuron-scheduler.podSecurityContext" -}}
runAsNonRoot: true
{{- with .Values.runAsUser }}
runAsUser: {{ int64 . }}
{{- end }}
{{- with .Values.runAsGroup }}
runAsGroup: {{ int64 . }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end -}}
