// What a release has to prove before its dependents start, through the built command line: that it stays ready (stableFor).
import { describe, expect, it } from "vitest";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";

/** A run whose JSON events are looked at while they come. */
function applying(stack: TestStack) {
  const run = startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
    kubeconfig: stack.cluster.kubeconfig,
  });
  let text = "";
  const listeners: ((kind: unknown) => void)[] = [];
  run.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    const lines = text.split("\n");
    text = lines.pop() ?? "";
    for (const { kind } of eventsOf(lines.join("\n"))) for (const listener of listeners) listener(kind);
  });
  return { run, onEvent: (listener: (kind: unknown) => void) => void listeners.push(listener) };
}

async function deletePods(stack: TestStack): Promise<void> {
  await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}/pods?labelSelector=app%3Ddb`, {
    method: "DELETE",
  });
}

type Told = Readonly<Record<string, unknown>>;
const atMs = (event: Told | undefined): number => Date.parse(String(event?.["at"]));

describe("stableFor", () => {
  const slow = { annotations: { "sim.headway.dev/ready-after": "500ms" } };
  const stableFor = (seconds: number, more: object = {}) => ({
    name: "db",
    spec: { stableFor: `${seconds}s`, ...more },
    values: slow,
  });

  it("counts from the last break, and dependents wait for it", async () => {
    const stack = await openTestStack([stableFor(3), { name: "api", dependsOn: ["db"] }]);
    const { run, onEvent } = applying(stack);
    let breaks = 0;
    onEvent((kind) => {
      if (kind === "stability-awaited" && breaks++ === 0) void deletePods(stack);
    });
    const end = await run;
    expect(end.exitCode, end.all).toBe(0);
    const events = eventsOf(end.stdout);
    const awaited = events.filter(({ kind }) => kind === "stability-awaited");
    expect(awaited.length, end.stdout).toBeGreaterThanOrEqual(2);
    const of = (name: string, kind: string): Told | undefined =>
      events.find((event) => event["kind"] === kind && event["release"] === `${stack.namespace}/${name}`);
    const readyMs = atMs(of("db", "release-ready"));
    expect(readyMs - atMs(awaited.at(-1))).toBeGreaterThanOrEqual(3_000);
    expect(atMs(of("api", "apply-started"))).toBeGreaterThanOrEqual(readyMs);
  });

  it("is waited for as a whole by the run after one that was killed meanwhile, without helm", async () => {
    const stack = await openTestStack([stableFor(3)]);
    const { run, onEvent } = applying(stack);
    onEvent((kind) => {
      if (kind === "stability-awaited") run.kill("SIGKILL");
    });
    expect((await run).signal).toBe("SIGKILL");
    const [before] = await stack.revisions("db");
    expect(before).toMatchObject({ revision: 1, status: "deployed" });
    expect(before?.labels["headway.dev/verified"]).toBeUndefined();
    const again = await applying(stack).run;
    expect(again.exitCode, again.all).toBe(0);
    const events = eventsOf(again.stdout);
    const ready = events.find(({ kind }) => kind === "release-ready");
    expect(
      atMs(ready) - atMs(events.find(({ kind }) => kind === "stability-awaited")),
    ).toBeGreaterThanOrEqual(3_000);
    const revisions = await stack.revisions("db");
    expect(historyOf(revisions)).toBe("1:deployed");
    expect(revisions[0]?.labels["headway.dev/verified"]).toBe("r1");
  });

  it("that is never reached within the timeout rolls an upgrade back, and why says what was missing", async () => {
    const stack = await openTestStack([{ name: "db", values: slow }]);
    expect((await stack.apply()).code).toBe(0);
    const restless = stableFor(4, { timeout: "10s" });
    stack.declare([{ ...restless, values: { ...slow, tag: "2" } }]);
    const plan = await stack.run("plan");
    expect(plan.stdout).toMatch(/then stable for 4s/);
    const { run, onEvent } = applying(stack);
    onEvent((kind) => {
      if (kind === "stability-awaited") void deletePods(stack);
    });
    const end = await run;
    expect(end.exitCode, end.all).toBe(5);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    const why = await stack.cli("why", `${stack.namespace}/db`);
    expect(why.stdout).toMatch(/not (?:stable|ready) after 10 s: .*(?:for 4 s without a break|0\/1 ready)/);
  });
});
