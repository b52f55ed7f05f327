// The form of a kwok Stage, and the annotations by which an object asks the sandbox for a behaviour. Which stages there are is in
// pod-stages.ts and cluster-stages.ts.

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
