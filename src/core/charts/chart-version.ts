// Versions and version ranges of charts as Helm reads them. Helm's ranges are those of the Go library
// github.com/Masterminds/semver (3.5.0 in Helm 4.3), which differ from npm's: a comma means "and", pre-releases count
// only where an alternative of the range names one, and `^*` or `!=1.x` have meanings of their own.
import semver from "semver";
import type { Diagnostic } from "../diagnostic.ts";
import type { Declaration } from "../declaration.ts";

type Version = {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: string;
};

/** How much of a comparison's version was written: `x`, `1`, `1.2` or `1.2.3`. */
type Precision = "nothing" | "major" | "minor" | "full";

type Operator = "=" | "!=" | ">" | "<" | ">=" | "<=" | "~" | "^";

type Comparison = { readonly operator: Operator; readonly bound: Version; readonly precision: Precision };

const operators = new Map<string, Operator>([
  ["", "="],
  ["=", "="],
  ["!=", "!="],
  [">", ">"],
  ["<", "<"],
  [">=", ">="],
  ["=>", ">="],
  ["<=", "<="],
  ["=<", "<="],
  ["~", "~"],
  ["~>", "~"],
  ["^", "^"],
]);

const maxRangeLength = 512;
const maxAlternatives = 32;
const maxVersionLength = 256;

const identifiers = /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/;
const blank = /^[ \t\n\f\r]$/;

/** True for what Helm accepts as a chart's version: SemVer, also with a `v` or with fewer than three numbers. */
export function isChartVersion(text: string): boolean {
  return parseVersion(text) !== undefined;
}

/** True for one exact version with all its three numbers, which needs no list of versions to be resolved. */
export function isExactVersion(text: string): boolean {
  return /^v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+].*)?$/.test(text) && isChartVersion(text);
}

/** For sorting: the newest first by SemVer's precedence, what is no version last. */
export function newestFirst(a: string, b: string): number {
  const [first, second] = [parseVersion(a), parseVersion(b)];
  if (first === undefined || second === undefined)
    return Number(first === undefined) - Number(second === undefined);
  return compare(second, first);
}

/** True for a version that a range takes only where it names a pre-release itself. */
export function isPrereleaseVersion(text: string): boolean {
  return (parseVersion(text)?.prerelease ?? "") !== "";
}

/**
 * Whether Helm would take `version` for `range`; `bad-range` where Helm could not read the range, and false where it
 * could not read the version. Linear in the length of the range.
 */
export function satisfiesRange(version: string, range: string): boolean | "bad-range" {
  const takes = readRange(range);
  return takes === "bad-range" ? takes : takes(version);
}

/** A range read once, for many versions: what it takes, as satisfiesRange tells. */
export function readRange(range: string): ((version: string) => boolean) | "bad-range" {
  const alternatives = parseRange(range);
  if (alternatives === undefined) return "bad-range";
  return (version) => {
    const parsed = parseVersion(version);
    if (parsed === undefined) return false;
    return alternatives.some(
      (comparisons) =>
        (parsed.prerelease === "" || comparisons.some((comparison) => comparison.bound.prerelease !== "")) &&
        comparisons.every((comparison) => holds(parsed, comparison)),
    );
  };
}

/** What is wrong between the version a declaration asks for and the version its chart has; undefined if nothing. */
export function checkChartVersion(
  declaration: Pick<Declaration, "version" | "versionRange" | "chart">,
  chart: { readonly name: string; readonly version: string },
): Diagnostic | undefined {
  const { version: asked, versionRange: range } = declaration;
  if (asked === undefined) return undefined;
  const place = range === undefined ? {} : { range };
  switch (satisfiesRange(chart.version, asked)) {
    case true:
      return undefined;
    case "bad-range":
      return badRange(asked, range);
    case false:
      return {
        severity: "error",
        code: "chart-version-mismatch",
        message: `the chart ${chart.name} at ${declaration.chart.written} has version ${chart.version}, but ${asked} is asked for`,
        suggestion: "change `version` here, or the version in the chart's Chart.yaml",
        ...place,
      };
  }
}

