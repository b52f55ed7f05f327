// Which dependency is advised: none that is there already, none that closes a cycle, none that another one brings along.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveGraph } from "../../../src/core/graph.ts";
import { foresee } from "../../../src/core/foresight/foresee.ts";
import { deployment, env, foretold, rendered, service } from "../../kit/rendered-stack.ts";

const uses = (name: string, ...others: readonly string[]): string =>
  service(name) +
  deployment(
    name,
    env(Object.fromEntries(others.map((other) => [`${other.toUpperCase()}_URL`, `http://${other}`]))),
  );

describe("a missing dependency", () => {
  it("is none where the release waits for the other one through others", () => {
    expect(foretold({ "a <- b": uses("a", "c"), "b <- c": uses("b"), c: uses("c") })).toEqual([]);
  });

  it("is advised once for all needs of one release", () => {
    expect(
      foretold({
        a: deployment("a", env({ ONE_URL: "http://b/x", TWO_URL: "http://b/y", B_HOST: "b" })),
        b: uses("b"),
      }),
    ).toEqual(["shop/a uses b (env ONE_URL, Deployment a, and 2 more) but does not depend on shop/b"]);
  });

  it("is not advised where another advised one brings it along", () => {
    expect(foretold({ a: uses("a", "b", "c"), "b <- c": uses("b", "c"), c: uses("c") })).toEqual([
      "shop/a uses b (env B_URL, Deployment a) but does not depend on shop/b",
    ]);
  });

  it("is not advised where it would close a cycle", () => {
    expect(foretold({ "a <- b": uses("a", "b"), b: uses("b", "a") })).toEqual([]);
    expect(foretold({ a: uses("a", "b"), b: uses("b", "a") })).toHaveLength(1);
  });

  it("is told where Kubernetes never starts the pod, even if it would close a cycle", () => {
    const secret = `\n---\napiVersion: v1\nkind: Secret\nmetadata: { name: key }\nstringData: { a: b }\n`;
    expect(
      foretold({ a: deployment("a", "envFrom: [{ secretRef: { name: key } }]"), "b <- a": secret }),
    ).toEqual(["shop/a needs Secret shop/key (envFrom, Deployment a) of shop/b, which waits for it"]);
  });

  it("is no finding where what brings it could not be rendered", () => {
    const web = deployment("web", "envFrom: [{ secretRef: { name: key } }]");
    expect(foretold({ web, other: "" })).toHaveLength(1);
    expect(foretold({ web, other: "" }, { unknown: ["shop/other"] })).toEqual([]);
    expect(foretold({ web, "data/other": "" }, { unknown: ["data/other"] })).toHaveLength(1);
  });

  it("that nothing asks for is named on request alone", () => {
    const sketch = { "a <- b": uses("a"), b: uses("b") };
    expect(foretold(sketch)).toEqual([]);
    expect(foretold(sketch, { unneeded: true })).toEqual([
      "shop/a depends on shop/b, and nothing in its manifest asks for that",
    ]);
  });

  it("leaves no finding once all that is advised is declared, and no cycle", () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const edges = fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 14, selector: String });
    fc.assert(
      fc.property(edges, edges, (used, declared) => {
        const namesOf = (pairs: readonly (readonly [number, number])[], from: number): readonly string[] =>
          pairs.flatMap(([one, other]) => (one === from && other !== from ? (names[other] ?? []) : []));
        // What is declared points one way only: a cycle would be another mistake.
        const forward = declared.filter(([one, other]) => one < other);
        const sketch = Object.fromEntries(
          names.map((name, index) => [
            `${name} <- ${namesOf(forward, index).join(", ")}`,
            uses(name, ...namesOf(used, index)),
          ]),
        );
        const before = rendered(sketch);
        const advised = foresee(before).flatMap((one) =>
          one.kind === "missing-dependency" ? [{ from: one.needs[0].release, to: one.provider }] : [],
        );
        const releases = before.releases.map(({ declaration, objects }) => ({
          objects,
          declaration: {
            ...declaration,
            dependsOn: [
              ...declaration.dependsOn,
              ...advised
                .filter(({ from }) => from === declaration.id)
                .map(({ to }) => ({ id: to, range: declaration.range })),
            ],
          },
        }));
        const graph = resolveGraph({ declarations: releases.map((one) => one.declaration), phases: [] });
        expect(graph.diagnostics).toEqual([]);
        expect(foresee({ releases, unknown: [], graph: graph.value })).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});
