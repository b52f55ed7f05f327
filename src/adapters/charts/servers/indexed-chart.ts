// What a server says about a chart, checked before anybody believes it: names, versions, digests and addresses that are what
// they should be, and no character that a terminal obeys.
import type { ChartDigest, IndexedChart } from "../../../core/charts/chart-index.ts";
import { isChartVersion } from "../../../core/charts/chart-version.ts";

/** A chart as an index or a registry describes it; absent texts are empty. */
export type DescribedChart = {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly digest: string;
  /** The first that can be used counts. */
  readonly urls: readonly string[];
  readonly dependencies: readonly {
    readonly name: string;
    readonly version: string;
    readonly repository: string;
  }[];
};

const maxText = 512;
const maxDependencies = 200;

/** The chart, its address made absolute against `base`; undefined where something about it is not what it should be. */
export function toIndexedChart(described: DescribedChart, base: URL): IndexedChart | undefined {
  const { name, version, appVersion, dependencies } = described;
  const digest = readDigest(described.digest);
  if (!isChartName(name) || !isShownVersion(version) || digest === undefined) return undefined;
  if (dependencies.length > maxDependencies) return undefined;
  if (!dependencies.every((entry) => Object.values(entry).every(isPlainText))) return undefined;
  const url = firstUsable(described, base);
  if (url === undefined) return undefined;
  return {
    name,
    version,
    ...(appVersion !== "" && isPlainText(appVersion) ? { appVersion } : {}),
    digest,
    url,
    ...(dependencies.length === 0 ? {} : { dependencies }),
  };
}

/** A version that Helm can read, all of it characters that are safe everywhere. */
export function isShownVersion(text: string): boolean {
  return /^[0-9A-Za-z.+-]+$/.test(text) && isChartVersion(text);
}

/** `sha256:HEX`, also from bare hexadecimal digits; undefined for anything else. */
export function readDigest(text: string): (ChartDigest & `sha256:${string}`) | undefined {
  const hex = /^(?:sha256:)?([0-9a-fA-F]{64})$/.exec(text)?.[1]?.toLowerCase();
  return hex === undefined ? undefined : `sha256:${hex}`;
}

/** Reads what JSON or YAML gives, of any shape. */
export function describedChart(value: unknown): DescribedChart {
  const dependencies = listAt(value, "dependencies");
  return {
    name: textAt(value, "name"),
    version: textAt(value, "version"),
    appVersion: textAt(value, "appVersion"),
    digest: textAt(value, "digest"),
    urls: listAt(value, "urls").filter((url) => typeof url === "string"),
    dependencies: dependencies.map((entry) => ({
      name: textAt(entry, "name"),
      version: textAt(entry, "version"),
      repository: textAt(entry, "repository"),
    })),
  };
}

function isChartName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,249}$/.test(text) && !text.includes("..");
}

function isPlainText(text: string): boolean {
  return text.length <= maxText && !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(text);
}

function firstUsable({ urls, version }: DescribedChart, base: URL): string | undefined {
  for (const written of urls) {
    const url = written.startsWith("oci://") ? ociUrl(written, version) : absoluteUrl(written, base);
    if (url !== undefined) return url;
  }
  return undefined;
}

/** Relative ones are relative to the repository's folder, as in Helm. */
function absoluteUrl(written: string, base: URL): string | undefined {
  if (!isPlainText(written) || !URL.canParse(written, base.href)) return undefined;
  const url = new URL(written, base);
  const isHttp = url.protocol === "https:" || url.protocol === "http:";
  return isHttp && url.username === "" && url.password === "" && url.hostname !== "" ? url.href : undefined;
}

/** An index may point into a registry, as oci://HOST/PATH/NAME:TAG; the tag has to be the version. */
function ociUrl(written: string, version: string): string | undefined {
  const parts =
    /^(oci:\/\/[-_.A-Za-z0-9]+(?::[0-9]+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+)(?::([\w.-]+))?$/.exec(
      written,
    );
  const [, url, tag] = parts ?? [];
  return tag === undefined || tag === tagOf(version) ? url : undefined;
}

/** A version as a tag: registries allow no `+` in tags, so Helm writes `_`. */
export function tagOf(version: string): string {
  return version.replaceAll("+", "_");
}

function textAt(value: unknown, key: string): string {
  const field = fieldOf(value, key);
  if (typeof field === "string") return field;
  return typeof field === "number" || typeof field === "boolean" ? String(field) : "";
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const field = fieldOf(value, key);
  return Array.isArray(field) ? field : [];
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  // Own, so it is there.
  return (value as Record<string, unknown>)[key];
}