/** The finding for a range that Helm could not read. */
export function badRange(asked: string, range: Declaration["versionRange"]): Diagnostic {
  return {
    severity: "error",
    code: "bad-version-range",
    message: `"${asked}" is not a version range that Helm can read`,
    suggestion: "write a version such as 1.4.0, or a range such as ^1.4.0, ~1.4, 1.x or >=1.0.0, <2.0.0",
    ...(range === undefined ? {} : { range }),
  };
}

const mostKnownVersions = 10_000;
/** Indexes hold the same versions over and over. */
const knownVersions = new Map<string, Version | undefined>();

function parseVersion(text: string): Version | undefined {
  if (knownVersions.has(text)) return knownVersions.get(text);
  if (knownVersions.size >= mostKnownVersions) knownVersions.clear();
  const version = readVersion(text);
  knownVersions.set(text, version);
  return version;
}

function readVersion(text: string): Version | undefined {
  if (text.length > maxVersionLength) return undefined;
  const { core, prerelease, metadata } = splitVersion(text.startsWith("v") ? text.slice(1) : text);
  if (prerelease !== undefined && !isPrerelease(prerelease)) return undefined;
  if (metadata !== undefined && !identifiers.test(metadata)) return undefined;
  const numbers = core.split(".").map(parseNumber);
  const [major, minor = 0, patch = 0] = numbers;
  if (numbers.length > 3 || numbers.includes(undefined) || major === undefined) return undefined;
  return { major, minor, patch, prerelease: prerelease ?? "" };
}

function splitVersion(text: string): {
  readonly core: string;
  readonly prerelease: string | undefined;
  readonly metadata: string | undefined;
} {
  const plus = text.indexOf("+");
  const beforePlus = plus < 0 ? text : text.slice(0, plus);
  const dash = beforePlus.indexOf("-");
  return {
    core: dash < 0 ? beforePlus : beforePlus.slice(0, dash),
    prerelease: dash < 0 ? undefined : beforePlus.slice(dash + 1),
    metadata: plus < 0 ? undefined : text.slice(plus + 1),
  };
}

