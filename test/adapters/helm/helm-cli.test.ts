// What helm is asked to do and with which files and environment, told by a program in helm's place that notes it.
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { checkHelm, judgeHelmVersion } from "../../../src/adapters/helm/check-helm.ts";
import { failed } from "../../../src/core/failure.ts";
import { fakeHelm, upgradeOrder } from "./fake-helm.ts";

const valuesFile = (runFolder: string, argument: string): string =>
  argument.startsWith(join(runFolder, "values/")) ? "VALUES" : argument;

describe("the arguments of helm", () => {
  it("of an upgrade are all explicit", async () => {
    const fake = await fakeHelm();
    await fake.open().upgrade(upgradeOrder({ values: ["a: 1\n", "b: 2\n"] }));
    const [start] = fake.starts();
    expect(start?.argv.map((argument) => valuesFile(fake.runFolder, argument))).toEqual([
      "upgrade",
      "api",
      "/charts/api",
      "--install",
      "--namespace",
      "shop",
      "--values",
      "VALUES",
      "--values",
      "VALUES",
      "--reset-values",
      "--skip-crds",
      "--server-side=auto",
      "--force-conflicts",
      "--disable-openapi-validation",
      "--timeout",
      "60s",
      "--color",
      "never",
      "--history-max",
      "10",
      "--wait=hookOnly",
      "--dry-run=none",
      "--labels",
      "headway.dev/stack=shop.00000000,headway.dev/fingerprint=v1.r1.abc",
      "--output",
      "json",
    ]);
  });

  it("of an upgrade that is applied client-side neither force conflicts nor skip helm's own validation", async () => {
    const fake = await fakeHelm();
    await fake.open().upgrade(upgradeOrder({ forceConflicts: false, serverSide: false, wait: "everything" }));
    const argv = fake.starts()[0]?.argv ?? [];
    expect(argv).not.toContain("--force-conflicts");
    expect(argv).not.toContain("--disable-openapi-validation");
    expect(argv).toEqual(expect.arrayContaining(["--wait=watcher", "--wait-for-jobs"]));
  });

  it("of a rollback name the revision, and as whom it is done", async () => {
    const fake = await fakeHelm();
    await fake.open().rollBack({
      actor: "system:serviceaccount:shop:deployer",
      namespace: "shop",
      releaseName: "api",
      toRevision: 3,
      maxHistory: 5,
      timeoutMs: 1_500,
      forceConflicts: true,
      onStarted: () => undefined,
    });
    expect(fake.starts()[0]?.argv.join(" ")).toBe(
      "rollback api 3 --namespace shop --server-side=auto --force-conflicts --wait=hookOnly --timeout 2s " +
        "--color never --history-max 5 --dry-run=none --kube-as-user system:serviceaccount:shop:deployer",
    );
  });

  it("of an uninstall wait for no object", async () => {
    const fake = await fakeHelm();
    await fake.open().uninstall({
      actor: undefined,
      namespace: "shop",
      releaseName: "api",
      timeoutMs: 60_000,
      onStarted: () => undefined,
    });
    expect(fake.starts()[0]?.argv.join(" ")).toBe(
      "uninstall api --namespace shop --ignore-not-found --cascade background --wait=hookOnly --timeout 60s --color never",
    );
  });

  it("name the cluster in words that hold in helm's own folder", async () => {
    const fake = await fakeHelm();
    vi.stubEnv("KUBECONFIG", "one:/two");
    await fake
      .open({ kubeconfig: relative(process.cwd(), "/tmp/kubeconfig"), context: "prod" })
      .upgrade(upgradeOrder());
    vi.unstubAllEnvs();
    expect(fake.starts()[0]?.argv.slice(-4)).toEqual([
      "--kubeconfig",
      "/tmp/kubeconfig",
      "--kube-context",
      "prod",
    ]);
    expect(fake.environment()["KUBECONFIG"]).toBe(`${join(process.cwd(), "one")}:/two`);
  });

  it("may have the program by a relative path", async () => {
    const fake = await fakeHelm();
    const program = relative(process.cwd(), fake.program);
    const releases = fake.open({ findProgram: () => Promise.resolve({ ok: true, value: program }) });
    expect((await releases.upgrade(upgradeOrder())).ok).toBe(true);
  });
});

describe("values", () => {
  it("are given by files that nobody else may read, and that are gone when helm is", async () => {
    const fake = await fakeHelm("exit 1");
    const text = "password: correct horse\nleading: |\n  a\n\n";
    await fake.open().upgrade(upgradeOrder({ values: [text] }));
    expect(fake.starts()[0]?.values).toEqual([{ mode: "600", text }]);
    expect(readdirSync(join(fake.runFolder, "values"))).toEqual([]);
  });

  it("are not in the arguments or the environment", async () => {
    const fake = await fakeHelm();
    await fake.open().upgrade(upgradeOrder({ values: ["password: correct-horse\n"] }));
    expect(JSON.stringify([fake.starts()[0]?.argv, fake.environment()])).not.toContain("correct-horse");
  });
});

