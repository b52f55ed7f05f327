// A stack that names its cluster is never planned or run on another one.
import { failed, succeeded, type Result } from "../core/failure.ts";
import type { Objects } from "./ports.ts";

/** Fails where the stack is for another cluster; asks the cluster only where the stack names one. */
export async function checkCluster(
  objects: Pick<Objects, "clusterUid">,
  { name, clusterUid }: { readonly name: string; readonly clusterUid?: string },
): Promise<Result<void>> {
  if (clusterUid === undefined) return succeeded(undefined);
  const found = await objects.clusterUid();
  if (!found.ok) return found;
  return found.value === clusterUid
    ? succeeded(undefined)
    : failed({
        kind: "other-cluster",
        message: `the stack ${name} is for the cluster ${clusterUid}, and this is ${found.value}; nothing was read or changed`,
        next: "Choose the right cluster with --context. If this one replaces it, write its UID into spec.cluster.uid of headway.yaml.",
      });
}
