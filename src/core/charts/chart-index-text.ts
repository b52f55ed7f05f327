// The text of an index file: written with one line per version, so that git shows what came and went; read from any YAML
// of the same meaning, as a formatter may have been at it.
import type { ChartDigest, IndexedChart } from "./chart-index.ts";
import { sortCharts } from "./chart-index.ts";
import type { Checked, Diagnostic, SourceRange } from "../diagnostic.ts";
import { parseDocuments } from "../yaml/document.ts";
import type { IndexedVersion } from "../generated/declaration-types.ts";
import { validateChartIndex } from "../generated/validators.js";
import { nameOf, pathOf } from "../declarations/schema-words.ts";
import { readTree } from "../yaml/yaml-tree.ts";

const header = `# What this repository of charts holds. Written by \`headway index\`; commit it, and don't edit it.
apiVersion: headway.dev/v1
kind: ChartIndex
charts:`;

/** The whole file. The same charts give the same text. */
export function chartIndexText(charts: readonly IndexedChart[]): string {
  const lines: string[] = [];
  let last: string | undefined;
  for (const { name, ...version } of sortCharts(charts)) {
    if (name !== last) lines.push(`  ${JSON.stringify(name)}:`);
    last = name;
    lines.push(`    - ${versionText(version)}`);
  }
  return lines.length === 0 ? `${header} {}\n` : `${header}\n${lines.join("\n")}\n`;
}

/** A flow map that is JSON, the fields always in one order. U+2028 and its like would break YAML's lines. */
function versionText({ version, appVersion, digest, url, dependencies }: Omit<IndexedChart, "name">): string {
  const entries = {
    version,
    ...(appVersion === undefined ? {} : { appVersion }),
    digest,
    url,
    ...(dependencies === undefined || dependencies.length === 0
      ? {}
      : {
          dependencies: dependencies.map((one) => ({
            name: one.name,
            version: one.version,
            repository: one.repository,
          })),
        }),
  };
  return JSON.stringify(entries).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Reads an index file; the value is undefined where it can't be used. `file` is what findings call it. */
export function readChartIndex(file: string, text: string): Checked<readonly IndexedChart[] | undefined> {
  const document = readOwnLines(text);
  if (document !== undefined && validateChartIndex(document))
    return { value: chartsOf(document.charts), diagnostics: [] };
  return readAnyYaml(file, text);
}

/**
 * The text as chartIndexText writes it, without a YAML reader: one with ten thousand versions takes it a second.
 * Undefined where a line is any different.
 */
function readOwnLines(text: string): unknown {
  if (!text.startsWith(`${header}\n`)) return undefined;
  const charts = new Map<string, unknown[]>();
  let versions: unknown[] | undefined;
  try {
    for (const line of text.slice(header.length + 1).split("\n")) {
      if (line.startsWith("    - {") && versions !== undefined) versions.push(JSON.parse(line.slice(6)));
      else if (line.startsWith('  "') && line.endsWith('":')) {
        const name: unknown = JSON.parse(line.slice(2, -1));
        if (typeof name !== "string" || charts.has(name)) return undefined;
        versions = [];
        charts.set(name, versions);
      } else if (line !== "") return undefined;
    }
  } catch {
    return undefined;
  }
  return { apiVersion: "headway.dev/v1", kind: "ChartIndex", charts: Object.fromEntries(charts) };
}

function readAnyYaml(file: string, text: string): Checked<readonly IndexedChart[] | undefined> {
  const refuse = (message: string, range: SourceRange): Checked<undefined> => {
    const diagnostic: Diagnostic = {
      severity: "error",
      code: "bad-index",
      message,
      suggestion: "let `headway index` write it again, or take the last version from git",
      range,
    };
    return { value: undefined, diagnostics: [diagnostic] };
  };
  const [document, second] = parseDocuments(file, text);
  const start: SourceRange = { file, line: 1, column: 1 };
  if (document === undefined || second !== undefined)
    return refuse(`${file} is not one YAML document`, start);
  const tree = readTree(document);
  const [error] = [...document.errors, ...tree.errors];
  if (error !== undefined) return refuse(error.message, error.range ?? start);
  const value: unknown = tree.value;
  if (validateChartIndex(value)) return { value: chartsOf(value.charts), diagnostics: [] };
  const [broken] = validateChartIndex.errors ?? [];
  const path = pathOf(broken?.instancePath ?? "", tree);
  const name = path.length === 0 ? "the index" : nameOf(path);
  return refuse(`${name} ${broken?.message ?? "is not valid"}`, tree.valueRange(path));
}

function chartsOf(charts: Readonly<Record<string, readonly IndexedVersion[]>>): readonly IndexedChart[] {
  return Object.entries(charts).flatMap(([name, versions]) =>
    versions.map(({ digest, ...version }) => ({
      name,
      ...version,
      // The schema has checked its form.
      digest: digest as ChartDigest,
    })),
  );
}
