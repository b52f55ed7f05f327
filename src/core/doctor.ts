// What `headway doctor` makes of what it found: each check with a verdict, what it means and the next step. Looking at the
// machine and asking the cluster is the command's and an adapter's work.
import type { Failure } from "./failure.ts";

/** One thing that Headway needs, or works better with. */
export type Check = {
  /** One of `checkNames`. */
  readonly check: string;
  readonly verdict: "ok" | "warning" | "error";
  /** What is there. */
  readonly found: string;
  /** What follows from it; absent where all is well. */
  readonly meaning?: string;
  readonly next?: string;
};

/** Every name that a check can have, in the order in which they are shown. */
export const checkNames = [
  "node",
  "stack",
  "git",
  "helm",
  "kustomize",
  "sops",
  "cache",
  "cluster",
  "clock",
  "rights",
] as const;

export type ProgramFinding =
  | {
      readonly kind: "found";
      readonly path: string;
      readonly version: string;
      readonly from: "named" | "path" | "cache";
    }
  /** Named on purpose, and not what is needed. */
  | { readonly kind: "unfit"; readonly path: string; readonly version?: string; readonly fits: string }
  /** `passedOver` are those on PATH that do not fit. */
  | {
      readonly kind: "absent";
      readonly fits: string;
      readonly host: string;
      readonly passedOver: readonly { readonly path: string; readonly version?: string }[];
    };

/** `isNeeded`: without it the stack at hand can't be applied. */
export function judgeProgram(name: string, finding: ProgramFinding, isNeeded: boolean): Check {
  switch (finding.kind) {
    case "found":
      return {
        check: name,
        verdict: "ok",
        found: `${finding.version} at ${finding.path}${finding.from === "cache" ? " (Headway's cache)" : ""}`,
      };
    case "unfit":
      return {
        check: name,
        verdict: "error",
        found: `${finding.version === undefined ? "a program that tells no version" : finding.version} at ${finding.path}`,
        meaning: `HEADWAY_${name.toUpperCase()} names it, and Headway needs ${finding.fits}`,
        next: `Name another in HEADWAY_${name.toUpperCase()}, or leave it unset: Headway then finds or gets one that fits.`,
      };
    case "absent": {
      const others = finding.passedOver.map(
        ({ path, version }) => `; ${version ?? "no version"} at ${path} does not fit`,
      );
      return {
        check: name,
        verdict: isNeeded ? "warning" : "ok",
        found: `not here${others.join("")}${isNeeded ? "" : "; not needed for this stack"}`,
        ...(isNeeded
          ? {
              meaning: `the first command that needs it downloads it from ${finding.host}, or builds it with Go`,
              next: `Let ${finding.host} be reached, or put ${name} ${finding.fits} on PATH.`,
            }
          : {}),
      };
    }
  }
}

/** A thing that a user of the cluster may do or not. */
export type Right = {
  readonly verb: string;
  /** `deployments.apps`, `secrets`, `pods/log`. */
  readonly resource: string;
  /** All where absent. */
  readonly namespace?: string;
};

type WantedRight = Right & { readonly isNeeded: boolean; readonly purpose: string };

/** The rights that Headway itself uses; what charts bring needs rights of its own. `namespaces` are the stack's. */
export function wantedRights(systemNamespace: string, namespaces: readonly string[]): readonly WantedRight[] {
  const needed = (verb: string, resource: string, purpose: string, namespace?: string): WantedRight => ({
    verb,
    resource,
    purpose,
    isNeeded: true,
    ...(namespace === undefined ? {} : { namespace }),
  });
  const useful = (verb: string, resource: string, purpose: string, namespace?: string): WantedRight => ({
    ...needed(verb, resource, purpose, namespace),
    isNeeded: false,
  });
  const state = "to keep the stack's state";
  const lock = "to lock the stack while a run goes on";
  return [
    needed("list", "secrets", "to find Helm's records"),
    ...["get", "create", "update"].map((verb) => needed(verb, "secrets", state, systemNamespace)),
    ...["get", "create", "update"].map((verb) =>
      needed(verb, "leases.coordination.k8s.io", lock, systemNamespace),
    ),
    ...namespaces.flatMap((namespace) =>
      ["create", "patch"].map((verb) => needed(verb, "secrets", "to write Helm's records", namespace)),
    ),
    useful("delete", "secrets", "to keep the journal of runs short", systemNamespace),
    useful("list", "namespaces", "to see which namespaces are absent"),
    useful("create", "namespaces", "to make absent namespaces"),
    useful("patch", "customresourcedefinitions.apiextensions.k8s.io", "to apply the crds/ of charts"),
    useful("list", "pods", "to see why a workload is not ready"),
    useful("get", "pods/log", "to show the last words of a container that failed"),
    useful("list", "events.events.k8s.io", "to show what the cluster says about a failure"),
  ];
}

