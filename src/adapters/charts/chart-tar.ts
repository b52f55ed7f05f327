// Takes a gzipped tar apart in memory, bounded, in the dialects that packagers of charts write (ustar, pax, GNU long names).
// What is allowed in a chart is decided by its callers: chart-package.ts strictly, chart-archive.ts as Helm does.
import { gunzipSync } from "node:zlib";

const blockSize = 512;

/** One entry; `path` as it is written. */
export type TarEntry = {
  readonly path: string;
  readonly type: "file" | "folder" | "link" | "other";
  readonly content: Buffer;
};

/** What is wrong with an archive, as the end of a sentence about it. */
export type TarProblem =
  | "is no gzipped archive, or ends too early"
  | "is too large when unpacked"
  | "is no tar archive"
  | "ends in the middle of a file"
  | "has too many files";

/** Every entry in order, or what is wrong. `unpackedBytes` and `entries` are what is put up with. */
export function readTar(
  archive: Buffer,
  limits: { readonly unpackedBytes: number; readonly entries: number },
): readonly TarEntry[] | TarProblem {
  const tar = unpack(archive, limits.unpackedBytes);
  if (typeof tar === "string") return tar;
  const entries: TarEntry[] = [];
  // A long name stands in an entry of its own, in front of the one that it is for.
  let longName: string | undefined;
  for (let at = 0; at + blockSize <= tar.length;) {
    const header = tar.subarray(at, at + blockSize);
    if (header[0] === 0) return entries;
    if (!hasRightSum(header)) return "is no tar archive";
    const size = parseOctal(readText(header, 124, 12));
    if (size === undefined) return "is no tar archive";
    const content = tar.subarray(at + blockSize, at + blockSize + size);
    if (content.length < size) return "ends in the middle of a file";
    at += blockSize * (1 + Math.ceil(size / blockSize));
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x") longName = readPaxPath(content) ?? longName;
    else if (type === "L") longName = readText(content, 0, size);
    else if (type !== "g") {
      if (entries.length >= limits.entries) return "has too many files";
      entries.push({ path: longName ?? readName(header), type: typeOf(type, header), content });
      longName = undefined;
    }
  }
  return entries;
}

function unpack(archive: Buffer, maxOutputLength: number): Buffer | TarProblem {
  try {
    return gunzipSync(archive, { maxOutputLength });
  } catch (error) {
    const isLarge = error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
    return isLarge ? "is too large when unpacked" : "is no gzipped archive, or ends too early";
  }
}

function typeOf(type: string, header: Buffer): TarEntry["type"] {
  switch (type) {
    case "0":
    case "\0":
      // Of old: a folder is a file whose name ends in a slash.
      return readName(header).endsWith("/") ? "folder" : "file";
    case "5":
      return "folder";
    case "1":
    case "2":
      return "link";
    default:
      return "other";
  }
}

/** The sum counts its own field as blanks. An iterator would make an array of every byte of every header. */
function hasRightSum(header: Buffer): boolean {
  let sum = 0;
  for (let index = 0; index < header.length; index++)
    sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  return sum === parseOctal(readText(header, 148, 8));
}

function parseOctal(field: string): number | undefined {
  const text = field.trim();
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? parseInt(text, 8) : undefined;
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
  let path: string | undefined;
  for (let at = 0; at < content.length;) {
    const blank = content.indexOf(0x20, at);
    const length = blank < 0 ? 0 : Number(content.toString("utf8", at, blank));
    if (!Number.isSafeInteger(length) || length <= 0) return path;
    const record = content.toString("utf8", blank + 1, at + length - 1);
    if (record.startsWith("path=")) path = record.slice("path=".length);
    at += length;
  }
  return path;
}
