// What a cluster says of itself to somebody who wants to know whether it can be worked with: version, time of an answer,
// clock, and what this user may do. Judging it is core/doctor.ts.
import { setTimeout as sleep } from "node:timers/promises";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { fieldAt, textAt } from "../../core/json.ts";
import type { Right } from "../../core/doctor.ts";
import type { Api } from "./request.ts";

export type Probe = {
  readonly version: string;
  readonly latencyMs: number;
  readonly aheadMs: number;
  /** Undefined where the cluster did not say. */
  readonly may: (right: Right) => boolean | undefined;
};

/** Asks all of it within `deadlineMs`; what was not answered by then is not known. */
export async function probeCluster(
  api: Api,
  rights: readonly Right[],
  deadlineMs: number,
): Promise<Result<Probe>> {
  const version = {
    doing: "Asking for the cluster's version",
    path: "/version",
    timeoutMs: deadlineMs,
    tries: 0,
  };
  const startedAtMs = performance.now();
  const answer = await api.json(version);
  if (!answer.ok) return failed(answer.failure);
  const askedAtMs = performance.now();
  const again = await api.json(version);
  const latencyMs = performance.now() - askedAtMs;
  if (!again.ok) return failed(again.failure);
  const aheadMs = api.nowMs() - Date.now();
  const leftMs = Math.max(500, deadlineMs - (performance.now() - startedAtMs));
  const answers = new Map<string, boolean>();
  await Promise.race([
    Promise.all(
      rights.map(async (right) => {
        const may = await review(api, right, leftMs);
        if (may !== undefined) answers.set(keyOf(right), may);
      }),
    ),
    sleep(leftMs, undefined, { ref: false }),
  ]);
  return succeeded({
    version: textAt(answer.value, "gitVersion") ?? "unknown",
    latencyMs,
    aheadMs: Math.abs(aheadMs) < 2_000 ? 0 : aheadMs,
    may: (right) => answers.get(keyOf(right)),
  });
}

async function review(api: Api, right: Right, timeoutMs: number): Promise<boolean | undefined> {
  const [whole = "", subresource] = right.resource.split("/");
  const dot = whole.indexOf(".");
  const answer = await api.json({
    doing: "Asking what this user may do",
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: {
          verb: right.verb,
          resource: dot < 0 ? whole : whole.slice(0, dot),
          group: dot < 0 ? "" : whole.slice(dot + 1),
          ...(subresource === undefined ? {} : { subresource }),
          ...(right.namespace === undefined ? {} : { namespace: right.namespace }),
        },
      },
    },
    timeoutMs,
    tries: 0,
  });
  const allowed = answer.ok ? fieldAt(answer.value, "status", "allowed") : undefined;
  return typeof allowed === "boolean" ? allowed : undefined;
}

function keyOf({ verb, resource, namespace = "" }: Right): string {
  return `${verb} ${resource} ${namespace}`;
}
