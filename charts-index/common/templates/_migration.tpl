{{/*
The spec of a Job that brings the service's database to the version of its image. When it runs, as which hook, is for
the chart to say.
*/}}
{{- define "common.migrationSpec" -}}
backoffLimit: 1
activeDeadlineSeconds: 300
template:
  metadata:
    labels:
      app.kubernetes.io/name: {{ .Chart.Name }}-migrate
      app.kubernetes.io/instance: {{ .Release.Name }}
    {{- with .Values.migration.podAnnotations }}
    annotations:
      {{- toYaml . | nindent 6 }}
    {{- end }}
  spec:
    restartPolicy: Never
    automountServiceAccountToken: false
    securityContext:
      runAsNonRoot: true
      runAsUser: 10001
    containers:
      - name: migrate
        image: {{ include "common.image" . | quote }}
        args: [migrate, up]
        env:
          - name: DATABASE_HOST
            value: {{ .Values.migration.databaseHost | quote }}
          - name: DATABASE_NAME
            value: {{ .Values.migration.databaseName | quote }}
        resources:
          requests: { cpu: 50m, memory: 64Mi }
          limits: { memory: 128Mi }
{{- end -}}
