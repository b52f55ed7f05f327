// Go templates for parts of a pod's status, as a kubelet would write it. When which of them is written is pod-stages.ts.

/** How the containers of a pod are, all alike. */
export type ContainerShape = {
  readonly ready: boolean;
  readonly started: boolean;
  /** Template text: a number or an expression over the old status `$old` of the container. */
  readonly restartCount: string;
  readonly state: string;
  readonly lastState?: string;
};

/** What every template begins with: one time for all its stamps, and the pod as `$root`. */
export const NOW = "{{ $now := Now }}\n{{ $root := . }}\n";
/** The state of a container that starts now. */
export const RUNS = "{ running: { startedAt: {{ $now | Quote }} } }";
/** The state of a container that ended with exit code 1. */
export const EXITED_1 =
  "{ terminated: { exitCode: 1, reason: Error, startedAt: {{ or $began $now | Quote }}, finishedAt: {{ $now | Quote }} } }";
/** The state of a container that ended well. */
export const EXITED_0 =
  "{ terminated: { exitCode: 0, reason: Completed, startedAt: {{ or $began $now | Quote }}, finishedAt: {{ $now | Quote }} } }";

/** The statuses of all containers of the pod, each in this shape. */
export function containerStatuses(shape: ContainerShape): string {
  return `
containerStatuses:
{{ range $index, $item := .spec.containers }}
{{ $old := dict }}
{{ if $root.status.containerStatuses }}{{ $old = index $root.status.containerStatuses $index }}{{ end }}
{{ $began := "" }}
{{ with $old.state }}{{ with .running }}{{ $began = .startedAt }}{{ end }}{{ end }}
- name: {{ $item.name | Quote }}
  image: {{ $item.image | Quote }}
  imageID: {{ printf "sandbox://%s" $item.image | Quote }}
  ready: ${String(shape.ready)}
  started: ${String(shape.started)}
  restartCount: ${shape.restartCount}
  state: ${shape.state}
${shape.lastState === undefined ? "" : `  lastState: ${shape.lastState}\n`}{{ end }}
`;
}

const INIT_CONTAINERS_DONE = `
{{ if .spec.initContainers }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  imageID: {{ printf "sandbox://%s" .image | Quote }}
  ready: true
  restartCount: 0
{{ if eq (or .restartPolicy "") "Always" }}
  started: true
  state: ${RUNS}
{{ else }}
  started: false
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
{{ end }}
{{ end }}
`;

const ADDRESSES = `
{{ with NodeIPsWith .spec.nodeName }}
hostIP: {{ index . 0 | Quote }}
hostIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
{{ with PodIPsWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) }}
podIP: {{ index . 0 | Quote }}
podIPs:
{{ range . }}
- ip: {{ . | Quote }}
{{ end }}
{{ end }}
`;

/** What a pod gets once: its start time, its init containers and its addresses. */
export const STARTED = `
startTime: {{ $now | Quote }}
${INIT_CONTAINERS_DONE}
${ADDRESSES}
`;

const UNREADY_MESSAGE =
  '{{ $names := list }}{{ range .spec.containers }}{{ $names = append $names .name }}{{ end }}{{ printf "containers with unready status: [%s]" (join " " $names) | Quote }}';

/** One condition, which changed now; `message` is template text. */
export function condition(type: string, status: string, reason?: string, message?: string): string {
  const cause = reason === undefined ? "" : `  reason: ${reason}\n`;
  const words = message === undefined ? "" : `  message: ${message}\n`;
  return `- type: ${type}\n  status: "${status}"\n  lastTransitionTime: {{ $now | Quote }}\n${cause}${words}`;
}

/** The conditions of a pod whose containers may start. */
export const BEGUN_CONDITIONS =
  condition("PodReadyToStartContainers", "True") + condition("Initialized", "True");
/** The conditions of a pod none of whose containers is ready. */
export const UNREADY_CONDITIONS =
  condition("Ready", "False", "ContainersNotReady", UNREADY_MESSAGE) +
  condition("ContainersReady", "False", "ContainersNotReady", UNREADY_MESSAGE);
/** The conditions of a pod that is ready, its readiness gates included. */
export const READY_CONDITIONS =
  condition("Ready", "True") +
  condition("ContainersReady", "True") +
  `{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
`;

/** The state of a container that waits for this reason; `message` is template text. */
export function waiting(reason: string, message: string): string {
  return `{ waiting: { reason: ${reason}, message: ${message} } }`;
}

/** The list of conditions; the others that a pod has stay as they are. */
export function conditions(...parts: readonly string[]): string {
  return `conditions:\n${parts.join("")}`;
}

/** Containers that run and are ready. */
export const RUNNING_READY: ContainerShape = { ready: true, started: true, restartCount: "0", state: RUNS };
/** Containers that run and are not ready. */
export const RUNNING_UNREADY: ContainerShape = {
  ready: false,
  started: true,
  restartCount: "0",
  state: RUNS,
};

/** The kubelet's words for an image that does not exist. */
export const PULL_FAILED = `{{ printf "failed to pull and unpack image %q: not found" $item.image | Quote }}`;
/** The kubelet's words while it waits to pull again. */
export const PULL_BACK_OFF = `{{ printf "Back-off pulling image %q: ErrImagePull: failed to pull and unpack image %q: not found" $item.image $item.image | Quote }}`;
/** The kubelet's words for a ConfigMap that does not exist. */
export const CONFIG_MISSING = '{{ printf "configmap %q not found" (printf "%s-config" $item.name) | Quote }}';
/** The kubelet's words while it waits to restart a container. */
export const CRASH_BACK_OFF =
  '{{ printf "back-off 10s restarting failed container=%s pod=%s_%s(%s)" $item.name $root.metadata.name $root.metadata.namespace $root.metadata.uid | Quote }}';
