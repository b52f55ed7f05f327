// How the sandbox's pods behave: kwok stages that play the kubelet, steered by annotations on the pod. Nodes, volumes and
// load balancers are in cluster-stages.ts.

/** A kwok Stage in the form its configuration file takes. */
export type Stage = {
  readonly apiVersion: "kwok.x-k8s.io/v1alpha1";
  readonly kind: "Stage";
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
};

/** How long after its start a pod becomes Ready (a Job's pod: completes): a Go duration such as `2s` or `500ms`. */
export const READY_AFTER = "sim.headway.dev/ready-after";

/** How a pod fails: `never-ready`, `ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError`, `Evicted`, `exit-1`. */
export const FAIL = "sim.headway.dev/fail";

/** What the pod's containers print: the text that its log shows. */
export const LOGS = "sim.headway.dev/logs";

const FAIL_IS = `(.metadata.annotations["${FAIL}"] // "")`;
const READY_AFTER_IS = `(.metadata.annotations["${READY_AFTER}"] // "")`;
const LIVE = ".metadata.deletionTimestamp == null";
const UNSTARTED = '(.status.phase == "Pending" and ((.status.containerStatuses // []) | length) == 0)';
const RUNNING = '.status.phase == "Running"';
const READY_IS = '([.status.conditions[]? | select(.type == "Ready") | .status][0] // "")';
// Pods that end by themselves: those of Jobs, and bare ones such as chart tests and hooks.
const ENDS = '.spec.restartPolicy != "Always"';
const CRASHES = `(${FAIL_IS} == "CrashLoopBackOff" or (${FAIL_IS} == "exit-1" and .spec.restartPolicy == "Always"))`;
const FIRST_STATE = "(.status.containerStatuses[0].state // {})";

/** One stage: `when` are jq conditions that must all hold, `steps` as kwok takes them. */
export function stage(
  name: string,
  resource: { readonly apiGroup: string; readonly kind: string },
  when: readonly string[],
  steps: readonly Readonly<Record<string, unknown>>[],
  delay?: string | number,
): Stage {
  const selector = {
    matchExpressions: [
      { jq: { key: when.map((it) => `(${it})`).join(" and "), operator: "In", values: ["true"] } },
    ],
  };
  const waits =
    delay === undefined
      ? {}
      : {
          delay:
            typeof delay === "number"
              ? { durationMilliseconds: delay }
              : { durationFrom: { jq: { expression: delay } } },
        };
  return {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name },
    spec: { resourceRef: resource, selector, ...waits, steps },
  };
}

/** A step that merges a rendered template into the status of the object. */
export function patchStatus(template: string): Readonly<Record<string, unknown>> {
  return { patch: { subresource: "status", root: "status", template } };
}

function warning(reason: string, message: string): Readonly<Record<string, unknown>> {
  return { event: { type: "Warning", reason, message } };
}

function podStage(
  name: string,
  when: readonly string[],
  steps: readonly Readonly<Record<string, unknown>>[],
  delay?: string | number,
): Stage {
  return stage(name, { apiGroup: "v1", kind: "Pod" }, when, steps, delay);
}

type ContainerShape = {
  readonly ready: boolean;
  readonly started: boolean;
  /** Template text: a number or an expression over the old status `$old` of the container. */
  readonly restartCount: string;
  readonly state: string;
  readonly lastState?: string;
};

const NOW = "{{ $now := Now }}\n{{ $root := . }}\n";
const RUNS = "{ running: { startedAt: {{ $now | Quote }} } }";
const EXITED_1 =
  "{ terminated: { exitCode: 1, reason: Error, startedAt: {{ or $began $now | Quote }}, finishedAt: {{ $now | Quote }} } }";
const EXITED_0 =
  "{ terminated: { exitCode: 0, reason: Completed, startedAt: {{ or $began $now | Quote }}, finishedAt: {{ $now | Quote }} } }";

