// The agent's own chart, installed by real helm into a namespace that enforces the restricted profile, and the agent as a
// process with what the chart's ServiceAccount may do.
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { historyOf } from "../kit/test-stack.ts";
import { conditionsOf, kubeconfigOf, openAgentStack } from "./agent-kit.ts";
import { realHelm } from "./process-kit.ts";

const chart = join(import.meta.dirname, "../../deploy/chart");

describe("the agent's chart", () => {
  it("passes helm lint, and refuses values that it does not know", async () => {
    const helm = await realHelm();
    await execa(helm, ["lint", "--strict", chart]);
    const wrong = await execa(helm, ["template", "x", chart, "--set", "rbac.mode=everything"], {
      reject: false,
    });
    expect(wrong.stderr).toContain("/rbac/mode");
  });

  it("runs under the restricted profile, and its account keeps stacks by impersonation alone", async () => {
    const kept = await openAgentStack([{ name: "db" }]);
    const { cluster } = kept.stack;
    const { agentNamespace } = kept;
    await cluster.kube(`/api/v1/namespaces/${agentNamespace}`, {
      method: "PATCH",
      contentType: "application/merge-patch+json",
      body: { metadata: { labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
    });
    await execa(
      await realHelm(),
      [
        ...[
          "upgrade",
          "--install",
          "headway",
          chart,
          "--namespace",
          agentNamespace,
          "--wait",
          "--timeout",
          "2m",
        ],
        ...["--set", "rbac.mode=impersonating", "--set", "replicas=2"],
      ],
      { env: { KUBECONFIG: cluster.kubeconfig } },
    );
    onTestFinished(async () => {
      for (const kind of ["clusterroles", "clusterrolebindings"])
        await cluster.kube(`/apis/rbac.authorization.k8s.io/v1/${kind}/${agentNamespace}-headway`, {
          method: "DELETE",
        });
    });

    const kubeconfig = await kubeconfigOf(cluster, agentNamespace, "headway");
    await kept.sync();
    const agent = await kept.start([], kubeconfig);
    // Without an account to act as, it may change nothing.
    const refused = await kept.until(({ conditions }) =>
      conditions.some(({ type, message }) => type === "Ready" && message.includes("forbidden")),
    );
    expect(conditionsOf(refused)).not.toContain("Ready=True");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("");
    await kept.allow("deployer", "cluster-admin");
    await kept.sync({ serviceAccountName: "deployer" });
    await kept.until((status) => conditionsOf(status) === "Ready=True(Healthy)");
    expect(historyOf(await kept.stack.revisions("db"))).toBe("1:deployed");
    const metrics = await (await fetch(`http://127.0.0.1:${agent.port}/metrics`)).text();
    expect(metrics).toContain(`headway_stack_releases{stack="${kept.stack.name}",state="Ready"} 1`);
    expect(metrics).toMatch(/^headway_leader 1$/m);
    expect((await fetch(`http://127.0.0.1:${agent.port}/readyz`)).status).toBe(200);
  });
});
