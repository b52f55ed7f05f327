// The fingerprint that stands for a pin, and the labels on Helm's records that carry it. Helm inherits custom labels (an
// upgrade carries them on, a rollback copies its target's), so each value names the revision it is meant for.
import { createHash } from "node:crypto";
import type { Declaration, ValuesLayer, ValuesObject } from "./declaration.ts";
import { leavesIn } from "./values/merge-values.ts";
import type { PinnedChart, PinnedRelease } from "./pin.ts";

export const fingerprintLabel = "headway.dev/fingerprint";
export const verifiedLabel = "headway.dev/verified";
export const stackLabel = "headway.dev/stack";
/** Which leaves of a revision's values came from encrypted files and Secrets: what must not be shown of it later. */
export const secretsLabel = "headway.dev/secrets";

/** Changes when what goes into a fingerprint changes; an older one then counts as unknown. */
const algorithm = "v1";

/**
 * Puts a declaration, its chart and its values together; by default the values that stand in the repository, with the
 * objects that others have to come from missing.
 */
export function pinRelease(
  declaration: Declaration,
  chart: PinnedChart,
  values: readonly ValuesLayer[] = declaration.values.flatMap((source) =>
    source.kind === "layer" ? source.layer : [],
  ),
  missing: readonly ValuesObject[] = declaration.values.flatMap((source) =>
    source.kind === "object" && !source.object.optional ? source.object : [],
  ),
): PinnedRelease {
  const valuesDigest = digestOf([
    ...values.map((layer) => layer.digest ?? layer.text),
    // What is not final must not be taken for what is.
    ...missing.map((object) => `missing ${object.kind} ${object.namespace}/${object.name} ${object.key}`),
  ]);
  const fingerprint = base32(
    createHash("sha256")
      .update(JSON.stringify([algorithm, chart.digest, valuesDigest, declaration.crds]))
      .digest(),
  ).slice(0, 32);
  return { declaration, chart, values, missing, valuesDigest, fingerprint };
}

/** What a quarantine lasts for: the declaration, what it reads, and the pins of its dependencies. */
export function quarantineKey(pin: PinnedRelease, dependencies: readonly PinnedRelease[]): string {
  return digestOf([
    pin.declaration.digest,
    pin.fingerprint,
    ...dependencies.map((dependency) => `${dependency.declaration.id}=${dependency.fingerprint}`).toSorted(),
  ]).slice(0, 32);
}

/** The label value for one revision: `v1.r7.<fingerprint>`, at most 63 characters. */
export function fingerprintLabelValue(revision: number, fingerprint: string): string {
  return `${algorithm}.r${revision}.${fingerprint}`;
}

/** The fingerprint in a label value, if it was written for this very revision. */
export function fingerprintFor(revision: number, labelValue: string | undefined): string | undefined {
  const prefix = `${algorithm}.r${revision}.`;
  return labelValue?.startsWith(prefix) === true ? labelValue.slice(prefix.length) : undefined;
}

export function verifiedLabelValue(revision: number): string {
  return `r${revision}`;
}

/** Stands for the paths of all secret leaves; undefined where there are none. */
export function secretsDigest(values: readonly ValuesLayer[]): string | undefined {
  const paths = values
    .filter((layer) => layer.isSecret)
    .flatMap(({ tree }) => leavesIn(tree).map(({ path }) => JSON.stringify(path)));
  return paths.length === 0 ? undefined : digestOf([...new Set(paths)].toSorted()).slice(0, 16);
}

export function secretsLabelValue(revision: number, digest: string): string {
  return `r${revision}.${digest}`;
}

/** The digest in a label value, or "unknown" where it is another revision's: Helm carries labels on. */
export function secretsFor(revision: number, labelValue: string | undefined): string | undefined {
  if (labelValue === undefined) return undefined;
  const prefix = `r${revision}.`;
  return labelValue.startsWith(prefix) ? labelValue.slice(prefix.length) : "unknown";
}

/**
 * Who owns a release, as a label value: the stack's name and eight characters that stand for its source, so that two
 * repositories with a stack of one name do not take over each other's releases.
 */
export function stackLabelValue(name: string, source: string): string {
  return `${name.slice(0, 54)}.${digestOf([source]).slice(0, 8)}`;
}

function digestOf(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** RFC 4648 base32 in lower case without padding: legal in label values. */
function base32(bytes: Uint8Array): string {
  const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0x1fff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >> bits) & 31);
    }
  }
  return text;
}