/** Judges the rights; `may` is undefined where the cluster did not say. */
export function judgeRights(
  rights: readonly WantedRight[],
  may: (right: Right) => boolean | undefined,
): Check {
  const missing = rights.filter((right) => may(right) === false);
  const unknown = rights.filter((right) => may(right) === undefined);
  const words = ({ verb, resource, namespace }: Right): string =>
    `${verb} ${resource}${namespace === undefined ? "" : ` in ${namespace}`}`;
  if (missing.length === 0 && unknown.length === 0)
    return { check: "rights", verdict: "ok", found: `all ${rights.length} that Headway itself uses` };
  if (missing.length === 0)
    return {
      check: "rights",
      verdict: "warning",
      found: `not known for ${unknown.length} of ${rights.length}`,
      meaning: "the cluster did not answer what this user may do",
      next: "Run headway doctor again; `kubectl auth can-i --list` shows the same.",
    };
  const purposes = new Set(missing.map(({ purpose }) => purpose));
  return {
    check: "rights",
    verdict: missing.some(({ isNeeded }) => isNeeded) ? "error" : "warning",
    found: `may not ${missing.map(words).join(", ")}`,
    meaning: `Headway uses these ${[...purposes].join(", ")}`,
    next: "Ask for these permissions; `kubectl auth can-i VERB RESOURCE` asks for one of them.",
  };
}

export type ClusterFinding = {
  readonly server: string;
  readonly context: string;
  /** As the server writes it, `v1.37.2`. */
  readonly version: string;
  /** Of one request on a connection that stands. */
  readonly latencyMs: number;
  /** How far the server's clock is ahead of this machine's, to within two seconds. */
  readonly aheadMs: number;
};

const slowMs = 1_000;

/** Server-side apply, which Headway relies on, is there from 1.22 on. */
export function judgeCluster({ server, context, version, latencyMs }: ClusterFinding): Check {
  const found = `${version} at ${server} (context ${context}), ${Math.round(latencyMs)} ms for an answer`;
  const [, major = "", minor = ""] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (Number(major) === 1 && Number(minor) < 22)
    return {
      check: "cluster",
      verdict: "error",
      found,
      meaning: "Headway needs server-side apply, which Kubernetes has from 1.22 on",
      next: "Upgrade the cluster.",
    };
  return latencyMs > slowMs
    ? {
        check: "cluster",
        verdict: "warning",
        found,
        meaning: "every step of a run waits for several answers",
        next: "Run Headway nearer to the cluster, or see what slows it down.",
      }
    : { check: "cluster", verdict: "ok", found };
}

export function judgeNoCluster(failure: Failure): Check {
  return {
    check: "cluster",
    verdict: "error",
    found: failure.message,
    meaning: "validate and graph work; plan, apply, status and destroy do not",
    ...(failure.next === undefined ? {} : { next: failure.next }),
  };
}

const largeSkewMs = 30_000;

export function judgeClock({ aheadMs }: ClusterFinding): Check {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const found =
    seconds === 0
      ? "the same as the cluster's"
      : `the cluster's is ${seconds} s ${aheadMs > 0 ? "ahead" : "behind"}`;
  return Math.abs(aheadMs) < largeSkewMs
    ? { check: "clock", verdict: "ok", found }
    : {
        check: "clock",
        verdict: "warning",
        found,
        meaning:
          "tokens and certificates may count as not valid yet or no longer, and times in outputs differ",
        next: "Set both clocks by NTP.",
      };
}

const mebibyte = 1_048_576;
const littleRoom = 500 * mebibyte;
const noRoom = 20 * mebibyte;

/** `free` in bytes, undefined where nobody can say. */
export function judgeCache(folder: string, free: number | undefined, isWritable: boolean): Check {
  const found = `${folder}${free === undefined ? "" : `, ${Math.floor(free / mebibyte)} MiB free`}`;
  if (!isWritable)
    return {
      check: "cache",
      verdict: "error",
      found: `${folder} can't be written`,
      meaning: "charts and programs are kept there",
      next: "Let this user write there, or set XDG_CACHE_HOME to another folder.",
    };
  if (free === undefined || free >= littleRoom) return { check: "cache", verdict: "ok", found };
  return {
    check: "cache",
    verdict: free < noRoom ? "error" : "warning",
    found,
    meaning: "charts and programs are kept there",
    next: "Free some room, or set XDG_CACHE_HOME to another folder.",
  };
}

/** A check that did not end in time. */
export function judgeSlow(check: string, seconds: number): Check {
  return {
    check,
    verdict: "warning",
    found: `no answer in ${seconds} s`,
    meaning: "it could not be checked",
    next: "Run headway doctor again when less is going on.",
  };
}

/** In the order of `checkNames`. */
export function sortChecks(checks: readonly Check[]): readonly Check[] {
  const place = (check: Check): number => checkNames.findIndex((name) => name === check.check);
  return checks.toSorted((a, b) => place(a) - place(b));
}

/** The exit code of the contract: 6 where the cluster or a right in it is missing, 3 where something else is. */
export function exitCodeOfChecks(checks: readonly Check[]): 0 | 3 | 6 {
  const wrong = new Set(checks.flatMap(({ check, verdict }) => (verdict === "error" ? check : [])));
  if (wrong.has("cluster") || wrong.has("rights")) return 6;
  return wrong.size > 0 ? 3 : 0;
}
