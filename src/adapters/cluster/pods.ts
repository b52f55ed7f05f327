// Deleting pods by name and uid. Which ones and why is the run's to decide.
import { succeeded, type Result } from "../../core/failure.ts";
import { describeRef, type ObjectRef } from "../../core/object.ts";
import type { Api } from "./request.ts";

/** A pod that is gone, or is another one of the same name by now, is no failure. */
export async function deletePods(
  api: Api,
  pods: readonly { readonly object: ObjectRef; readonly uid: string }[],
): Promise<Result<void>> {
  for (const { object, uid } of pods) {
    const answer = await api.json({
      doing: `Deleting ${describeRef(object)}`,
      method: "DELETE",
      path: `/api/v1/namespaces/${encodeURIComponent(object.namespace ?? "default")}/pods/${encodeURIComponent(object.name)}`,
      body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } },
    });
    if (!answer.ok && answer.status !== 404 && answer.status !== 409)
      return { ok: false, failure: answer.failure };
  }
  return succeeded(undefined);
}
