// What a kill must never have done: a release lost, or applied twice, or left stuck, or started out of order. Judged by the
// API server's audit log and Helm's records, not by what Headway says.
import { unpackRelease } from "../../src/adapters/cluster/payload-codec.ts";
import { fieldAt, textAt } from "../../src/core/json.ts";
import { eventsOf } from "../kit/cli.ts";
import type { AuditEvent } from "../kit/sandbox.ts";
import type { CrashStack } from "./crash-stack.ts";
import type { Graph, Scenario, Wanted } from "./scenarios.ts";
import { isHelms, isWhole } from "./writes.ts";

export const offences = ["lost", "duplicated", "stuck", "out of order"] as const;
export type Offence = (typeof offences)[number];
export type Violation = { readonly offence: Offence; readonly what: string };

type StoredRevision = {
  readonly revision: number;
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly description: string;
};

type Secrets = {
  readonly items: readonly {
    readonly metadata: { readonly labels: Readonly<Record<string, string>> };
    readonly data?: { readonly release?: string };
  }[];
};

type Where = Pick<CrashStack, "cluster" | "name">;

/**
 * Everything that is wrong with how the releases stand in the end. `events` are of both runs; without them whoever marked a
 * cut record failed is not asked for.
 */
export async function judgeEnd(
  stack: Where,
  scenario: Pick<Scenario, "wanted">,
  events: readonly AuditEvent[] | undefined,
): Promise<readonly Violation[]> {
  const found = await Promise.all(
    Object.entries(scenario.wanted).map(async ([name, wanted]) => {
      const ways = await Promise.all([wanted].flat().map((one) => judgeRelease(stack, name, one, events)));
      return ways.find((violations) => violations.length === 0) ?? ways.flat();
    }),
  );
  return found.flat();
}

async function judgeRelease(
  stack: Where,
  name: string,
  wanted: Wanted,
  events: readonly AuditEvent[] | undefined,
): Promise<readonly Violation[]> {
  const revisions = await readRevisions(stack, name);
  const history = describe(revisions);
  const image = await imageOf(stack, name);
  const stuck = revisions
    .filter(({ status }) => status.startsWith("pending") || status === "uninstalling")
    .map((): Violation => ({ offence: "stuck", what: `${name}: ${history}` }));
  if (wanted === "gone")
    return revisions.length === 0 && image === undefined
      ? []
      : [...stuck, { offence: "stuck", what: `${name} is still there: ${history} ${image ?? ""}` }];
  const newest = revisions.at(-1);
  const lost: Violation[] = [];
  const loss = (what: string): void =>
    void lost.push({ offence: "lost", what: `${name}: ${what}: ${history}` });
  if (newest?.status !== "deployed") loss("not deployed");
  else if (wanted.isRolledBack !== true && newest.labels["headway.dev/verified"] !== `r${newest.revision}`)
    loss("not verified");
  if (revisions.filter(({ status }) => status === "deployed").length > 1) loss("deployed twice");
  if (image !== `registry.example/app:${wanted.image}`) loss(`runs ${image ?? "nothing"}`);
  return [...stuck, ...lost, ...judgeRepeats(name, revisions, events)];
}

/** No fingerprint is applied twice, but once more after a cut: then Headway has marked the cut record failed. */
function judgeRepeats(
  name: string,
  revisions: readonly StoredRevision[],
  events: readonly AuditEvent[] | undefined,
): readonly Violation[] {
  const applied = revisions.filter((revision) => !isOfRollback(revision));
  const byFingerprint = Map.groupBy(
    applied.filter(({ labels }) => labels["headway.dev/fingerprint"] !== undefined),
    ({ labels }) => labels["headway.dev/fingerprint"]?.split(".").at(-1),
  );
  return [...byFingerprint.values()].flatMap(([first, ...more]) => {
    if (first === undefined || more.length === 0) return [];
    const record = `sh.helm.release.v1.${name}.v${first.revision}`;
    const wasCut =
      events === undefined ||
      events.some(
        ({ objectRef, verb, userAgent }) =>
          objectRef?.name === record && verb === "patch" && userAgent?.startsWith("Helm/") !== true,
      );
    const wasVerified = first.labels["headway.dev/verified"] === `r${first.revision}`;
    return wasCut && !wasVerified && more.length === 1
      ? []
      : [{ offence: "duplicated" as const, what: `${name}: ${describe(revisions)}` }];
  });
}

/** True for what a rollback wrote, which repeats on purpose; one that was cut has the labels of the revision it is a copy of. */
function isOfRollback({ revision, labels, description }: StoredRevision): boolean {
  const [, writtenFor] = labels["headway.dev/fingerprint"]?.split(".") ?? [];
  return (
    description.startsWith("Rollback") ||
    (description.startsWith("Marked failed by Headway") && writtenFor !== `r${revision}`)
  );
}

