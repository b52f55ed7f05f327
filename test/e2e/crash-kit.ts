// A stack to be killed in the middle, and the proofs that nothing of it was lost, done twice or out of order. The proofs
// are read from the API server: its audit log and Helm's records, not from what Headway says.
import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished } from "vitest";
import { processesBelow } from "../crash/crash-stack.ts";
import { isHelms, isWhole } from "../crash/writes.ts";
import { eventsOf, startHeadway, type CliEnd } from "../kit/cli.ts";
import { seededRandom } from "../kit/random.ts";
import type { AuditEvent } from "../kit/sandbox.ts";
import type { ReleaseSketch } from "../kit/stack-folder.ts";
import { appChart } from "../kit/stack-folder.ts";
import { now, openTestStack, type Revision, type TestStack } from "../kit/test-stack.ts";

/** Ten releases in four waves; `migrate` runs a Job before each of its revisions. */
export const dependenciesOf: Readonly<Record<string, readonly string[]>> = {
  db: [],
  cache: [],
  queue: ["db"],
  auth: ["db", "cache"],
  migrate: ["db"],
  orders: ["queue", "auth", "migrate"],
  users: ["auth"],
  search: ["cache", "queue"],
  web: ["orders", "users"],
  report: ["search"],
};

export const names = Object.keys(dependenciesOf);

const hookedChart: Readonly<Record<string, string>> = {
  "charts/hooked/Chart.yaml": "apiVersion: v2\nname: hooked\nversion: 1.0.0\n",
  "charts/hooked/values.yaml": appChart["charts/app/values.yaml"] ?? "",
  "charts/hooked/templates/app.yaml": appChart["charts/app/templates/app.yaml"] ?? "",
  "charts/hooked/templates/job.yaml": `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-job
  annotations: { helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: "registry.example/job:{{ .Values.tag }}" }]
`,
};

/** The releases at one version; `broken` never becomes ready at it. */
export function releasesAt(tag: string, broken?: string): readonly ReleaseSketch[] {
  return names.map((name) => ({
    name,
    dependsOn: dependenciesOf[name] ?? [],
    values: {
      tag,
      annotations:
        name === broken
          ? { "sim.headway.dev/fail": "CrashLoopBackOff" }
          : { "sim.headway.dev/ready-after": "300ms" },
    },
    spec: {
      ...(name === "migrate" ? { chart: "../charts/hooked" } : {}),
      failFast: { crashLoop: { restarts: 1, for: "1s" } },
    },
  }));
}

export type CrashStack = TestStack & {
  /** TMPDIR of its runs: what they leave lies here. */
  readonly temporary: string;
  start(command: string, ...flags: readonly string[]): ReturnType<typeof startHeadway>;
  finish(command: string, ...flags: readonly string[]): Promise<CliEnd>;
};

export async function openCrashStack(releases: readonly ReleaseSketch[]): Promise<CrashStack> {
  const stack = await openTestStack(releases, { files: hookedChart });
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), "headway-crash-")));
  onTestFinished(() => {
    rmSync(temporary, { recursive: true, force: true });
  });
  const start: CrashStack["start"] = (command, ...flags) =>
    startHeadway([command, stack.folder, "--yes", "--progress", "json", ...flags], {
      kubeconfig: stack.cluster.kubeconfig,
      env: { TMPDIR: temporary },
    });
  return {
    ...stack,
    temporary,
    start,
    finish: async (command, ...flags) => {
      const end = await start(command, ...flags);
      return { code: end.exitCode ?? -1, stdout: end.stdout, stderr: end.stderr, all: end.all };
    },
  };
}

/** Kills a run with SIGKILL after a time; tells whether it still lived. No helm of it lives on. */
export async function killAfter(
  stack: CrashStack,
  child: ReturnType<typeof startHeadway>,
  delayMs: number,
): Promise<boolean> {
  const wasFirst = await Promise.race([child.then(() => true), sleep(delayMs).then(() => false)]);
  child.kill("SIGKILL");
  await child;
  const deadline = Date.now() + 2_000;
  while (processesBelow(stack.temporary).length > 0) {
    if (Date.now() > deadline) throw new Error("a helm outlived the run that was killed");
    await sleep(10);
  }
  return !wasFirst;
}

export const seed = Number(process.env["HEADWAY_CRASH_SEED"] ?? 20_261_123);
const factor = Number(process.env["HEADWAY_CRASH_FACTOR"] ?? 1);
/** Stacks that are killed at the same time. */
const side = 3;

/** Tries `count` (times HEADWAY_CRASH_FACTOR) moments of a makespan; a failure names its moment and the seed. */
export async function atMoments(
  what: string,
  count: number,
  makespanMs: number,
  attempt: (delayMs: number) => Promise<void>,
): Promise<void> {
  const random = seededRandom(seed);
  const delays = Array.from({ length: count * factor }, () => Math.round(random() * makespanMs));
  const queue = [...delays.entries()];
  const failures: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, delayMs] = next;
      await attempt(delayMs).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        failures.push(`${what}, seed ${seed}, moment ${index}: killed after ${delayMs} ms: ${why}`);
      });
    }
  };
  await Promise.all(Array.from({ length: side }, worker));
  expect(failures.join("\n\n")).toBe("");
}

/** Every release deployed once with what is declared, verified, its records in order. */
export async function expectAllDeployed(stack: CrashStack, tag: string, since?: string): Promise<void> {
  const events = since === undefined ? undefined : auditOf(stack, since);
  for (const name of names) {
    const revisions = await stack.revisions(name);
    const newest = revisions.at(-1);
    expect(newest?.status, `${name}: ${describe(revisions)}`).toBe("deployed");
    expect(newest?.labels["headway.dev/verified"], name).toBe(`r${newest?.revision ?? 0}`);
    expectNotTwice(name, revisions, events);
    expect(await imageOf(stack, name), name).toBe(`registry.example/app:${tag}`);
  }
}

