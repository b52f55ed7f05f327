// `npm run demo:agent`: a cluster that follows git. The shop is brought up from what `headway bootstrap --export` gives, kept true
// through pushes that are good and bad and changes by hand, lost with its cluster, and back; each step is checked.
import { openAgentDesk, type AgentDesk } from "./agent-desk.ts";
import { say, title } from "./shop-desk.ts";

type Seen = { readonly ready?: string; readonly lastHealthyCommit?: string };

const isWhole = (ready: { readonly status: string }, status: Seen): boolean =>
  ready.status === "True" && status.ready === "19/19";

async function bringUp(desk: AgentDesk): Promise<void> {
  title("1. An empty cluster: what bootstrap exports is applied, and nothing else");
  await desk.wipe();
  await desk.applyExported();
  await desk.startAgent();
  const up = await desk.until("the shop comes up", isWhole);
  say(`    19 releases in 9 waves, ${up.lastRecoverySeconds ?? "?"} s after the StackSync was there`);
}

const orders = "releases/orders.yaml";
// What the sandbox's pods go by: no image is pulled there.
const runs = "      sim.headway.dev/ready-after: 1500ms\n";
const cannotBePulled = `${runs}      sim.headway.dev/fail: ImagePullBackOff\n`;

async function follow(desk: AgentDesk): Promise<void> {
  const isAt =
    (commit: string): typeof isWhole =>
    (ready, status) =>
      isWhole(ready, status) && status.lastHealthyCommit === commit;
  title("2. A push is deployed");
  const good = desk.push("orders 1.4.3", orders, { from: "tag: 1.4.2", to: "tag: 1.4.3" });
  await desk.until("the push is deployed", isAt(good));

  title("3. A bad push is rolled back, and says why");
  const bad = { from: "tag: 1.4.3", to: "tag: 9.9.9" };
  desk.push("orders 9.9.9", orders, bad, { from: runs, to: cannotBePulled });
  await desk.until("the bad push is rolled back", ({ reason }) => reason === "RolledBack");
  await desk.headway("why shop/orders", [/rolled back/, /ImagePullBackOff/]);

  title("4. A fix is healthy again");
  const better = { from: "tag: 9.9.9", to: "tag: 1.4.4" };
  const fixed = desk.push("orders 1.4.4", orders, better, { from: cannotBePulled, to: runs });
  await desk.until("the fix is deployed", isAt(fixed));
}

async function changeByHand(desk: AgentDesk): Promise<void> {
  title("5. Somebody scales by hand: it is shown, and corrected when that is asked for");
  const path = "/apis/apps/v1/namespaces/shop/deployments/orders";
  say("$ kubectl -n shop scale deployment orders --replicas 1");
  const body = { spec: { replicas: 1 } };
  const scaled = await desk
    .cluster()
    .kube(`${path}/scale`, { method: "PATCH", contentType: "application/merge-patch+json", body });
  if (scaled.status >= 300) throw new Error(scaled.text);
  await desk.headway("plan --drift", [/orders/, /replicas/]);
  const asked = desk.push("drift is corrected", "headway.yaml", {
    from: "    onFailure: rollback",
    to: "    onFailure: rollback\n    driftDetection: { mode: enabled }",
  });
  await desk.until(
    "the drift is corrected",
    (ready, status) => isWhole(ready, status) && status.lastHealthyCommit === asked,
  );
  const now = (await desk.cluster().kube(path)).body as { readonly spec: { readonly replicas: number } };
  if (now.spec.replicas !== 2) throw new Error(`orders has ${now.spec.replicas} replicas`);
  say("    orders has its 2 replicas again");

  title("6. Somebody deletes a namespace: it comes back");
  say("$ kubectl delete namespace shop");
  await desk.cluster().kube("/api/v1/namespaces/shop", { method: "DELETE" });
  await desk.until("the namespace's releases are missed", (ready) => ready.status !== "True");
  await desk.until("the namespace is back", isWhole);
}

async function loseTheCluster(desk: AgentDesk): Promise<void> {
  title("7. The cluster is lost: on another one the same objects are applied, and nothing else");
  await desk.wipe();
  await desk.applyExported();
  await desk.startAgent();
  const back = await desk.until("the shop is back", isWhole);
  say(`    the whole shop, in order, ${back.lastRecoverySeconds ?? "?"} s after the StackSync was there`);
  await desk.headway("history", [/19/]);

  title("8. The agent goes: every release stays");
  await desk.stopAgent();
  say("$ kubectl -n headway-system delete stack shop && kubectl -n headway-system delete deployment headway");
  await desk
    .cluster()
    .kube("/apis/headway.dev/v1/namespaces/headway-system/stacksyncs/shop", { method: "DELETE" });
  await desk
    .cluster()
    .kube("/apis/apps/v1/namespaces/headway-system/deployments/headway", { method: "DELETE" });
  await desk.headway("status", [/19 ready|19\/19|Ready/]);
}

say("a git server and a new, empty cluster are started …");
const desk = await openAgentDesk();
try {
  for (const scene of [bringUp, follow, changeByHand, loseTheCluster]) await scene(desk);
} catch (error) {
  process.stderr.write(`demo:agent: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await desk.close();
}