function parseNumber(text: string): number | undefined {
  if (!/^[0-9]+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

function isPrerelease(text: string): boolean {
  return identifiers.test(text) && text.split(".").every((part) => !/^0[0-9]+$/.test(part));
}

function parseRange(range: string): readonly (readonly Comparison[])[] | undefined {
  if (range.length > maxRangeLength) return undefined;
  const alternatives = range.split("||");
  if (alternatives.length > maxAlternatives) return undefined;
  const parsed = alternatives.map(parseAlternative);
  return parsed.every((comparisons) => comparisons !== undefined) ? parsed : undefined;
}

/**
 * Comparisons that must all hold, with blanks or one comma between them; `1.2 - 1.4` stands for two. Behind a
 * comparison such a pair needs the comma, and behind `||` a blank or a `v`: the Go library swallows what is in
 * front of it.
 */
function parseAlternative(text: string, index: number): readonly Comparison[] | undefined {
  const tokens = tokenize(text);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const comparisons: Comparison[] = [];
  let wasRange = index === 0 || text.startsWith("v") || blank.test(text.charAt(0));
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    const end = tokens[at + 2];
    if (token === undefined || token.kind === "dash") return undefined;
    const isRange = tokens[at + 1]?.kind === "dash";
    if (isRange && (token.operator !== "" || end?.kind !== "comparison" || end.operator !== ""))
      return undefined;
    if (isRange && !wasRange && !token.afterComma) return undefined;
    wasRange = isRange;
    const parts = isRange
      ? [
          { operator: ">=", version: token.version },
          { operator: "<=", version: end?.kind === "comparison" ? end.version : "" },
        ]
      : [token];
    for (const part of parts) {
      const comparison = parseComparison(part.operator, part.version);
      if (comparison === undefined) return undefined;
      comparisons.push(comparison);
    }
    if (isRange) at += 2;
  }
  return comparisons;
}

type Token =
  | {
      readonly kind: "comparison";
      readonly operator: string;
      readonly version: string;
      readonly afterComma: boolean;
    }
  | { readonly kind: "dash" };

function tokenize(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  const skip = (wanted: (character: string) => boolean): string => {
    const start = at;
    while (at < text.length && wanted(text.charAt(at))) at++;
    return text.slice(start, at);
  };
  const isBlank = (character: string): boolean => blank.test(character);
  for (;;) {
    const gap = skip(isBlank);
    const comma = text.charAt(at) === ",";
    if (comma) {
      if (tokens.length === 0 || tokens.at(-1)?.kind === "dash") return undefined;
      at++;
      skip(isBlank);
      if (at === text.length) return undefined;
    }
    if (at === text.length) return tokens;
    if (tokens.length > 0 && gap === "" && !comma) return undefined;
    if (text.charAt(at) === "-" && isBlank(text.charAt(at + 1)) && !comma) {
      tokens.push({ kind: "dash" });
      at++;
      continue;
    }
    const operator = skip((character) => "=!<>~^".includes(character));
    if (operator !== "") skip(isBlank);
    const version = skip((character) => /[0-9A-Za-z.*+-]/.test(character));
    if (version === "") return undefined;
    tokens.push({ kind: "comparison", operator, version, afterComma: comma });
  }
}

function parseComparison(operatorText: string, text: string): Comparison | undefined {
  const operator = operators.get(operatorText);
  const { core, prerelease, metadata } = splitVersion(text.startsWith("v") ? text.slice(1) : text);
  const parts = core.split(".");
  if (operator === undefined || parts.length > 3) return undefined;
  if (prerelease !== undefined && !isPrerelease(prerelease)) return undefined;
  if (metadata !== undefined && !identifiers.test(metadata)) return undefined;
  if (!parts.every((part) => isAny(part) || parseNumber(part) !== undefined)) return undefined;
  const written = parts.findIndex(isAny);
  const count = written < 0 ? parts.length : written;
  const number = (index: number): number => (index < count ? (parseNumber(parts[index] ?? "") ?? 0) : 0);
  return {
    operator,
    bound: { major: number(0), minor: number(1), patch: number(2), prerelease: prerelease ?? "" },
    precision: (["nothing", "major", "minor", "full"] as const)[count] ?? "full",
  };
}

function isAny(part: string): boolean {
  return part === "x" || part === "X" || part === "*";
}

function compare(a: Version, b: Version): number {
  const core = a.major - b.major || a.minor - b.minor || a.patch - b.patch;
  if (core !== 0 || a.prerelease === b.prerelease) return core;
  return semver.compare(format(a), format(b));
}

function format(version: Version): string {
  const core = `${version.major}.${version.minor}.${version.patch}`;
  return version.prerelease === "" ? core : `${core}-${version.prerelease}`;
}

function holds(version: Version, { operator, bound, precision }: Comparison): boolean {
  const order = compare(version, bound);
  const sameMajor = version.major === bound.major;
  const sameMinor = sameMajor && version.minor === bound.minor;
  switch (operator) {
    case "=":
      return precision === "full" ? order === 0 : order >= 0 && isInTilde(version, bound, precision);
    case "!=":
      if (precision === "major") return !sameMajor;
      if (precision === "minor") return !sameMinor || version.prerelease !== bound.prerelease;
      return order !== 0;
    case ">":
      if (precision === "major") return version.major > bound.major;
      if (precision === "minor")
        return version.major > bound.major || (sameMajor && version.minor > bound.minor);
      return order > 0;
    case "<":
      return order < 0;
    case ">=":
      return order >= 0;
    case "<=":
      if (precision === "full") return order <= 0;
      return (
        version.major < bound.major || (sameMajor && (precision === "major" || version.minor <= bound.minor))
      );
    case "~":
      return order >= 0 && isInTilde(version, bound, precision);
    case "^":
      return order >= 0 && isInCaret(version, bound, precision);
  }
}

function isInTilde(version: Version, bound: Version, precision: Precision): boolean {
  const open = precision === "nothing" || precision === "full";
  if (open && bound.major === 0 && bound.minor === 0 && bound.patch === 0) return true;
  return version.major === bound.major && (precision === "major" || version.minor === bound.minor);
}

function isInCaret(version: Version, bound: Version, precision: Precision): boolean {
  if (version.major !== bound.major) return false;
  if (bound.major > 0 || precision === "major") return true;
  if (version.minor !== bound.minor) return false;
  return bound.minor > 0 || precision === "minor" || version.patch === bound.patch;
}
