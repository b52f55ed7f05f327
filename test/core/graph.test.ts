// The order of a stack: edges, waves, cycles, phases, what is told of wrong references, and how it is shown.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Declaration } from "../../src/core/declaration.ts";
import { findCriticalPath, resolveGraph, type Graph } from "../../src/core/graph.ts";
import { parseReleaseId, releaseId, splitReleaseId, type ReleaseId } from "../../src/core/ids.ts";
import { renderDiagnostics } from "../../src/views/diagnostics-view.ts";
import { renderGraph } from "../../src/views/graph-view.ts";

/** `name@phase <- dependency dependency`; names are in the namespace ns unless they say otherwise. */
function declare(lines: readonly string[]): readonly Declaration[] {
  return lines.map((line, index) => {
    const [head = "", tail = ""] = line.split("<-").map((part) => part.trim());
    const [written = "", phase] = head.split("@");
    const id = parseReleaseId(written, "ns") ?? releaseId("ns", written);
    const { namespace, name } = splitReleaseId(id);
    const at = (column: number): Declaration["range"] => ({ file: "stack.yaml", line: index + 1, column });
    return {
      id,
      name,
      namespace,
      releaseName: name,
      chart: { kind: "path", path: `charts/${name}`, written: `./charts/${name}` },
      chartRange: at(1),
      dependsOn: tail
        .split(" ")
        .filter((one) => one !== "")
        .map((one, position) => ({
          id: parseReleaseId(one, namespace) ?? releaseId("ns", one),
          range: at(10 + position),
        })),
      ...(phase === undefined ? {} : { phase, phaseRange: at(2) }),
      values: [],
      createNamespace: true,
      timeoutMs: 1000,
      failFast: { imagePullMs: 0, configMs: 0, crashLoop: { restarts: 1, forMs: 0 } },
      onFailure: "rollback",
      retries: 0,
      waitWith: "auto",
      crds: "create",
      health: [],
      stableForMs: 0,
      test: false,
      labels: {},
      fieldConflicts: "take",
      driftDetection: { ignore: [] },
      provides: [],
      foresightIgnore: [],
      suspend: false,
      protect: false,
      maxHistory: 10,
      digest: "",
      range: at(1),
    };
  });
}

function resolve(
  lines: readonly string[],
  phases: readonly string[] = [],
  broken: readonly ReleaseId[] = [],
): { readonly graph: Graph; readonly told: string } {
  const { value, diagnostics } = resolveGraph({ declarations: declare(lines), phases, broken });
  return { graph: value, told: renderDiagnostics(diagnostics, { colour: false, unicode: true }).trimEnd() };
}

