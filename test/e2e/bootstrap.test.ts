// Recreating a cluster: `headway bootstrap` and what it exports, on empty clusters of their own, with the agent as a process that
// acts as the ServiceAccount of its chart (the sandbox's pods run nothing).
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, parseAllDocuments, stringify } from "yaml";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { headway, startHeadway, type CliEnd } from "../kit/cli.ts";
import { basicAuthorization, openGitServer, type GitServer } from "../kit/git-server.ts";
import { applyAsKubectl, type KubeDocument } from "../kit/kubectl.ts";
import { eventually, testCluster, type TestCluster } from "../kit/sandbox.ts";
import { writeStack, type ReleaseSketch } from "../kit/stack-folder.ts";
import { historyOf, revisionsOf } from "../kit/test-stack.ts";
import type { SyncStatus } from "../../src/core/stack-sync/sync-status.ts";
import { conditionsOf, kubeconfigOf, startAgent } from "./agent-kit.ts";

const login = { username: "reader", password: "not-for-logs-4711" };
const system = "headway-system";

/** CNI and DNS first; api reads a Secret that stands in the kit alone. */
const releases: readonly ReleaseSketch[] = [
  { name: "cni", spec: { phase: "network" } },
  { name: "dns", spec: { phase: "network" }, dependsOn: ["cni"] },
  { name: "db", spec: { phase: "apps" } },
  {
    name: "api",
    dependsOn: ["db"],
    spec: {
      phase: "apps",
      valuesFrom: [
        { kind: "Secret", name: "api-login", valuesKey: "password", targetPath: "config.password" },
      ],
    },
  },
];

const kitText = `apiVersion: v1
kind: Secret
metadata: { name: api-login, namespace: shop }
stringData: { password: kit-secret-4711 }
---
apiVersion: v1
kind: Secret
metadata: { name: shop-git }
stringData: { username: ${login.username}, password: ${login.password} }
`;

type Site = {
  readonly cluster: TestCluster;
  readonly git: GitServer;
  /** A clone of what the server has. */
  readonly folder: string;
  readonly kit: string;
  bootstrap(...flags: readonly string[]): Promise<CliEnd>;
  revisions(): Promise<string>;
};

/** An empty cluster, and the stack at a git server that wants a login. */
async function openSite(kit: string = kitText): Promise<Site> {
  const started = await startSandbox({
    name: `bootstrap-${process.pid}-${Math.random().toString(36).slice(2, 8)}`,
  });
  if (!started.ok) throw new Error(started.failure.message);
  onTestFinished(() => started.value.stop());
  const cluster = testCluster(started.value);
  const git = await openGitServer();
  git.accepted = [basicAuthorization(login.username, login.password)];
  onTestFinished(() => git.close());
  const sketch = { name: "shop", namespace: "shop", releases, stackSpec: { phases: ["network", "apps"] } };
  writeStack(sketch, git.work);
  git.git("remote", "add", "origin", git.url);
  git.commit({});
  const file = join(temporaryFolder(), "kit.yaml");
  writeFileSync(file, kit, { mode: 0o600 });
  return {
    cluster,
    git,
    folder: git.work,
    kit: file,
    bootstrap: (...flags) =>
      headway(["bootstrap", git.work, "--allow-http", "--kit", file, "--interval", "5s", ...flags], {
        kubeconfig: cluster.kubeconfig,
      }),
    revisions: async () =>
      (
        await Promise.all(
          ["cni", "dns", "db", "api"].map(
            async (name) => `${name} ${historyOf(await revisionsOf(cluster, "shop", name))}`,
          ),
        )
      ).join(", "),
  };
}

async function status(cluster: TestCluster): Promise<SyncStatus | undefined> {
  const reply = await cluster.kube(`/apis/headway.dev/v1/namespaces/${system}/stacksyncs/shop`);
  return (reply.body as { readonly status?: SyncStatus } | undefined)?.status;
}

async function untilHealthy(cluster: TestCluster): Promise<SyncStatus> {
  let last: SyncStatus | undefined;
  try {
    return await eventually(async () => {
      last = await status(cluster);
      return conditionsOf(last) === "Ready=True(Healthy)" && last;
    }, 90_000);
  } catch (error) {
    throw new Error(`the status stayed ${JSON.stringify(last, undefined, 1)}`, { cause: error });
  }
}

/** When each release of the stack was first installed by helm, in that order. */
function installedOrder({ cluster }: Site): readonly string[] {
  return cluster
    .readAudit()
    .filter(
      ({ verb, objectRef }) =>
        verb === "create" && objectRef?.resource === "secrets" && objectRef.name?.endsWith(".v1") === true,
    )
    .map(({ objectRef }) => /^sh\.helm\.release\.v1\.(.*)\.v1$/.exec(objectRef?.name ?? "")?.[1] ?? "");
}

async function startAgentOf(site: Site): Promise<void> {
  const kubeconfig = await kubeconfigOf(site.cluster, system, "headway");
  await startAgent(kubeconfig, system, []);
}

