// Whether whoever runs this may act as the ServiceAccounts that releases name: told before anything is changed, all of them
// at once.
import { failed, succeeded, type Result } from "../core/failure.ts";
import { actorOf } from "../core/plan/actor.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Objects } from "./ports.ts";

/** Fails, naming the releases, where one of their accounts may not be acted as. */
export async function checkActors(objects: Pick<Objects, "mayActAs">, plan: Plan): Promise<Result<void>> {
  const acting = plan.steps.filter(({ kind }) => kind !== "keep");
  const byActor = Map.groupBy(acting, actorOf);
  const asked = await Promise.all(
    [...byActor].flatMap(([actor, steps]) =>
      actor === undefined
        ? []
        : [objects.mayActAs(actor).then((may) => ({ may, releases: steps.map(({ release }) => release) }))],
    ),
  );
  const refused = asked.flatMap(({ may, releases }) => (may.ok ? [] : [{ failure: may.failure, releases }]));
  const [first, ...others] = refused;
  if (first === undefined) return succeeded(undefined);
  const more = others.length === 0 ? "" : `; and ${others.length} more accounts`;
  return failed({
    ...first.failure,
    message: `${first.releases.slice(0, 3).join(", ")}: ${first.failure.message}${more}`,
  });
}
