import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { readFileSync } from "node:fs";
import type { FailureKind } from "../../src/core/failure.ts";
import { releaseId } from "../../src/core/ids.ts";
import type { Reason } from "../../src/core/plan/plan.ts";
import type { FailureRecord } from "../../src/core/observation.ts";
import type { ShownState } from "../../src/core/event.ts";
import { chainToRoot, findRoots, type Standing } from "../../src/core/root-cause.ts";
import { rootOfRecord } from "../../src/views/failure-block.ts";
import { nextStep, titleOf } from "../../src/views/failure-words.ts";
import { renderPlan, type PlanFormat } from "../../src/views/plan-view.ts";
import { renderStatus, type StatusFormat, type StatusRow } from "../../src/views/status-view.ts";
import { displayWidth } from "../../src/views/terminal-text.ts";
import { renderWhy, type WhyFormat, type WhyInput } from "../../src/views/why-view.ts";
import {
  applyStep,
  id,
  imageTrouble,
  keepStep,
  planOf,
  proof,
  START_MS,
  uninstallStep,
  unhealthy,
} from "./hand-made-run.ts";
import { complaints, strictValidator } from "./strict-schema.ts";

const style = { colour: false, unicode: true };

const anywhere = { file: "releases/orders.yaml", line: 9, column: 5 };

const plan = {
  ...planOf([
    applyStep("install", "postgres", { declaration: { stableForMs: 30_000, test: true } }),
    applyStep("upgrade", "orders", {
      wave: 2,
      after: ["postgres"],
      version: "1.4.0",
      declaration: {
        dependsOn: [
          { id: id("postgres"), range: anywhere, readyExpr: { text: "dep.revision > 1", range: anywhere } },
        ],
      },
      reasons: [
        { kind: "chart-changed", from: "1.3.9", to: "1.4.0" },
        {
          kind: "values-changed",
          changes: [
            { path: "replicas", before: 1, after: 2 },
            { path: "db.password", before: "hunter2", after: "hunter3" },
            { path: "note", before: "x".repeat(200) },
          ],
        },
      ],
    }),
    keepStep("web", "healthy", { wave: 2 }),
    keepStep("mail", "degraded", { wave: 2, reasons: [{ kind: "degraded", troubles: [imageTrouble] }] }),
    uninstallStep("old", { wave: 3, after: ["orders"] }),
  ]),
  namespaces: ["shop"],
};

const planText = (format: PlanFormat): string => renderPlan(plan, { format, style });