/** No dependent was first written before what it depends on was whole. */
export function judgeOrder(graph: Graph, events: readonly AuditEvent[]): readonly Violation[] {
  const names = Object.keys(graph);
  const firstWrite = new Map<string, string>();
  const whole = new Map<string, string>();
  for (const event of events) {
    const { resource, name = "", subresource } = event.objectRef ?? {};
    const release = names.find((one) => name === one || name.startsWith(`${one}-`));
    if (release === undefined) continue;
    if (isHelms(event) && resource !== "secrets" && !firstWrite.has(release))
      firstWrite.set(release, event.requestReceivedTimestamp);
    if (resource === "deployments" && subresource === "status" && isWhole(event.responseObject))
      if (!whole.has(release)) whole.set(release, event.stageTimestamp);
  }
  return Object.entries(graph).flatMap(([name, dependencies]) =>
    dependencies.flatMap((dependency): readonly Violation[] => {
      const started = firstWrite.get(name);
      const ready = whole.get(dependency);
      if (started === undefined || (ready !== undefined && ready < started)) return [];
      return [
        {
          offence: "out of order",
          what: `${name} was written at ${started}, and ${dependency} was ready ${ready ?? "never"}`,
        },
      ];
    }),
  );
}

/** In reverse for a destroy: nothing was deleted before what depends on it was gone. */
export function judgeReverseOrder(graph: Graph, events: readonly AuditEvent[]): readonly Violation[] {
  const deletions = events.filter(
    (event) => isHelms(event) && event.verb === "delete" && event.objectRef?.resource === "deployments",
  );
  const deletedAt = (name: string): string | undefined =>
    deletions.find(({ objectRef }) => objectRef?.name === name)?.requestReceivedTimestamp;
  return Object.entries(graph).flatMap(([name, dependencies]) =>
    dependencies.flatMap((dependency): readonly Violation[] => {
      const own = deletedAt(name);
      const theirs = deletedAt(dependency);
      return own !== undefined && theirs !== undefined && theirs < own
        ? [{ offence: "out of order", what: `${dependency} was deleted before ${name}, which depends on it` }]
        : [];
    }),
  );
}

/** No helm wrote between the death of one run and the start of the next. */
export function judgeSilence(
  events: readonly AuditEvent[],
  from: string,
  until: string,
): readonly Violation[] {
  return events
    .filter(isHelms)
    .filter(({ requestReceivedTimestamp: at }) => at > from && at < until)
    .map((event) => ({
      offence: "out of order",
      what: `a helm wrote after its run was dead: ${event.requestReceivedTimestamp} ${event.verb} ${event.requestURI}`,
    }));
}

/** In the second run's own words too: nothing started before what it depends on was ready or kept. */
export function judgeTold(graph: Graph, stdout: string): readonly Violation[] {
  const events = eventsOf(stdout);
  const started = events.find((event) => event["kind"] === "run-started");
  const releases = (started?.["releases"] ?? []) as readonly {
    readonly release: string;
    readonly action: string;
  }[];
  const shortName = (release: string): string => release.split("/").at(-1) ?? "";
  const toDo = new Set(
    releases.filter(({ action }) => action !== "keep").map(({ release }) => shortName(release)),
  );
  const ready = new Set<string>();
  const violations: Violation[] = [];
  for (const event of events) {
    const name = typeof event["release"] === "string" ? shortName(event["release"]) : "";
    if (event["kind"] === "release-ready") ready.add(name);
    if (event["kind"] !== "apply-started") continue;
    const early = (graph[name] ?? []).filter((each) => toDo.has(each) && !ready.has(each));
    if (early.length > 0)
      violations.push({
        offence: "out of order",
        what: `${name} started before ${early.join(", ")} was ready`,
      });
  }
  return violations;
}

/** When the last Deployment of the stack became whole, by the log's stamps; undefined where none did. */
export function lastWholeAt(events: readonly AuditEvent[]): string | undefined {
  return events.findLast(
    ({ objectRef, responseObject }) =>
      objectRef?.resource === "deployments" && objectRef.subresource === "status" && isWhole(responseObject),
  )?.stageTimestamp;
}

async function readRevisions(stack: Where, release: string): Promise<readonly StoredRevision[]> {
  const selector = encodeURIComponent(`owner=helm,name=${release}`);
  const reply = await stack.cluster.kube(
    `/api/v1/namespaces/${stack.name}/secrets?labelSelector=${selector}`,
  );
  // The API server's own format.
  const { items } = reply.body as Secrets;
  return items
    .map(({ metadata: { labels }, data }) => ({
      revision: Number(labels["version"]),
      status: labels["status"] ?? "",
      labels,
      description: textAt(fieldAt(unpackRelease(data?.release), "info"), "description") ?? "",
    }))
    .toSorted((a, b) => a.revision - b.revision);
}

function describe(revisions: readonly StoredRevision[]): string {
  return revisions
    .map(
      ({ revision, status, labels, description }) =>
        `${revision}:${status}:${labels["headway.dev/fingerprint"] ?? "-"}:${labels["headway.dev/verified"] ?? "-"} (${description})`,
    )
    .join(", ");
}

async function imageOf(stack: Where, name: string): Promise<string | undefined> {
  const reply = await stack.cluster.kube(`/apis/apps/v1/namespaces/${stack.name}/deployments/${name}`);
  if (reply.status !== 200) return undefined;
  // The API server's own format.
  const { spec } = reply.body as {
    readonly spec: {
      readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
  };
  return spec.template.spec.containers[0]?.image;
}
