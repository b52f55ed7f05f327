// Looks through a chart and its subcharts for what has to be known before helm runs: CRDs, hooks, namespaces. Templates
// are read as text; what can't be told from the text counts as present.
import { readChartArchive } from "./chart-archive.ts";
import type { ChartFiles } from "./chart-files.ts";

/** Hook names that Helm 4 knows (pkg/release/v1/hook.go); it skips objects with any other. */
const hookNames = [
  "pre-install",
  "post-install",
  "pre-delete",
  "post-delete",
  "pre-upgrade",
  "post-upgrade",
  "pre-rollback",
  "post-rollback",
  "test",
] as const;

export type ChartContents = {
  readonly hasCrds: boolean;
  readonly hasSchema: boolean;
  /** Sorted. */
  readonly hooks: readonly string[];
  /** Sorted. */
  readonly namespaces: readonly string[] | "computed";
};

/** What the chart brings, subcharts in folders and archives included, whether their condition holds or not. */
export function scanChart(files: ChartFiles): ChartContents {
  const hooks = new Set<string>();
  const namespaces = new Set<string>();
  let computed = false;
  let hasCrds = false;
  let hasSchema = false;
  for (const chart of chartsIn(files)) {
    hasSchema ||= chart.has("values.schema.json");
    for (const [path, content] of chart) {
      hasCrds ||= isCrdFile(path);
      if (path !== "values.yaml" && !path.startsWith("templates/")) continue;
      const text = withoutComments(content.toString("utf8"));
      for (const hook of hooksIn(text)) hooks.add(hook);
      for (const name of path === "values.yaml" ? [] : namespacesIn(text)) {
        if (name === undefined) computed = true;
        else namespaces.add(name);
      }
    }
  }
  return {
    hasCrds,
    hasSchema,
    hooks: [...hooks].sort(),
    namespaces: computed ? "computed" : [...namespaces].sort(),
  };
}

/** Texts of crds/, the chart's own before its subcharts', each chart's in the order of their paths. */
export function crdTexts(files: ChartFiles): readonly string[] {
  return [...chartsIn(files)].flatMap((chart) =>
    [...chart].filter(([path]) => isCrdFile(path)).map(([, content]) => content.toString("utf8")),
  );
}

/** Subcharts directly below charts/: the path of each one's folder or archive. As in Helm, `_x` and `.x` are none. */
export function subchartEntries(files: ChartFiles, prefix: string): readonly string[] {
  const entries = new Set<string>();
  for (const path of files.keys()) {
    if (!path.startsWith(`${prefix}charts/`)) continue;
    const [entry = "", ...rest] = path.slice(prefix.length + "charts/".length).split("/");
    const isChart = rest.length > 0 || entry.endsWith(".tgz");
    if (isChart && !entry.startsWith("_") && !entry.startsWith(".")) entries.add(`${prefix}charts/${entry}`);
  }
  return [...entries];
}

/** Each chart's own files, the chart itself first. */
function* chartsIn(files: ChartFiles): Generator<ChartFiles> {
  const below = (folder: string): ChartFiles =>
    new Map(
      [...files].flatMap(([path, content]) =>
        path.startsWith(folder) ? [[path.slice(folder.length), content]] : [],
      ),
    );
  yield new Map([...files].filter(([path]) => !path.startsWith("charts/")));
  for (const entry of subchartEntries(files, "")) {
    const archive = entry.endsWith(".tgz") ? files.get(entry) : undefined;
    const inside = archive ? readChartArchive(archive) : below(`${entry}/`);
    if (inside !== undefined) yield* chartsIn(inside);
  }
}

function isCrdFile(path: string): boolean {
  return path.startsWith("crds/") && /\.(?:yaml|yml|json)$/i.test(path);
}

/** Without template comments and lines that are YAML comments: neither makes an object. */
function withoutComments(text: string): string {
  const opening = /\{\{(?:- )?\/\*/g;
  let kept = "";
  let at = 0;
  for (let start = opening.exec(text); start !== null; start = opening.exec(text)) {
    const end = text.indexOf("*/", opening.lastIndex);
    kept += text.slice(at, start.index);
    at = end < 0 ? text.length : end + "*/".length;
    opening.lastIndex = at;
  }
  return (kept + text.slice(at))
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n");
}

function hooksIn(text: string): readonly string[] {
  const names: string[] = [];
  for (const match of text.matchAll(/helm\.sh\/hook(?![-\w])["']?([^\n]*)/g)) {
    const value = /^[ \t]*:(?:[ \t]+|$)(.*)$/.exec(match[1]?.trimEnd() ?? "")?.[1];
    names.push(...(value === undefined ? hookNames : hooksOf(value)));
  }
  return names;
}

/** Helm splits the annotation at commas; `test-success` is an old name for `test`. */
function hooksOf(value: string): readonly string[] {
  const quoted = /^(["'])(.*?)\1/.exec(value)?.[2];
  const text = quoted ?? value.split(" #", 1)[0] ?? "";
  if (text.trim() === "" || text.includes("{{") || /^[>|&*!]/.test(text)) return hookNames;
  return text.split(",").flatMap((part) => {
    const name = part.replaceAll("}", "").trim().toLowerCase();
    return hookNames.filter((hook) => hook === (name === "test-success" ? "test" : name));
  });
}

/** Names of Namespace objects; undefined stands for one that only rendering would tell. */
function namespacesIn(text: string): readonly (string | undefined)[] {
  return text.split(/^---/m).flatMap((document) => {
    if (/^kind:[ \t]*["']?Namespace["']?[ \t\r]*$/m.test(document)) return [namespaceName(document)];
    const isListed = /^kind:[ \t]*["']?(?:List|NamespaceList)["']?[ \t\r]*$/m.test(document);
    return isListed && /kind:[ \t]*["']?Namespace["']?[ \t\r]*$/m.test(document) ? [undefined] : [];
  });
}

function namespaceName(document: string): string | undefined {
  const lines = document.split("\n");
  const start = lines.findIndex((line) => line.startsWith("metadata:"));
  if (start < 0) return undefined;
  const inFlow = /^metadata:[ \t]*\{[ \t]*name:[ \t]*([^,}]*)/.exec(lines[start] ?? "")?.[1];
  if (inFlow !== undefined) return literalName(inFlow);
  let indentation: number | undefined;
  for (const line of lines.slice(start + 1)) {
    if (line.trim() === "" || /^\s*\{\{/.test(line)) continue;
    const depth = line.length - line.trimStart().length;
    if (depth === 0) return undefined;
    indentation ??= depth;
    if (depth === indentation && line.trimStart().startsWith("name:")) {
      return literalName(line.trimStart().slice("name:".length));
    }
  }
  return undefined;
}

function literalName(written: string): string | undefined {
  const name = (written.split(" #", 1)[0] ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name) ? name : undefined;
}
