// The scenarios that time a run's way through a graph: reaction, chain, layers, width, and many small releases. Each
// yields rows of ratios between things that were measured in this same run.
import { join } from "node:path";
import { readyWrites } from "./audit-log.ts";
import type { Bench, MeasuredApply } from "./bench.ts";
import { chainOf, independent, layered, longestPath, writeValuesFiles, type TimedRelease } from "./graphs.ts";
import { median, percentile, rowOf, type Row } from "./rows.ts";

/** What the scenarios have in common beside the rows: the reaction to each dependency that became ready. */
export type Findings = {
  /** Milliseconds from the last dependency's ready write to the start of the dependent's helm process. */
  readonly handOffs: number[];
  /** The same up to Headway's own `apply-started`, as a check on the clocks. */
  readonly ownHandOffs: number[];
};

/** Ten releases in a row that need 2 s each. */
export async function runChain(bench: Bench, findings: Findings): Promise<readonly Row[]> {
  return await runGraph(bench, findings, "chain 10 × 2 s", chainOf(10, 2_000));
}

/** Forty releases in five layers. */
export async function runLayered(bench: Bench, findings: Findings): Promise<readonly Row[]> {
  return await runGraph(bench, findings, "layered 5 × 8", layered(5, 8, 7));
}

/**
 * The makespan of the graph against its critical path: each release of that path is deployed alone first, in an empty
 * namespace, and takes from its helm's start until it is ready. The path is the longest by declared readiness; any other
 * could only be longer, and the ratio smaller.
 */
async function runGraph(
  bench: Bench,
  findings: Findings,
  scenario: string,
  releases: readonly TimedRelease[],
): Promise<readonly Row[]> {
  const path = longestPath(releases);
  const alone: number[] = [];
  for (const release of path) {
    const stack = await bench.freshStack();
    stack.write([{ ...release, dependsOn: [] }]);
    alone.push(aloneMs(await bench.apply(stack)));
  }
  const criticalPathMs = alone.reduce((sum, ms) => sum + ms, 0);
  const declaredMs = path.reduce((sum, { readyAfterMs }) => sum + readyAfterMs, 0);
  await bench.cleanUp();
  const stack = await bench.freshStack();
  stack.write(releases);
  const end = await bench.apply(stack);
  bench.say(
    `${scenario}: makespan ${seconds(end.makespanMs)}, whole process ${seconds(end.wallMs)}, critical path alone ` +
      `${seconds(criticalPathMs)} over ${path.length} releases, their declared readiness ${seconds(declaredMs)}; ${memory(end)}`,
  );
  await noteHandOffs(bench, findings, stack.namespace, releases, end);
  return [
    rowOf({
      scenario,
      measured: end.makespanMs,
      comparedTo: criticalPathMs,
      target: 1.05,
      unit: "s",
      comparedToWhat: "critical path, each release alone",
    }),
  ];
}

function aloneMs(end: MeasuredApply): number {
  const at = (kind: string): number =>
    Date.parse(end.events.find((event) => event.kind === kind)?.at ?? "nothing");
  return at("release-ready") - at("apply-started");
}

async function noteHandOffs(
  bench: Bench,
  findings: Findings,
  namespace: string,
  releases: readonly TimedRelease[],
  end: MeasuredApply,
): Promise<void> {
  const ready = await readyWrites(bench.auditLog, end.auditFrom);
  const started = new Map(end.helmStarts.map(({ key, atMs }) => [key, atMs]));
  const own = (kind: string): ReadonlyMap<string | undefined, number> =>
    new Map(
      end.events
        .filter((event) => event.kind === kind)
        .map(({ release, at }): [string | undefined, number] => [release, Date.parse(at)]),
    );
  const [finished, seen, applied] = [own("apply-finished"), own("release-ready"), own("apply-started")];
  const latest = (times: ReadonlyMap<string | undefined, number>, names: readonly string[]): number =>
    Math.max(...names.map((name) => times.get(`${namespace}/${name}`) ?? NaN));
  for (const { name, dependsOn } of releases) {
    if (dependsOn.length === 0) continue;
    const writtenMs = latest(ready, dependsOn);
    const [helmMs, ownMs] = [latest(started, [name]), latest(applied, [name])];
    if (Number.isNaN(writtenMs + helmMs + ownMs)) throw new Error(`the hand-off to ${name} left no trace`);
    findings.handOffs.push(helmMs - writtenMs);
    findings.ownHandOffs.push(ownMs - writtenMs);
    if (helmMs - writtenMs > 50)
      bench.say(
        `slow hand-off to ${name}, ms after the write: last dependency's helm ended ${(latest(finished, dependsOn) - writtenMs).toFixed(0)}, ` +
          `seen ready ${(latest(seen, dependsOn) - writtenMs).toFixed(0)}, apply-started ${(ownMs - writtenMs).toFixed(0)}, helm runs ${(helmMs - writtenMs).toFixed(0)}`,
      );
  }
}

