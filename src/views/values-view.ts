// The merged values of one release as YAML or JSON, and where each leaf was written. Leaves of encrypted files and Secrets
// are masked unless somebody asked to see them.
import type { Json, ValuesLayer, ValuesObject } from "../core/declaration.ts";
import type { SourceRange } from "../core/diagnostic.ts";
import { isMap, mapOf, pathText, type ValuesLeaf } from "../core/values/merge-values.ts";
import type { ReleaseId } from "../core/ids.ts";
import { describeValuesObject } from "../core/values/values-objects.ts";
import type { Path } from "../core/yaml/yaml-tree.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { renderLines, type Style } from "./style.ts";
import { tableLines } from "./table.ts";

/** What stands for a leaf that is not shown. */
const maskedLeaf = "«secret»";

export type ValuesFormat = "yaml" | "json" | "table";

/** What is shown of a release's values: leaves in order, `value` masked already where it has to be. */
export type ShownValues = {
  readonly release: ReleaseId;
  readonly values: Json;
  readonly leaves: readonly ShownLeaf[];
  /** Objects whose content was not read: what they add is not known. */
  readonly unread: readonly ValuesObject[];
};

export type ShownLeaf = {
  readonly path: Path;
  readonly value: Json;
  readonly masked: boolean;
  /** In words: `stack`, `file`, `object`, `release`, `chart`. */
  readonly from: ValuesLayer["origin"]["kind"] | "chart";
  readonly range?: SourceRange;
  readonly object?: string;
};

/** A leaf as it may be shown. */
export function shownLeaf({ path, value, layer }: ValuesLeaf, showSecrets: boolean): ShownLeaf {
  const isLocked = layer.locked !== undefined;
  const masked = layer.isSecret && (isLocked || !showSecrets) && !isEmpty(value);
  return {
    path,
    value: masked && !isLocked ? maskedLeaf : value,
    masked,
    from: layer.origin.kind,
    range: layer.rangeOf?.(path) ?? layer.range,
    ...(layer.origin.kind === "object" ? { object: describeValuesObject(layer.origin.object) } : {}),
  };
}

function isEmpty(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** The tree with every masked leaf in place of what stands there. */
export function withLeaves(tree: Json, leaves: readonly ShownLeaf[]): Json {
  const shown = new Map(leaves.map((leaf) => [JSON.stringify(leaf.path), leaf.value]));
  const visit = (value: Json, path: Path): Json => {
    if (isMap(value) && Object.keys(value).length > 0)
      return mapOf(Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])]));
    if (Array.isArray(value) && value.length > 0)
      return (value as readonly Json[]).map((item, index) => visit(item, [...path, index]));
    const found = shown.get(JSON.stringify(path));
    return found === undefined ? value : found;
  };
  return visit(tree, []);
}

/** The values alone. */
export function renderValues(shown: ShownValues, format: "yaml" | "json"): string {
  return format === "json" ? jsonText(shown.values) : yamlText(shown.values);
}

/** Where each leaf was written, as a table or after schemas/values.schema.json. */
export function renderOrigins(shown: ShownValues, format: ValuesFormat, style: Style): string {
  switch (format) {
    case "json":
      return jsonText(originsDocument(shown));
    case "yaml":
      return yamlText(originsDocument(shown));
    case "table": {
      const rows = [
        ...shown.leaves.map((leaf) => [pathText(leaf.path), whereText(leaf), JSON.stringify(leaf.value)]),
        ...shown.unread.map((object) => [
          object.targetPath ?? "(any)",
          placeText(object.range),
          `from ${describeValuesObject(object)}, not read`,
        ]),
      ];
      return renderLines(
        rows.length === 0 ? [["No values."]] : tableLines(["PATH", "WRITTEN AT", "VALUE"], rows),
        style,
      );
    }
  }
}

function originsDocument({ release, leaves, unread }: ShownValues): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "ValuesOrigins",
    release,
    items: leaves.map((leaf) => ({
      path: pathText(leaf.path),
      steps: leaf.path,
      value: leaf.value,
      masked: leaf.masked,
      from: leaf.from,
      ...(leaf.object === undefined ? {} : { object: leaf.object }),
      ...(leaf.range === undefined
        ? {}
        : { file: leaf.range.file, line: leaf.range.line, column: leaf.range.column }),
    })),
    unread: unread.map(({ kind, namespace, name, key, targetPath, optional }) => ({
      kind,
      namespace,
      name,
      key,
      ...(targetPath === undefined ? {} : { targetPath }),
      optional,
    })),
  };
}

function whereText(leaf: ShownLeaf): string {
  const place = leaf.range === undefined ? "" : placeText(leaf.range);
  if (leaf.from === "chart") return place === "" ? "the chart's defaults" : `${place} (the chart's defaults)`;
  return leaf.object === undefined ? place : `${place} (${leaf.object})`;
}

function placeText({ file, line }: SourceRange): string {
  return `${file}:${line}`;
}
