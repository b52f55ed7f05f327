// Rules of declarations: every mistake in an expression at its place in the file, and what the rules then say of objects.
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { compileRules } from "../../../src/core/expressions/compile-rules.ts";
import { assessObject } from "../../../src/core/health/object-health.ts";
import type { StackRules } from "../../../src/core/health/rules.ts";
import { releaseId } from "../../../src/core/ids.ts";
import type { KubernetesObject } from "../../../src/core/object.ts";
import { readStack } from "../../../src/core/declarations/read-declarations.ts";
import { renderDiagnostics } from "../../../src/views/diagnostics-view.ts";

const web = releaseId("shop", "web");

/** The rules of release shop/web with this spec, and what is told of it. */
function compile(spec: string): { readonly rules: StackRules; readonly told: string } {
  const text = `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: web, namespace: shop }\nspec:\n${spec.replace(/^/gm, "  ")}\n`;
  const read = readStack({ files: [{ path: "a.yaml", text }], folderName: "shop", stackPath: "" });
  const compiled = compileRules(read.value.declarations);
  const told = renderDiagnostics([...read.diagnostics, ...compiled.diagnostics], {
    colour: false,
    unicode: true,
  });
  return {
    rules: compiled.value,
    told: told
      .trimEnd()
      .replaceAll("a.yaml:", "")
      .replace(/\n\d+ errors? in 1 file$/, ""),
  };
}

const certificate = (status: string, more = ""): KubernetesObject =>
  parse(
    `{ apiVersion: cert-manager.io/v1, kind: Certificate, metadata: { name: web, generation: 2 }, status: { ${status} }${more} }`,
  ) as KubernetesObject;

function verdict(spec: string, object: KubernetesObject): string {
  const { rules, told } = compile(`chart: ./web\n${spec}`);
  expect(told).toBe("");
  const own = rules.healthOf(web);
  const health = assessObject(object, {
    nowMs: 1_000,
    seenSinceMs: 900,
    ...(own === undefined ? {} : { rules: own }),
  });
  return health.kind === "pending" || health.kind === "failed"
    ? `${health.kind}: ${health.reason}`
    : health.kind;
}

const rule = (fields: string, kind = "Certificate", apiVersion = "cert-manager.io/v1"): string =>
  `health: [{ apiVersion: ${apiVersion}, kind: ${kind}, ${fields} }]`;

describe("a mistake in a rule", () => {
  it("stands at its character where the expression stands on one line as it is", () => {
    expect(compile('chart: ./web\nhealth:\n  - apiVersion: a.b/v1\n    kind: C\n    ready: "stauts.ok"').told)
      .toBe(`9:15 error ready: there is no variable stauts
    → did you mean status?`);
    expect(
      compile("chart: ./web\nhealth:\n  - apiVersion: a.b/v1\n    kind: C\n    failed: status.x ==").told,
    ).toBe("9:26 error failed: unexpected token: the end");
  });

  it("is told in words where it stands in a text of several lines", () => {
    expect(
      compile(
        "chart: ./web\nhealth:\n  - apiVersion: a.b/v1\n    kind: C\n    ready: |\n      status.a &&\n      stauts.b",
      ).told,
    ).toBe(`9:14 error ready: there is no variable stauts, at character 1 of the expression's line 2
    → did you mean status?`);
  });

  it("is found in each rule and condition at once", () => {
    const { told } = compile(
      'chart: ./web\ndependsOn: [{ name: db, readyExpr: "dep.name" }, { name: mq, readyExpr: "1 + 1" }]\nhealth:\n  - { apiVersion: v1, kind: Secret, ready: "1 == 1" }\n  - { apiVersion: a.b/v1, kind: D, ready: "spec.n", failed: "size(1) > 0" }',
    );
    expect(told).toMatchInlineSnapshot(`
      "8:7 error health rules can't look into Secret objects: of built-in kinds without a state, and of what may hold secrets, Headway reads the metadata alone
          → write the rule for an object whose status shows what you wait for
      9:64 error failed: types do not fit: 'size(int)'
      6:76 error readyExpr: it gives a number, not true or false
          → compare it with something, as in self.spec.replicas > 0"
    `);
  });

  it("is a stableFor that does not fit into the timeout", () => {
    expect(compile("chart: ./web\ntimeout: 30s\nstableFor: 30s").told).toMatchInlineSnapshot(`
      "7:14 error stableFor (30s) does not fit into timeout (30s)
          → raise timeout, which is for helm, settling and stableFor together"
    `);
    expect(compile("chart: ./web\ntimeout: 31s\nstableFor: 30s").told).toBe("");
    expect(compile("chart: ./web\nstableFor: 5s\ntimeout: 3s").told).toMatch(/^6:14 error stableFor \(5s\)/);
  });
});

