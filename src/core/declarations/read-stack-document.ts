// headway.yaml's Stack document as settings. A field with a mistake falls back to its default, so that everything else
// is still checked; the mistake itself is a diagnostic.
import type { ErrorObject } from "ajv";
import { readRepositoryLocation } from "../charts/chart-reference.ts";
import type {
  Declaration,
  FailFast,
  ForesightMode,
  Json,
  OnStackFailure,
  PruneSettings,
  Repository,
  ValuesSource,
} from "../declaration.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import type { YamlDocument } from "../yaml/document.ts";
import { parseDuration } from "../duration.ts";
import type {
  FailFast as WrittenFailFast,
  HelmRelease,
  Stack as StackDocument,
} from "../generated/declaration-types.ts";
import { validateStack } from "../generated/validators.js";
import { applyDriftDetection } from "./read-drift-detection.ts";
import { describeSchemaErrors, nameOf, pathOf } from "./schema-words.ts";
import { layerAt } from "../values/values-layer.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";

/** Options that are called the same where they are written and where they are read. */
type PlainOption =
  | "createNamespace"
  | "failFast"
  | "onFailure"
  | "retries"
  | "waitWith"
  | "crds"
  | "fieldConflicts"
  | "maxHistory"
  | "protect"
  | "serviceAccountName";

/** What a release has where it says nothing itself. */
export type ReleaseDefaults = Pick<Declaration, PlainOption | "timeoutMs" | "stableForMs" | "driftDetection">;

/** What holds for all releases. `undefined` phases: the list itself is broken, so a phase can't be checked. */
export type StackSettings = {
  readonly name: string | undefined;
  readonly releases: readonly { readonly pattern: string; readonly range: SourceRange }[] | undefined;
  readonly phases: readonly string[] | undefined;
  readonly order: "dependencies" | "waves";
  readonly onFailure: OnStackFailure;
  readonly prune: PruneSettings;
  readonly foresight: ForesightMode;
  readonly clusterUid?: string;
  /** Undefined where the list itself is broken, so that an alias can't be checked. */
  readonly repositories: ReadonlyMap<string, Repository> | undefined;
  /** Below every release's own values. */
  readonly values: readonly ValuesSource[];
  readonly namespace: string | undefined;
  /** True where defaults.namespace is there but broken: releases that count on it are not wrong themselves. */
  readonly isNamespaceBroken: boolean;
  readonly defaults: ReleaseDefaults;
};

/** The defaults of the contract, which headway.yaml and each release may override. */
export const builtInDefaults: ReleaseDefaults = {
  createNamespace: true,
  timeoutMs: 300_000,
  failFast: { imagePullMs: 60_000, configMs: 30_000, crashLoop: { restarts: 3, forMs: 60_000 } },
  onFailure: "rollback",
  retries: 0,
  waitWith: "auto",
  crds: "create",
  fieldConflicts: "take",
  maxHistory: 10,
  stableForMs: 0,
  protect: false,
  driftDetection: { ignore: [] },
};

/** The settings of a stack without a headway.yaml. */
export const defaultSettings: StackSettings = {
  name: undefined,
  releases: undefined,
  phases: [],
  order: "dependencies",
  onFailure: "continue",
  prune: { prune: false, maxPrune: 3 },
  foresight: "warn",
  repositories: new Map(),
  values: [],
  namespace: undefined,
  isNamespaceBroken: false,
  defaults: builtInDefaults,
};

type Options = Pick<HelmRelease["spec"], PlainOption | "timeout" | "stableFor" | "driftDetection">;

/**
 * What a release's or the defaults' own fields make of the defaults below them. Durations that are out of bounds are
 * reported at `path` and left at their default.
 */
export function applyOptions(
  options: Options,
  below: ReleaseDefaults,
  path: Path,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): ReleaseDefaults {
  const duration = (text: string | undefined, otherwise: number, steps: Path, least: number): number => {
    if (text === undefined) return otherwise;
    const at = [...path, ...steps];
    const parsed = parseDuration(text);
    const problem = !parsed.ok ? parsed.problem : parsed.ms < least ? "is shorter than 1s" : undefined;
    if (problem === undefined && parsed.ok) return parsed.ms;
    const message = `${nameOf(at)}: ${JSON.stringify(text)} ${problem ?? ""}`;
    report({
      severity: "error",
      code: "bad-duration",
      message,
      suggestion: "write it as in 90s, 5m or 1h30m",
      range: tree.valueRange(at),
    });
    return otherwise;
  };
  const serviceAccountName = options.serviceAccountName ?? below.serviceAccountName;
  return {
    createNamespace: options.createNamespace ?? below.createNamespace,
    timeoutMs: duration(options.timeout, below.timeoutMs, ["timeout"], 1000),
    failFast: applyFailFast(options.failFast ?? {}, below.failFast, (text, otherwise, steps) =>
      duration(text, otherwise, ["failFast", ...steps], 0),
    ),
    onFailure: options.onFailure ?? below.onFailure,
    retries: options.retries ?? below.retries,
    waitWith: options.waitWith ?? below.waitWith,
    crds: options.crds ?? below.crds,
    fieldConflicts: options.fieldConflicts ?? below.fieldConflicts,
    maxHistory: options.maxHistory ?? below.maxHistory,
    stableForMs: duration(options.stableFor, below.stableForMs, ["stableFor"], 0),
    protect: options.protect ?? below.protect,
    ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    driftDetection: applyDriftDetection(
      options.driftDetection ?? {},
      below.driftDetection,
      path,
      tree,
      report,
    ),
  };
}

