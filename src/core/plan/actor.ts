// As whom Kubernetes is asked on behalf of a release, where its declaration names a ServiceAccount.
import { splitReleaseId, type ReleaseId } from "../ids.ts";
import { declarationOf, type Step } from "./plan.ts";

/**
 * As whom Kubernetes is asked on behalf of a release, helm's requests included: `system:serviceaccount:NAMESPACE:NAME`, of
 * its own namespace alone. Undefined where that is whoever runs Headway, or the StackSync's account.
 */
export function accountOf(
  release: ReleaseId,
  { serviceAccountName }: { readonly serviceAccountName?: string },
): string | undefined {
  return serviceAccountName === undefined
    ? undefined
    : `system:serviceaccount:${splitReleaseId(release).namespace}:${serviceAccountName}`;
}

/** The account of a step's release, also where it is only taken away. */
export function actorOf(step: Step): string | undefined {
  return step.kind === "uninstall" ? step.actor : accountOf(step.release, declarationOf(step) ?? {});
}

/**
 * Who makes a namespace for the first release in it: whoever runs Headway where one of its releases is theirs, else the
 * account of the first.
 */
export function makerOf(namespace: string, steps: readonly Step[]): string | undefined {
  const actors = steps
    .filter((step) => step.namespace === namespace && step.kind !== "keep")
    .map((step) => actorOf(step));
  return actors.includes(undefined) ? undefined : actors[0];
}
