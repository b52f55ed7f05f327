// Releases that name a ServiceAccount: everything for them is done as that account, as the API server's audit log has it, by
// the agent and by a command; and nobody reaches further by naming one than they may.
import { describe, expect, it, onTestFinished } from "vitest";
import { freshNamespace, type AuditEvent, type TestCluster } from "../kit/sandbox.ts";
import { historyOf, now, openTestStack } from "../kit/test-stack.ts";
import { conditionsOf, isReadyAt, openAgentStack } from "./agent-kit.ts";

const changing = new Set(["create", "patch", "update", "delete"]);

/** Who has changed something in the namespace, or the namespace itself, as whom: `create secrets as …deployer`. */
function changesIn(cluster: TestCluster, namespace: string, since: string): readonly AuditEvent[] {
  return cluster.readAudit(since).filter(
    ({ verb, objectRef, user }) =>
      changing.has(verb) &&
      (objectRef?.namespace === namespace || objectRef?.name === namespace) &&
      // Controllers and the kubelet have names of their own.
      (user.username === "admin" || user.username.startsWith("system:serviceaccount:agent")),
  );
}

function actorsOf(events: readonly AuditEvent[]): ReadonlySet<string> {
  return new Set(events.map(({ impersonatedUser, user }) => impersonatedUser?.username ?? user.username));
}

async function put(cluster: TestCluster, path: string, body: unknown): Promise<void> {
  const reply = await cluster.kube(`${path}?fieldManager=tests&force=true`, {
    method: "PATCH",
    contentType: "application/apply-patch+yaml",
    body,
  });
  if (reply.status >= 300) throw new Error(`PATCH ${path}: ${reply.status} ${reply.text}`);
}

/** Lets an account do what a ClusterRole says, everywhere; it need not exist for that. */
async function allow(cluster: TestCluster, account: string, role: string): Promise<void> {
  const [namespace = "", name = ""] = account.split("/");
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${namespace}-${name}-${role}`;
  await put(cluster, path, {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: `${namespace}-${name}-${role}` },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
  onTestFinished(async () => {
    await cluster.kube(path, { method: "DELETE" });
  });
}

describe("a release with a serviceAccountName", () => {
  it("is installed, upgraded, rolled back and uninstalled as that account alone, its namespace included", async () => {
    const stack = await openTestStack([{ name: "db", spec: { serviceAccountName: "deployer" } }]);
    const { cluster, namespace } = stack;
    const account = `system:serviceaccount:${namespace}:deployer`;
    await allow(cluster, `${namespace}/deployer`, "cluster-admin");
    const since = now();
    const first = await stack.apply();
    expect(first.code, first.all).toBe(0);
    stack.declare([
      {
        name: "db",
        values: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } },
        spec: { serviceAccountName: "deployer", failFast: { imagePull: "1s" } },
      },
    ]);
    expect((await stack.apply()).code).toBe(5);
    expect(historyOf(await stack.revisions("db"))).toBe("1:superseded 2:superseded 3:deployed");
    stack.declare([{ name: "db", values: { tag: "3" }, spec: { serviceAccountName: "deployer" } }]);
    const restarted = await stack.run("redeploy", ["--yes", "--restart", "--progress", "plain"]);
    expect(restarted.code, restarted.all).toBe(0);
    const gone = await stack.run("destroy", ["--yes", "--progress", "plain"]);
    expect(gone.code, gone.all).toBe(0);
    const changes = changesIn(cluster, namespace, since);
    expect(changes.length).toBeGreaterThan(10);
    expect(actorsOf(changes)).toEqual(new Set([account]));
  }, 600_000);

  it("is not touched, and nor is anything else, where whoever runs this may not act as that account", async () => {
    const kept = await openAgentStack([
      { name: "db", spec: { serviceAccountName: "mighty" } },
      { name: "api" },
    ]);
    const { cluster, namespace } = kept.stack;
    // A StackSync that is bound to an account gets no further by what its repository says.
    await allow(cluster, `${namespace}/mighty`, "cluster-admin");
    // edit and admin would let it act as accounts.
    await kept.allow("tenant", "view");
    const since = now();
    await kept.sync({ serviceAccountName: "tenant" });
    await kept.start();
    const refused = await kept.until(({ conditions }) =>
      conditions.some(({ type, message }) => type === "Ready" && message.includes("/mighty")),
    );
    expect(conditionsOf(refused)).toContain("Ready=Unknown(NotBegun)");
    expect(refused.conditions[0]?.message).toMatch(
      /db: Acting as the ServiceAccount \S+\/mighty.*tenant may not/,
    );
    expect(changesIn(cluster, namespace, since)).toEqual([]);
  }, 600_000);

  it("overrides its StackSync's account, which may act as it; the others keep to that", async () => {
    const mine = { name: "db", spec: { serviceAccountName: "deployer" } };
    const namespace = freshNamespace("n");
    const kept = await openAgentStack([mine, { name: "api", namespace, dependsOn: [] }]);
    const { cluster } = kept.stack;
    await allow(cluster, `${kept.stack.namespace}/deployer`, "cluster-admin");
    await kept.allow("tenant", "cluster-admin");
    const since = now();
    const commit = kept.push([mine, { name: "api", namespace }]);
    await kept.sync({ serviceAccountName: "tenant" });
    await kept.start();
    await kept.until(isReadyAt(commit));
    expect(actorsOf(changesIn(cluster, kept.stack.namespace, since))).toEqual(
      new Set([`system:serviceaccount:${kept.stack.namespace}:deployer`]),
    );
    expect(actorsOf(changesIn(cluster, namespace, since))).toEqual(
      new Set([`system:serviceaccount:${kept.agentNamespace}:tenant`]),
    );
  }, 600_000);
});
