// Drift as plain data that may be shown, and as lines: which fields of which objects differ, what helm applied and what is
// there now, secrets masked.
import type { Json } from "../core/declaration.ts";
import type { DriftedField, DriftedObject } from "../core/drift/drift.ts";
import { describeRef, type ObjectRef } from "../core/object.ts";
import { shorten } from "../core/redact.ts";
import { MASK, maskField } from "./secret-values.ts";
import { cutTo } from "./terminal-text.ts";

/** One field; sides that are not there are absent, and so is `live` of one that is gone. */
export type ShownField = {
  readonly path: string;
  readonly pointer: string;
  readonly manifest?: Json;
  readonly live?: Json;
  readonly gone?: true;
  readonly masked: boolean;
  readonly manager?: string;
};

export type ShownDrift = ObjectRef & {
  readonly state: "missing" | "changed";
  readonly leftByHelm?: true;
  readonly fields: readonly ShownField[];
};

/** The drift of one object, masked where needed; long texts are cut in their middle. */
export function showDrift(drift: DriftedObject): ShownDrift {
  if (drift.kind === "missing") return { ...drift.object, state: "missing", fields: [] };
  return {
    ...drift.object,
    state: "changed",
    ...(drift.isLeftByHelm === undefined ? {} : { leftByHelm: drift.isLeftByHelm }),
    fields: drift.fields.map(showField),
  };
}

function showField({ path, pointer, written, live, isGone, isSecret, manager }: DriftedField): ShownField {
  const hidden = isSecret === true ? MASK : undefined;
  const manifest = hidden ?? maskSide(path, written);
  const now = isGone === true ? undefined : (hidden ?? maskSide(path, live));
  return {
    path,
    pointer,
    ...(manifest === undefined ? {} : { manifest }),
    ...(now === undefined ? {} : { live: now }),
    ...(isGone === undefined ? {} : { gone: isGone }),
    masked: isSecret === true || manifest !== written || (isGone !== true && now !== live),
    ...(manager === undefined ? {} : { manager }),
  };
}

function maskSide(path: string, value: Json | undefined): Json | undefined {
  if (value === undefined) return undefined;
  const masked = maskField(path, value);
  return typeof masked === "string" ? shorten(masked) : masked;
}

/** `Deployment shop/api .spec.replicas: 2 → 5  (kubectl)`, at most `most` lines and one that counts the rest. */
export function driftLines(drift: readonly ShownDrift[], most: number, columns: number): readonly string[] {
  const lines = drift.flatMap((one): readonly string[] => {
    const name = describeRef(one);
    if (one.state === "missing") return [`${name} is gone`];
    const stays = one.leftByHelm === true ? "  (helm leaves it so: the release is applied client-side)" : "";
    return one.fields.map((field) => `${name} ${fieldWords(field, columns)}${stays}`);
  });
  const more = lines.length - most;
  return more > 0 ? [...lines.slice(0, most), `… ${more} more`] : lines;
}

function fieldWords({ path, manifest, live, gone, masked, manager }: ShownField, columns: number): string {
  const now = gone === true ? "(gone)" : live === undefined ? "(none)" : valueWords(live, columns);
  const note = masked && gone !== true && isSame(manifest, live) ? "  (changed)" : "";
  const by = manager === undefined ? "" : `  (${manager})`;
  return `${path}: ${manifest === undefined ? "(none)" : valueWords(manifest, columns)} → ${now}${note}${by}`;
}

function isSame(a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function valueWords(value: Json, columns: number): string {
  return cutTo(typeof value === "string" && value !== "" ? value : JSON.stringify(value), columns, "…");
}
