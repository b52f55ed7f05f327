// What is to be done about drift, from what a command asks for and what a declaration says; and which values of it may not
// be shown.
import type { Declaration, DriftDetection, Json, ValuesLayer } from "../declaration.ts";
import { withoutValues, type DriftedField, type DriftedObject } from "../drift/drift.ts";
import type { ReleaseId } from "../ids.ts";
import type { ReleasePayload } from "../observation.ts";
import { secretTexts } from "../redact.ts";
import type { Reason, Step } from "./plan.ts";

/** What a command asks for; as-declared is what each declaration says, and a warning where it says nothing. */
export type DriftWish = "warn" | "correct" | "as-declared";

/** The releases whose objects are to be compared. */
export function lookedAt(
  declarations: readonly Declaration[],
  only: ReadonlySet<ReleaseId> | undefined,
): readonly Declaration[] {
  return declarations.filter(
    ({ id, driftDetection }) => driftDetection.mode !== "disabled" && only?.has(id) !== false,
  );
}

/** True where helm is to apply a release once more because of these; not for what helm would leave as it is. */
export function isCorrected(
  wish: DriftWish | undefined,
  { mode }: DriftDetection,
  drift: readonly DriftedObject[],
): boolean {
  const isWanted = wish === "correct" ? mode !== "warn" : wish === "as-declared" && mode === "enabled";
  return isWanted && drift.some((one) => one.kind === "missing" || one.isLeftByHelm !== true);
}

/** Adds to a step what has drifted; nobody looks at what is not selected, or not this stack's. */
export function withDrift<D extends Pick<Step, "reasons">>(
  decision: D,
  objects: readonly DriftedObject[],
): D {
  const [first, ...more] = decision.reasons;
  const isTold = [first, ...more].some(({ kind }) => ["drifted", "not-selected", "refused"].includes(kind));
  if (objects.length === 0 || isTold) return decision;
  const reason: Reason = { kind: "drifted", objects };
  return {
    ...decision,
    reasons: first.kind === "unchanged" ? [reason, ...more] : [first, ...more, reason],
  };
}

/** The same without values in which a secret of the release stands, and without what has come in place of one. */
export function hideSecrets(
  drift: readonly DriftedObject[],
  values: readonly ValuesLayer[],
  payload: Pick<ReleasePayload, "objects" | "config"> | undefined,
): readonly DriftedObject[] {
  const secrets = [...secretTexts(values, payload?.objects ?? [], payload?.config)];
  const holds = (value: Json | undefined): boolean => {
    if (value === undefined) return false;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return secrets.some(
      (secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)),
    );
  };
  const hide = (field: DriftedField): DriftedField => {
    if (!holds(field.written) && !holds(field.live)) return field;
    return withoutValues(field);
  };
  return drift.map((one) => (one.kind === "missing" ? one : { ...one, fields: one.fields.map(hide) }));
}
