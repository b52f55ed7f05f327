// The two documents that describe a chart in a registry: the manifest, and Chart.yaml as JSON.
import { digestOf, type ArchiveDigest } from "./archive-cache.ts";
import { describedChart, readDigest, type DescribedChart } from "./indexed-chart.ts";

/** Digests of a chart's manifest, of its config and of the packaged chart. */
export type ChartManifest = {
  readonly digest: ArchiveDigest;
  readonly config: ArchiveDigest;
  readonly layer: ArchiveDigest;
};

const configType = "application/vnd.cncf.helm.config.v1+json";
/** The second is what Helm wrote while registries were an experiment. */
const layerTypes: ReadonlySet<string> = new Set([
  "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
  "application/tar+gzip",
]);

/** A chart's manifest, or what speaks against its being one. */
export function readManifest(body: Buffer): ChartManifest | string {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    return "the manifest is not JSON";
  }
  if (typeof value !== "object" || value === null) return "the manifest is not a mapping";
  const config = "config" in value ? value.config : undefined;
  if (mediaTypeOf(config) !== configType) return "what the registry has under this name is not a Helm chart";
  const layers: readonly unknown[] = "layers" in value && Array.isArray(value.layers) ? value.layers : [];
  const charts = layers.filter((layer) => layerTypes.has(mediaTypeOf(layer)));
  if (charts.length !== 1) return `the manifest has ${charts.length} packaged charts instead of one`;
  const [layer] = charts;
  const digests = { config: digestIn(config), layer: digestIn(layer) };
  if (digests.config === undefined || digests.layer === undefined)
    return "the manifest names its parts by digests that are not SHA-256";
  return { digest: digestOf(body), config: digests.config, layer: digests.layer };
}

/** Chart.yaml as JSON; undefined where it is none. */
export function readConfig(body: Buffer): DescribedChart | undefined {
  try {
    return describedChart(JSON.parse(body.toString("utf8")));
  } catch {
    return undefined;
  }
}

function mediaTypeOf(value: unknown): string {
  const isTyped = typeof value === "object" && value !== null && "mediaType" in value;
  return isTyped && typeof value.mediaType === "string" ? value.mediaType : "";
}

function digestIn(value: unknown): ArchiveDigest | undefined {
  const hasDigest = typeof value === "object" && value !== null && "digest" in value;
  return hasDigest && typeof value.digest === "string" && value.digest.startsWith("sha256:")
    ? readDigest(value.digest)
    : undefined;
}