describe("the plan", () => {
  test("shows per wave what would be done to each release, why, and after what", () => {
    expect(planText("table")).toMatchInlineSnapshot(`
      "+ namespaces to create: shop

      Wave 1/3
        + shop/postgres  install    postgres 1.4.0  not installed  then stable for 30s, tests
      Wave 2/3
        ~ shop/orders    upgrade    orders 1.3.9 → 1.4.0  3 values changed  after shop/postgres  if readyExpr of shop/postgres holds
            replicas: 1 → 2
            db.password: *** → ***  (changed)
            note: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → (none)
        ! shop/mail      degraded   ImagePullBackOff (Deployment shop/orders, Pod orders-5d4-x7k2p, container app): image "shop/orders:1.4.0" not found
      Wave 3/3
        - shop/old       uninstall  destroy  after shop/orders
        = 1 more with nothing to do (-o wide lists them)

      Plan: 1 to install, 1 to upgrade, 1 to uninstall, 1 degraded, 1 unchanged
      "
    `);
  });

  test("lists in wide what the table folds", () => {
    expect(planText("table")).not.toContain("shop/web");
    expect(planText("wide")).toContain("= shop/web       unchanged");
  });

  test("cuts the changes of one release at twelve and counts the rest", () => {
    const changes = Array.from({ length: 30 }, (_, index) => ({ path: `a[${index}]`, before: 1, after: 2 }));
    const big = planOf([applyStep("upgrade", "orders", { reasons: [{ kind: "values-changed", changes }] })]);
    const table = renderPlan(big, { format: "table", style });
    expect(table.match(/1 → 2/g)).toHaveLength(12);
    expect(table).toContain("… 18 more");
    expect(renderPlan(big, { format: "wide", style }).match(/1 → 2/g)).toHaveLength(30);
  });

  test("fits its schema to the last field, as JSON and as YAML", () => {
    const validate = strictValidator("plan");
    expect(complaints(validate, JSON.parse(planText("json")))).toEqual([]);
    expect(complaints(validate, parse(planText("yaml")))).toEqual([]);
    expect(parse(planText("yaml"))).toEqual(JSON.parse(planText("json")));
  });

  test("shows no secret in any format", () => {
    for (const format of ["table", "wide", "json", "yaml", "markdown"] as const) {
      expect(planText(format), format).toContain("***");
      expect(planText(format), format).not.toContain("hunter");
    }
  });

  test("prints names alone, one a line, for -o name", () => {
    expect(planText("name")).toBe("shop/postgres\nshop/orders\nshop/web\nshop/mail\nshop/old\n");
  });

  test("is one line where there is nothing to do", () => {
    const idle = planOf([
      keepStep("web", "healthy"),
      keepStep("mail", "healthy", { reasons: [{ kind: "not-selected" }] }),
    ]);
    expect(renderPlan(idle, { format: "table", style })).toBe("Plan: 1 not selected, 1 unchanged\n");
    expect(renderPlan(planOf([]), { format: "table", style })).toBe("Plan: no releases\n");
  });

  test("names what is no longer declared, and why it stays", () => {
    const undeclared = (name: string, more: object) => ({
      release: releaseId("shop", name),
      namespace: "shop",
      releaseName: name,
      revision: 4,
      after: [releaseId("shop", "db")],
      protect: false,
      ...more,
    });
    const left = {
      ...planOf([]),
      undeclared: [
        undeclared("gone", { chart: { name: "gone", version: "1.0.0" } }),
        undeclared("kept", { protect: true, stays: { kind: "protected" } }),
        undeclared("data", { stays: { kind: "would-lose", objects: ["PersistentVolumeClaim data"] } }),
      ],
    };
    expect(renderPlan(left, { format: "table", style })).toMatchInlineSnapshot(`
      "! shop/kept is no longer declared; it stays, because it is protected: --include-protected includes it
      ! shop/data is no longer declared; it stays, because with it would go PersistentVolumeClaim data; if that is meant, uninstall it with helm
      Plan: no releases
      "
    `);
    const document: unknown = JSON.parse(renderPlan(left, { format: "json", style }));
    expect(complaints(strictValidator("plan"), document)).toEqual([]);
  });

  test("can't break out of its markdown", () => {
    const reasons = [
      { kind: "values-changed", changes: [{ path: "note", after: "~~~~\n</details> | <b>" }] },
      { kind: "adopt", chart: "a|b<script>" },
    ] as const;
    const text = renderPlan(planOf([applyStep("upgrade", "orders", { reasons })]), {
      format: "markdown",
      style,
    });
    expect(text).toContain("a\\|b\\<script\\>");
    expect(text.match(/~~~~/g)).toHaveLength(2);
  });
});

const rows: readonly StatusRow[] = [
  {
    release: id("grafana"),
    wave: 5,
    state: "Blocked",
    chart: "grafana",
    version: "9.4.2",
    revision: 7,
    since: "2026-09-01T09:50:11.000Z",
    message: "by security/kyverno\u001b[2J",
    observedAt: "2026-09-01T10:02:11.000Z",
  },
  { release: id("security/kyverno"), wave: 2, state: "RolledBack", observedAt: "2026-09-01T10:02:11.000Z" },
  { release: id("数据"), state: "Ready", observedAt: "2026-09-01T10:02:11.000Z" },
];
const statusText = (format: StatusFormat, columns?: number): string =>
  renderStatus(rows, { format, nowMs: START_MS, style, ...(columns === undefined ? {} : { columns }) });

describe("the status", () => {
  test("is a table by wave and name, its columns straight whatever the names are written in", () => {
    expect(statusText("table")).toMatchInlineSnapshot(`
      "NAMESPACE  NAME     WAVE  STATE         CHART          REVISION  AGE  MESSAGE
      security   kyverno  2     ↶ RolledBack  -              -         -    
      shop       grafana  5     ✕ Blocked     grafana 9.4.2  7         12m  by security/kyverno\\x1b[2J
      shop       数据     -     ✓ Ready       -              -         -    
      "
    `);
  });

  test("is cut to the terminal's width as a table, and never as wide", () => {
    for (const line of statusText("table", 40).trimEnd().split("\n"))
      expect(displayWidth(line)).toBeLessThanOrEqual(40);
    expect(statusText("wide", 40)).toContain("2026-09-01T10:02:11.000Z  by security/kyverno");
  });

  test("fits its schema to the last field, as JSON and as YAML", () => {
    const validate = strictValidator("status");
    expect(complaints(validate, JSON.parse(statusText("json")))).toEqual([]);
    expect(complaints(validate, parse(statusText("yaml")))).toEqual([]);
    expect(statusText("name")).toBe("security/kyverno\nshop/grafana\nshop/数据\n");
  });

  test("says so when there is nothing", () => {
    expect(renderStatus([], { format: "table", nowMs: START_MS, style })).toBe("No releases found.\n");
    expect(JSON.parse(renderStatus([], { format: "json", nowMs: START_MS, style }))).toMatchObject({
      items: [],
    });
  });
});