describe("bootstrap", { timeout: 180_000 }, () => {
  it("brings an empty cluster to where the agent takes over, in order, and changes nothing when it is repeated", async () => {
    const site = await openSite();
    const { cluster } = site;
    const first = startHeadway(
      ["bootstrap", site.folder, "--allow-http", "--kit", site.kit, "--interval", "5s", "--yes"],
      { kubeconfig: cluster.kubeconfig },
    );
    await eventually(() => hasSync(cluster), 120_000);
    // All of it stands there before any agent runs.
    expect(await site.revisions()).toBe("cni 1:deployed, dns 1:deployed, db , api ");
    expect(historyOf(await revisionsOf(cluster, system, "headway"))).toBe("1:deployed");
    const sync = await cluster.kube(`/apis/headway.dev/v1/namespaces/${system}/stacksyncs/shop`);
    expect((sync.body as { readonly spec: unknown }).spec).toEqual({
      source: { url: site.git.url, ref: { branch: "main" }, interval: "5s", secretRef: { name: "shop-git" } },
    });
    await startAgentOf(site);
    const end = await first;
    expect(end.exitCode, end.all).toBe(0);
    expect(end.stderr).toContain("the agent has taken over");
    expect(end.all).not.toContain("4711");
    const healthy = await untilHealthy(cluster);
    expect(healthy.ready).toBe("4/4");
    expect(await site.revisions()).toBe("cni 1:deployed, dns 1:deployed, db 1:deployed, api 1:deployed");
    expect(installedOrder(site)).toEqual(["cni", "dns", "headway", "db", "api"]);

    const before = await versions(cluster);
    const again = await site.bootstrap("--yes");
    expect(again.code, again.all).toBe(0);
    expect(await versions(cluster)).toEqual(before);
  });

  it("is simply run again where it was killed in the middle", async () => {
    const site = await openSite();
    const argv = ["bootstrap", site.folder, "--allow-http", "--kit", site.kit, "--yes", "--no-wait"];
    const killed = startHeadway(argv, { kubeconfig: site.cluster.kubeconfig });
    await eventually(async () => (await revisionsOf(site.cluster, "shop", "cni")).length > 0, 60_000);
    killed.kill("SIGKILL");
    await killed;
    const end = await site.bootstrap("--yes", "--no-wait");
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await revisionsOf(site.cluster, "shop", "dns"))).toBe("1:deployed");
    expect(historyOf(await revisionsOf(site.cluster, system, "headway"))).toBe("1:deployed");
    await startAgentOf(site);
    expect((await untilHealthy(site.cluster)).ready).toBe("4/4");
  });

  it("exports what an empty cluster needs, for one kubectl apply: no bootstrap, no second try", async () => {
    const site = await openSite();
    const plain = await headway(["bootstrap", site.folder, "--allow-http", "--kit", site.kit, "--export"], {
      kubeconfig: "/nonexistent",
    });
    expect(plain.code, plain.all).toBe(0);
    expect(plain.all).not.toMatch(/4711|NDcxM|kind: Secret/);
    expect(plain.stderr).toContain("not printed: Secret headway-system/shop-git");
    const whole = await site.bootstrap("--export", "--with-secrets");
    const documents = parseAllDocuments(whole.stdout, { version: "1.1" }).map(
      (document) => document.toJS() as KubeDocument,
    );
    await applyAsKubectl(site.cluster, documents);
    await startAgentOf(site);
    const healthy = await untilHealthy(site.cluster);
    expect(healthy.lastRecoverySeconds).toBeGreaterThan(0);
    expect(await site.revisions()).toBe("cni 1:deployed, dns 1:deployed, db 1:deployed, api 1:deployed");
    expect(installedOrder(site)).toEqual(["cni", "dns", "db", "api"]);

    // helm takes over what kubectl has applied.
    const end = await site.bootstrap("--yes");
    expect(end.code, end.all).toBe(0);
    expect(historyOf(await revisionsOf(site.cluster, system, "headway"))).toBe("1:deployed");
    // What is said to bootstrap later counts, and not the ConfigMap as it was.
    await site.bootstrap("--yes", "--interval", "20s");
    const { body } = await site.cluster.kube(`/api/v1/namespaces/${system}/configmaps/headway-stack-shop`);
    expect((body as { readonly data: Readonly<Record<string, string>> }).data["stacksync.yaml"]).toContain(
      "20s",
    );
  });

  it("changes nothing for a kit that is broken, or that the API server refuses", async () => {
    const site = await openSite(kitText.replace("password: kit-secret-4711", "password: 4711"));
    const broken = await site.bootstrap("--yes");
    expect(broken.code, broken.all).toBe(3);
    expect(broken.stderr).toMatch(/kit\.yaml:4:\d+ error stringData\.password is no text/);
    expect(broken.all).not.toContain("4711");
    // Only the API server knows that the type of one that is there can't change.
    writeFileSync(
      site.kit,
      `${kitText}---\n${stringify({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "taken", namespace: "default" },
        type: "kubernetes.io/basic-auth",
        stringData: { username: "u", password: "kit-secret-4711" },
      })}`,
    );
    await site.cluster.kube("/api/v1/namespaces/default/secrets", {
      method: "POST",
      body: { apiVersion: "v1", kind: "Secret", metadata: { name: "taken" }, type: "Opaque" },
    });
    const refused = await site.bootstrap("--yes");
    expect(refused.code, refused.all).not.toBe(0);
    expect(refused.stderr).toContain("Secret default/taken");
    expect(refused.all).not.toContain("4711");
    expect((await site.cluster.kube("/api/v1/namespaces/shop")).status).toBe(404);
    expect((await site.cluster.kube(`/api/v1/namespaces/${system}`)).status).toBe(404);
  });

  it("says what it lacks: an address, consent, a cluster, a file", async () => {
    const site = await openSite();
    const unasked = await site.bootstrap();
    expect(unasked.code).toBe(8);
    expect(unasked.stderr).toContain("first phase  shop/cni, shop/dns");
    expect(unasked.stderr).toContain("try: add --yes");
    expect((await site.cluster.kube("/api/v1/namespaces/shop")).status).toBe(404);

    const away = await headway(["bootstrap", site.folder, "--allow-http", "--yes"], {
      kubeconfig: awayFrom(site.cluster.kubeconfig),
    });
    expect(away.code, away.all).toBe(6);

    const noFile = await site.bootstrap(
      "--yes",
      "--ssh-key",
      "/nonexistent",
      "--known-hosts",
      "/nonexistent",
    );
    expect(noFile.code).toBe(3);
    expect(noFile.stderr).toContain("the SSH key /nonexistent can't be read");

    site.git.git("remote", "remove", "origin");
    const nowhere = await site.bootstrap("--yes");
    expect(nowhere.code).toBe(3);
    expect(nowhere.stderr).toContain("has no remote");
    expect(nowhere.stderr).toContain("--url");
  });
});

