// How the sandbox's pods behave: kwok stages that play the kubelet, steered by annotations on the pod. Nodes, volumes and
// load balancers are in cluster-stages.ts.
import {
  BEGUN_CONDITIONS,
  condition,
  conditions,
  CONFIG_MISSING,
  containerStatuses,
  CRASH_BACK_OFF,
  EXITED_0,
  EXITED_1,
  NOW,
  PULL_BACK_OFF,
  PULL_FAILED,
  READY_CONDITIONS,
  RUNNING_READY,
  RUNNING_UNREADY,
  RUNS,
  STARTED,
  UNREADY_CONDITIONS,
  waiting,
} from "./pod-status.ts";
import { FAIL, LOGS, patchStatus, READY_AFTER, stage, type Stage } from "./stage.ts";

export { FAIL, LOGS, READY_AFTER };

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