describe("helm's environment", () => {
  it("has homes of its own and none of what a person had set for helm", async () => {
    const fake = await fakeHelm();
    for (const name of [
      "NAMESPACE",
      "PLUGINS",
      "DRIVER",
      "KUBETOKEN",
      "CONFIG_HOME",
      "DEBUG",
      "KUBEAPISERVER",
    ])
      vi.stubEnv(`HELM_${name}`, "/hostile");
    vi.stubEnv("AWS_PROFILE", "kept");
    await fake.open().upgrade(upgradeOrder());
    vi.unstubAllEnvs();
    const environment = fake.environment();
    const helms = Object.entries(environment).filter(([name]) => name.startsWith("HELM_"));
    expect(Object.fromEntries(helms)).toEqual({
      HELM_CONFIG_HOME: join(fake.runFolder, "home/config"),
      HELM_CACHE_HOME: join(fake.runFolder, "home/cache"),
      HELM_DATA_HOME: join(fake.runFolder, "home/data"),
      HELM_NO_PLUGINS: "1",
      HELM_DRIVER: "secret",
      HELM_MAX_HISTORY: "10",
      HELM_BURST_LIMIT: "1000",
      HELM_QPS: "1000",
    });
    // What a credential plugin of the kubeconfig may need.
    expect(environment["AWS_PROFILE"]).toBe("kept");
  });
});

describe("the pool", () => {
  it("starts no more helms at a time than it is told, rollbacks first, then the longest chain", async () => {
    const fake = await fakeHelm("sleep 0.2");
    const releases = fake.open({ concurrency: 1 });
    const start = (releaseName: string, priority: number) =>
      releases.upgrade(upgradeOrder({ releaseName, priority }));
    const rollBack = releases.rollBack.bind(undefined, {
      actor: undefined,
      namespace: "shop",
      releaseName: "broken",
      toRevision: 1,
      maxHistory: 5,
      timeoutMs: 60_000,
      forceConflicts: false,
      onStarted: () => undefined,
    });
    await Promise.all([start("first", 0), start("leaf", 0), start("root", 7), rollBack()]);
    expect(fake.starts().map(({ argv }) => argv[1])).toEqual(["first", "broken", "root", "leaf"]);
  });

  it("never starts an operation that was stopped while it queued", async () => {
    const fake = await fakeHelm("sleep 0.2");
    const releases = fake.open({ concurrency: 1 });
    const running = releases.upgrade(upgradeOrder({ releaseName: "first" }));
    const queued = releases.upgrade(upgradeOrder({ releaseName: "second" }));
    releases.stop("shop", "second");
    expect(await queued).toMatchObject({ ok: false, failure: { kind: "interrupted" } });
    await running;
    expect(fake.starts().map(({ argv }) => argv[1])).toEqual(["first"]);
  });

  it("forgets a stop that came when helm was done: it is not meant for the next one", async () => {
    const fake = await fakeHelm();
    const releases = fake.open();
    await releases.upgrade(upgradeOrder());
    releases.stop("shop", "api");
    expect((await releases.upgrade(upgradeOrder())).ok).toBe(true);
  });

  it("reports a machine that can't start helm as a failure", async () => {
    const fake = await fakeHelm();
    const releases = fake.open({ runFolder: join(fake.program, "no-folder") });
    expect(await releases.upgrade(upgradeOrder())).toMatchObject({ ok: false, failure: { kind: "program" } });
  });

  it("looks for helm only when it is needed, and passes on why there is none", async () => {
    const fake = await fakeHelm();
    const find = vi.fn(() => Promise.resolve(failed({ kind: "program", message: "no helm here" })));
    const releases = fake.open({ findProgram: find });
    expect(find).not.toHaveBeenCalled();
    expect(await releases.upgrade(upgradeOrder())).toEqual(
      failed({ kind: "program", message: "no helm here" }),
    );
  });
});

describe("which helm is driven", () => {
  it.each([
    ["v4.1.4", true],
    ["v4.3.1", true],
    ["v4.9.0", true],
    ["v4.1.3", false],
    ["v4.0.0", false],
    ["v4.2.0-rc.1", true],
    ["v3.22.0", false],
    ["v2.17.0", false],
    ["v5.0.0", false],
  ])("%s: %s", (version, fits) => {
    expect(judgeHelmVersion("helm", version).ok).toBe(fits);
  });

  it("is said with a reason where it is Helm 3", () => {
    const judged = judgeHelmVersion("/usr/bin/helm", "v3.22.0");
    if (judged.ok) throw new Error("it was not refused");
    expect(judged.failure.message).toContain("Headway needs Helm 4");
    expect(judged.failure.next).toContain("taken over");
  });

  it("is asked of the program itself, which may be none", async () => {
    const right = await fakeHelm("printf v4.3.1");
    expect(await checkHelm(right.program)).toEqual({ ok: true, value: "4.3.1" });
    const wrong = await fakeHelm("echo usage: something else");
    expect(await checkHelm(wrong.program)).toMatchObject({ ok: false, failure: { kind: "program" } });
    expect(await checkHelm("/nowhere/helm")).toMatchObject({ ok: false, failure: { kind: "program" } });
  });
});
