// Reads the files of a chart's folder as Helm would load them: .helmignore applied, links followed, within limits. What
// the files mean is read elsewhere.
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  type Stats,
} from "node:fs";
import { join, sep } from "node:path";
import { parseIgnoreRules, type IgnoreRules } from "./chart-ignore.ts";
import { found, wrong, type ChartProblem, type Read } from "./chart-problem.ts";

/** Contents by path below the chart's folder, with `/`. */
export type ChartFiles = ReadonlyMap<string, Buffer>;

/** Bytes and counts beyond which a chart is refused; Helm itself stops at 100 MiB per chart. */
export const chartLimits = {
  fileBytes: 5 * 1024 * 1024,
  chartBytes: 100 * 1024 * 1024,
  entries: 20_000,
} as const;

type Walk = {
  readonly folder: string;
  /** Real path that no link may lead out of. */
  readonly root: string;
  readonly ignores: IgnoreRules;
  readonly files: Map<string, Buffer>;
  bytes: number;
  entries: number;
};

/**
 * Every file of the chart at `folder` (a real path below `root`), in the order of their paths. Reads synchronously:
 * for many small files that is several times faster than through the thread pool. Throws what the file system throws.
 */
export function readChartFiles(folder: string, root: string): Read<ChartFiles> {
  const ignores = readIgnoreRules(folder);
  if (!ignores.ok) return ignores;
  const walk: Walk = { folder, root, ignores: ignores.value, files: new Map(), bytes: 0, entries: 0 };
  const problem = walkFolder(walk, folder, "", [folder]);
  if (problem !== undefined) return wrong(problem);
  return found(sortFiles(walk.files));
}

/** The same files in the order of their paths, which is the order that digests count on. */
export function sortFiles(files: ChartFiles): ChartFiles {
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** What is wrong with the size of a chart, its dependencies included; undefined if nothing. */
export function checkChartSize(files: ChartFiles, folder: string): ChartProblem | undefined {
  const bytes = files.values().reduce((sum, content) => sum + content.length, 0);
  return bytes > chartLimits.chartBytes || files.size > chartLimits.entries ? tooLarge(folder) : undefined;
}

/** True where `path` is `root` or lies below it; both are real paths. */
export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function readIgnoreRules(folder: string): Read<IgnoreRules> {
  const path = join(folder, ".helmignore");
  const text = statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : "";
  const rules = parseIgnoreRules(text);
  if (typeof rules === "function") return found(rules);
  return wrong({
    code: "chart-helmignore",
    message: `.helmignore has a line that Helm can't read: ${rules.badLine}`,
    suggestion:
      "use simple patterns: *, ?, [a-z], a leading / or !, a trailing /; ** is not supported by Helm",
    place: { path, line: text.split("\n").findIndex((line) => line.trim() === rules.badLine) + 1, column: 1 },
  });
}

/** `ancestors` are the real paths of the folders that are being walked, to see links that lead back up. */
function walkFolder(
  walk: Walk,
  folder: string,
  prefix: string,
  ancestors: readonly string[],
): ChartProblem | undefined {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = prefix + entry.name;
    walk.entries++;
    if (walk.entries > chartLimits.entries) return tooLarge(walk.folder);
    if (!entry.isSymbolicLink() && walk.ignores(path, entry.isDirectory())) continue;
    const target = entry.isSymbolicLink() ? resolveLink(walk, join(folder, entry.name), path) : undefined;
    if (target?.ok === false) return target.problems[0];
    if (target?.value === "ignored") continue;
    const real = target?.value.path ?? join(folder, entry.name);
    if (target?.value.isFolder ?? entry.isDirectory()) {
      if (ancestors.includes(real))
        return badLink(join(folder, entry.name), path, "leads back to a folder above it");
      const problem = walkFolder(walk, real, `${path}/`, [...ancestors, real]);
      if (problem !== undefined) return problem;
    } else {
      const content = readWithin(real, path);
      if (!content.ok) return content.problems[0];
      walk.bytes += content.value.length;
      if (walk.bytes > chartLimits.chartBytes) return tooLarge(walk.folder);
      walk.files.set(path, content.value);
    }
  }
  return undefined;
}

function resolveLink(
  walk: Walk,
  link: string,
  path: string,
): Read<"ignored" | { readonly path: string; readonly isFolder: boolean }> {
  const target = statTarget(link);
  if (walk.ignores(path, target?.isDirectory() === true)) return found("ignored");
  if (target === undefined) return wrong(badLink(link, path, "leads nowhere"));
  const real = realpathSync(link);
  if (!isWithin(real, walk.root)) return wrong(badLink(link, path, "leaves the repository"));
  return found({ path: real, isFolder: target.isDirectory() });
}

/** Undefined where the link leads nowhere or round in a circle. */
function statTarget(link: string): Stats | undefined {
  try {
    return statSync(link, { throwIfNoEntry: false });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ELOOP") return undefined;
    throw error;
  }
}

function readWithin(file: string, path: string): Read<Buffer> {
  // Not blocking: opening a named pipe would wait for a writer.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) return wrong(irregular(file, path));
    if (status.size > chartLimits.fileBytes)
      return wrong({
        code: "chart-too-large",
        message: `${path} is larger than ${mebibytes(chartLimits.fileBytes)} MiB`,
        suggestion: "leave the file out of the chart, for example by a line in its .helmignore",
        place: { path: file, line: 1, column: 1 },
      });
    return found(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function irregular(file: string, path: string): ChartProblem {
  return {
    code: "chart-irregular-file",
    message: `${path} is neither a file nor a folder`,
    suggestion: "remove it from the chart, or add it to the chart's .helmignore",
    place: { path: file, line: 1, column: 1 },
  };
}

function badLink(link: string, path: string, what: string): ChartProblem {
  return {
    code: "chart-link",
    message: `the symbolic link ${path} ${what}`,
    suggestion: "replace it with a copy of what it should show, or add it to the chart's .helmignore",
    place: { path: link, line: 1, column: 1 },
  };
}

function tooLarge(folder: string): ChartProblem {
  return {
    code: "chart-too-large",
    message: `the chart has more than ${mebibytes(chartLimits.chartBytes)} MiB or ${chartLimits.entries} files`,
    suggestion: "leave files out by the chart's .helmignore, and check that the path is the one of a chart",
    place: { path: folder, line: 1, column: 1 },
  };
}

function mebibytes(bytes: number): number {
  return bytes / (1024 * 1024);
}
