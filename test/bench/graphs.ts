// The stacks that are timed: their graphs, seeded so that every run has the same, and how they lie on disk.
import { seededRandom } from "../kit/random.ts";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { writeStack } from "../kit/stack-folder.ts";
import { READY_AFTER } from "../../src/sandbox/pod-stages.ts";

/** A release to be timed; its pod becomes Ready `readyAfterMs` after its start, and 0 replicas need no pod at all. */
export type TimedRelease = {
  readonly name: string;
  readonly readyAfterMs: number;
  readonly dependsOn: readonly string[];
  readonly replicas?: number;
};

/** `length` releases, each depending on the one before. */
export function chainOf(length: number, readyAfterMs: number): readonly TimedRelease[] {
  return Array.from({ length }, (_, index) => ({
    name: nameOf("link", index),
    readyAfterMs,
    dependsOn: index === 0 ? [] : [nameOf("link", index - 1)],
  }));
}

/** `layers` × `perLayer` releases; each has one or two dependencies in the layer before, and 0.5 to 8 s of readiness. */
export function layered(layers: number, perLayer: number, seed: number): readonly TimedRelease[] {
  const random = seededRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: layers * perLayer }, (_, index) => {
    const layer = Math.floor(index / perLayer);
    const edges = layer === 0 ? 0 : 1 + below(2);
    const parents = new Set(Array.from({ length: edges }, () => (layer - 1) * perLayer + below(perLayer)));
    return {
      name: nameOf("part", index),
      readyAfterMs: 500 + 100 * below(76),
      dependsOn: [...parents].map((parent) => nameOf("part", parent)),
    };
  });
}

/** `count` releases that depend on nothing. */
export function independent(
  count: number,
  each: { readonly readyAfterMs: number; readonly replicas?: number },
): readonly TimedRelease[] {
  return Array.from({ length: count }, (_, index) => ({
    name: nameOf("unit", index),
    dependsOn: [],
    ...each,
  }));
}

/** The path through the graph whose readiness adds up to most, first release first. */
export function longestPath(releases: readonly TimedRelease[]): readonly TimedRelease[] {
  const best = new Map<string, { readonly ms: number; readonly path: readonly TimedRelease[] }>();
  // Releases stand after what they depend on.
  for (const release of releases) {
    const before = release.dependsOn
      .flatMap((name) => best.get(name) ?? [])
      .reduce((longest, candidate) => (candidate.ms > longest.ms ? candidate : longest), { ms: 0, path: [] });
    best.set(release.name, { ms: before.ms + release.readyAfterMs, path: [...before.path, release] });
  }
  return [...best.values()].reduce((longest, candidate) => (candidate.ms > longest.ms ? candidate : longest))
    .path;
}

/** Writes a stack of the kit's `app` chart into `folder`. */
export function writeTimedStack(
  folder: string,
  stack: { readonly name: string; readonly namespace: string; readonly releases: readonly TimedRelease[] },
): void {
  writeStack(
    {
      name: stack.name,
      namespace: stack.namespace,
      stackSpec: { defaults: { namespace: stack.namespace, timeout: "120s" } },
      releases: stack.releases.map((release) => ({
        name: release.name,
        ...(release.dependsOn.length === 0 ? {} : { dependsOn: release.dependsOn }),
        values: valuesOf(release),
      })),
    },
    folder,
  );
}

/** Writes the values of each release as a file of its own, for helm without Headway; the file's path by name. */
export function writeValuesFiles(
  folder: string,
  releases: readonly TimedRelease[],
): ReadonlyMap<string, string> {
  mkdirSync(folder, { recursive: true });
  return new Map(
    releases.map((release) => {
      const file = join(folder, `${release.name}.yaml`);
      writeFileSync(file, stringify(valuesOf(release)));
      return [release.name, file];
    }),
  );
}

function valuesOf(release: TimedRelease): Readonly<Record<string, unknown>> {
  return {
    replicas: release.replicas ?? 1,
    config: { name: release.name },
    ...(release.replicas === 0 ? {} : { annotations: { [READY_AFTER]: `${release.readyAfterMs}ms` } }),
  };
}

function nameOf(prefix: string, index: number): string {
  return `${prefix}-${String(index).padStart(3, "0")}`;
}
