// Deleting pods, and Jobs with their pods, by name and uid. Which ones and why is the run's to decide.
import { succeeded, type Result } from "../../core/failure.ts";
import { describeRef, type ObjectRef } from "../../core/object.ts";
import type { Api } from "./request.ts";

/** One that is gone, or is another one of the same name by now, is no failure. */
export async function deletePods(
  api: Api,
  pods: readonly { readonly object: ObjectRef; readonly uid: string }[],
): Promise<Result<void>> {
  for (const { object, uid } of pods) {
    const root = object.kind === "Job" ? "/apis/batch/v1" : "/api/v1";
    const resource = object.kind === "Job" ? "jobs" : "pods";
    const answer = await api.json({
      doing: `Deleting ${describeRef(object)}`,
      method: "DELETE",
      path: `${root}/namespaces/${encodeURIComponent(object.namespace ?? "default")}/${resource}/${encodeURIComponent(object.name)}`,
      // A Job's default, by way of this API version, would leave its pods.
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        preconditions: { uid },
        propagationPolicy: "Background",
      },
    });
    if (!answer.ok && answer.status !== 404 && answer.status !== 409)
      return { ok: false, failure: answer.failure };
  }
  return succeeded(undefined);
}
