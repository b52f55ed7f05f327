// Whether a holder's pod is gone. The API server's word is about an object and not about a process, so that whoever goes by it
// waits for the holder's silence besides (locks.ts).
import type { Holder } from "../../core/holder.ts";
import { textAt } from "../../core/json.ts";
import type { Api } from "./request.ts";

/**
 * True where the holder's pod is not there any more, is another one under its name, or has ended; and where the holder was in an
 * earlier container of this very pod. Whatever keeps that from being known is no proof.
 */
export async function isPodGone(api: Api, { pod }: Holder, self: Holder): Promise<boolean> {
  if (pod === undefined) return false;
  // A container is started again only when the one before it has ended.
  if (pod.uid === self.pod?.uid) return true;
  const found = await api.json({
    doing: `Looking whether the pod ${pod.namespace}/${pod.name} is still there`,
    path: `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}`,
    tries: 0,
  });
  if (!found.ok) return found.status === 404;
  const phase = textAt(found.value, "status", "phase");
  return textAt(found.value, "metadata", "uid") !== pod.uid || phase === "Succeeded" || phase === "Failed";
}
