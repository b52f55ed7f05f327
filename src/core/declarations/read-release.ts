// One HelmRelease document as a declaration: the schema, then what a schema can't say (paths, references, bounds).
import { createHash } from "node:crypto";
import { readChartReference, readPath } from "../charts/chart-reference.ts";
import type { Declaration, DependencyReference, HealthRule, Json, ValuesSource } from "../declaration.ts";
import { didYouMean, type Diagnostic } from "../diagnostic.ts";
import type { YamlDocument } from "../yaml/document.ts";
import type { HelmRelease } from "../generated/declaration-types.ts";
import { validateHelmRelease } from "../generated/validators.js";
import { isDnsName, parseReleaseId, releaseId, type ReleaseId } from "../ids.ts";
import { readForesightIgnore, readProvides } from "./read-provides.ts";
import { applyOptions, type StackSettings } from "./read-stack-document.ts";
import { describeSchemaErrors } from "./schema-words.ts";
import { labelKeyProblem, labelValueProblem } from "../label-selector.ts";
import { parseTargetPath } from "../values/target-path.ts";
import { layerAt } from "../values/values-layer.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";

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
  const chart = readChart(found, textOf(child(written, "chart")), settings, stackPath, report);
  const files = readValuesFiles(found, child(written, "valuesFiles"), stackPath, report);
  checkTargetPaths(child(written, "valuesFrom"), tree, report);
  const dependsOn = readDependencies(child(written, "dependsOn"), namespace, tree, report);
  const provides = readProvides(child(written, "provides"), namespace, tree, report);
  const foresightIgnore = readForesightIgnore(child(written, "foresight"), namespace, tree, report);
  checkPhase(textOf(child(written, "phase")), settings, tree, report);
  checkLabels(tree, report);
  if (!fits) return { id: probableId(tree.value, settings), declaration: undefined, diagnostics };
  const { metadata, spec } = value;
  const options = applyOptions(spec, settings.defaults, ["spec"], tree, report);
  checkStableFor(options, tree, report);
  const id = namespace === undefined ? undefined : releaseId(namespace, metadata.name);
  if (
    id === undefined ||
    namespace === undefined ||
    chart === undefined ||
    diagnostics.length > 0 ||
    !found.isSound
  )
    return { id, declaration: undefined, diagnostics };
  const objects = readValuesFrom(spec.valuesFrom ?? [], namespace, tree);
  const own = readValues(found, spec.values);
  const meaning = {
    id,
    name: metadata.name,
    namespace,
    releaseName: spec.releaseName ?? metadata.name,
    chart,
    ...(spec.version === undefined ? {} : { version: spec.version }),
    ...(spec.phase === undefined ? {} : { phase: spec.phase }),
    ...options,
    test: spec.test ?? false,
    suspend: spec.suspend ?? false,
  } as const;
  const declaration: Declaration = {
    ...meaning,
    labels: metadata.labels ?? {},
    chartRange: tree.valueRange(["spec", "chart"]),
    ...(spec.version === undefined ? {} : { versionRange: tree.valueRange(["spec", "version"]) }),
    ...(spec.phase === undefined ? {} : { phaseRange: tree.valueRange(["spec", "phase"]) }),
    dependsOn,
    provides,
    foresightIgnore,
    values: [...settings.values, ...files, ...objects, ...own],
    health: (spec.health ?? []).map((rule, index) => readHealthRule(rule, ["spec", "health", index], tree)),
    digest: digestOf({
      ...meaning,
      chart: chart.kind === "path" ? chart.path : chart.written,
      dependsOn: dependsOn.map((one) => `${one.id} ${one.readyExpr?.text ?? ""}`).toSorted(),
      health: spec.health ?? [],
      valuesFiles: files.map((file) => (file.kind === "file" ? file.path : "")),
      valuesFrom: spec.valuesFrom ?? [],
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

function readChart(
  found: FoundDocument,
  written: string | undefined,
  settings: StackSettings,
  stackPath: string,
  report: (diagnostic: Diagnostic) => void,
): Declaration["chart"] | undefined {
  if (written === undefined || written === "") return undefined;
  const range = found.tree.valueRange(["spec", "chart"]);
  return readChartReference(written, { stackPath, range }, settings.repositories, report);
}

function readValuesFiles(
  found: FoundDocument,
  written: Json | undefined,
  stackPath: string,
  report: (diagnostic: Diagnostic) => void,
): readonly ValuesSource[] {
  if (!Array.isArray(written)) return [];
  return (written as readonly Json[]).flatMap((text, index): readonly ValuesSource[] => {
    if (typeof text !== "string" || text === "") return [];
    const range = found.tree.valueRange(["spec", "valuesFiles", index]);
    const place = { stackPath, range };
    const path = readPath(`spec.valuesFiles[${index}]`, "a values file", text, place, report);
    return path === undefined ? [] : [{ kind: "file", path, written: text, range }];
  });
}

function readValuesFrom(
  references: NonNullable<HelmRelease["spec"]["valuesFrom"]>,
  namespace: string,
  tree: YamlTree,
): readonly ValuesSource[] {
  return references.map((reference, index) => ({
    kind: "object",
    object: {
      kind: reference.kind,
      namespace,
      name: reference.name,
      key: reference.valuesKey ?? "values.yaml",
      ...(reference.targetPath === undefined ? {} : { targetPath: reference.targetPath }),
      optional: reference.optional ?? false,
      range: tree.valueRange(["spec", "valuesFrom", index]),
    },
  }));
}

function checkTargetPaths(
  written: Json | undefined,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (!Array.isArray(written)) return;
  for (const [index, one] of (written as readonly Json[]).entries()) {
    const text = textOf(child(one, "targetPath"));
    const parsed = text === undefined ? [] : parseTargetPath(text);
    if (!("problem" in parsed)) continue;
    report({
      severity: "error",
      code: "bad-target-path",
      message: `spec.valuesFrom[${index}].targetPath: ${JSON.stringify(text)} ${parsed.problem}`,
      suggestion: "write it as for helm's --set: db.password, hosts[0].name, annotations.example\\.com/owner",
      range: tree.valueRange(["spec", "valuesFrom", index, "targetPath"]),
    });
  }
}

function readHealthRule(
  { apiVersion, kind, ready, failed }: NonNullable<HelmRelease["spec"]["health"]>[number],
  path: Path,
  tree: YamlTree,
): HealthRule {
  const expression = (field: string, text: string) => ({ text, range: tree.valueRange([...path, field]) });
  return {
    apiVersion,
    kind,
    ...(ready === undefined ? {} : { ready: expression("ready", ready) }),
    ...(failed === undefined ? {} : { failed: expression("failed", failed) }),
    range: tree.valueRange(path),
  };
}

function readDependencies(
  written: Json | undefined,
  namespace: string | undefined,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): readonly DependencyReference[] {
  if (!Array.isArray(written)) return [];
  return (written as readonly Json[]).flatMap((one, index) => {
    const range = tree.valueRange(["spec", "dependsOn", index]);
    const condition = textOf(child(one, "readyExpr"));
    const readyExpr =
      condition === undefined
        ? undefined
        : { text: condition, range: tree.valueRange(["spec", "dependsOn", index, "readyExpr"]) };
    const text = typeof one === "string" ? one : writtenId(one);
    if (text === undefined) return [];
    // Without a namespace only the form can be checked; the missing namespace is reported already.
    const id = parseReleaseId(text, namespace ?? "unknown");
    if (id !== undefined) return [{ id, range, ...(readyExpr === undefined ? {} : { readyExpr }) }];
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

/** The mapping form of a dependency as NAME or NAMESPACE/NAME. */
function writtenId(value: Json): string | undefined {
  const name = textOf(child(value, "name"));
  const namespace = textOf(child(value, "namespace"));
  return name === undefined || namespace === undefined ? name : `${namespace}/${name}`;
}

/** The timeout bounds the whole attempt, so that what has to stay healthy for longer would never count as healthy. */
function checkStableFor(
  { stableForMs, timeoutMs }: Pick<Declaration, "stableForMs" | "timeoutMs">,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): void {
  if (stableForMs === 0 || stableForMs < timeoutMs) return;
  report({
    severity: "error",
    code: "stable-for-too-long",
    message: `stableFor (${stableForMs / 1000}s) does not fit into timeout (${timeoutMs / 1000}s)`,
    suggestion: "raise timeout, which is for helm, settling and stableFor together",
    range: tree.valueRange([
      "spec",
      child(child(tree.value, "spec"), "stableFor") === undefined ? "timeout" : "stableFor",
    ]),
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

function checkLabels(tree: YamlTree, report: (diagnostic: Diagnostic) => void): void {
  const labels = child(child(tree.value, "metadata"), "labels");
  if (typeof labels !== "object" || labels === null || Array.isArray(labels)) return;
  for (const [key, value] of Object.entries(labels)) {
    const path = ["metadata", "labels", key];
    const wrong = (problem: string, range: Diagnostic["range"]): void => {
      report({
        severity: "error",
        code: "bad-label",
        message: `metadata.labels: ${problem}`,
        suggestion: "write it as a label of Kubernetes, as in team: payments or example.com/team: payments",
        ...(range === undefined ? {} : { range }),
      });
    };
    const keyProblem = labelKeyProblem(key);
    if (keyProblem !== undefined) wrong(keyProblem, tree.keyRange(path));
    const valueProblem = typeof value === "string" ? labelValueProblem(value) : undefined;
    if (valueProblem !== undefined) wrong(valueProblem, tree.valueRange(path));
  }
}

function readValues(found: FoundDocument, values: HelmRelease["spec"]["values"]): readonly ValuesSource[] {
  if (values === undefined || values === null || Object.keys(values).length === 0) return [];
  return [{ kind: "layer", layer: layerAt(found, ["spec", "values"], { kind: "release" }) }];
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