const record: FailureRecord = {
  at: "2026-09-01T09:50:11.000Z",
  run: "r7",
  action: "upgrade",
  revision: 18,
  failure: unhealthy,
  evidence: proof,
  outcome: "rolled-back",
  rolledBackTo: 17,
  declaredAt: "releases/orders.yaml:3",
};
const root = rootOfRecord(id("orders"), "RolledBack", record, [id("web"), id("mail")], 2);
const blocked: WhyInput = {
  kind: "release",
  release: id("mail"),
  state: "Blocked",
  since: "2026-09-01T09:50:11.000Z",
  chain: [
    { release: id("mail"), state: "Blocked" },
    { release: id("web"), state: "Blocked" },
    { release: id("orders"), state: "RolledBack" },
  ],
  root,
};
const whyText = (input: WhyInput, format: WhyFormat = "table"): string =>
  renderWhy(input, { format, nowMs: START_MS, style, waves: 4 });

describe("why", () => {
  test("leads from a blocked release to the root cause and all that is known of it", () => {
    expect(whyText(blocked)).toMatchInlineSnapshot(`
      "✕ shop/mail is blocked for 12m. Root cause: shop/orders (rolled back)
        shop/mail (blocked) → shop/web (blocked) → shop/orders (rolled back)

      ↶ shop/orders  rolled back: its health checks failed  wave 2/4
          cause  ImagePullBackOff (Deployment shop/orders, Pod orders-5d4-x7k2p, container app): image "shop/orders:1.4.0" not found
                 shop/orders did not become healthy
          where  Deployment shop/orders, Pod orders-5d4-x7k2p, container app
          events Failed (×3): Failed to pull image
          logs   last lines of pod shop/orders-5d4-x7k2p, container init, its run before
                 │ no such table: orders
                 │ bye
          from   releases/orders.yaml:3
          done   rolled back to revision 17
          next   correct the cause in the declaration, then apply again
          blocks +2 blocked: shop/web, shop/mail
      "
    `);
  });

  test("counts the roots of a stack, the one that blocks most first", () => {
    const small = rootOfRecord(id("cache"), "Failed", { ...record, outcome: "kept" }, []);
    const text = whyText({ kind: "roots", roots: [small, root] });
    expect(text).toMatch(/^2 root causes, 2 blocked\n/);
    expect(text.indexOf("shop/orders")).toBeLessThan(text.indexOf("shop/cache"));
    expect(whyText({ kind: "roots", roots: [] })).toBe("✓ Nothing has failed, and nothing is blocked.\n");
  });

  test("says of a release with nothing wrong what it is", () => {
    const ready: WhyInput = {
      kind: "release",
      release: id("web"),
      state: "Ready",
      chain: [{ release: id("web"), state: "Ready" }],
    };
    expect(whyText(ready)).toBe("✓ shop/web is ready\n");
  });

  test("fits its schema to the last field, as JSON and as YAML", () => {
    const validate = strictValidator("why");
    for (const input of [blocked, { kind: "roots", roots: [root] }] as const) {
      expect(complaints(validate, JSON.parse(whyText(input, "json")))).toEqual([]);
      expect(complaints(validate, parse(whyText(input, "yaml")))).toEqual([]);
    }
    expect(whyText(blocked, "name")).toBe("shop/orders\n");
  });

  test("has a title and a next step for each kind of failure, and prefers the failure's own advice", () => {
    const kinds: readonly FailureKind[] = [
      "rejected",
      "unhealthy",
      "timeout",
      "locked",
      "program",
      "unknown",
    ];
    const titles = kinds.map(titleOf);
    expect(new Set(titles).size).toBe(kinds.length);
    expect(nextStep({ kind: "rejected", message: "m" })).toContain("apply again");
    expect(nextStep({ kind: "rejected", message: "m", next: "ask ana" })).toBe("ask ana");
  });
});

