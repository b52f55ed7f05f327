// A release whose record Helm could not keep: a Secret holds 1 MiB, and the record holds the chart, its values and what they render.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { oneFileChart } from "../kit/more-charts.ts";
import { historyOf, now, openTestStack, writesSince } from "../kit/test-stack.ts";

const notes = (name: string, size: string) => `apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ .Release.Name }}${name}" }
data: { notes: "{{ randAlphaNum (int ${size}) }}" }
`;

describe("a release whose record would not fit a Secret", () => {
  it("because of its chart's files is refused before anything is touched, and they are named", async () => {
    const files = {
      ...oneFileChart("big", notes("", "10")),
      "charts/big/files/model.txt": randomBytes(1_000_000).toString("base64"),
    };
    const stack = await openTestStack([{ name: "db" }, { name: "big", spec: { chart: "../charts/big" } }], {
      files,
    });
    for (const command of ["validate", "apply"]) {
      const end = await stack.run(command, command === "apply" ? ["--yes"] : []);
      expect(end.code, end.all).toBe(3);
      expect(end.stderr).toMatch(/Secret of at most 1 MiB.*files\/model\.txt 1\.3 MiB/);
      expect(end.stderr).toMatch(/\.helmignore/);
    }
    const namespace = await stack.cluster.kube(`/api/v1/namespaces/${stack.namespace}`);
    expect(namespace.status).toBe(404);
  });

  it("because of what it renders is refused by helm, and everything stays as it was", async () => {
    const files = oneFileChart(
      "big",
      [notes("-a", ".Values.size"), notes("-b", ".Values.size")].join("---\n"),
    );
    const big = (size: number) => [{ name: "big", spec: { chart: "../charts/big" }, values: { size } }];
    const stack = await openTestStack(big(10), { files });
    expect((await stack.apply()).code).toBe(0);
    const before = await stack.object("configmaps/big-a", "v1");
    stack.declare(big(700_000));
    const since = now();
    const end = await stack.apply();
    expect(end.code, end.all).toBe(5);
    expect(end.all).toMatch(/does not fit a Secret \(1 MiB\)/);
    expect(historyOf(await stack.revisions("big"))).toBe("1:deployed");
    expect(await stack.object("configmaps/big-a", "v1")).toEqual(before);
    expect(writesSince(stack, since).filter((write) => write.includes("configmaps"))).toEqual([]);
    const status = await stack.cli("status", "--stack", stack.name);
    expect(status.all).toMatch(/Quarantined|Failed/);
  });
});
