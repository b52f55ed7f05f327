// Reads a packaged chart that came from elsewhere, strictly: one folder of plain files with one Chart.yaml, and nothing that
// two readers of archives could understand differently. Nothing is unpacked to disk.
import { chartLimits, sortFiles, type ChartFiles } from "./chart-files.ts";
import { readChartMetadata, type ChartMetadata } from "./chart-metadata.ts";
import { found, wrong, type Read } from "./chart-problem.ts";
import { readTar, type TarEntry } from "./chart-tar.ts";

/** A packaged chart's files, by their paths below its one folder and in the order of these. */
export type ChartPackage = { readonly metadata: ChartMetadata; readonly files: ChartFiles };

/** The chart in an archive, or the first thing that speaks against it, as the end of a sentence about the archive. */
export function readChartPackage(archive: Buffer): Read<ChartPackage> {
  const entries = readTar(archive, {
    unpackedBytes: chartLimits.chartBytes,
    entries: chartLimits.entries,
  });
  if (typeof entries === "string") return refuse(entries);
  const files = new Map<string, Buffer>();
  const folders = new Set<string>();
  for (const entry of entries) {
    const problem = checkEntry(entry);
    if (problem !== undefined) return refuse(problem);
    const [folder = "", ...rest] = partsOf(entry.path);
    folders.add(folder);
    if (folders.size > 1)
      return refuse(
        `has more than one folder: ${[...folders].map((name) => JSON.stringify(name)).join(", ")}`,
      );
    if (entry.type === "folder") continue;
    const path = rest.join("/");
    if (path === "") return refuse(`has the file ${shown(entry.path)} outside of a folder`);
    if (files.has(path)) return refuse(`has ${shown(entry.path)} twice`);
    files.set(path, entry.content);
  }
  const clash = fileThatIsFolder(files);
  if (clash !== undefined) return refuse(`has ${shown(clash)} as a file and as a folder`);
  if (!files.has("Chart.yaml")) return refuse("has no Chart.yaml in its folder");
  const metadata = readChartMetadata(files, "", "");
  if (!metadata.ok)
    return refuse(`has a Chart.yaml that can't be used: ${printable(metadata.problems[0].message)}`);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(metadata.value.name))
    return refuse(`has a Chart.yaml with a name that is none: ${shown(metadata.value.name)}`);
  return found({ metadata: metadata.value, files: sortFiles(files) });
}

function checkEntry({ path, type, content }: TarEntry): string | undefined {
  if (type === "link") return `holds a link: ${shown(path)}`;
  if (type === "other") return `holds something that is neither a file nor a folder: ${shown(path)}`;
  // Of a backslash some systems make a folder; of control characters a terminal makes anything.
  if (/[\p{Cc}\p{Bidi_Control}\u2028\u2029\\]/u.test(path))
    return `has a path with forbidden characters: ${shown(path)}`;
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return `has an absolute path: ${shown(path)}`;
  const parts = path.split("/");
  if (parts.includes("..")) return `has a path that leads out of its folder: ${shown(path)}`;
  if (partsOf(path).length === 0 || parts[0] === ".") return `has a path without a folder: ${shown(path)}`;
  if (content.length > chartLimits.fileBytes)
    return `holds a file larger than ${chartLimits.fileBytes / (1024 * 1024)} MiB: ${shown(path)}`;
  return undefined;
}

function partsOf(path: string): readonly string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function fileThatIsFolder(files: ReadonlyMap<string, Buffer>): string | undefined {
  for (const path of files.keys())
    for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1))
      if (files.has(path.slice(0, slash))) return path.slice(0, slash);
  return undefined;
}

/** Quoted, short, and without anything that a terminal obeys. */
function shown(path: string): string {
  const text = printable(path);
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, "?");
}

function refuse(message: string): Read<never> {
  return wrong({
    code: "chart-archive",
    message,
    suggestion: "package the chart anew (helm package FOLDER) and publish it again",
  });
}