function applyFailFast(
  written: WrittenFailFast,
  below: FailFast,
  duration: (text: string | undefined, otherwise: number, steps: Path) => number,
): FailFast {
  return {
    imagePullMs: duration(written.imagePull, below.imagePullMs, ["imagePull"]),
    configMs: duration(written.config, below.configMs, ["config"]),
    crashLoop: {
      restarts: written.crashLoop?.restarts ?? below.crashLoop.restarts,
      forMs: duration(written.crashLoop?.for, below.crashLoop.forMs, ["crashLoop", "for"]),
    },
  };
}

type FoundStack = { readonly document: YamlDocument; readonly tree: YamlTree };

/** Reads a document whose kind is Stack. `stackPath` is the stack's folder below the repository's root. */
export function readStackDocument(
  { document, tree }: FoundStack,
  stackPath: string,
): {
  readonly settings: StackSettings;
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const errors = validateStack(tree.value) ? [] : (validateStack.errors ?? []);
  diagnostics.push(...describeSchemaErrors("Stack", errors, tree));
  const broken = new Set(errors.map((error) => fieldOf(error, tree)));
  const sound = soundPart(tree.value, broken);
  const spec = sound?.spec;
  const settings: StackSettings = {
    name: broken.has("metadata") || sound === undefined ? undefined : sound.metadata.name,
    releases: spec?.releases?.map((pattern, index) => ({
      pattern,
      range: tree.valueRange(["spec", "releases", index]),
    })),
    phases:
      broken.has("spec.phases") || broken.has("spec")
        ? undefined
        : checkPhases(spec?.phases ?? [], tree, report),
    order: spec?.order ?? defaultSettings.order,
    onFailure: spec?.onFailure ?? defaultSettings.onFailure,
    ...(spec?.cluster === undefined ? {} : { clusterUid: spec.cluster.uid }),
    foresight: spec?.foresight ?? defaultSettings.foresight,
    prune: {
      prune: spec?.prune ?? defaultSettings.prune.prune,
      maxPrune: spec?.maxPrune ?? defaultSettings.prune.maxPrune,
    },
    repositories:
      broken.has("spec.repositories") || broken.has("spec")
        ? undefined
        : readRepositories(spec?.repositories ?? {}, stackPath, tree, report),
    values:
      spec?.values === undefined || spec.values === null || Object.keys(spec.values).length === 0
        ? []
        : [{ kind: "layer", layer: layerAt({ document, tree }, ["spec", "values"], { kind: "stack" }) }],
    namespace: spec?.defaults?.namespace,
    isNamespaceBroken: ["spec", "spec.defaults", "spec.defaults.namespace"].some((field) =>
      broken.has(field),
    ),
    defaults: applyOptions(spec?.defaults ?? {}, builtInDefaults, ["spec", "defaults"], tree, report),
  };
  return { settings, diagnostics };
}

/** The field that an error takes away: one of spec, one of spec.defaults, or something above these. */
function fieldOf(error: ErrorObject, tree: YamlTree): string {
  const path = pathOf(error.instancePath, tree);
  const unknown =
    error.keyword === "additionalProperties"
      ? [String((error.params as { additionalProperty?: unknown }).additionalProperty)]
      : [];
  const full = [...path, ...unknown];
  return full.slice(0, full[0] === "metadata" ? 1 : full[1] === "defaults" ? 3 : 2).join(".");
}

/** The document without its broken fields; undefined where nothing of it can be used. */
function soundPart(value: Json, broken: ReadonlySet<string>): StackDocument | undefined {
  const root = asMap(value);
  const spec = broken.has("spec") ? {} : without(asMap(root["spec"]), "spec", broken);
  const defaults = spec["defaults"];
  const candidate: unknown = {
    apiVersion: "headway.dev/v1",
    kind: "Stack",
    metadata: { name: broken.has("metadata") ? "unnamed" : (asMap(root["metadata"])["name"] ?? "unnamed") },
    spec: {
      ...spec,
      ...(defaults === undefined ? {} : { defaults: without(asMap(defaults), "spec.defaults", broken) }),
    },
  };
  return validateStack(candidate) ? candidate : undefined;
}

function asMap(value: Json | undefined): Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, Json>)
    : {};
}

function without(
  map: Readonly<Record<string, Json>>,
  prefix: string,
  broken: ReadonlySet<string>,
): Readonly<Record<string, Json>> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !broken.has(`${prefix}.${name}`)));
}

function readRepositories(
  written: NonNullable<NonNullable<StackDocument["spec"]>["repositories"]>,
  stackPath: string,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): ReadonlyMap<string, Repository> {
  return new Map(
    Object.entries(written).flatMap(([alias, { url, secretRef }]) => {
      const path = ["spec", "repositories", alias, "url"];
      const range = tree.valueRange(path);
      const location = readRepositoryLocation(nameOf(path), url, { stackPath, range }, report);
      if (location === undefined) return [];
      const repository: Repository = {
        alias,
        location,
        ...(secretRef === undefined ? {} : { secretRef }),
        range,
      };
      return [[alias, repository] as const];
    }),
  );
}

function checkPhases(
  phases: readonly string[],
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): readonly string[] {
  for (const [index, phase] of phases.entries()) {
    const first = phases.indexOf(phase);
    if (first === index) continue;
    report({
      severity: "error",
      code: "duplicate-phase",
      message: `the phase ${phase} is listed twice`,
      range: tree.valueRange(["spec", "phases", index]),
      related: [{ message: "first listed here", range: tree.valueRange(["spec", "phases", first]) }],
    });
  }
  return [...new Set(phases)];
}