function containerStatuses(shape: ContainerShape): string {
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

const STARTED = `
startTime: {{ $now | Quote }}
${INIT_CONTAINERS_DONE}
${ADDRESSES}
`;

const UNREADY_MESSAGE =
  '{{ $names := list }}{{ range .spec.containers }}{{ $names = append $names .name }}{{ end }}{{ printf "containers with unready status: [%s]" (join " " $names) | Quote }}';

function condition(type: string, status: string, reason?: string, message?: string): string {
  const cause = reason === undefined ? "" : `  reason: ${reason}\n`;
  const words = message === undefined ? "" : `  message: ${message}\n`;
  return `- type: ${type}\n  status: "${status}"\n  lastTransitionTime: {{ $now | Quote }}\n${cause}${words}`;
}

const BEGUN_CONDITIONS = condition("PodReadyToStartContainers", "True") + condition("Initialized", "True");
const UNREADY_CONDITIONS =
  condition("Ready", "False", "ContainersNotReady", UNREADY_MESSAGE) +
  condition("ContainersReady", "False", "ContainersNotReady", UNREADY_MESSAGE);
const READY_CONDITIONS =
  condition("Ready", "True") +
  condition("ContainersReady", "True") +
  `{{ range .spec.readinessGates }}
- type: {{ .conditionType | Quote }}
  status: "True"
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
`;

function waiting(reason: string, message: string): string {
  return `{ waiting: { reason: ${reason}, message: ${message} } }`;
}

function conditions(...parts: readonly string[]): string {
  return `conditions:\n${parts.join("")}`;
}

const RUNNING_READY: ContainerShape = { ready: true, started: true, restartCount: "0", state: RUNS };
const RUNNING_UNREADY: ContainerShape = { ready: false, started: true, restartCount: "0", state: RUNS };

const PULL_FAILED = `{{ printf "failed to pull and unpack image %q: not found" $item.image | Quote }}`;
const PULL_BACK_OFF = `{{ printf "Back-off pulling image %q: ErrImagePull: failed to pull and unpack image %q: not found" $item.image $item.image | Quote }}`;
const CONFIG_MISSING = '{{ printf "configmap %q not found" (printf "%s-config" $item.name) | Quote }}';
const CRASH_BACK_OFF =
  '{{ printf "back-off 10s restarting failed container=%s pod=%s_%s(%s)" $item.name $root.metadata.name $root.metadata.namespace $root.metadata.uid | Quote }}';

function waitingStages(reason: string, first: string, message: string): Stage {
  return podStage(
    `pod-${reason.toLowerCase()}`,
    [LIVE, UNSTARTED, `${FAIL_IS} == "${reason}"`],
    [
      patchStatus(
        NOW +
          "phase: Pending\n" +
          conditions(BEGUN_CONDITIONS, UNREADY_CONDITIONS) +
          containerStatuses({
            ready: false,
            started: false,
            restartCount: "0",
            state: waiting(first, message),
          }) +
          STARTED,
      ),
      warning("Failed", `Error: ${first}`),
    ],
  );
}

const FAILING_TO_START: readonly Stage[] = [
  waitingStages("ImagePullBackOff", "ErrImagePull", PULL_FAILED),
  podStage(
    "pod-imagepull-back-off",
    [LIVE, `${FAIL_IS} == "ImagePullBackOff"`, `${FIRST_STATE}.waiting.reason == "ErrImagePull"`],
    [
      patchStatus(
        NOW +
          containerStatuses({
            ready: false,
            started: false,
            restartCount: "0",
            state: waiting("ImagePullBackOff", PULL_BACK_OFF),
          }),
      ),
      warning("Failed", "Error: ImagePullBackOff"),
    ],
    200,
  ),
  waitingStages("CreateContainerConfigError", "CreateContainerConfigError", CONFIG_MISSING),
];

const CRASHING: readonly Stage[] = [
  podStage(
    "pod-crash",
    [LIVE, RUNNING, CRASHES, `${FIRST_STATE}.running != null`],
    [
      patchStatus(
        NOW +
          containerStatuses({
            ready: false,
            started: false,
            restartCount: "{{ max 1 (int (or $old.restartCount 0)) }}",
            state: waiting("CrashLoopBackOff", CRASH_BACK_OFF),
            lastState: EXITED_1,
          }),
      ),
      warning("BackOff", "Back-off restarting failed container"),
    ],
    200,
  ),
  podStage(
    "pod-restart",
    [LIVE, RUNNING, CRASHES, `${FIRST_STATE}.waiting.reason == "CrashLoopBackOff"`],
    [
      patchStatus(
        NOW +
          containerStatuses({
            ready: false,
            started: true,
            restartCount: "{{ add 1 (int (or $old.restartCount 0)) }}",
            state: RUNS,
          }),
      ),
    ],
    // Three quick restarts, so that a watcher sees a loop within two seconds; then the pace of a real back-off.
    'if .status.containerStatuses[0].restartCount < 3 then "500ms" else "20s" end',
  ),
];

function ended(name: string, when: readonly string[], phase: string, state: string, reason: string): Stage {
  return podStage(
    name,
    [LIVE, RUNNING, ENDS, ...when],
    [
      patchStatus(
        NOW +
          `phase: ${phase}\n` +
          conditions(condition("Ready", "False", reason), condition("ContainersReady", "False", reason)) +
          containerStatuses({ ready: false, started: false, restartCount: "0", state }),
      ),
    ],
    READY_AFTER_IS,
  );
}

const EVICTED = podStage(
  "pod-evicted",
  [LIVE, RUNNING, `${FAIL_IS} == "Evicted"`],
  [
    warning("Evicted", "The node was low on resource: memory."),
    patchStatus(
      NOW +
        'phase: Failed\nreason: Evicted\nmessage: "The node was low on resource: memory. Threshold quantity: 100Mi, available: 52Mi."\n' +
        conditions(
          condition(
            "DisruptionTarget",
            "True",
            "TerminationByKubelet",
            '"The node was low on resource: memory."',
          ),
        ) +
        containerStatuses({
          ready: false,
          started: false,
          restartCount: "0",
          state: `{ terminated: { exitCode: 137, reason: Error, startedAt: {{ or $began $now | Quote }}, finishedAt: {{ $now | Quote }} } }`,
        }),
    ),
  ],
  // The workload replaces an evicted pod at once: without a pause this would make pods as fast as the API takes them.
  1000,
);

/** The stages of pods: started and Ready at once, unless the annotations above ask for something else. */
export const podStages: readonly Stage[] = [
  podStage(
    "pod-ready",
    // A pod that ends by itself has no readiness to wait for: its delay is before its end.
    [LIVE, UNSTARTED, `${FAIL_IS} == ""`, `(${READY_AFTER_IS} == "" or (${ENDS}))`],
    [
      patchStatus(
        NOW +
          "phase: Running\n" +
          conditions(BEGUN_CONDITIONS, READY_CONDITIONS) +
          containerStatuses(RUNNING_READY) +
          STARTED,
      ),
    ],
  ),
  podStage(
    "pod-start",
    [
      LIVE,
      UNSTARTED,
      `(${FAIL_IS} == "" and ${READY_AFTER_IS} != "" and ((${ENDS}) | not)) or (${FAIL_IS} != "" and ${FAIL_IS} != "ImagePullBackOff" and ${FAIL_IS} != "CreateContainerConfigError")`,
    ],
    [
      patchStatus(
        NOW +
          "phase: Running\n" +
          conditions(BEGUN_CONDITIONS, UNREADY_CONDITIONS) +
          containerStatuses(RUNNING_UNREADY) +
          STARTED,
      ),
    ],
  ),
  podStage(
    "pod-become-ready",
    [LIVE, RUNNING, `${FAIL_IS} == ""`, `${READY_IS} != "True"`, `(${ENDS}) | not`],
    [
      patchStatus(
        NOW +
          conditions(READY_CONDITIONS) +
          containerStatuses({
            ...RUNNING_READY,
            state: "{ running: { startedAt: {{ or $began $now | Quote }} } }",
          }),
      ),
    ],
    READY_AFTER_IS,
  ),
  podStage(
    "pod-unhealthy",
    [LIVE, RUNNING, `${FAIL_IS} == "never-ready"`, `${READY_IS} == "False"`],
    [warning("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503")],
    200,
  ),
  ...FAILING_TO_START,
  ...CRASHING,
  EVICTED,
  ended("pod-completed", [`${FAIL_IS} == ""`], "Succeeded", EXITED_0, "PodCompleted"),
  ended("pod-failed", [`${FAIL_IS} == "exit-1"`], "Failed", EXITED_1, "PodFailed"),
  podStage("pod-delete", [".metadata.deletionTimestamp != null"], [{ delete: true }]),
];