/** The rows of what chain and layers found out about the reaction. */
export function handOffRows(bench: Bench, { handOffs, ownHandOffs }: Findings): readonly Row[] {
  const both = (values: readonly number[]): string =>
    `p50 ${percentile(values, 0.5).toFixed(1)} ms, p95 ${percentile(values, 0.95).toFixed(1)} ms`;
  bench.say(
    `hand-off, ${handOffs.length} of them: from the API server's write (audit log) until helm's process runs ${both(handOffs)}; ` +
      `until Headway says apply-started ${both(ownHandOffs)}; longest ${Math.max(...handOffs).toFixed(1)} ms`,
  );
  return [
    rowOf({
      scenario: `hand-off p95 (p50 ${median(handOffs).toFixed(0)} ms)`,
      measured: percentile(handOffs, 0.95),
      comparedTo: 50,
      target: 1,
      unit: "ms",
      comparedToWhat: "asked for",
    }),
  ];
}

/** Forty releases that depend on nothing and need 10 s each: nobody may wait for a helm that waits. */
export async function runWide(bench: Bench): Promise<readonly Row[]> {
  const stack = await bench.freshStack();
  stack.write(independent(40, { readyAfterMs: 10_000 }));
  const end = await bench.apply(stack);
  bench.say(
    `wide: makespan ${seconds(end.makespanMs)}, whole process ${seconds(end.wallMs)}; ${memory(end)}`,
  );
  return [
    rowOf({
      scenario: "wide 40 × 10 s",
      measured: end.makespanMs,
      comparedTo: 10_000,
      target: 1.45,
      unit: "s",
      comparedToWhat: "ideal",
    }),
  ];
}

/** A hundred releases without pods, against the same as bare helm, four at a time; both twice, in turns. */
export async function runMany(bench: Bench): Promise<readonly Row[]> {
  const releases = independent(100, { readyAfterMs: 0, replicas: 0 });
  const bare: number[] = [];
  const ours: number[] = [];
  for (const who of ["helm", "headway", "headway", "helm"] as const) {
    const namespace = await bench.freshNamespace(true);
    const stack = await bench.freshStack(namespace);
    stack.write(releases);
    const end =
      who === "helm" ? await applyBare(bench, stack.folder, namespace, releases) : await bench.apply(stack);
    (who === "helm" ? bare : ours).push(end.wallMs);
    bench.say(`100 releases without pods, ${who}: ${seconds(end.wallMs)}; ${memory(end)}`);
    await bench.cleanUp();
  }
  return [
    rowOf({
      scenario: "100 zero-replica releases",
      measured: mean(ours),
      comparedTo: mean(bare),
      target: 0.9,
      unit: "s",
      comparedToWhat: "bare helm, xargs -P 4",
    }),
  ];
}

async function applyBare(bench: Bench, folder: string, namespace: string, releases: readonly TimedRelease[]) {
  const files = writeValuesFiles(join(folder, "values"), releases);
  const chart = join(folder, "charts", "app");
  const lines = [...files].map(([name, file]) => `${name} ${chart} --values ${file}`);
  const argv = ["upgrade", "--install", "--wait=hookOnly", "--namespace", namespace];
  const end = await bench.withHelm("xargs", ["-P", "4", "-L", "1", bench.helm, ...argv], lines.join("\n"));
  if (end.code !== 0) throw new Error(`bare helm failed: ${end.stderr}`);
  return end;
}

/** What a measured process and its children held in memory, in words. */
export function memory(end: { readonly peakBytes: number; readonly peakChildrenBytes: number }): string {
  const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
  return `peak memory ${mb(end.peakBytes)}, of its children together ${mb(end.peakChildrenBytes)}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Milliseconds as seconds, in words. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