describe("a health rule", () => {
  const ready = `ready: "status.conditions.exists(c, c.type == 'Issued' && c.status == 'True')"`;
  const failed = `failed: "has(status.lastFailure)"`;

  it("says when a custom resource is ready, in place of its conditions", () => {
    expect(verdict(rule(ready), certificate("conditions: [{ type: Ready, status: 'True' }]"))).toBe(
      "pending: health rule: not true yet",
    );
    expect(
      verdict(
        rule(ready),
        certificate("conditions: [{ type: Ready, status: 'False' }, { type: Issued, status: 'True' }]"),
      ),
    ).toBe("ready");
    expect(verdict(rule(ready), certificate("conditions: [{ type: Stalled, status: 'True' }]"))).toBe(
      "pending: health rule: not true yet",
    );
  });

  it("is not fulfilled while it can't be evaluated, and says why", () => {
    expect(verdict(rule(ready), certificate(""))).toBe(
      "pending: health rule: no such field status.conditions",
    );
    expect(
      verdict(
        rule(ready),
        parse(
          "{ apiVersion: cert-manager.io/v1, kind: Certificate, metadata: { name: web } }",
        ) as KubernetesObject,
      ),
    ).toBe("pending: health rule: no such field status.conditions");
  });

  it("fails at once where `failed` is true, and not where it can't be evaluated", () => {
    expect(verdict(rule(`${ready}, ${failed}`), certificate("lastFailure: x, conditions: []"))).toBe(
      "failed: health rule: failed",
    );
    expect(verdict(rule(`failed: "status.lastFailure == 'x'"`), certificate(""))).toBe(
      "pending: no conditions yet",
    );
    expect(verdict(rule(failed), certificate("conditions: [{ type: Ready, status: 'True' }]"))).toBe("ready");
  });

  it("waits for a status of this generation", () => {
    expect(
      verdict(
        rule(ready),
        certificate("observedGeneration: 1, conditions: [{ type: Issued, status: 'True' }]"),
      ),
    ).toBe("pending: not seen by its controller yet");
  });

  it("is about its group and kind, whatever the version, and nothing else", () => {
    const other = certificate("conditions: [{ type: Ready, status: 'True' }]");
    expect(verdict(rule(ready, "Issuer"), other)).toBe("ready");
    expect(verdict(rule(ready, "Certificate", "other.io/v1"), other)).toBe("ready");
    expect(verdict(rule(ready, "Certificate", "cert-manager.io/v1beta1"), other)).toBe(
      "pending: health rule: not true yet",
    );
  });

  it("stands beside the built-in rule of a built-in kind", () => {
    const deployment = (readyReplicas: number, phase: string): KubernetesObject =>
      parse(
        `{ apiVersion: apps/v1, kind: Deployment, metadata: { name: web, generation: 1, annotations: { phase: ${phase} } }, spec: { replicas: 1 }, status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: ${readyReplicas}, availableReplicas: ${readyReplicas} } }`,
      ) as KubernetesObject;
    const spec = rule(
      `ready: "metadata.annotations.phase == 'open'", failed: "metadata.annotations.phase == 'broken'"`,
      "Deployment",
      "apps/v1",
    );
    expect(verdict(spec, deployment(0, "open"))).toBe("pending: 0/1 ready");
    expect(verdict(spec, deployment(1, "shut"))).toBe("pending: health rule: not true yet");
    expect(verdict(spec, deployment(1, "open"))).toBe("ready");
    expect(verdict(spec, deployment(0, "broken"))).toBe("failed: health rule: failed");
  });

  it("must hold beside every other rule of its kind", () => {
    const two = `health:\n  - { apiVersion: cert-manager.io/v1, kind: Certificate, ready: "status.a" }\n  - { apiVersion: cert-manager.io/v1, kind: Certificate, ready: "status.b" }`;
    expect(verdict(two, certificate("a: true, b: false"))).toBe("pending: health rule: not true yet");
    expect(verdict(two, certificate("a: true, b: true"))).toBe("ready");
    expect(verdict(two, certificate("a: true, b: 3"))).toBe(
      "pending: health rule: it gives neither true nor false",
    );
  });
});

describe("a condition on a dependency", () => {
  it("is met where its expression is true, and else says why not", () => {
    const { rules, told } = compile(
      `chart: ./web\ndependsOn:\n  - { name: db, namespace: data, readyExpr: "dep.objects.exists(o, o.kind == 'Service') && dep.chart.version == self.chart.version" }\n  - mq`,
    );
    expect(told).toBe("");
    const [condition, ...more] = rules.conditionsOf(web);
    expect(more).toEqual([]);
    expect(condition?.on).toBe("data/db");
    const self = { chart: { version: "1.0.0" } };
    const dep = (kind: string, version: string) => ({ objects: [{ kind }], chart: { version } });
    expect(condition?.whyNot({ dep: dep("Service", "1.0.0"), self })).toBeUndefined();
    expect(condition?.whyNot({ dep: dep("Service", "2.0.0"), self })).toBe("readyExpr is not true yet");
    expect(condition?.whyNot({ dep: {}, self })).toBe("readyExpr: no such field dep.chart");
  });
});