describe("doctor --recovery", { timeout: 120_000 }, () => {
  it("lists what a new cluster needs besides git, and ends with 3 until everything has an origin", async () => {
    const site = await openSite();
    const argv = ["doctor", site.folder, "--recovery"];
    const without = await headway(argv, { kubeconfig: site.cluster.kubeconfig });
    expect(without.code, without.all).toBe(3);
    expect(without.stdout).toMatch(/missing +values-object +Secret shop\/api-login, key password/);
    expect(without.stdout).toContain("for shop/api (releases/shop-api.yaml:");
    const withKit = await headway([...argv, "--kit", site.kit, "-o", "json"], {
      kubeconfig: site.cluster.kubeconfig,
    });
    expect(withKit.code, withKit.all).toBe(0);
    const { items } = JSON.parse(withKit.stdout) as {
      readonly items: readonly { readonly verdict: string; readonly name: string }[];
    };
    expect(items.map(({ verdict, name }) => `${verdict} ${name}`)).toEqual([
      "declared Secret headway-system/shop-git",
      "declared Secret shop/api-login, key password",
    ]);
    expect(withKit.all).not.toContain("4711");
  });
});

async function hasSync(cluster: TestCluster): Promise<boolean> {
  return (await cluster.kube(`/apis/headway.dev/v1/namespaces/${system}/stacksyncs/shop`)).status === 200;
}

/** The resourceVersions of what bootstrap applies. */
async function versions(cluster: TestCluster): Promise<Readonly<Record<string, string | undefined>>> {
  const paths = [
    `/apis/headway.dev/v1/namespaces/${system}/stacksyncs/shop`,
    `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/stacksyncs.headway.dev`,
    `/apis/apps/v1/namespaces/${system}/deployments/headway`,
    `/api/v1/namespaces/${system}/secrets/shop-git`,
    `/api/v1/namespaces/${system}/secrets/sh.helm.release.v1.headway.v1`,
    `/api/v1/namespaces/shop/secrets/api-login`,
    `/api/v1/namespaces/shop/secrets/sh.helm.release.v1.cni.v1`,
  ];
  const found: Record<string, string | undefined> = {};
  for (const path of paths) {
    const { body } = await cluster.kube(path);
    const { resourceVersion, generation } = (
      body as { readonly metadata: { readonly resourceVersion: string; readonly generation?: number } }
    ).metadata;
    // The agent writes the StackSync's status.
    found[path] = path.endsWith("/stacksyncs/shop") ? String(generation) : resourceVersion;
  }
  return found;
}

/** The kubeconfig, but for a server that is not there. */
function awayFrom(kubeconfig: string): string {
  const config = parse(readFileSync(kubeconfig, "utf8")) as {
    readonly clusters: readonly [{ readonly name: string; readonly cluster: object }];
  };
  const [{ name, cluster }] = config.clusters;
  const file = join(temporaryFolder(), "away");
  writeFileSync(
    file,
    stringify({ ...config, clusters: [{ name, cluster: { ...cluster, server: "https://127.0.0.1:1" } }] }),
  );
  chmodSync(file, 0o600);
  return file;
}
