// Reads the archives that charts keep under charts/ as Helm does. Charts that come from a server are held to more:
// chart-package.ts. Nothing is unpacked to disk.
import { chartLimits, sortFiles, type ChartFiles } from "./chart-files.ts";
import { readTar } from "./chart-tar.ts";

/**
 * The files of a packaged chart by their paths without the leading folder; undefined where it is no gzipped tar or is
 * larger than a chart may be. Links and special files are left out.
 */
export function readChartArchive(archive: Buffer): ChartFiles | undefined {
  const entries = readTar(archive, {
    unpackedBytes: chartLimits.chartBytes,
    entries: chartLimits.entries,
  });
  if (typeof entries === "string") return undefined;
  const files = new Map<string, Buffer>();
  for (const { path, type, content } of entries) {
    const inside = type === "file" ? withoutFirstFolder(path) : undefined;
    if (inside !== undefined) files.set(inside, content);
  }
  return sortFiles(files);
}

function withoutFirstFolder(name: string): string | undefined {
  const parts = name.replaceAll("\\", "/").split("/").slice(1);
  const path = parts.filter((part) => part !== "" && part !== ".").join("/");
  return path === "" || parts.includes("..") || name.endsWith("/") ? undefined : path;
}
