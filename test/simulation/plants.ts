// Bugs planted into the engine to show that the simulation finds them: each replaces one piece of the product's source as it
// is loaded. The product itself knows nothing of it.
import { registerHooks } from "node:module";

export type Plant = {
  /** Which invariant has to find it. */
  readonly foundBy: string;
  /** Below src. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
};

export const plants: Readonly<Record<string, Plant>> = {
  /** A dependency counts as soon as helm is done with it, healthy or not. */
  "order-check-skipped": {
    foundBy: "order",
    file: "core/run/starting.ts",
    from: ': state.kind === "healthy";',
    to: ': state.kind === "healthy" || state.kind === "settling";',
  },
  /** A record that somebody's helm holds is marked failed at the first look. */
  "unlock-without-proof": {
    foundBy: "no unlock without proof",
    file: "engine/foreign-helm.ts",
    from: "if (isAbandoned(seen, release, clock.nowMs(), unlockAfterMs)) {",
    to: "if (unlockAfterMs > 0) {",
  },
  /** What is to go back does not wait for what stands on it. */
  "dependencies-go-back-first": {
    foundBy: "way back",
    file: "core/run/starting.ts",
    from: "if (on.length === 0) {",
    to: "if (on.length >= 0) {",
  },
  /** The plan does not look at what is quarantined. */
  "quarantine-forgotten": {
    foundBy: "quarantine",
    file: "core/plan/make-plan.ts",
    from: "quarantine?.key === base.quarantineKey ?",
    to: 'quarantine?.key === "forgotten" ?',
  },
};

/** Plants a bug into what is imported from now on. Throws where there is none of that name, or its place is gone. */
export function plant(name: string): Plant {
  const bug = plants[name];
  if (bug === undefined) throw new Error(`no plant ${name}: there are ${Object.keys(plants).join(", ")}`);
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      if (!url.endsWith(`/src/${bug.file}`)) return loaded;
      const source = textOf(loaded.source);
      if (source.split(bug.from).length !== 2)
        throw new Error(
          `src/${bug.file} does not hold exactly once: ${bug.from} (see test/simulation/plants.ts)`,
        );
      return { ...loaded, source: source.replace(bug.from, bug.to) };
    },
  });
  return bug;
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  return typeof source === "string" ? source : new TextDecoder().decode(source);
}
