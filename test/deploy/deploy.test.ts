// What deploy/ holds for Prometheus and Grafana: rules that fire when they should, and no metric that there is not.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { makeMetricsView } from "../../src/views/metrics-view.ts";
import { hasPromtool, promtool } from "../kit/promtool.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "headway-deploy-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

type Dashboard = {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly w: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
};
type Rules = {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
};

// Their shapes are Grafana's and Prometheus'.
const dashboard = JSON.parse(readFileSync(join(root, "deploy/dashboard.json"), "utf8")) as Dashboard;
const rules = parse(readFileSync(join(root, "deploy/alerts.yaml"), "utf8")) as Rules;
const alerts = rules.groups.flatMap((group) => group.rules);
const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

describe("alert rules and dashboard", () => {
  it("ask for no metric that the agent does not have", async () => {
    const { text } = await makeMetricsView({ version: "1", node: "1", helm: "1" }).read();
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1] ?? ""));
    const asked = [...queries, ...alerts.map(({ expr }) => expr), JSON.stringify(dashboard.templating)]
      .flatMap((expr) => [...expr.matchAll(/\b(?:headway|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name))
      .map((name) => (known.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, "")));
    expect(asked.length).toBeGreaterThan(20);
    expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([]);
  });

  it("can be narrowed to a cluster and a stack in every panel", () => {
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(["datasource", "cluster", "stack"]);
    for (const expr of queries) expect(expr).toContain('cluster=~"$cluster"');
    for (const expr of queries.filter((text) => text.includes("headway_stack_releases{")))
      expect(expr).toContain('stack=~"$stack"');
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });

  it("have a test for every alert", () => {
    const tested = readFileSync(join(root, "test/deploy/alerts.promtool.yaml"), "utf8");
    for (const { alert } of alerts) expect(tested).toContain(`alertname: ${alert}`);
  });

  it.skipIf(!hasPromtool)("are read by Prometheus, and fire when they should", () => {
    const check = promtool(["check", "rules", join(root, "deploy/alerts.yaml")]);
    expect(check.words).toContain("SUCCESS");
    expect(check.exitCode).toBe(0);
    const tested = promtool(["test", "rules", join(root, "test/deploy/alerts.promtool.yaml")]);
    expect(tested.words).toContain("SUCCESS");
    expect(tested.exitCode).toBe(0);
  });

  it.skipIf(!hasPromtool)("ask in words that Prometheus understands", () => {
    const file = join(folder, "queries.yaml");
    const asked = queries.map((expr, index) => ({
      record: `query:${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m"),
    }));
    writeFileSync(file, stringify({ groups: [{ name: "queries", rules: asked }] }));
    const { exitCode, words } = promtool(["check", "rules", file]);
    expect(words).toContain(`SUCCESS: ${asked.length} rules found`);
    expect(exitCode).toBe(0);
  });
});