describe("root causes", () => {
  const standings = (facts: Readonly<Record<string, readonly [ShownState, ...string[]]>>) =>
    new Map(
      Object.entries(facts).map(([name, [state, ...after]]): [ReturnType<typeof id>, Standing] => [
        id(name),
        { state, after: after.map(id) },
      ]),
    );

  test("are found over the shortest way, past what is healthy", () => {
    const shop = standings({
      mail: ["Blocked", "web", "cache"],
      web: ["Blocked", "orders"],
      cache: ["Ready", "broken"],
      broken: ["Failed"],
      orders: ["RolledBack"],
    });
    expect(chainToRoot(id("mail"), shop)).toEqual([id("mail"), id("web"), id("orders")]);
    expect(chainToRoot(id("cache"), shop)).toEqual([id("cache"), id("broken")]);
    expect(findRoots(shop)).toEqual([
      { release: id("broken"), blocks: [] },
      { release: id("orders"), blocks: [id("mail"), id("web")] },
    ]);
  });

  test("are not invented for what waits in a circle or for a name that is not there", () => {
    const circle = standings({ a: ["Waiting", "b"], b: ["Waiting", "a", "nowhere"] });
    expect(chainToRoot(id("a"), circle)).toEqual([id("a")]);
    expect(findRoots(circle)).toEqual([]);
  });
});

describe("the schemas of outputs", () => {
  const enumOf = (schema: string, ...path: readonly string[]): readonly string[] => {
    const text = readFileSync(new URL(`../../schemas/${schema}.schema.json`, import.meta.url), "utf8");
    let node: unknown = JSON.parse(text);
    for (const key of path) node = (node as Readonly<Record<string, unknown>>)[key];
    return (node as readonly string[]).toSorted();
  };
  const kinds = <K extends string>(all: Readonly<Record<K, true>>): readonly string[] =>
    Object.keys(all).toSorted();

  test("name every kind of failure, reason and state that there is", () => {
    const failures = kinds<FailureKind>({
      rejected: true,
      "ownership-conflict": true,
      "field-conflict": true,
      "immutable-field": true,
      "values-schema": true,
      "values-missing": true,
      "values-unreadable": true,
      "state-unreadable": true,
      "other-cluster": true,
      render: true,
      locked: true,
      unreachable: true,
      forbidden: true,
      quota: true,
      "webhook-denied": true,
      "webhook-down": true,
      "missing-kind": true,
      "missing-namespace": true,
      "terminating-namespace": true,
      "hook-failed": true,
      "too-large": true,
      timeout: true,
      unhealthy: true,
      "rollback-failed": true,
      "would-lose": true,
      "no-way-back": true,
      killed: true,
      interrupted: true,
      program: true,
      "chart-missing": true,
      "chart-digest": true,
      "chart-archive": true,
      "chart-index": true,
      "git-invalid": true,
      "git-missing": true,
      "git-signature": true,
      "git-too-large": true,
      unknown: true,
    });
    const reasons = kinds<Reason["kind"]>({
      unchanged: true,
      "not-installed": true,
      adopt: true,
      "chart-changed": true,
      "values-changed": true,
      "values-locked": true,
      "values-awaited": true,
      "options-changed": true,
      "fingerprint-unknown": true,
      "not-verified": true,
      "last-attempt-failed": true,
      "left-over": true,
      drifted: true,
      degraded: true,
      quarantined: true,
      "taken-back": true,
      suspended: true,
      frozen: true,
      "rollback-asked": true,
      "not-selected": true,
      kept: true,
      refused: true,
      "retry-asked": true,
      resumed: true,
      "redeploy-asked": true,
      "restart-asked": true,
      "field-conflicts": true,
      destroy: true,
      undeclared: true,
    });
    const shown = kinds<ShownState>({
      Pending: true,
      Waiting: true,
      Blocked: true,
      Running: true,
      Ready: true,
      Degraded: true,
      Drifted: true,
      Suspended: true,
      Failed: true,
      RolledBack: true,
      Quarantined: true,
      Frozen: true,
      Removing: true,
      Removed: true,
      Cancelled: true,
      Unknown: true,
    });
    for (const schema of ["events", "why"])
      expect(enumOf(schema, "definitions", "failure", "properties", "kind", "enum")).toEqual(failures);
    for (const schema of ["events", "plan"])
      expect(enumOf(schema, "definitions", "reason", "enum")).toEqual(reasons);
    for (const schema of ["events", "status", "why"])
      expect(enumOf(schema, "definitions", "state", "enum")).toEqual(shown);
  });
});
