// The index.yaml of an http repository, which may hold tens of megabytes: as JSON, or as the block YAML that Helm writes
// through block-index.ts; anything else through the YAML library while it is small enough for that.
import { parse } from "yaml";
import { readBlockIndex } from "./block-index.ts";
import { describedChart, type DescribedChart } from "./indexed-chart.ts";

/** Bytes that the YAML library may be given in all: it takes seconds and hundreds of megabytes for ten times as many. */
export const maxYamlBytes = 4 * 1024 * 1024;

/** Every entry, in order; or what is wrong with the index, as the end of a sentence about it. */
export function readUpstreamIndex(index: Buffer): readonly DescribedChart[] | string {
  const start = index
    .subarray(0, 1024)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (start.startsWith("<")) return "is a web page, not an index";
  if (start.startsWith("{")) {
    const value = parseJson(index);
    if (value !== undefined) return entriesOf(value);
  }
  const block = readBlockIndex(index, parseWithin(maxYamlBytes));
  if (block !== undefined && (!block.isTorn || index.length > maxYamlBytes)) return block.entries;
  if (index.length > maxYamlBytes)
    return "is too large for the way it is written; `helm repo index` writes one that can be read";
  try {
    return entriesOf(parse(index.toString("utf8"), { logLevel: "error", maxAliasCount: 10_000 }));
  } catch {
    return "is not YAML";
  }
}

/** Parses pieces of YAML until they make up `budget` bytes; undefined for what is none, or comes later. */
function parseWithin(budget: number): (text: string) => unknown {
  let left = budget;
  return (text) => {
    left -= text.length;
    if (left < 0) return undefined;
    try {
      const value: unknown = parse(text, { logLevel: "error", maxAliasCount: 10_000 });
      return value;
    } catch {
      return undefined;
    }
  };
}

function parseJson(index: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(index.toString("utf8"));
    return value;
  } catch {
    return undefined;
  }
}

function entriesOf(value: unknown): readonly DescribedChart[] | string {
  if (typeof value !== "object" || value === null || !("entries" in value)) return "has no entries";
  const { entries } = value;
  if (entries === null) return [];
  if (typeof entries !== "object" || Array.isArray(entries)) return "has entries that are no mapping";
  return Object.entries(entries).flatMap(([name, versions]: [string, unknown]) =>
    Array.isArray(versions) ? versions.map(describedChart).filter((chart) => chart.name === name) : [],
  );
}
