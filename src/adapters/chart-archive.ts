// Reads a packaged chart (.tgz) into memory, as Helm does, to look into the archives that charts keep under charts/.
// Nothing is unpacked to disk.
import { gunzipSync } from "node:zlib";
import { chartLimits, sortFiles, type ChartFiles } from "./chart-files.ts";

const blockSize = 512;

/**
 * The files of a packaged chart by their paths without the leading folder; undefined where it is no gzipped tar or is
 * larger than a chart may be. Links and special files are left out.
 */
export function readChartArchive(archive: Buffer): ChartFiles | undefined {
  let tar: Buffer;
  try {
    tar = gunzipSync(archive, { maxOutputLength: chartLimits.chartBytes });
  } catch {
    return undefined;
  }
  const files = new Map<string, Buffer>();
  // A long name stands in an entry of its own, in front of the one that it is for.
  let longName: string | undefined;
  for (let at = 0; at + blockSize <= tar.length;) {
    const header = tar.subarray(at, at + blockSize);
    if (header[0] === 0) break;
    const size = parseInt(readText(header, 124, 12).trim() || "0", 8);
    if (!Number.isSafeInteger(size) || size < 0 || files.size >= chartLimits.entries) return undefined;
    const content = tar.subarray(at + blockSize, at + blockSize + size);
    if (content.length < size) return undefined;
    at += blockSize * (1 + Math.ceil(size / blockSize));
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x") longName = readPaxPath(content) ?? longName;
    else if (type === "L") longName = readText(content, 0, size);
    else {
      const path = withoutFirstFolder(longName ?? readName(header));
      if ((type === "0" || type === "\0") && path !== undefined) files.set(path, content);
      longName = undefined;
    }
  }
  return sortFiles(files);
}

function readText(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? field.length : end);
}

function readName(header: Buffer): string {
  const name = readText(header, 0, 100);
  const prefix = readText(header, 257, 5) === "ustar" ? readText(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Records are `LENGTH KEY=VALUE\n`, the length counting the whole record in bytes. */
function readPaxPath(content: Buffer): string | undefined {
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const length = blank < 0 ? 0 : Number(content.toString("utf8", at, blank));
    if (!Number.isSafeInteger(length) || length <= 0) return undefined;
    const record = content.toString("utf8", blank + 1, at + length - 1);
    if (record.startsWith("path=")) return record.slice("path=".length);
    at += length;
  }
  return undefined;
}

function withoutFirstFolder(name: string): string | undefined {
  const parts = name.replaceAll("\\", "/").split("/").slice(1);
  const path = parts.filter((part) => part !== "" && part !== ".").join("/");
  return path === "" || parts.includes("..") || name.endsWith("/") ? undefined : path;
}
