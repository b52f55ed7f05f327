// Small stacks from short text: declarations, pins, graph and a plan, for tests of plan and run. Nothing here is read from
// files.
import type { Declaration, Json, OnStackFailure } from "../../src/core/declaration.ts";
import { resolveGraph, type Graph } from "../../src/core/graph.ts";
import { splitReleaseId, releaseId, type ReleaseId } from "../../src/core/ids.ts";
import type { KubernetesObject } from "../../src/core/object.ts";
import type { Hook, ReleasePayload, TakenBack } from "../../src/core/observation.ts";
import type { PinnedChart, PinnedRelease } from "../../src/core/pin.ts";
import type { ApplyBase, Plan, Reason, Step } from "../../src/core/plan/plan.ts";
import { pinRelease } from "../../src/core/fingerprint.ts";
import { ownLayer } from "./values.ts";

/** What is special about one release; the rest is an ordinary upgrade of a verified revision 1. */
export type ReleaseFacts = {
  readonly kind?: Step["kind"];
  readonly declaration?: Partial<Declaration>;
  readonly chart?: Partial<PinnedChart>;
  readonly values?: Json;
  readonly reasons?: readonly [Reason, ...Reason[]];
  /** Of a keep step, and of others as they are: healthy where there is something, unless degraded. */
  readonly standing?: Extract<Step, { kind: "keep" }>["standing"];
  /** Of a recover step. */
  readonly then?: "upgrade" | "roll-back" | "take-back";
  readonly takenBack?: TakenBack;
  readonly locked?: Extract<Step, { kind: "recover" }>["locked"];
  /** Newest revision before the run; 1 for upgrades, 0 for installs. */
  readonly from?: number;
  /** The verified revision to go back to; `from` by default, none for installs. */
  readonly lastGood?: number | "none";
  readonly objects?: readonly KubernetesObject[];
  /** The same was healthy before. */
  readonly proven?: true;
  readonly hooks?: readonly Hook[];
  /** `readyExpr` on each of its dependencies. */
  readonly readyExpr?: string;
};

export type Fleet = {
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  readonly facts: ReadonlyMap<ReleaseId, ReleaseFacts>;
  readonly plan: Plan;
};

/** `api` is `shop/api`; `data/db` is itself. */
export function id(text: string): ReleaseId {
  const [first = "", second] = text.trim().split("/");
  return second === undefined ? releaseId("shop", first) : releaseId(first, second);
}

/**
 * One release per line, `web <- api, cache` with what it depends on; names that only stand behind an arrow are
 * declared too.
 */
export function fleet(
  text: string,
  facts: Readonly<Record<string, ReleaseFacts>> = {},
  options: {
    readonly order?: "dependencies" | "waves";
    readonly onFailure?: OnStackFailure;
    readonly namespaces?: readonly string[];
  } = {},
): Fleet {
  const after = new Map<ReleaseId, ReleaseId[]>();
  for (const line of text.split("\n").filter((one) => one.trim() !== "")) {
    const [name = "", behind = ""] = line.split("<-");
    const dependencies = behind.split(",").flatMap((one) => (one.trim() === "" ? [] : [id(one)]));
    for (const one of dependencies) if (!after.has(one)) after.set(one, []);
    after.set(id(name), dependencies);
  }
  const factsOf = new Map(Object.entries(facts).map(([name, one]) => [id(name), one]));
  const declarations = [...after].map(([release, dependencies]) =>
    declare(release, dependencies, factsOf.get(release)),
  );
  const { value: graph } = resolveGraph({ declarations, phases: [] });
  const pins = new Map(
    declarations.map((declaration) => [
      declaration.id,
      pinRelease(declaration, chartOf(declaration, factsOf.get(declaration.id)?.chart)),
    ]),
  );
  const order = options.order ?? "dependencies";
  const steps = graph.order.flatMap((release) => {
    const pin = pins.get(release);
    if (pin === undefined) return [];
    const wave = graph.wave.get(release) ?? 1;
    const earlier = graph.order.filter((other) => (graph.wave.get(other) ?? 1) < wave);
    const behind = order === "waves" ? earlier : (graph.after.get(release) ?? []);
    const dependencies = graph.after.get(release) ?? [];
    return [stepOf(pin, behind, dependencies, wave, factsOf.get(release) ?? {})];
  });
  const plan: Plan = {
    stack: "shop",
    stackLabel: "shop.0123abcd",
    order,
    ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
    steps,
    waves: graph.waves,
    namespaces: options.namespaces ?? [],
  };
  return { declarations, graph, pins, facts: factsOf, plan };
}

/** A Deployment in the release's namespace, as a manifest names it. */
export function deployment(name: string, namespace = "shop"): KubernetesObject {
  return { apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace } };
}

