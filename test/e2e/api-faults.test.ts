// An API server that answers badly in the middle of a run: it refuses in bursts, or does what is asked and its answer is lost.
// The run goes on, nothing is done twice, and no release is blamed.
import { describe, expect, it } from "vitest";
import {
  startFaultyProxy,
  status,
  type Asked,
  type Fault,
  type FaultyProxy,
} from "../adapters/cluster/faulty-proxy.ts";
import { eventsOf, startHeadway } from "../kit/cli.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";

const ready = (after: string) => ({ annotations: { "sim.headway.dev/ready-after": after } });

/** A refusal by the API server's own flow control, which asks for a second, and two of a server in trouble. */
const refusals: readonly Fault[] = [
  {
    kind: "answer",
    status: 429,
    body: "Too many requests, please try again later.",
    headers: { "content-type": "text/plain", "retry-after": "1" },
  },
  status(500, "InternalError", "Internal error occurred: resource quota evaluation timed out"),
  { kind: "answer", status: 500, body: "oops", headers: { "content-type": "text/plain" } },
];

/** `headway apply` of the stack through the proxy. */
function applyThrough(stack: TestStack, proxy: FaultyProxy) {
  return startHeadway(["apply", stack.folder, "--yes", "--progress", "json"], {
    kubeconfig: proxy.kubeconfig,
  });
}

function kinds(stdout: string): readonly unknown[] {
  return eventsOf(stdout).map((event) => event["kind"]);
}

describe("an API server that refuses in bursts", () => {
  it("with 429 and 500, Headway and helm alike, is waited for: nothing fails and nothing is undone", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    expect((await stack.apply()).code).toBe(0);
    stack.declare([
      { name: "db", values: { tag: "2", ...ready("1s") } },
      { name: "api", dependsOn: ["db"], values: { tag: "2" } },
    ]);
    const proxy = await startFaultyProxy(stack.cluster, { tls: true });
    const struck = new Set<string>();
    let asked = 0;
    const sinceMs = new Map<string, number>();
    proxy.fault = ({ program }) => {
      // Everything for two seconds from each program's first question on, then every third one.
      const fromMs = sinceMs.get(program) ?? Date.now();
      sinceMs.set(program, fromMs);
      const elapsedMs = Date.now() - fromMs;
      if (elapsedMs > 10_000 || (++asked % 3 !== 0 && elapsedMs > 2_000)) return undefined;
      struck.add(program);
      return refusals[asked % refusals.length];
    };
    const end = await applyThrough(stack, proxy);
    expect(end.exitCode, end.all).toBe(0);
    expect([...struck].sort()).toEqual(["Helm", "headway"]);
    expect(kinds(end.stdout)).not.toContain("release-failed");
    expect(kinds(end.stdout)).not.toContain("rollback-started");
    for (const release of ["db", "api"]) {
      const revisions = await stack.revisions(release);
      expect(historyOf(revisions)).toMatch(/^1:superseded (\d+:(failed|superseded) )*\d+:deployed$/);
      expect(revisions.at(-1)?.labels["headway.dev/verified"]).toBe(`r${revisions.at(-1)?.revision}`);
    }
  });
});

/** Loses the answer to the first write of each kind. */
function loseOneOfEach(proxy: FaultyProxy, writes: Readonly<Record<string, (asked: Asked) => boolean>>) {
  const lost = new Set<string>();
  proxy.fault = (asked) => {
    const [kind] = Object.entries(writes).find(([each, is]) => !lost.has(each) && is(asked)) ?? [];
    if (kind === undefined) return undefined;
    lost.add(kind);
    return { kind: "lose-answer" };
  };
  return lost;
}

const writes = (program: string, method: string, path: RegExp) => (asked: Asked) =>
  asked.program === program && asked.method === method && path.test(asked.url.pathname);

describe("an answer that is lost", () => {
  it("to any write of a run costs neither a release nor a second object", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    const proxy = await startFaultyProxy(stack.cluster, { tls: true });
    const kindsOfWrites = {
      "namespace made": writes("headway", "POST", /\/namespaces$/),
      "lease made": writes("headway", "POST", /\/leases$/),
      "lease given back": writes("headway", "PUT", /\/leases\//),
      "run begun": writes("headway", "POST", /\/headway-system\/secrets$/),
      "run ended": writes("headway", "PUT", /\/secrets\/headway-run-/),
      "record marked": writes("headway", "PATCH", /\/secrets\/sh\.helm/),
      "record made": writes("Helm", "POST", /\/secrets$/),
      "object applied": writes("Helm", "PATCH", /\/deployments\/db$/),
      "record written": writes("Helm", "PUT", /\/secrets\/sh\.helm.*api/),
    };
    const lost = loseOneOfEach(proxy, kindsOfWrites);
    const end = await applyThrough(stack, proxy);
    expect(end.exitCode, end.all).toBe(0);
    expect([...lost].sort()).toEqual(Object.keys(kindsOfWrites).sort());
    expect(kinds(end.stdout)).not.toContain("release-failed");
    for (const release of ["db", "api"]) {
      const revisions = await stack.revisions(release);
      expect(historyOf(revisions)).toMatch(/^(\d+:(failed|superseded) )*\d+:deployed$/);
      expect(revisions.at(-1)?.labels["headway.dev/verified"]).toBe(`r${revisions.at(-1)?.revision}`);
    }
    const runs = await stack.cli("history", "--stack", stack.name, "-o", "name");
    expect(runs.stdout).toBe("run:1");
    const next = await stack.apply();
    expect(next.code, next.all).toBe(0);
    expect(next.all).toContain("Plan: 2 unchanged");
  });
});
