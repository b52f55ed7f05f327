// Compares what a manifest says with what is there, field by field. A field that the manifest does not set is no drift,
// whoever has set it; and where it is in doubt whether somebody has changed a field that it sets, nothing is said.
import type { Json } from "../declaration.ts";
import { isRecord } from "../json.ts";
import { groupOf, isBuiltInGroup } from "../object.ts";
import { isMap, ownValue } from "../values/merge-values.ts";
import type { DriftedField } from "./drift.ts";
import {
  isAutoscalers,
  isHelms,
  isServerSideApplied,
  isWhollyHelms,
  listKindOf,
  otherManager,
  ownersOf,
  ownersOfField,
  ownersOfItem,
  ownersOfValue,
  type Owners,
} from "./field-owners.ts";
import { pointerStep, type Ignores } from "./ignore-rules.ts";
import { keyValue, knownKeys } from "./list-keys.ts";
import { isSameScalar, isSameText, isScalar, mayBeLeftOut, readQuantity, saysNothing } from "./same-value.ts";

/** At most this many fields of one object are listed. */
const mostFields = 100;

/** Maps and lists of free text, which nobody writes in another form. */
const textFields: ReadonlySet<string> = new Set([
  "labels",
  "annotations",
  "matchLabels",
  "nodeSelector",
  "data",
  "binaryData",
  "args",
  "command",
]);

/** Metadata that is a release's to say; the rest is the API server's, or owners' and finalizers' own. */
const metadataFields: ReadonlySet<string> = new Set(["labels", "annotations"]);

/** What helm writes over whatever the manifest says (helm `pkg/action/validate.go`), and what controllers write. */
const othersMarks =
  /^(?:app\.kubernetes\.io\/managed-by$|meta\.helm\.sh\/|kubectl\.kubernetes\.io\/|deployment\.kubernetes\.io\/|pv\.kubernetes\.io\/|deprecated\.daemonset\.)/;

type Place = {
  readonly path: string;
  readonly pointer: string;
  readonly owners: Owners;
  /** The name of the field that the place is, or is in. */
  readonly field: string;
  /** True below a map or list of free text. */
  readonly isText: boolean;
};

type Comparison = {
  readonly kind: string;
  /** True where a field that is set and not there must have been taken away: the API server refuses what it does not know. */
  readonly isSchemaKept: boolean;
  readonly isBuiltIn: boolean;
  readonly ignores: Ignores;
  readonly found: DriftedField[];
};

/** The fields of `written`, an object of a manifest, that differ in `live`, the same object as the API gives it. */
export function compareObject(
  written: Readonly<Record<string, Json>>,
  live: Readonly<Record<string, Json>>,
  ignores: Ignores,
): readonly DriftedField[] {
  const apiVersion = typeof written["apiVersion"] === "string" ? written["apiVersion"] : "";
  const isBuiltIn = isBuiltInGroup(groupOf(apiVersion));
  const comparison: Comparison = {
    kind: typeof written["kind"] === "string" ? written["kind"] : "",
    isBuiltIn,
    isSchemaKept: isBuiltIn && isServerSideApplied(live),
    ignores,
    found: [],
  };
  const root: Place = { path: "", pointer: "", owners: ownersOf(live), field: "", isText: false };
  for (const [name, value] of Object.entries(written)) {
    if (name === "apiVersion" || name === "kind" || name === "status") continue;
    const place = fieldPlace(root, name);
    if (name !== "metadata") compare(comparison, value, ownValue(live, name), place);
    else if (isRecord(value))
      for (const [inner, said] of Object.entries(value))
        if (metadataFields.has(inner))
          compare(comparison, said, ownValue(ownValue(live, name), inner), fieldPlace(place, inner));
  }
  return comparison.found.slice(0, mostFields);
}

function compare(comparison: Comparison, written: Json, live: Json | undefined, place: Place): void {
  if (comparison.found.length >= mostFields || comparison.ignores(place.pointer)) return;
  // What no JSON can say (a date of YAML) is not compared.
  if (typeof written === "object" && written !== null && !Array.isArray(written) && !isPlain(written)) return;
  if (isWhollyHelms(place.owners) || isNobodysBusiness(comparison, written, live, place)) return;
  if (saysNothing(written) && !(place.isText && written === "" && !saysNothing(live))) return;
  if (live === undefined || live === null) compareGone(comparison, written, place);
  else if (isMap(written) && isMap(live)) {
    for (const [name, value] of Object.entries(written))
      compare(comparison, value, ownValue(live, name), fieldPlace(place, name));
  } else if (Array.isArray(written) && Array.isArray(live))
    compareLists(comparison, written as readonly Json[], live as readonly Json[], place);
  else if (!isSame(written, live, place) && !isHelms(place.owners))
    report(comparison, place, { written, live });
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
}

function isSame(written: Json, live: Json, place: Place): boolean {
  return place.isText ? isSameText(written, live) : isSameScalar(written, live);
}

