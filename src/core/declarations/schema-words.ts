// What a broken schema rule means, in words, at the place in the file. The rules themselves are schemas/.
import type { ErrorObject } from "ajv";
import type { Json } from "../declaration.ts";
import { didYouMean, type Diagnostic } from "../diagnostic.ts";
import { parseDuration } from "../duration.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";

/** Fields that Headway is going to have: refused, because what has no effect must not look as if it had. */
const plannedFields: ReadonlySet<string> = new Set();

/** Each error of a validator as a diagnostic; `kind` is the document's kind. */
export function describeSchemaErrors(
  kind: "HelmRelease" | "Stack",
  errors: readonly ErrorObject[],
  tree: YamlTree,
): readonly Diagnostic[] {
  // Of a value of the wrong type, nothing else needs to be said.
  const mistyped = new Set(errors.flatMap((error) => (error.keyword === "type" ? [error.instancePath] : [])));
  return errors
    .filter((error) => error.keyword === "type" || !mistyped.has(error.instancePath))
    .map((error) => describe(kind, error, pathOf(error.instancePath, tree), tree));
}

/** A JSON pointer as a path; steps into lists become numbers. */
export function pathOf(pointer: string, tree: YamlTree): Path {
  const path: (string | number)[] = [];
  let current: Json | undefined = tree.value;
  for (const raw of pointer.split("/").slice(1)) {
    const name = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    const step: string | number = Array.isArray(current) ? Number(name) : name;
    path.push(step);
    current =
      typeof current === "object" && current !== null
        ? (Object.getOwnPropertyDescriptor(current, step)?.value as Json | undefined)
        : undefined;
  }
  return path;
}

/** A path as people write it: `spec.dependsOn[1]`. */
export function nameOf(path: Path): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");
}

function describe(kind: "HelmRelease" | "Stack", error: ErrorObject, path: Path, tree: YamlTree): Diagnostic {
  const params: Readonly<Record<string, unknown>> = error.params;
  switch (error.keyword) {
    case "additionalProperties":
      return describeUnknown(kind, error, [...path, String(params["additionalProperty"])], tree);
    case "required":
      return describeMissing(kind, path, String(params["missingProperty"]), tree);
    case "type":
      return describeType(error, path, tree);
    case "enum":
      return describeChoice(error, path, tree);
    case "pattern":
      return describePattern(error, path, tree);
    default:
      return describeLimit(error, path, tree);
  }
}

function diagnostic(
  code: string,
  message: string,
  range: Diagnostic["range"],
  suggestion?: string,
): Diagnostic {
  return {
    severity: "error",
    code,
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(range === undefined ? {} : { range }),
  };
}

function describeUnknown(kind: string, error: ErrorObject, path: Path, tree: YamlTree): Diagnostic {
  const name = String(path.at(-1));
  const range = tree.keyRange(path);
  if (plannedFields.has([kind, ...path].join(" ")))
    return diagnostic(
      "unsupported-field",
      `${nameOf(path)} is not supported by this version of Headway`,
      range,
      "remove it: it would have no effect",
    );
  const known = propertyNames(error.parentSchema);
  const near = didYouMean(name, known);
  const suggestion =
    near !== undefined
      ? `did you mean ${near}?`
      : (placeOf(kind, name, path) ?? (known.length > 0 ? `known here: ${known.join(", ")}` : undefined));
  const message =
    path[1] === "defaults" && path.length === 3 && releaseFields.has(name)
      ? `${name} can't have a default for all releases`
      : `${nameOf(path)} is not a field of a ${kind}`;
  return diagnostic("unknown-field", message, range, suggestion);
}

/** Fields of a release's spec that say something about one release only. */
const releaseFields: ReadonlySet<string> = new Set([
  "chart",
  "version",
  "dependsOn",
  "phase",
  "values",
  "valuesFiles",
  "valuesFrom",
  "health",
  "test",
  "releaseName",
  "suspend",
]);

function placeOf(kind: string, name: string, path: Path): string | undefined {
  if (kind !== "HelmRelease") {
    if (path[1] === "defaults" && releaseFields.has(name)) return "write it in each release that needs it";
    return undefined;
  }
  if (path.length === 1 && releaseFields.has(name)) return "it belongs under spec";
  if (name === "namespace" || name === "name") return "it belongs under metadata";
  return undefined;
}

function propertyNames(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null || !("properties" in schema)) return [];
  const { properties } = schema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function describeMissing(kind: string, path: Path, missing: string, tree: YamlTree): Diagnostic {
  const full = nameOf([...path, missing]);
  const suggestion =
    full === "spec.chart"
      ? "name the chart's folder: `chart: ./chart`"
      : full === "metadata.name"
        ? `name the ${kind === "Stack" ? "stack" : "release"}: \`metadata: { name: … }\``
        : undefined;
  return diagnostic("missing-field", `${full} is missing`, tree.keyRange(path), suggestion);
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text",
  integer: "a whole number",
  number: "a number",
  boolean: "true or false",
  object: "a map",
  array: "a list",
  null: "nothing",
};

