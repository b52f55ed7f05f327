// Reads Chart.yaml (and the requirements.yaml of old charts) with the place of what is wrong in it. Values are
// understood as Helm understands them; what Helm does not ask for is not asked for here.
import { join } from "node:path";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";
import { isChartVersion } from "../../core/charts/chart-version.ts";
import type { ChartFiles } from "./chart-files.ts";
import { found, wrong, type ChartProblem, type Read } from "./chart-problem.ts";

type Place = NonNullable<ChartProblem["place"]>;

/** One entry of `dependencies`; absent texts are empty. */
export type ChartDependency = {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly alias: string;
  readonly place: Place;
};

export type ChartMetadata = {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly kubeVersion?: string;
  readonly isLibrary: boolean;
  readonly dependencies: readonly ChartDependency[];
  readonly place: Place;
};

/** `prefix` is where the chart lies in `files`, `folder` what its problems are placed in. */
export function readChartMetadata(files: ChartFiles, prefix: string, folder: string): Read<ChartMetadata> {
  const path = join(folder, "Chart.yaml");
  const content = files.get(`${prefix}Chart.yaml`);
  if (content === undefined)
    return wrong({
      code: "chart-yaml-missing",
      message: "there is no Chart.yaml in the chart's folder",
      suggestion: "check the path; a chart is a folder with a Chart.yaml (helm create NAME makes one)",
      place: { path: folder, line: 1, column: 1 },
    });
  const yaml = readYaml(content, path);
  if (!yaml.ok) return yaml;
  const requirementsPath = join(folder, "requirements.yaml");
  const requirements = files.get(`${prefix}requirements.yaml`);
  const requirementsYaml = requirements && readYaml(requirements, requirementsPath);
  if (requirementsYaml?.ok === false) return requirementsYaml;
  const inRequirements = requirementsYaml && readDependencies(requirementsYaml.value);
  const dependencies = inRequirements?.length ? inRequirements : readDependencies(yaml.value);
  const problems = [...checkHead(yaml.value), ...checkDependencies(dependencies)];
  const [first, ...others] = problems;
  if (first !== undefined) return wrong(first, ...others);
  const appVersion = yaml.value.text(["appVersion"]);
  const kubeVersion = yaml.value.text(["kubeVersion"]);
  return found({
    name: yaml.value.text(["name"]),
    version: yaml.value.text(["version"]),
    ...(appVersion === "" ? {} : { appVersion }),
    ...(kubeVersion === "" ? {} : { kubeVersion }),
    isLibrary: yaml.value.text(["type"]) === "library",
    dependencies,
    place: yaml.value.place(["name"]),
  });
}

type YamlFile = {
  /** A scalar as text, empty where it is absent, null or no scalar. */
  readonly text: (path: readonly (string | number)[]) => string;
  /** Where a value stands, or the nearest one above it. */
  readonly place: (path: readonly (string | number)[]) => Place;
  readonly lengthOf: (key: string) => number;
};

function readYaml(content: Buffer, path: string): Read<YamlFile> {
  const lines = new LineCounter();
  const document: Document = parseDocument(content.toString("utf8"), {
    version: "1.1",
    uniqueKeys: false,
    lineCounter: lines,
    logLevel: "silent",
  });
  const [error] = document.errors;
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { path, line: Math.max(1, line), column: Math.max(1, col) };
  };
  if (error !== undefined || !isMap(document.contents))
    return wrong({
      code: "chart-yaml-invalid",
      message:
        error === undefined ? "this file is not a YAML mapping" : `not YAML: ${firstLine(error.message)}`,
      suggestion: "correct the file; helm lint checks it too",
      place: at(error?.pos[0] ?? 0),
    });
  const nodeAt = (keys: readonly (string | number)[]): Node | undefined => {
    const node: unknown = document.getIn(keys, true);
    return isScalar(node) || isMap(node) || isSeq(node) ? node : undefined;
  };
  return found({
    text: (keys) => {
      const node = nodeAt(keys);
      const value: unknown = isScalar(node) ? node.value : undefined;
      if (typeof value === "string") return value;
      return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
    },
    place: (keys) => {
      for (let length = keys.length; length > 0; length--) {
        const range = nodeAt(keys.slice(0, length))?.range;
        if (range) return at(range[0]);
      }
      return at(0);
    },
    lengthOf: (key) => {
      const node = nodeAt([key]);
      return isSeq(node) ? node.items.length : 0;
    },
  });
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.replace(/ at line \d+, column \d+:?$/, "") ?? text;
}

function readDependencies(yaml: YamlFile): readonly ChartDependency[] {
  return Array.from({ length: yaml.lengthOf("dependencies") }, (_, index) => ({
    name: yaml.text(["dependencies", index, "name"]),
    version: yaml.text(["dependencies", index, "version"]),
    repository: yaml.text(["dependencies", index, "repository"]),
    alias: yaml.text(["dependencies", index, "alias"]),
    place: yaml.place(["dependencies", index, "name"]),
  }));
}

function checkHead(yaml: YamlFile): readonly ChartProblem[] {
  const problems: ChartProblem[] = [];
  const add = (key: string, message: string, suggestion: string): void => {
    problems.push({ code: "chart-yaml-invalid", message, suggestion, place: yaml.place([key]) });
  };
  const [apiVersion, name, version, type] = ["apiVersion", "name", "version", "type"].map((key) =>
    yaml.text([key]),
  );
  if (apiVersion !== "" && apiVersion !== "v1" && apiVersion !== "v2")
    add("apiVersion", `apiVersion ${apiVersion ?? ""} is not supported`, "write apiVersion: v2");
  if (!name) add("name", "the chart has no name", "add name: to Chart.yaml");
  else if (name.includes("/") || name === "." || name === "..")
    add("name", `${name} is not a chart name`, "use lower-case letters, digits and dashes");
  if (!version) add("version", "the chart has no version", "add version: to Chart.yaml, for example 0.1.0");
  else if (!isChartVersion(version))
    add(
      "version",
      `${version} is not a version that Helm can read`,
      "write a semantic version, for example 1.4.0",
    );
  if (type !== "" && type !== "application" && type !== "library")
    add("type", `type ${type ?? ""} is unknown`, "write type: application or type: library");
  return problems;
}

function checkDependencies(dependencies: readonly ChartDependency[]): readonly ChartProblem[] {
  const problems: ChartProblem[] = [];
  const taken = new Set<string>();
  for (const { name, alias, place } of dependencies) {
    const key = alias || name;
    if (name === "")
      problems.push({
        code: "chart-yaml-invalid",
        message: "a dependency has no name",
        suggestion: "write the name from the dependency's Chart.yaml",
        place,
      });
    else if (taken.has(key))
      problems.push({
        code: "chart-yaml-invalid",
        message: `more than one dependency is called ${key}`,
        suggestion: "give one of them an alias",
        place,
      });
    taken.add(key);
  }
  return problems;
}
