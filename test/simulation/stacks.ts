// Stacks of a few releases as they are declared from one run to the next, each release at a version of its chart that fares
// well or badly.
import type { Declaration, OnStackFailure } from "../../src/core/declaration.ts";
import { objectKey, refOf, type KubernetesObject } from "../../src/core/object.ts";
import type { Hook } from "../../src/core/observation.ts";
import { fleet, type Fleet, type ReleaseFacts } from "../kit/fleet.ts";
import type { Chance } from "./chance.ts";
import type { Fate, Fates } from "./controllers.ts";
import type { RenderedChart } from "./helm-model.ts";

export const stackLabel = "shop.0123abcd";
export const namespace = "shop";
/** Versions from here on are never declared. */
export const byHand = 50;

export type DeclaredRelease = {
  readonly name: string;
  readonly after: readonly string[];
  readonly version: number;
  readonly hooks: readonly string[];
  readonly declaration: Pick<Declaration, "onFailure" | "retries" | "timeoutMs" | "maxHistory" | "protect">;
};

export type SimulatedStack = {
  readonly name: string;
  readonly releases: readonly DeclaredRelease[];
  readonly order: "dependencies" | "waves";
  readonly onFailure: OnStackFailure;
  readonly fleet: Fleet;
};

/** What a version of a chart with these hooks renders to; odd versions have a ConfigMap besides. */
export function render(releaseName: string, version: number, hooks: readonly string[]): RenderedChart {
  const metadata = { name: releaseName, namespace };
  const deployment: KubernetesObject = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { replicas: 1, version },
  };
  const config: KubernetesObject = { apiVersion: "v1", kind: "ConfigMap", metadata, spec: { version } };
  return {
    chart: { name: releaseName, version: "1.0.0" },
    config: { version },
    objects: version % 2 === 1 ? [config, deployment] : [deployment],
    hooks: hooks.map((event): Hook => ({
      name: `${releaseName}-${event}`,
      kind: "Job",
      apiVersion: "batch/v1",
      namespace,
      events: event === "pre-upgrade" ? ["pre-install", "pre-upgrade"] : [event],
    })),
  };
}

/** The key of a release's Deployment. */
export function deploymentKey(release: string): string {
  const [space = "", name = ""] = release.split("/");
  return objectKey(
    refOf({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name, namespace: space } }),
  );
}

/** Fates by seed: the first version of a release is mostly good, later ones fail now and then. */
export function chooseFates(chance: Chance, badness: number): Fates {
  const known = new Map<string, Fate>();
  return (release, version) => {
    const key = `${release}@${version}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const isBad = chance.of(version === 1 ? badness / 3 : badness);
    const fate: Fate = {
      outcome: isBad ? chance.pick(["fails", "fails", "hangs"] as const) : "ready",
      afterMs: chance.pick([0, 200, 1_000, 5_000, 15_000]) + chance.float() * 500,
      hook: isBad && chance.of(0.3) ? "fails" : "ends",
      // What a person tries by hand may take longer than any declared timeout.
      hookMs: chance.pick([50, 500, 3_000, version >= byHand ? 40_000 : 12_000]) + chance.float() * 100,
    };
    known.set(key, fate);
    return fate;
  };
}

/** True where a version becomes healthy if nothing comes in between. */
export function isGood(fates: Fates, { name, version, hooks }: DeclaredRelease): boolean {
  const fate = fates(`${namespace}/${name}`, version);
  return fate.outcome === "ready" && (hooks.every((hook) => hook === "pre-delete") || fate.hook === "ends");
}

export function firstStack(chance: Chance): SimulatedStack {
  const names = ["db", "cache", "queue", "auth", "api", "web", "mail", "report"].slice(0, chance.whole(3, 8));
  const releases = names.map((name, index): DeclaredRelease => {
    const earlier = names.slice(0, index).filter(() => chance.of(Math.min(0.5, 1.5 / index)));
    return {
      name,
      after: earlier,
      version: 1,
      hooks: chance.of(0.25) ? [chance.pick(["pre-upgrade", "post-upgrade", "pre-delete"])] : [],
      declaration: {
        onFailure: chance.pick(["rollback", "rollback", "rollback", "keep", "uninstall"]),
        retries: chance.pick([0, 0, 0, 1, 2]),
        timeoutMs: chance.pick([30_000, 60_000, 120_000]),
        maxHistory: chance.pick([3, 5, 10]),
        protect: chance.of(0.05),
      },
    };
  });
  return stackOf(releases, {
    order: chance.of(0.25) ? "waves" : "dependencies",
    onFailure: chance.pick(["continue", "continue", "stop", "rollbackRelated", "rollbackStack"]),
  });
}

/** The stack as it is declared next: new versions, now and then another edge, a release less or one more. */
export function changedStack(chance: Chance, stack: SimulatedStack): SimulatedStack {
  const gone = chance.of(0.25) ? chance.pick(stack.releases).name : undefined;
  const left = stack.releases
    .filter(({ name }) => name !== gone || stack.releases.length < 3)
    .map((release, index, all): DeclaredRelease => {
      const after = release.after.filter((name) => name !== gone);
      const earlier = all.slice(0, index).map(({ name }) => name);
      const added = earlier.length > 0 && chance.of(0.1) ? [chance.pick(earlier)] : [];
      return {
        ...release,
        after: [...new Set([...after, ...added])],
        version: chance.of(0.4) ? release.version + 1 : release.version,
      };
    });
  const another: readonly DeclaredRelease[] = chance.of(0.1)
    ? [{ ...chance.pick(left), name: `extra${left.length}`, version: 1, after: [chance.pick(left).name] }]
    : [];
  const isNew = !left.some(({ name }) => name === another[0]?.name);
  return stackOf(isNew ? [...left, ...another] : left, stack);
}

/** The stack with every declared version as it is known to be good: what ends all trouble. */
export function stackOf(
  releases: readonly DeclaredRelease[],
  { order, onFailure }: Pick<SimulatedStack, "order" | "onFailure">,
): SimulatedStack {
  const text = releases.map(({ name, after }) => `${name} <- ${after.join(", ")}`).join("\n");
  const facts = Object.fromEntries(
    releases.map((release): [string, ReleaseFacts] => [
      release.name,
      {
        values: { version: release.version },
        chart: {
          hooks: render(release.name, release.version, release.hooks).hooks.flatMap(({ events }) => events),
        },
        declaration: { ...release.declaration, digest: JSON.stringify(release) },
      },
    ]),
  );
  return { name: "shop", releases, order, onFailure, fleet: fleet(text, facts, { order, onFailure }) };
}
