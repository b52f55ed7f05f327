// How helm packs a release into a Secret (`pkg/storage/driver/util.go`): JSON, gzip, base64, and once more base64 by
// the Secret. Anybody who may write Secrets may write these, so nothing here trusts them.
import { gunzipSync, gzipSync } from "node:zlib";
import { fieldOf, isRecord } from "../../core/json.ts";

/** The most that a release may be when unpacked, in bytes. A Secret holds 1 MiB packed. */
const maxUnpackedBytes = 64 * 1024 * 1024;

/** The JSON of a release in `data.release` of a Secret; undefined where it is not one. Never throws. */
export function unpackRelease(data: unknown): unknown {
  const text = unpackText(data);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function unpackText(data: unknown): string | undefined {
  if (typeof data !== "string") return undefined;
  const packed = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
  try {
    // Releases of early Helm 3 were not compressed.
    const isZipped = packed[0] === 0x1f && packed[1] === 0x8b && packed[2] === 0x08;
    return (isZipped ? gunzipSync(packed, { maxOutputLength: maxUnpackedBytes }) : packed).toString("utf8");
  } catch {
    return undefined;
  }
}

/**
 * The same release with another status and description, packed again; undefined where it can't be unpacked. Every
 * number keeps the digits it was written with.
 */
export function repackWithStatus(data: unknown, status: string, description: string): string | undefined {
  const text = unpackText(data);
  if (text === undefined) return undefined;
  const release = parseKeepingDigits(text);
  const info = fieldOf(release, "info");
  if (!isRecord(release) || !isRecord(info)) return undefined;
  return packRelease({ ...release, info: { ...info, status, description } });
}

/** `data.release` of a Secret for the JSON of a release. */
export function packRelease(release: unknown): string {
  const packed = gzipSync(JSON.stringify(release), { level: 9 }).toString("base64");
  return Buffer.from(packed, "latin1").toString("base64");
}

/** JSON.rawJSON and the reviver's `source` (ECMAScript's JSON.parse source text access), not yet in TypeScript's types. */
type JsonWithSource = {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): unknown;
};

function parseKeepingDigits(text: string): unknown {
  const json = JSON as unknown as JsonWithSource;
  try {
    return json.parse(text, (_key, value, { source }) =>
      typeof value === "number" && source !== undefined && String(value) !== source
        ? json.rawJSON(source)
        : value,
    );
  } catch {
    return undefined;
  }
}
