// One HelmRelease document as a declaration: the schema, then what a schema can't say (paths, references, bounds).
import { createHash } from "node:crypto";
import type { Declaration, DependencyReference, Json, ValuesLayer } from "./declaration.ts";
import { didYouMean, type Diagnostic } from "./diagnostic.ts";
import type { YamlDocument } from "./document.ts";
import type { HelmRelease } from "./generated/declaration-types.ts";
import { validateHelmRelease } from "./generated/validators.js";
import { isDnsName, parseReleaseId, releaseId, type ReleaseId } from "./ids.ts";
import { applyOptions, type StackSettings } from "./read-stack-document.ts";
import { describeSchemaErrors } from "./schema-words.ts";
import { folderOf, joinPath } from "./stack-files.ts";
import { flowText } from "./values-text.ts";
import type { YamlTree } from "./yaml-tree.ts";

/** A document that says it is one of Headway's, with the file it stands in. */
export type FoundDocument = {
  readonly file: string;
  readonly document: YamlDocument;
  readonly tree: YamlTree;
  /** False where its YAML has errors: what it says is checked, but never used. */
  readonly isSound: boolean;
};

/**
 * A release as far as it could be read. `id` is known for most broken ones too, so that those who depend on it are
 * not called wrong; `declaration` is there only where nothing is wrong.
 */
export type ReadRelease = {
  readonly id: ReleaseId | undefined;
  readonly declaration: Declaration | undefined;
  readonly diagnostics: readonly Diagnostic[];
};

/** Reads a document whose kind is HelmRelease. `stackPath` is the stack's folder below the repository's root. */
export function readRelease(found: FoundDocument, settings: StackSettings, stackPath: string): ReadRelease {
  const { tree } = found;
  const diagnostics: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => void diagnostics.push(diagnostic);
  const value: unknown = tree.value;
  const fits = validateHelmRelease(value);
  if (!fits) diagnostics.push(...describeSchemaErrors("HelmRelease", validateHelmRelease.errors ?? [], tree));
  const written = child(tree.value, "spec");
  const name = child(child(tree.value, "metadata"), "name");
  const ownNamespace = child(child(tree.value, "metadata"), "namespace");
  const namespace = textOf(ownNamespace) ?? settings.namespace;
  if (
    (ownNamespace ?? settings.namespace) === undefined &&
    typeof name === "string" &&
    !settings.isNamespaceBroken
  )
    report({
      severity: "error",
      code: "missing-namespace",
      message: `${name} has no namespace`,
      suggestion: "add metadata.namespace, or spec.defaults.namespace in headway.yaml",
      range: tree.keyRange(["metadata", "name"]),
    });
  // What the schema refuses is reported already; the rest of the document is checked all the same.
  const chartPath = readChartPath(found, textOf(child(written, "chart")), stackPath, report);
  const dependsOn = readDependencies(child(written, "dependsOn"), namespace, tree, report);
  checkPhase(textOf(child(written, "phase")), settings, tree, report);
  if (!fits) return { id: probableId(tree.value, settings), declaration: undefined, diagnostics };
  const { metadata, spec } = value;
  const options = applyOptions(spec, settings.defaults, ["spec"], tree, report);
  const id = namespace === undefined ? undefined : releaseId(namespace, metadata.name);
  if (
    id === undefined ||
    namespace === undefined ||
    chartPath === undefined ||
    diagnostics.length > 0 ||
    !found.isSound
  )
    return { id, declaration: undefined, diagnostics };
  const values = readValues(found, spec.values);
  const meaning = {
    id,
    name: metadata.name,
    namespace,
    releaseName: spec.releaseName ?? metadata.name,
    chart: { kind: "path", path: chartPath, written: spec.chart },
    ...(spec.version === undefined ? {} : { version: spec.version }),
    ...(spec.phase === undefined ? {} : { phase: spec.phase }),
    ...options,
    suspend: spec.suspend ?? false,
  } as const;
  const declaration: Declaration = {
    ...meaning,
    chartRange: tree.valueRange(["spec", "chart"]),
    ...(spec.version === undefined ? {} : { versionRange: tree.valueRange(["spec", "version"]) }),
    ...(spec.phase === undefined ? {} : { phaseRange: tree.valueRange(["spec", "phase"]) }),
    dependsOn,
    values,
    digest: digestOf({
      ...meaning,
      chart: chartPath,
      dependsOn: dependsOn.map((one) => one.id).toSorted(),
      values: spec.values ?? {},
    }),
    range: tree.valueRange(["metadata", "name"]),
  };
  return { id, declaration, diagnostics };
}