function describeType(error: ErrorObject, path: Path, tree: YamlTree): Diagnostic {
  const value: unknown = error.data;
  const wanted = [String((error.params as { readonly type: unknown }).type).split(",")[0] ?? ""];
  const source = tree.sourceOf(path);
  const actual =
    value === null
      ? "empty"
      : typeof value === "number"
        ? `the number ${source}`
        : (typeWords[Array.isArray(value) ? "array" : typeof value] ?? "something else");
  const isScalar = typeof value === "number" || typeof value === "boolean";
  const isDuration = error.schemaPath.includes("/duration/");
  const suggestion =
    value === null
      ? "remove the line, or give it a value"
      : wanted[0] === "string" && isScalar
        ? isDuration
          ? `write a unit, as in ${source}s`
          : `put it in quotes: "${source}"`
        : wanted[0] === "array" && typeof value === "string"
          ? `write a list: [${source}]`
          : undefined;
  return diagnostic(
    "wrong-type",
    `${nameOf(path)} must be ${typeWords[wanted[0] ?? ""] ?? "something else"}, but it is ${actual}`,
    tree.valueRange(path),
    suggestion,
  );
}

function describeChoice(error: ErrorObject, path: Path, tree: YamlTree): Diagnostic {
  const { allowedValues } = error.params as { readonly allowedValues: readonly string[] };
  const near = typeof error.data === "string" ? didYouMean(error.data, allowedValues) : undefined;
  return diagnostic(
    "wrong-value",
    `${nameOf(path)} must be one of ${allowedValues.join(", ")}; it is ${JSON.stringify(error.data)}`,
    tree.valueRange(path),
    near === undefined ? undefined : `did you mean ${near}?`,
  );
}

function describePattern(error: ErrorObject, path: Path, tree: YamlTree): Diagnostic {
  const text = typeof error.data === "string" ? error.data : "";
  const name = nameOf(path);
  const range = tree.valueRange(path);
  if (error.schemaPath.includes("/duration/")) {
    const parsed = parseDuration(text);
    const problem = parsed.ok ? "is not a duration" : parsed.problem;
    const suggestion =
      problem === "has no unit" ? `write a unit, as in ${text}s` : "write it as in 90s, 5m or 1h30m";
    return diagnostic("bad-duration", `${name}: ${JSON.stringify(text)} ${problem}`, range, suggestion);
  }
  if (path.includes("driftDetection")) return describeDriftRule(text, path, tree);
  const isNamespace = error.schemaPath.includes("/namespace/");
  const isPhase = name.startsWith("spec.phases");
  const allowed = isPhase
    ? "letters, digits, -, _ and ., with a letter or digit at both ends"
    : `lower-case letters, digits${isNamespace ? " and -" : ", - and ."}, with a letter or digit at both ends`;
  const likely = text
    .toLowerCase()
    .replace(isNamespace ? /[^a-z0-9]+/g : /[^a-z0-9.]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
  return diagnostic(
    "bad-name",
    `${name}: ${JSON.stringify(text)} is not a valid name (${allowed})`,
    range,
    likely === "" || isPhase ? undefined : `${likely} would be one`,
  );
}

function describeDriftRule(text: string, path: Path, tree: YamlTree): Diagnostic {
  const isPointer = path.at(-2) === "paths";
  return diagnostic(
    isPointer ? "bad-pointer" : "bad-name",
    `${nameOf(path)}: ${JSON.stringify(text)} is ${isPointer ? "no JSON pointer" : "no name: it is compared as it is, not as a pattern"}`,
    tree.valueRange(path),
    isPointer
      ? "write it as in /spec/replicas or /metadata/annotations/example.com~1owner"
      : "write the whole name, or leave it out to mean all",
  );
}

function describeLimit(error: ErrorObject, path: Path, tree: YamlTree): Diagnostic {
  const { limit } = error.params as { readonly limit?: unknown };
  const shown = typeof error.data === "string" ? JSON.stringify(error.data) : String(error.data);
  const words: Readonly<Record<string, string>> = {
    minimum: `must be at least ${String(limit)}; it is ${shown}`,
    maximum: `must be at most ${String(limit)}; it is ${shown}`,
    minLength: "must not be empty",
    minItems: "must not be an empty list",
    maxLength: `is longer than ${String(limit)} characters`,
    minProperties: "needs ready or failed",
    const: `must be ${JSON.stringify((error.params as { readonly allowedValue?: unknown }).allowedValue)}`,
  };
  const message = `${nameOf(path)} ${words[error.keyword] ?? error.message ?? "is not valid"}`;
  return diagnostic("out-of-range", message, tree.valueRange(path));
}
