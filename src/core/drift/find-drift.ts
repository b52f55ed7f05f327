// The drift of one release: its deployed revision's manifest against a picture of the cluster. Hooks and crds/ are no part
// of a manifest. Nothing that a Secret holds stands in what is found.
import type { DriftIgnoreRule, Json } from "../declaration.ts";
import type { World } from "../health/world.ts";
import { isRecord, type JsonRecord } from "../json.ts";
import { writtenObject } from "../manifest.ts";
import { objectKey, refOf, type KubernetesObject } from "../object.ts";
import type { ReleasePayload } from "../observation.ts";
import { compareObject } from "./compare-object.ts";
import { withoutValues, type DriftedObject } from "./drift.ts";
import { ignoresFor } from "./ignore-rules.ts";
import { digestOfSecret, digestOfSecretText } from "./secret-digest.ts";

/**
 * Every object of the revision that is not as it was applied. `world` has to hold whole objects with their managedFields,
 * Secrets with digests (secret-digest.ts) for what they hold. Of what can't be seen there, nothing is said.
 */
export function findDrift(
  payload: Pick<ReleasePayload, "objects" | "applyMethod">,
  world: World,
  rules: readonly DriftIgnoreRule[],
): readonly DriftedObject[] {
  // Of an object that stands there twice, helm applies the last one last.
  const objects = new Map(payload.objects.map((object) => [objectKey(refOf(object)), object]));
  return [...objects.values()].flatMap((object) => findInObject(object, payload.applyMethod, world, rules));
}

function findInObject(
  object: KubernetesObject,
  applyMethod: ReleasePayload["applyMethod"],
  world: World,
  rules: readonly DriftIgnoreRule[],
): readonly DriftedObject[] {
  const ref = refOf(object);
  const facts = world.kindFacts(ref.apiVersion, ref.kind);
  const ignores = ignoresFor(rules, object);
  if (facts === undefined || ignores("")) return [];
  const live = world.get(ref);
  if (live === undefined) return isGoneByItself(object) ? [] : [{ object: ref, kind: "missing" }];
  if (live.metadata.deletionTimestamp !== undefined) return [];
  // Annotations of a Secret may repeat what it holds.
  const fields =
    ref.kind === "Secret" && ref.apiVersion === "v1"
      ? compareObject(secretAsWritten(writtenObject(object)), asJson(live), ignores).map(withoutValues)
      : compareObject(asJson(writtenObject(object)), asJson(live), ignores);
  if (fields.length === 0) return [];
  return [
    {
      object: ref,
      kind: "changed",
      fields,
      // Without a schema helm only sends what has changed in the manifest (helm `pkg/kube/client.go`, createPatch).
      ...(facts.custom && applyMethod === "client-side" ? { isLeftByHelm: true as const } : {}),
    },
  ];
}

/** A Job that has ended and may be deleted then. */
function isGoneByItself(object: KubernetesObject): boolean {
  return object.kind === "Job" && object.spec?.["ttlSecondsAfterFinished"] !== undefined;
}

/**
 * A Secret's stringData as the data that the API server makes of it, and digests in place of it all. What is empty is left for
 * somebody to fill in.
 */
function secretAsWritten(written: JsonRecord): Readonly<Record<string, Json>> {
  const { data, stringData, ...others } = written;
  const digests = [
    ...textsOf(data).map(([key, text]) => [key, digestOfSecret(text)] as const),
    ...textsOf(stringData).map(([key, text]) => [key, digestOfSecretText(text)] as const),
  ];
  return { ...asJson(others), data: Object.fromEntries(digests) };
}

function textsOf(map: unknown): readonly (readonly [string, string])[] {
  if (!isRecord(map)) return [];
  return Object.entries(map).flatMap(([key, value]) =>
    typeof value === "string" && value !== "" ? [[key, value] as const] : [],
  );
}

// Both sides were parsed as JSON or YAML; what of the latter is no Json, compareObject leaves out.
function asJson(value: object): Readonly<Record<string, Json>> {
  return value as Readonly<Record<string, Json>>;
}