/** The identity of a document that does not fit the schema, where its names at least are right. */
export function probableId(value: Json, settings: StackSettings): ReleaseId | undefined {
  const metadata = child(value, "metadata");
  const name = child(metadata, "name");
  const namespace = child(metadata, "namespace") ?? settings.namespace;
  if (typeof name !== "string" || typeof namespace !== "string") return undefined;
  return isDnsName(name, 53) && isDnsName(namespace, 63) ? releaseId(namespace, name) : undefined;
}

/** A value's own field; undefined where it has none. */
export function child(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value as Json | undefined;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function readChartPath(
  found: FoundDocument,
  written: string | undefined,
  stackPath: string,
  report: (diagnostic: Diagnostic) => void,
): string | undefined {
  if (written === undefined || !/^\.{1,2}(?:\/|$)/.test(written)) return undefined;
  const range = found.tree.valueRange(["spec", "chart"]);
  if (written.includes("\\")) {
    report({
      severity: "error",
      code: "bad-chart",
      message: `spec.chart: ${JSON.stringify(written)} has a backslash in it`,
      suggestion: "paths are written with /",
      range,
    });
    return undefined;
  }
  const path = joinPath(stackPath, folderOf(found.file), written);
  if (path === undefined)
    report({
      severity: "error",
      code: "path-outside-repository",
      message: `spec.chart: ${JSON.stringify(written)} leaves the repository`,
      suggestion:
        "a chart's folder has to be in the same git repository (without one: in the stack's folder)",
      range,
    });
  return path;
}

function readDependencies(
  written: Json | undefined,
  namespace: string | undefined,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): readonly DependencyReference[] {
  if (!Array.isArray(written)) return [];
  return (written as readonly Json[]).flatMap((text, index) => {
    if (typeof text !== "string") return [];
    const range = tree.valueRange(["spec", "dependsOn", index]);
    // Without a namespace only the form can be checked; the missing namespace is reported already.
    const id = parseReleaseId(text, namespace ?? "unknown");
    if (id !== undefined) return [{ id, range }];
    report({
      severity: "error",
      code: "bad-dependency",
      message: `spec.dependsOn[${index}]: ${JSON.stringify(text)} is neither NAME nor NAMESPACE/NAME`,
      suggestion: "write the name of a release of this stack, as in postgres or data/postgres",
      range,
    });
    return [];
  });
}

function checkPhase(
  phase: string | undefined,
  settings: StackSettings,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): void {
  const { phases } = settings;
  if (phase === undefined || phases === undefined || phases.includes(phase)) return;
  const near = didYouMean(phase, phases);
  report({
    severity: "error",
    code: "unknown-phase",
    message: `spec.phase: ${JSON.stringify(phase)} is not one of the stack's phases`,
    suggestion:
      phases.length === 0
        ? "list the phases in headway.yaml: `spec: { phases: [platform, apps] }`"
        : near === undefined
          ? `the phases are ${phases.join(", ")}`
          : `did you mean ${near}?`,
    range: tree.valueRange(["spec", "phase"]),
  });
}

function readValues(found: FoundDocument, values: HelmRelease["spec"]["values"]): readonly ValuesLayer[] {
  if (values === undefined || values === null || Object.keys(values).length === 0) return [];
  const path = ["spec", "values"];
  return [
    {
      range: found.tree.keyRange(path),
      text: flowText(found.document, found.tree.nodeAt(path)) + "\n",
      tree: child(child(found.tree.value, "spec"), "values") ?? {},
    },
  ];
}

/** SHA-256 over JSON with sorted keys: the same for documents that differ in layout only. */
function digestOf(meaning: Readonly<Record<string, unknown>>): string {
  return createHash("sha256").update(canonical(meaning)).digest("hex");
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}