/**
 * No fingerprint was tried twice, but once more after a cut: then Headway has marked the cut record failed, which helm
 * turns into superseded where nothing else was deployed. Without events: helm may have marked it itself.
 */
export function expectNotTwice(
  name: string,
  revisions: readonly Revision[],
  events: readonly AuditEvent[] | undefined,
): void {
  const byFingerprint = Map.groupBy(
    revisions,
    ({ labels }) => labels["headway.dev/fingerprint"]?.split(".").at(-1) ?? "none",
  );
  for (const [first, ...more] of byFingerprint.values()) {
    expect(more.length, `${name}: ${describe(revisions)}`).toBeLessThanOrEqual(1);
    if (first === undefined || more.length === 0) continue;
    const record = `sh.helm.release.v1.${name}.v${first.revision}`;
    const wasMarked =
      events === undefined ||
      events.some(
        (event) =>
          event.objectRef?.name === record &&
          event.verb === "patch" &&
          event.userAgent?.startsWith("Helm/") !== true,
      );
    expect(first.labels["headway.dev/verified"], `${name}: ${describe(revisions)}`).not.toBe(
      `r${first.revision}`,
    );
    expect(wasMarked, `${name} was tried again though nothing was cut: ${describe(revisions)}`).toBe(true);
  }
  expect(
    revisions.filter(({ status }) => status.startsWith("pending") || status === "uninstalling"),
    name,
  ).toEqual([]);
}

function describe(revisions: readonly Revision[]): string {
  return revisions
    .map(
      ({ revision, status, labels }) =>
        `${revision}:${status}:${labels["headway.dev/fingerprint"] ?? "-"}:${labels["headway.dev/verified"] ?? "-"}`,
    )
    .join(" ");
}

export async function imageOf(stack: CrashStack, name: string): Promise<string | undefined> {
  const found = await stack.object(`deployments/${name}`);
  const spec = found?.spec as
    | {
        readonly template?: {
          readonly spec?: { readonly containers?: readonly { readonly image: string }[] };
        };
      }
    | undefined;
  return spec?.template?.spec?.containers?.[0]?.image;
}

/** What was done to this stack, from one reading of the audit log. */
export function auditOf(stack: CrashStack, since: string): readonly AuditEvent[] {
  return stack.cluster.readAudit(since).filter(({ objectRef }) => objectRef?.namespace === stack.namespace);
}

/** No dependent was first written before its dependencies were whole. */
export function expectOrder(events: readonly AuditEvent[]): void {
  const firstWrite = new Map<string, string>();
  const whole = new Map<string, string>();
  for (const event of events) {
    const { resource, name = "", subresource } = event.objectRef ?? {};
    if (isHelms(event) && resource !== "secrets" && !firstWrite.has(name))
      firstWrite.set(name, event.requestReceivedTimestamp);
    if (resource === "deployments" && subresource === "status" && isWhole(event.responseObject))
      if (!whole.has(name)) whole.set(name, event.stageTimestamp);
  }
  for (const [name, dependencies] of Object.entries(dependenciesOf)) {
    const started = firstWrite.get(name);
    if (started === undefined) continue;
    for (const dependency of dependencies)
      expect(
        whole.get(dependency) ?? "never",
        `${name} was written at ${started}, before ${dependency} was ready`,
      ).toSatisfy((stamp: string) => stamp < started);
  }
}

/** No helm wrote between the death of one run and the start of the next. */
export function expectSilence(events: readonly AuditEvent[], from: string, until: string): void {
  const late = events
    .filter(isHelms)
    .filter(({ requestReceivedTimestamp: at }) => at > from && at < until)
    .map((event) => `${event.requestReceivedTimestamp} ${event.verb} ${event.requestURI}`);
  expect(late).toEqual([]);
}

/** In the second run's own words too: nothing started before what it depends on was ready or kept. */
export function expectOrderTold(stdout: string): void {
  const events = eventsOf(stdout);
  const started = events.find((event) => event["kind"] === "run-started");
  const toDo = new Set(
    (started?.["releases"] as readonly { readonly release: string; readonly action: string }[])
      .filter(({ action }) => action !== "keep")
      .map(({ release }) => release.split("/").at(-1) ?? ""),
  );
  const ready = new Set<string>();
  for (const event of events) {
    const name = typeof event["release"] === "string" ? event["release"].replace(/^.*\//, "") : "";
    if (event["kind"] === "release-ready") ready.add(name);
    if (event["kind"] !== "apply-started") continue;
    const early = (dependenciesOf[name] ?? []).filter((each) => toDo.has(each) && !ready.has(each));
    expect(early, `${name} started before these were ready`).toEqual([]);
  }
}

/** Kills a run and lets a plain second one follow, with the proofs that hold whatever was cut. */
export async function killAndRepeat(
  stack: CrashStack,
  command: "apply" | "destroy",
  delayMs: number,
): Promise<{ readonly since: string; readonly second: CliEnd }> {
  const since = now();
  const first = stack.start(command);
  await killAfter(stack, first, delayMs);
  // A request that had been sent may still be worked on.
  await sleep(250);
  const dead = now();
  await sleep(250);
  const restart = now();
  const second = await stack.finish(command);
  expectSilence(auditOf(stack, since), dead, restart);
  expect(processesBelow(stack.temporary)).toEqual([]);
  expect(readdirSync(stack.temporary).filter((name) => name.startsWith("headway-run-"))).toEqual([]);
  return { since, second };
}
