// What drift is: how an object of a release, as it is in the cluster, differs from what helm applied. Finding it is
// find-drift.ts; what is done about it is the plan's matter.
import type { Json } from "../declaration.ts";
import { describeRef, type ObjectRef } from "../object.ts";

/** One field that differs; `path` as the API server writes it, `pointer` the same as a JSON pointer into the manifest. */
export type DriftedField = {
  readonly path: string;
  readonly pointer: string;
  /** As the manifest has it, and as it is now; both absent where neither may be shown. */
  readonly written?: Json;
  /** Absent, too, where the field is gone. */
  readonly live?: Json;
  readonly isGone?: true;
  readonly isSecret?: true;
  /** Who holds the field now, where managedFields tell; a field that is gone is nobody's. */
  readonly manager?: string;
};

/** An object that differs from the manifest of its release in these fields, or is not there at all. */
export type DriftedObject = { readonly object: ObjectRef } & (
  | { readonly kind: "missing" }
  | {
      readonly kind: "changed";
      readonly fields: readonly DriftedField[];
      /** True where helm's next upgrade would leave it as it is: a custom resource of a release applied client-side. */
      readonly isLeftByHelm?: true;
    }
);

/** Counts every missing object and every field that differs. */
export function countDrift(drift: readonly DriftedObject[]): number {
  return drift.reduce((sum, one) => sum + (one.kind === "missing" ? 1 : one.fields.length), 0);
}

/** The same field without its values, which may not be shown. */
export function withoutValues({ path, pointer, isGone, manager }: DriftedField): DriftedField {
  return {
    path,
    pointer,
    isSecret: true,
    ...(isGone === undefined ? {} : { isGone }),
    ...(manager === undefined ? {} : { manager }),
  };
}

const mostDescribed = 5;

/**
 * `Deployment shop/api .spec.replicas (held by kubectl), ConfigMap shop/api is gone, and 3 more`; no value stands in it.
 */
export function describeDrift(drift: readonly DriftedObject[]): string {
  const parts = drift.flatMap((one): readonly string[] => {
    const name = describeRef(one.object);
    if (one.kind === "missing") return [`${name} is gone`];
    return one.fields.map(
      ({ path, manager, isGone }) =>
        `${name} ${path}${isGone === true ? " is gone" : ""}${manager === undefined ? "" : ` (held by ${manager})`}`,
    );
  });
  const more = parts.length - mostDescribed;
  return parts.slice(0, mostDescribed).join(", ") + (more > 0 ? `, and ${more} more` : "");
}