/** Fields that others are there to change, and changes that nothing can take back. */
function isNobodysBusiness(
  { kind }: Comparison,
  written: Json,
  live: Json | undefined,
  { path, owners, field, isText }: Place,
): boolean {
  if (isText) return false;
  // Filled in by cert-manager, or by the chart's own Job.
  if (field === "caBundle") return true;
  if (path === ".spec.replicas") return isAutoscalers(owners);
  // Asks the API server for a number.
  if ((field === "nodePort" || field === "healthCheckNodePort") && written === 0) return true;
  // A claim can only grow.
  if (kind === "PersistentVolumeClaim" && path === ".spec.resources.requests.storage")
    return (readQuantity(live) ?? 0) >= (readQuantity(written) ?? Infinity);
  return false;
}

function compareGone(comparison: Comparison, written: Json, place: Place): void {
  if (mayBeLeftOut(written) || isHelms(place.owners)) return;
  // A field that the schema does not know may never have been there.
  const isKept = place.isText && (comparison.isBuiltIn || place.path.startsWith(".metadata."));
  if (isKept || comparison.isSchemaKept) report(comparison, place, { written, isGone: true });
}

function compareLists(
  comparison: Comparison,
  written: readonly Json[],
  live: readonly Json[],
  place: Place,
): void {
  const known = listKindOf(place.owners);
  const keys =
    known?.kind === "keyed"
      ? known.keys
      : known === undefined && comparison.isBuiltIn
        ? knownKeys(place.field, written[0])
        : undefined;
  if (keys !== undefined) compareKeyed(comparison, written, live, keys, place);
  else if (known?.kind === "set") compareSets(comparison, written, live, place);
  else if (written.length !== live.length) report(comparison, place, { written, live });
  else
    for (const [index, value] of written.entries())
      compare(comparison, value, live[index], {
        ...place,
        path: `${place.path}[${index}]`,
        pointer: place.pointer + pointerStep(index),
        // An empty text is an item like any other: the core API group.
        isText: place.isText || value === "",
      });
}

/** Items that only the cluster has are somebody else's: an injected sidecar. */
function compareKeyed(
  comparison: Comparison,
  written: readonly Json[],
  live: readonly Json[],
  keys: readonly string[],
  place: Place,
): void {
  for (const [index, item] of written.entries()) {
    const wanted = keysOfItem(item, keys);
    if (wanted === undefined || written.filter((other) => hasKeys(other, wanted)).length > 1) continue;
    const at: Place = {
      path: `${place.path}[${[...wanted].map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`,
      pointer: place.pointer + pointerStep(index),
      owners: ownersOfItem(place.owners, wanted),
      field: place.field,
      isText: false,
    };
    const there = live.find((other) => hasKeys(other, wanted));
    if (there !== undefined) compare(comparison, item, there, at);
    else if (!comparison.ignores(at.pointer) && !isHelms(at.owners))
      report(comparison, at, { written: item, isGone: true });
  }
}

/** Undefined where one of the keys is left out and its default is not known. */
function keysOfItem(item: Json, keys: readonly string[]): ReadonlyMap<string, Json> | undefined {
  const pairs = keys.flatMap((key): readonly (readonly [string, Json])[] => {
    const value = keyValue(item, key);
    return isScalar(value) ? [[key, value]] : [];
  });
  return pairs.length === keys.length && pairs.length > 0 ? new Map(pairs) : undefined;
}

function hasKeys(item: Json, wanted: ReadonlyMap<string, Json>): boolean {
  return [...wanted].every(([key, value]) => {
    const is = keyValue(item, key);
    return is !== undefined && isSameScalar(is, value);
  });
}

function compareSets(
  comparison: Comparison,
  written: readonly Json[],
  live: readonly Json[],
  place: Place,
): void {
  for (const [index, value] of written.entries()) {
    if (live.some((other) => isSameScalar(other, value))) continue;
    const at: Place = {
      ...place,
      path: `${place.path}[=${JSON.stringify(value)}]`,
      pointer: place.pointer + pointerStep(index),
      owners: ownersOfValue(place.owners, value),
    };
    if (!comparison.ignores(at.pointer) && !isHelms(at.owners))
      report(comparison, at, { written: value, isGone: true });
  }
}

function fieldPlace(place: Place, name: string): Place {
  const owners = ownersOfField(place.owners, name);
  return {
    path: /^[\w-]+$/.test(name) ? `${place.path}.${name}` : `${place.path}[${JSON.stringify(name)}]`,
    pointer: place.pointer + pointerStep(name),
    owners,
    field: name,
    // The value of an environment variable is free text, too.
    isText: place.isText || textFields.has(name) || (name === "value" && place.field === "env"),
  };
}

function report(
  comparison: Comparison,
  place: Place,
  sides: Pick<DriftedField, "written" | "live" | "isGone">,
): void {
  if (/\.(?:labels|annotations)\[/.test(place.path) && isOthersMark(place)) return;
  const manager = otherManager(place.owners);
  comparison.found.push({
    path: place.path,
    pointer: place.pointer,
    ...sides,
    ...(manager === undefined ? {} : { manager }),
  });
}

function isOthersMark({ field }: Place): boolean {
  return othersMarks.test(field);
}
