// Charts for tests beside `app`: one whose only template is given, a StatefulSet with storage, Jobs and hooks.

/** A chart NAME of which `template` is the only template. */
export function oneFileChart(
  name: string,
  template: string,
  values = "{}\n",
): Readonly<Record<string, string>> {
  return {
    [`charts/${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`,
    [`charts/${name}/values.yaml`]: values,
    [`charts/${name}/templates/all.yaml`]: template,
  };
}

/** A StatefulSet of `replicas` with a claim each; `annotations` go to its pods. */
export const storeChart = oneFileChart(
  "store",
  `apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }} }
spec: { clusterIP: None, selector: { app: {{ .Release.Name }} }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: {{ .Release.Name }} }
spec:
  serviceName: {{ .Release.Name }}
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations: {{ toJson .Values.annotations }}
    spec:
      containers: [{ name: store, image: "registry.example/store:{{ .Values.tag }}" }]
  volumeClaimTemplates:
    - metadata: { name: files }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
`,
  "replicas: 2\ntag: 1.0.0\nannotations: {}\n",
);

/** A Job, as hook of the kind that \`.Values.hook\` names or as a plain object, beside a ConfigMap. */
export const jobChart = oneFileChart(
  "job",
  `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data: { tag: {{ .Values.tag | quote }} }
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-{{ .Values.tag | replace "." "-" }}
  annotations:
    {{- if .Values.hook }}
    helm.sh/hook: {{ .Values.hook }}
    helm.sh/hook-delete-policy: {{ .Values.deletePolicy }}
    {{- else }}
    kind: plain
    {{- end }}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations: {{ toJson .Values.annotations }}
    spec:
      restartPolicy: Never
      containers: [{ name: migrate, image: "registry.example/migrate:{{ .Values.tag }}" }]
`,
  'tag: 1.0.0\nhook: ""\ndeletePolicy: before-hook-creation\nannotations: {}\n',
);
