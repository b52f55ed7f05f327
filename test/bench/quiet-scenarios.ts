// The scenarios in which nothing changes: an unchanged stack, and commands that need no cluster.
import { headwayRequests } from "./audit-log.ts";
import type { Bench, MeasuredApply, TimedStack } from "./bench.ts";
import { independent } from "./graphs.ts";
import { median, rowOf, type Row } from "./rows.ts";
import { memory, seconds } from "./scenarios.ts";

/** Kinds of objects that the timed chart makes: ConfigMap, Service, Deployment. */
const kindsOfChart = 3;

/** An apply of a stack that is as declared, with 200 and then with 400 releases. */
export async function runUnchanged(bench: Bench): Promise<readonly Row[]> {
  const stack = await bench.freshStack();
  const first = await applyUnchanged(bench, stack, 200);
  const second = await applyUnchanged(bench, stack, 400);
  const requests = first.requests.length;
  const pages = second.requests.filter((request) => request.includes("continue=")).length;
  return [
    rowOf({
      scenario: "unchanged 200: apply",
      measured: first.wallMs,
      comparedTo: 2_000,
      target: 1,
      unit: "s",
      comparedToWhat: "asked for",
    }),
    rowOf({
      scenario: "unchanged 200: helm processes",
      measured: first.helmStarts.length,
      comparedTo: 0,
      target: 0,
      unit: "",
      comparedToWhat: "asked for",
    }),
    rowOf({
      scenario: "unchanged 200: API requests",
      measured: requests,
      comparedTo: 12 + kindsOfChart,
      target: 1,
      unit: "",
      comparedToWhat: `(12 and one per kind)`,
    }),
    rowOf({
      scenario: "unchanged 400: API requests",
      measured: second.requests.length - pages,
      comparedTo: requests,
      target: 1,
      unit: "",
      comparedToWhat: `with 200 (paging aside: ${pages} more)`,
    }),
  ];
}

async function applyUnchanged(
  bench: Bench,
  stack: TimedStack,
  count: number,
): Promise<MeasuredApply & { readonly requests: readonly string[] }> {
  stack.write(independent(count, { readyAfterMs: 0 }));
  const made = await bench.apply(stack);
  bench.say(`unchanged: ${count} releases made in ${seconds(made.wallMs)}; ${memory(made)}`);
  await bench.settle();
  const ends: MeasuredApply[] = [];
  for (let round = 0; round < 3; round++) ends.push(await bench.apply(stack));
  const wallMs = median(ends.map((end) => end.wallMs));
  const end = ends.find((candidate) => candidate.wallMs === wallMs) ?? made;
  const requests = await headwayRequests(bench.auditLog, end.auditFrom, end.auditTo);
  bench.say(
    `unchanged: apply of ${count} in ${ends.map((each) => seconds(each.wallMs)).join(", ")}; ${memory(end)}; its requests:\n  ` +
      requests.join("\n  "),
  );
  return { ...end, requests };
}

/** `headway version`, and `validate` of 200 declarations: medians. */
export async function runStartUp(bench: Bench): Promise<readonly Row[]> {
  const stack = await bench.freshStack();
  stack.write(independent(200, { readyAfterMs: 0 }));
  const times = async (argv: readonly string[]): Promise<number> => {
    const walls: number[] = [];
    for (let round = 0; round < 9; round++) {
      const end = await bench.headway(argv);
      walls.push(end.wallMs);
      if (round === 0) bench.say(`headway ${argv[0] ?? ""}: ${memory(end)}`);
    }
    return median(walls);
  };
  const asked = { target: 1, unit: "ms", comparedToWhat: "asked for" } as const;
  return [
    rowOf({
      ...asked,
      scenario: "headway version",
      measured: await times(["version"]),
      comparedTo: 150,
    }),
    rowOf({
      ...asked,
      scenario: "validate 200 declarations",
      measured: await times(["validate", stack.folder]),
      comparedTo: 1_000,
    }),
  ];
}
