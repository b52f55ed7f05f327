// A chart's values.yaml, values.schema.json and dependencies, and those of the charts below it, from its private copy.
import { realpathSync } from "node:fs";
import type { ChartDependencyValues, ChartText, ChartValues } from "../../core/values/chart-values.ts";
import type { Json } from "../../core/declaration.ts";
import { parseDocuments } from "../../core/yaml/document.ts";
import { isMap, ownValue, type JsonMap } from "../../core/values/merge-values.ts";
import { readTree } from "../../core/yaml/yaml-tree.ts";
import { readChartArchive } from "./chart-archive.ts";
import { readChartFiles, type ChartFiles } from "./chart-files.ts";
import { subchartEntries } from "./chart-scan.ts";

/** Charts deeper than this are not looked at. */
const deepest = 20;

/** What a pinned chart's folder says of values. Throws where the private copy can't be read. */
export function readChartValues(folder: string): ChartValues {
  const real = realpathSync(folder);
  const read = readChartFiles(real, real);
  if (!read.ok) throw new Error(`the private copy ${folder} can't be read: ${read.problems[0].message}`);
  return valuesIn(read.value, "", 0);
}

function valuesIn(files: ChartFiles, prefix: string, depth: number): ChartValues {
  const metadata = yamlIn(files, `${prefix}Chart.yaml`);
  const requirements = listOf(ownValue(yamlIn(files, `${prefix}requirements.yaml`), "dependencies"));
  const schema = files.get(`${prefix}values.schema.json`)?.toString("utf8");
  return {
    name: textOf(ownValue(metadata, "name")),
    version: textOf(ownValue(metadata, "version")),
    isLibrary: ownValue(metadata, "type") === "library",
    ...templatesIn(files, prefix),
    defaults: yamlIn(files, `${prefix}values.yaml`),
    ...(schema === undefined ? {} : { schema }),
    dependencies: (requirements.length > 0 ? requirements : listOf(ownValue(metadata, "dependencies"))).map(
      readDependency,
    ),
    subcharts:
      depth >= deepest
        ? []
        : subchartEntries(files, prefix).flatMap((entry) => {
            if (!entry.endsWith(".tgz")) {
              const isChart = files.has(`${entry}/Chart.yaml`);
              return isChart ? [valuesIn(files, `${entry}/`, depth + 1)] : [];
            }
            const archive = files.get(entry);
            const inside = archive === undefined ? undefined : readChartArchive(archive);
            return inside === undefined ? [] : [valuesIn(inside, "", depth + 1)];
          }),
  };
}

/** Larger files are no templates that anybody reads. */
const largestText = 1_048_576;

/** What may hold actions of templates, but not values.yaml, which is read as values. */
function templatesIn(files: ChartFiles, prefix: string): Pick<ChartValues, "templates" | "texts"> {
  const templates: ChartText[] = [];
  const texts: ChartText[] = [];
  for (const [path, content] of files) {
    if (!path.startsWith(prefix)) continue;
    const own = path.slice(prefix.length);
    if (own.startsWith("templates/")) templates.push({ path: own, text: content.toString("utf8") });
    else if (!/^(?:charts|crds)\//.test(own) && !/^(?:values\.yaml|.*\.md|.*\.tgz)$/.test(own)) {
      if (content.length <= largestText && content.includes("{{"))
        texts.push({ path: own, text: content.toString("utf8") });
    }
  }
  return { templates, texts };
}

function yamlIn(files: ChartFiles, path: string): JsonMap {
  const text = files.get(path)?.toString("utf8");
  const [document] = text === undefined ? [] : parseDocuments(path, text);
  const value = document === undefined ? undefined : readTree(document).value;
  return isMap(value) ? value : {};
}

function readDependency(entry: Json): ChartDependencyValues {
  return {
    name: textOf(ownValue(entry, "name")),
    version: textOf(ownValue(entry, "version")),
    alias: textOf(ownValue(entry, "alias")),
    condition: textOf(ownValue(entry, "condition")),
    tags: listOf(ownValue(entry, "tags")).map(textOf),
    imports: listOf(ownValue(entry, "import-values")).map((one) =>
      isMap(one)
        ? { child: textOf(ownValue(one, "child")), parent: textOf(ownValue(one, "parent")) }
        : textOf(one),
    ),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}
