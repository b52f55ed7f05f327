// How long it takes until a failure is on screen and until it is undone, measured and not judged: from the API server's audit
// log to the lines that the program prints.
import { setTimeout as sleep } from "node:timers/promises";
import { readAuditLog } from "../kit/sandbox.ts";
import { say, title, type ShopDesk } from "./shop-desk.ts";

const repetitions = 6;
const toleranceMs = 2_000;

/** Two kinds of workloads: the old pods of one stay until its new ones are ready, the other one's pod is replaced. */
const subjects = [
  { release: "data/redis", kind: "Deployment", readyAfterMs: 0 },
  { release: "messaging/rabbitmq", kind: "StatefulSet", readyAfterMs: 2_000 },
] as const;

type Reaction = { readonly causeMs: number; readonly healedMs: number };

/** Two figures, each of several repetitions, with how they come about. */
export async function measureReactions(desk: ShopDesk): Promise<void> {
  title(`10. How fast: ${repetitions} failed upgrades of a Deployment and of a StatefulSet each`);
  for (const { release, kind, readyAfterMs } of subjects) {
    const reactions: Reaction[] = [];
    for (let index = 0; index < repetitions; index += 1)
      reactions.push(await failOnce(desk, release, `9.1.${index}`));
    const cause = reactions.map(({ causeMs }) => causeMs - toleranceMs);
    const healed = reactions.map(({ healedMs }) => healedMs - readyAfterMs);
    say(`${kind} ${release}:`);
    say(
      `    from the pod's first failed pull in the API to its cause on screen, beyond failFast's ${seconds(toleranceMs)}: ${spread(cause)}`,
    );
    say(
      `    from there until it is healthy again on its old revision, without its pod's ${seconds(readyAfterMs)} to be ready: ${spread(healed)}`,
    );
  }
}

async function failOnce(desk: ShopDesk, release: string, tag: string): Promise<Reaction> {
  const name = release.replace(/^.*\//, "");
  const set = [
    `values.image.tag=${tag}`,
    String.raw`values.podAnnotations.sim\.headway\.dev/fail=ImagePullBackOff`,
    `failFast.imagePull=${toleranceMs}ms`,
  ];
  await desk.start(["set", release, ...set]);
  const since = new Date().toISOString();
  const run = desk.start(["apply", "--yes"]);
  const at = new Map<string, number>();
  let said = "";
  run.all.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
    for (const [event, words] of [
      ["failed", `${release} FAILED: `],
      ["healed", `${release} rolled back to revision`],
    ] as const)
      if (!at.has(event) && said.includes(words)) at.set(event, Date.now());
  });
  const end = await run;
  const [failed, healed] = [at.get("failed"), at.get("healed")];
  if (end.exitCode !== 5 || failed === undefined || healed === undefined)
    throw new Error(`${release} was to fail and to go back: ${end.all}`);
  // The audit log is written a little later than it says.
  await sleep(500);
  const firstPull = readAuditLog(desk.auditLog, since).find(
    ({ objectRef, requestObject }) =>
      objectRef?.resource === "pods" &&
      objectRef.subresource === "status" &&
      objectRef.name?.startsWith(`${name}-`) === true &&
      JSON.stringify(requestObject ?? "").includes("ErrImagePull"),
  );
  if (firstPull === undefined) throw new Error(`the audit log has no failed pull of ${release}`);
  return { causeMs: failed - Date.parse(firstPull.stageTimestamp), healedMs: healed - failed };
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return `median ${seconds(median)}, at most ${seconds(sorted.at(-1) ?? NaN)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
