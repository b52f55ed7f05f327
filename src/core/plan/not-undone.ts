// What going back to an earlier revision does not undo, as far as a plan can know.
import { fieldAt } from "../json.ts";
import type { KubernetesObject } from "../object.ts";
import type { PinnedRelease } from "../pin.ts";

/** In words, each a part of a sentence; `before` are the objects of the revision before, none where there is none. */
export function notUndoneBy(
  { chart, declaration }: PinnedRelease,
  before: readonly KubernetesObject[] | undefined,
): readonly string[] {
  const event = before === undefined ? "install" : "upgrade";
  const hooks = [`pre-${event}`, `post-${event}`].filter((hook) => chart.hooks.includes(hook));
  const bringsCrds = chart.hasCrds && declaration.crds !== "skip";
  return [
    ...(hooks.length === 0 ? [] : [`what its ${hooks.join(" and ")} hooks do`]),
    ...(bringsCrds ? ["the CRDs that it brings"] : []),
    ...(before?.some(holdsData) === true ? ["what it writes to its volumes"] : []),
  ];
}

function holdsData({ kind, spec }: KubernetesObject): boolean {
  const claims = fieldAt(spec, "volumeClaimTemplates");
  return kind === "PersistentVolumeClaim" || (Array.isArray(claims) && claims.length > 0);
}