/** The names behind an identity or several, without the usual namespace. */
function short(ids: readonly ReleaseId[] | undefined): readonly string[] {
  return (ids ?? []).map((id) => id.replace(/^ns\//, ""));
}

function waveOf(graph: Graph): Readonly<Record<string, number>> {
  return Object.fromEntries([...graph.wave].map(([id, wave]) => [short([id])[0] ?? "", wave]));
}

describe("the graph", () => {
  it("puts a release one wave behind the last one that it waits for", () => {
    const { graph, told } = resolve(["c <- a b", "b <- a", "a", "lone", "d <- other/x", "other/x <- ns/a"]);
    expect(told).toBe("");
    expect(waveOf(graph)).toEqual({ a: 1, lone: 1, b: 2, "other/x": 2, c: 3, d: 3 });
    expect(graph.waves).toBe(3);
    expect(short(graph.order)).toEqual(["a", "lone", "b", "other/x", "c", "d"]);
    expect(short(graph.after.get(releaseId("ns", "c")))).toEqual(["a", "b"]);
    expect(short(graph.criticalPath)).toEqual(["a", "b", "c"]);
  });

  it("is empty for an empty stack", () => {
    expect(resolve([]).graph).toMatchObject({ order: [], waves: 0, criticalPath: [] });
  });

  it("weighs the critical path with durations where they are known", () => {
    const { graph } = resolve(["a", "b <- a", "slow", "c <- b", "d <- slow"]);
    const seconds: Readonly<Record<string, number>> = { "ns/slow": 90, "ns/d": 5 };
    const { path, total } = findCriticalPath(graph, (id) => seconds[id] ?? 1);
    expect(short(path)).toEqual(["slow", "d"]);
    expect(total).toBe(95);
  });

  it("lets a release of a phase wait for every release of all earlier phases, also of those that others wait for", () => {
    const { graph, told } = resolve(
      [
        "app@apps <- db",
        "db@data",
        "base@platform",
        "net@platform <- base",
        "web@apps",
        "free",
        "half <- db",
      ],
      ["platform", "empty", "data", "apps"],
    );
    expect(told).toBe("");
    const after = (name: string): readonly string[] =>
      short(graph.after.get(releaseId("ns", name))).toSorted();
    expect(after("base")).toEqual([]);
    expect(after("net")).toEqual(["base"]);
    expect(after("db")).toEqual(["base", "net"]);
    expect(after("web")).toEqual(["base", "db", "net"]);
    expect(after("app")).toEqual(["base", "db", "net"]);
    expect(after("free")).toEqual([]);
    expect(after("half")).toEqual(["db"]);
    expect(waveOf(graph)).toEqual({ base: 1, free: 1, net: 2, db: 3, app: 4, half: 4, web: 4 });
  });

  it("orders a chain and a fan of thousands without exhausting the stack", () => {
    const count = 5000;
    const chain = Array.from(
      { length: count },
      (_, index) => `r${index}${index === 0 ? "" : ` <- r${index - 1}`}`,
    );
    expect(resolve(chain).graph.waves).toBe(count);
    expect(resolve(chain).graph.criticalPath).toHaveLength(count);
    const ring = [`r0 <- r${count - 1}`, ...chain.slice(1)];
    expect(resolve(ring).told).toContain(`… ${count - 50} more → ns/r0`);
    const wide = Array.from({ length: count }, (_, index) => `r${index}@${index % 2 === 0 ? "one" : "two"}`);
    expect(resolve(wide, ["one", "two"]).graph.waves).toBe(2);
  });
});

describe("a wrong reference is told in words:", () => {
  it("a release that depends on itself", () => {
    expect(resolve(["a <- a"]).told).toMatchInlineSnapshot(`
      "stack.yaml:1:10 error ns/a depends on itself
          → remove the entry
      1 error in 1 file"
    `);
  });

  it("a cycle of two", () => {
    expect(resolve(["a <- b", "b <- a", "c <- a"]).told).toMatchInlineSnapshot(`
      "stack.yaml:1:10 error dependency cycle: ns/a → ns/b → ns/a
          stack.yaml:2:10 ns/b depends on ns/a
          → remove one of these dependencies
      1 error in 1 file"
    `);
  });

  it("a cycle of twenty, with its whole path", () => {
    const lines = Array.from({ length: 20 }, (_, index) => `r${10 + index} <- r${10 + ((index + 1) % 20)}`);
    expect(resolve(lines).told).toMatchSnapshot();
  });

  it("two cycles that share a release, each once", () => {
    expect(resolve(["hub <- a b", "a <- hub", "b <- hub"]).told).toMatchInlineSnapshot(`
      "stack.yaml:2:10 error dependency cycle: ns/a → ns/hub → ns/a
          stack.yaml:1:10 ns/hub depends on ns/a
          → remove one of these dependencies
      stack.yaml:3:10 error dependency cycle: ns/b → ns/hub → ns/b
          stack.yaml:1:11 ns/hub depends on ns/b
          → remove one of these dependencies
      2 errors in 1 file"
    `);
  });

  it("a dependency on a later phase", () => {
    expect(resolve(["base@platform <- app", "app@apps", "x"], ["platform", "apps"]).told)
      .toMatchInlineSnapshot(`
        "stack.yaml:1:10 error cycle of dependencies and phases: ns/base → ns/app → phase platform → ns/base
            stack.yaml:2:2 ns/app waits for the phase platform
            → remove one of these dependencies, or move a release to another phase
        1 error in 1 file"
      `);
    expect(
      resolve(["base@platform <- mid", "mid <- app", "data@data", "app@apps"], ["platform", "data", "apps"])
        .told,
    ).toMatchInlineSnapshot(`
      "stack.yaml:1:10 error cycle of dependencies and phases: ns/base → ns/mid → ns/app → phase data → ns/data → phase platform → ns/base
          stack.yaml:2:10 ns/mid depends on ns/app
          stack.yaml:4:2 ns/app waits for the phase data
          stack.yaml:3:2 ns/data waits for the phase platform
          → remove one of these dependencies, or move a release to another phase
      1 error in 1 file"
    `);
  });

  it("a misspelt name", () => {
    expect(resolve(["postgres", "a <- pstgres"]).told).toMatchInlineSnapshot(`
      "stack.yaml:2:10 error ns/a depends on ns/pstgres, which this stack does not declare
          stack.yaml:1:1 ns/postgres is declared here
          → did you mean postgres?
      1 error in 1 file"
    `);
  });

  it("a name in another namespace", () => {
    expect(resolve(["data/postgres", "other/postgres", "a <- postgres"]).told).toMatchInlineSnapshot(`
      "stack.yaml:3:10 error ns/a depends on ns/postgres, which this stack does not declare
          stack.yaml:1:1 data/postgres is declared here
          → did you mean data/postgres or other/postgres?
      1 error in 1 file"
    `);
  });

  it("a misspelt namespace", () => {
    expect(resolve(["messaging/rabbit", "a <- mesaging/rabit"]).told).toMatchInlineSnapshot(`
      "stack.yaml:2:10 error ns/a depends on mesaging/rabit, which this stack does not declare
          stack.yaml:1:1 messaging/rabbit is declared here
          → did you mean messaging/rabbit?
      1 error in 1 file"
    `);
  });

  it("a name that nothing comes near", () => {
    expect(resolve(["a <- something-else"]).told).toMatchInlineSnapshot(`
      "stack.yaml:1:10 error ns/a depends on ns/something-else, which this stack does not declare
          → declare it, or remove the entry
      1 error in 1 file"
    `);
  });

  it("a name twice", () => {
    const { told, graph } = resolve(["a", "b <- a ns/a"]);
    expect(told).toMatchInlineSnapshot(`
      "stack.yaml:2:11 warning ns/b names ns/a twice in dependsOn
          stack.yaml:2:10 first named here
          → remove one of the entries
      1 warning in 1 file"
    `);
    expect(short(graph.after.get(releaseId("ns", "b")))).toEqual(["a"]);
  });

  it("but not the name of a release whose declaration is broken", () => {
    expect(resolve(["a <- b c"], [], [releaseId("ns", "b"), releaseId("ns", "c")]).told).toBe("");
  });
});

/** Releases with edges to earlier ones only, some in phases that do not contradict the edges. */
const acyclic = fc
  .record({
    count: fc.integer({ min: 1, max: 25 }),
    seed: fc.array(fc.nat(), { minLength: 80, maxLength: 80 }),
    phased: fc.boolean(),
  })
  .map(({ count, seed, phased }) =>
    Array.from({ length: count }, (_, index) => {
      const edges = [0, 1, 2].flatMap((edge) => {
        const pick = (seed[(index * 3 + edge) % seed.length] ?? 0) % (index + 3);
        return pick < index ? [`r${pick}`] : [];
      });
      // Phases grow with the index, as the edges do, so no edge leads to a later phase.
      const phase = phased && (seed[index] ?? 0) % 3 > 0 ? `@p${Math.floor((index * 4) / count)}` : "";
      return `r${index}${phase} <- ${[...new Set(edges)].join(" ")}`;
    }),
  );
const phases = ["p0", "p1", "p2", "p3"];

describe("for any stack without a cycle", () => {
  it("no error is told, every edge is respected, and no wave is higher than it must be", () => {
    fc.assert(
      fc.property(acyclic, (lines) => {
        const { graph, told } = resolve(lines, phases);
        expect(told).toBe("");
        const position = new Map(graph.order.map((id, index) => [id, index]));
        for (const [id, after] of graph.after) {
          const highest = Math.max(0, ...after.map((one) => graph.wave.get(one) ?? Number.NaN));
          expect(graph.wave.get(id)).toBe(highest + 1);
          for (const one of after) expect(position.get(one)).toBeLessThan(position.get(id) ?? -1);
        }
        const declarations = declare(lines);
        for (const declaration of declarations) {
          const after = new Set(graph.after.get(declaration.id));
          for (const { id } of declaration.dependsOn) expect(after.has(id)).toBe(true);
          const own = phases.indexOf(declaration.phase ?? "");
          for (const other of declarations) {
            const earlier = other.phase !== undefined && phases.indexOf(other.phase) < own;
            if (earlier) expect(after.has(other.id)).toBe(true);
          }
        }
        expect(graph.waves).toBe(Math.max(...graph.wave.values()));
        expect(graph.criticalPath).toHaveLength(graph.waves);
      }),
    );
  });

  it("the order of the declarations does not matter", () => {
    fc.assert(
      fc.property(
        acyclic.chain((lines) =>
          fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length })),
        ),
        ([lines, shuffled]) => {
          const [a, b] = [resolve(lines, phases).graph, resolve(shuffled, phases).graph];
          expect(b.order).toEqual(a.order);
          expect(b.wave).toEqual(new Map([...a.wave]));
          expect(b.criticalPath).toEqual(a.criticalPath);
          for (const [id, after] of a.after) expect(b.after.get(id)?.toSorted()).toEqual(after.toSorted());
        },
      ),
    );
  });
});

