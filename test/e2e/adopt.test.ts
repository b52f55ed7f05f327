// Releases that exist already: born under Helm 3, of another chart, of another stack; who is taken over and who is refused.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../../src/sandbox/programs.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { historyOf, openTestStack, type TestStack } from "../kit/test-stack.ts";

const otherChart = oneFileChart(
  "other",
  "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }}-other }\n",
);

/** Runs a helm of this version by hand, as somebody did before Headway came. */
async function helmByHand(stack: TestStack, which: "helm" | "helm3", ...argv: readonly string[]) {
  const found = await findProgram(which);
  if (!found.ok) throw new Error(found.failure.message);
  const home = mkdtempSync(join(tmpdir(), "headway-by-hand-"));
  onTestFinished(() => {
    rmSync(home, { recursive: true, force: true });
  });
  await execa(found.value.path, [...argv, "--namespace", stack.namespace], {
    env: {
      KUBECONFIG: stack.cluster.kubeconfig,
      HELM_CACHE_HOME: home,
      HELM_CONFIG_HOME: home,
      HELM_DATA_HOME: home,
    },
  });
}

describe("a release that Headway did not make", () => {
  it.each(["helm3", "helm"] as const)(
    "by %s is taken over where its chart has the same name",
    async (which) => {
      const stack = await openTestStack([{ name: "api", values: { tag: "2.0.0" } }]);
      await helmByHand(
        stack,
        which,
        "install",
        "api",
        join(stack.folder, "charts/app"),
        "--create-namespace",
      );
      const plan = await stack.run("plan");
      expect(plan.stdout).toMatch(/adopt/);
      const end = await stack.apply();
      expect(end.code, end.all).toBe(0);
      expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:deployed");
      expect((await stack.apply()).all).toMatch(/1 unchanged/);
    },
  );

  it("by helm3, goes back to what it was when its first upgrade fails", async () => {
    const spec = { timeout: "20s", failFast: { imagePull: "1s" } };
    const stack = await openTestStack([
      { name: "api", spec, values: { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } } },
    ]);
    await helmByHand(
      stack,
      "helm3",
      "install",
      "api",
      join(stack.folder, "charts/app"),
      "--create-namespace",
      "--wait",
    );
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:superseded 3:deployed");
    expect((await stack.apply()).code).toBe(5);
    expect(await stack.revisions("api")).toHaveLength(3);
  });

  it("is refused where it is of another chart, and --adopt replaces it", async () => {
    const stack = await openTestStack([{ name: "api" }, { name: "free" }], { files: otherChart });
    await helmByHand(
      stack,
      "helm",
      "install",
      "api",
      join(stack.folder, "charts/other"),
      "--create-namespace",
    );
    const refused = await stack.apply();
    expect(refused.code, refused.all).toBe(7);
    expect(refused.all).toMatch(/another chart \(other\)/);
    expect(refused.all).toContain("--adopt");
    expect(historyOf(await stack.revisions("api"))).toBe("1:deployed");
    // What has nothing to do with it goes on.
    expect(historyOf(await stack.revisions("free"))).toBe("1:deployed");
    const taken = await stack.apply("--adopt");
    expect(taken.code, taken.all).toBe(0);
    expect(historyOf(await stack.revisions("api"))).toBe("1:superseded 2:deployed");
  });
});

describe("a release of another stack", () => {
  it("is refused, and taken over with --adopt", async () => {
    const theirs = await openTestStack([{ name: "api" }]);
    expect((await theirs.apply()).code).toBe(0);
    const mine = await openTestStack([{ name: "api" }], { namespace: theirs.namespace });
    const refused = await mine.apply();
    expect(refused.code, refused.all).toBe(7);
    expect(refused.all).toContain(theirs.name);
    expect(refused.all).toContain("--adopt");
    const taken = await mine.apply("--adopt");
    expect(taken.code, taken.all).toBe(0);
    expect((await mine.apply()).all).toMatch(/1 unchanged/);
    expect((await theirs.apply()).code).toBe(7);
  });

  it("is refused where Flux runs it", async () => {
    const stack = await openTestStack([{ name: "api" }]);
    await helmByHand(
      stack,
      "helm",
      "install",
      "api",
      join(stack.folder, "charts/app"),
      "--create-namespace",
      "--labels",
      "helm.toolkit.fluxcd.io/name=api,helm.toolkit.fluxcd.io/namespace=flux-system",
    );
    const refused = await stack.apply();
    expect(refused.code, refused.all).toBe(7);
    expect(refused.all).toMatch(/flux/i);
  });
});
