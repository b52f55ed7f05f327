// doctor against a real cluster: with all rights, with none, and where cluster or programs are not what they should be.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { headway, type CliEnd } from "../kit/cli.ts";
import { apply, createNamespace, sharedSandbox, type TestCluster } from "../kit/sandbox.ts";
import { openTestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

type Check = {
  readonly check: string;
  readonly verdict: string;
  readonly found: string;
  readonly meaning?: string;
  readonly next?: string;
};

function checksOf(end: CliEnd): Readonly<Record<string, Check>> {
  const document: unknown = JSON.parse(end.stdout);
  expect(complaints(strictValidator("doctor"), document)).toEqual([]);
  const { items, exitCode } = document as { readonly items: readonly Check[]; readonly exitCode: number };
  expect(exitCode).toBe(end.code);
  return Object.fromEntries(items.map((item) => [item.check, item]));
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "headway-doctor-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A kubeconfig as JSON, which is YAML too. */
function kubeconfig(server: string, user: object, ca?: string): string {
  const file = join(temporaryFolder(), "config");
  const cluster = { server, ...(ca === undefined ? {} : { "certificate-authority-data": ca }) };
  writeFileSync(
    file,
    JSON.stringify({
      clusters: [{ name: "c", cluster }],
      users: [{ name: "u", user }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
      "current-context": "x",
    }),
  );
  return file;
}

/** A kubeconfig of a service account that nobody gave any right. */
async function powerless(cluster: TestCluster): Promise<string> {
  const namespace = await createNamespace(cluster, "sa");
  onTestFinished(async () => {
    await cluster.kube(`/api/v1/namespaces/${namespace}`, { method: "DELETE" });
  });
  const token = (await apply(cluster, `/api/v1/namespaces/${namespace}/serviceaccounts/default/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {},
  })) as { readonly status: { readonly token: string } };
  const { clusters } = parse(readFileSync(cluster.kubeconfig, "utf8")) as {
    readonly clusters: readonly [{ readonly cluster: { readonly "certificate-authority-data": string } }];
  };
  return kubeconfig(
    cluster.server,
    { token: token.status.token },
    clusters[0].cluster["certificate-authority-data"],
  );
}

describe("doctor", () => {
  it("finds all that is needed, for programs and for people", async () => {
    const stack = await openTestStack([{ name: "db" }, { name: "api", namespace: "elsewhere" }]);
    const end = await stack.run("doctor", ["-o", "json"]);
    expect(end.code, end.all).toBe(0);
    const checks = checksOf(end);
    expect(Object.values(checks).filter(({ verdict }) => verdict !== "ok")).toEqual([]);
    expect(checks["stack"]?.found).toBe(`${stack.name}: 2 releases in 2 namespaces`);
    expect(checks["cluster"]?.found).toContain(stack.cluster.server);
    expect(checks["helm"]?.found).toMatch(/^v4\..* at \//);
    const table = await stack.run("doctor");
    expect(table.stdout).toMatch(/^✓ ok +cluster +v1\./m);
    expect(table.stdout).toContain("10 ok");
    expect((await stack.run("doctor", ["-o", "name"])).stdout).toBe("");
  });

  it("names the rights that a user does not have, and what they are for", async () => {
    const stack = await openTestStack([{ name: "db" }]);
    const config = await powerless(stack.cluster);
    const end = await stack.run("doctor", ["-o", "json", "--kubeconfig", config]);
    expect(end.code, end.all).toBe(6);
    const { rights, cluster } = checksOf(end);
    expect(cluster?.verdict).toBe("ok");
    expect(rights).toMatchObject({ verdict: "error" });
    for (const right of [
      "list secrets",
      "update leases.coordination.k8s.io in headway-system",
      "get pods/log",
    ])
      expect(rights?.found).toContain(right);
    expect(rights?.found).toContain(`patch secrets in ${stack.namespace}`);
  });

  it("says that there is no cluster, and checks the rest", async () => {
    const folder = temporaryFolder();
    const nowhere = await headway(["doctor", folder, "-o", "json"], { kubeconfig: join(folder, "absent") });
    expect(nowhere.code, nowhere.all).toBe(6);
    const checks = checksOf(nowhere);
    expect(checks["stack"]?.found).toBe("none in this folder");
    expect(checks["cluster"]?.found).toContain("absent");
    expect(checks["helm"]?.verdict).toBe("ok");
    expect(checks["rights"]).toBeUndefined();
    const refused = await headway(["doctor", folder], {
      kubeconfig: kubeconfig("http://127.0.0.1:1", { token: "s3cr3t" }),
    });
    expect(refused.code, refused.all).toBe(6);
    expect(refused.stdout).toMatch(/error +cluster .*127\.0\.0\.1:1/);
    expect(refused.all).not.toContain("s3cr3t");
  });

  it("answers within ten seconds where the cluster does not", async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
    onTestFinished(() => void silent.close());
    const address = silent.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const startedAtMs = performance.now();
    const end = await headway(["doctor", temporaryFolder(), "-o", "json"], {
      kubeconfig: kubeconfig(`http://127.0.0.1:${port}`, {}),
    });
    expect(performance.now() - startedAtMs).toBeLessThan(10_000);
    expect(end.code, end.all).toBe(6);
    expect(checksOf(end)["cluster"]?.verdict).toBe("error");
  });

  it("tells which programs would have to be got, and which on PATH do not fit", async () => {
    const { kubeconfig: config } = await sharedSandbox();
    const folder = temporaryFolder();
    const program = (name: string, says: string): string => {
      mkdirSync(join(folder, "bin"), { recursive: true });
      const path = join(folder, "bin", name);
      writeFileSync(path, `#!/bin/sh\necho ${says}\n`);
      chmodSync(path, 0o755);
      return path;
    };
    const helm = program("helm", "v3.22.0");
    const env = { PATH: `${join(folder, "bin")}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, "cache") };
    writeFileSync(join(folder, "kustomization.yaml"), "resources: [release.yaml]\n");
    const release = { apiVersion: "headway.dev/v1", kind: "HelmRelease" };
    const metadata = { name: "db", namespace: "shop" };
    writeFileSync(
      join(folder, "release.yaml"),
      JSON.stringify({ ...release, metadata, spec: { chart: "./chart" } }),
    );
    const run = (more: Readonly<Record<string, string>> = {}) =>
      headway(["doctor", folder, "-o", "json"], { kubeconfig: config, env: { ...env, ...more } });
    const end = await run();
    expect(end.code, end.all).toBe(0);
    const checks = checksOf(end);
    expect(checks["helm"]).toMatchObject({
      verdict: "warning",
      found: `not here; v3.22.0 at ${helm} does not fit`,
    });
    expect(checks["helm"]?.next).toContain("get.helm.sh");
    expect(checks["kustomize"]?.verdict).toBe("warning");
    expect(checks["stack"]?.meaning).toBe("it can be read when kustomize is here");
    expect(existsSync(join(folder, "cache"))).toBe(false);
    const ready = await headway(["doctor", folder, "-o", "json"], { kubeconfig: config });
    expect(checksOf(ready)["stack"]?.found).toContain("1 release in 1 namespace");
    expect(checks["sops"]).toMatchObject({ verdict: "ok" });
    expect(checks["sops"]?.found).toContain("not needed");
    const named = await run({ HEADWAY_HELM: helm });
    expect(named.code, named.all).toBe(3);
    expect(checksOf(named)["helm"]).toMatchObject({ verdict: "error", found: `v3.22.0 at ${helm}` });
  });

  it("sees that a stack needs sops, and that it is not valid", async () => {
    const stack = await openTestStack([{ name: "db", spec: { valuesFiles: ["../values/db.yaml"] } }], {
      files: { "values/db.yaml": "password: ENC[…]\nsops:\n  version: 3.13.3\n" },
    });
    const env = { PATH: "/usr/bin:/bin", XDG_CACHE_HOME: temporaryFolder() };
    const end = await stack.run("doctor", ["-o", "json"], { env, kubeconfig: stack.cluster.kubeconfig });
    expect(checksOf(end)["sops"]?.verdict).toBe("warning");
    stack.declare([{ name: "db", spec: { chrat: "x" } }]);
    const broken = await stack.run("doctor", ["-o", "json"]);
    expect(broken.code, broken.all).toBe(3);
    expect(checksOf(broken)["stack"]).toMatchObject({ verdict: "error", next: "See headway validate." });
  });
});