describe("for any stack with a cycle", () => {
  it("a cycle is told, each one only once, and what is left of the graph has none", () => {
    fc.assert(
      fc.property(acyclic, fc.integer({ min: 2, max: 8 }), fc.nat(), (lines, length, start) => {
        const ring = Array.from(
          { length },
          (_, index) => `c${index} <- c${(index + 1) % length} r${start % lines.length}`,
        );
        const { graph, told } = resolve([...lines, ...ring], phases);
        const cycles = told.split("\n").filter((line) => line.includes("dependency cycle"));
        expect(cycles).toHaveLength(1);
        expect(cycles[0]?.split(" → ")).toHaveLength(length + 1);
        expect(graph.order).toHaveLength(lines.length + length);
        for (const [id, after] of graph.after)
          for (const one of after) expect(graph.wave.get(one)).toBeLessThan(graph.wave.get(id) ?? 0);
      }),
    );
  });

  it("random edges: an error exactly where some release can reach itself", () => {
    const edge = fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 }));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 14 }), (edges) => {
        const proper = edges.filter(([from, to]) => from !== to);
        const lines = Array.from(
          { length: 8 },
          (_, index) =>
            `r${index} <- ${[...new Set(proper.flatMap(([from, to]) => (from === index ? [`r${to}`] : [])))].join(" ")}`,
        );
        const reach = Array.from(
          { length: 8 },
          (_, index) => new Set(proper.flatMap(([from, to]) => (from === index ? [to] : []))),
        );
        for (let round = 0; round < 8; round++)
          for (const set of reach)
            for (const next of [...set]) for (const further of reach[next] ?? []) set.add(further);
        const isCyclic = reach.some((set, index) => set.has(index));
        expect(resolve(lines).told.includes("dependency cycle")).toBe(isCyclic);
      }),
    );
  });
});