/** What Helm's record of one revision of a release says. */
export function payloadOf(
  pin: PinnedRelease,
  revision: number,
  more: Partial<ReleasePayload> = {},
): ReleasePayload {
  const { declaration, chart } = pin;
  return {
    namespace: declaration.namespace,
    releaseName: declaration.releaseName,
    revision,
    status: "deployed",
    chart: { name: chart.name, version: chart.version },
    config: pin.values.at(-1)?.tree ?? {},
    objects: [deployment(declaration.name, declaration.namespace)],
    hooks: [],
    applyMethod: "server-side",
    ...more,
  };
}

function declare(
  release: ReleaseId,
  dependencies: readonly ReleaseId[],
  facts: ReleaseFacts = {},
): Declaration {
  const { namespace, name } = splitReleaseId(release);
  const range = { file: `releases/${name}.yaml`, line: 3, column: 1 };
  const { values } = facts;
  return {
    id: release,
    name,
    namespace,
    releaseName: name,
    chart: { kind: "path", path: `charts/${name}`, written: `./charts/${name}` },
    chartRange: range,
    dependsOn: dependencies.map((one) => ({
      id: one,
      range,
      ...(facts.readyExpr === undefined ? {} : { readyExpr: { text: facts.readyExpr, range } }),
    })),
    values: values === undefined ? [] : [{ kind: "layer", layer: ownLayer(values, range) }],
    createNamespace: true,
    timeoutMs: 300_000,
    failFast: { imagePullMs: 60_000, configMs: 30_000, crashLoop: { restarts: 3, forMs: 60_000 } },
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
    digest: `digest of ${release}`,
    range,
    ...facts.declaration,
  };
}

function chartOf(declaration: Declaration, more: Partial<PinnedChart> = {}): PinnedChart {
  return {
    name: declaration.name,
    version: "1.0.0",
    digest: `chart digest of ${declaration.name}`,
    folder: `/charts/${declaration.name}`,
    hasCrds: false,
    hasSchema: false,
    hooks: [],
    namespaces: [],
    ...more,
  };
}

function stepOf(
  pin: PinnedRelease,
  after: readonly ReleaseId[],
  dependencies: readonly ReleaseId[],
  wave: number,
  facts: ReleaseFacts,
): Step {
  const { declaration } = pin;
  const kind = facts.kind ?? "upgrade";
  const base = {
    release: declaration.id,
    releaseName: declaration.releaseName,
    namespace: declaration.namespace,
    after,
    dependencies,
    wave,
    reasons: facts.reasons ?? ([{ kind: "options-changed" }] as const),
  };
  const from = facts.from ?? (kind === "install" ? 0 : 1);
  const lastGood = facts.lastGood ?? (kind === "install" ? "none" : from);
  const payload = payloadOf(pin, from, {
    ...(facts.objects === undefined ? {} : { objects: facts.objects }),
    ...(facts.hooks === undefined ? {} : { hooks: facts.hooks }),
  });
  const apply: ApplyBase = {
    pin,
    asItIs:
      from === 0
        ? { standing: "unknown" }
        : { standing: facts.standing === "degraded" ? "degraded" : "healthy", revision: from, payload },
    fromRevision: from,
    ...(lastGood === "none" ? {} : { rollbackTo: lastGood }),
    firstInstall: lastGood === "none",
    priority: 0,
    applyMethod: "server-side",
    ...(facts.proven === undefined ? {} : { proven: facts.proven }),
    quarantineKey: `quarantine of ${declaration.id}`,
  };
  switch (kind) {
    case "install":
    case "upgrade":
      return { ...base, ...apply, kind };
    case "verify":
      return { ...base, ...apply, kind, revision: from, payload };
    case "recover":
      return {
        ...base,
        ...apply,
        kind,
        then: facts.then ?? "upgrade",
        ...(facts.locked === undefined ? {} : { locked: facts.locked }),
        ...(facts.takenBack === undefined ? {} : { takenBack: facts.takenBack }),
      };
    case "roll-back":
      return {
        ...base,
        ...apply,
        kind,
        rollbackTo: lastGood === "none" ? 1 : lastGood,
        freeze: {
          by: "anna",
          at: "2026-09-01T09:00:00.000Z",
          toRevision: lastGood === "none" ? 1 : lastGood,
        },
        ...(facts.locked === undefined ? {} : { locked: facts.locked }),
      };
    case "keep": {
      const standing = facts.standing ?? "healthy";
      const isThere = standing !== "unknown";
      return {
        ...base,
        kind,
        declaration,
        standing,
        reasons: facts.reasons ?? [{ kind: "unchanged" }],
        ...(isThere ? { revision: from, payload } : {}),
      };
    }
    case "uninstall":
      return { ...base, kind, revision: from, payload, timeoutMs: declaration.timeoutMs };
  }
}