describe("the graph is shown", () => {
  const lines = ["base@platform", "net@platform <- base", "db@data", "app@apps <- db net", "lone"];
  const stack = {
    name: "shop",
    phases: ["platform", "data", "apps"],
    order: "dependencies",
    declarations: declare(lines),
  } as const;
  const { value: graph } = resolveGraph(stack);

  it("as text", () => {
    expect(renderGraph(stack, graph, "text")).toMatchInlineSnapshot(`
      "Wave 1  ns/base  charts/base  platform  → ns/net
              ns/lone  charts/lone
      Wave 2  ns/net   charts/net   platform  ← ns/base  → ns/app
      Wave 3  ns/db    charts/db    data      ← phase platform  → ns/app
      Wave 4  ns/app   charts/app   apps      ← phase data, ns/db, ns/net
      shop: 5 releases, 4 waves
      phases: platform → data → apps
      critical path (4 releases): ns/base → ns/net → ns/db → ns/app
      "
    `);
  });

  it("as text with durations, in ASCII", () => {
    const durationMs = new Map([[releaseId("ns", "lone"), 340_000]]);
    const style = { colour: false, unicode: false };
    const plain = {
      ...stack,
      phases: [],
      declarations: declare(["a", "lone <- a", "c"]),
      order: "waves",
    } as const;
    expect(renderGraph(plain, resolveGraph(plain).value, "text", { durationMs, style }))
      .toMatchInlineSnapshot(`
      "Wave 1  ns/a     charts/a     -> ns/lone
              ns/c     charts/c
      Wave 2  ns/lone  charts/lone  <- ns/a
      shop: 3 releases, 2 waves
      each wave waits for all of the wave before it
      critical path (5m40s): ns/a -> ns/lone
      "
    `);
  });

  it("as dot", () => {
    expect(renderGraph(stack, graph, "dot")).toMatchInlineSnapshot(`
      "digraph "shop" {
        rankdir=LR
        node [shape=box]
        "ns/base"
        "ns/lone"
        "ns/net"
        "ns/db"
        "ns/app"
        { rank=same /* wave 1 */ "ns/base"; "ns/lone"; }
        { rank=same /* wave 2 */ "ns/net"; }
        { rank=same /* wave 3 */ "ns/db"; }
        { rank=same /* wave 4 */ "ns/app"; }
        "phase platform" [shape=diamond]
        "phase data" [shape=diamond]
        "ns/base" -> "ns/net" [penwidth=2]
        "ns/db" -> "ns/app" [penwidth=2]
        "ns/net" -> "ns/app"
        "ns/base" -> "phase platform" [style=dashed]
        "ns/net" -> "phase platform" [style=dashed]
        "phase platform" -> "ns/db" [style=dashed]
        "ns/db" -> "phase data" [style=dashed]
        "phase data" -> "ns/app" [style=dashed]
      }
      "
    `);
  });

  it("as mermaid", () => {
    expect(renderGraph(stack, graph, "mermaid")).toMatchInlineSnapshot(`
      "flowchart LR
        r1["ns/base"]
        r2["ns/lone"]
        r3["ns/net"]
        r4["ns/db"]
        r5["ns/app"]
        p1{"platform"}
        p2{"data"}
        r1 --> r3
        r4 --> r5
        r3 --> r5
        r1 -.-> p1
        r3 -.-> p1
        p1 -.-> r4
        r4 -.-> p2
        p2 -.-> r5
      "
    `);
  });

  it("as JSON that fits its schema", async () => {
    const { Ajv } = await import("ajv");
    const schema = (await import("../../schemas/graph.schema.json", { with: { type: "json" } })).default;
    const document: unknown = JSON.parse(renderGraph(stack, graph, "json"));
    const ajv = new Ajv({ allErrors: true });
    expect(ajv.validate(schema, document), ajv.errorsText()).toBe(true);
    expect(document).toMatchObject({
      kind: "ReleaseGraph",
      metadata: { name: "shop" },
      waves: 4,
      items: [
        { release: "ns/base", wave: 1 },
        { release: "ns/lone" },
        {},
        {},
        { release: "ns/app", dependsOn: ["ns/db", "ns/net"] },
      ],
    });
  });
});
