// Writes the fields by which workloads make their pods anew. Which fields of which objects is core's to say.
import { succeeded, type Result } from "../../core/failure.ts";
import { describeRef, refOf } from "../../core/object.ts";
import type { KubernetesObject, ObjectRef } from "../../core/object.ts";
import type { RestartFields } from "../../core/workload-restart.ts";
import { objectPath, type Discovery } from "./discovery.ts";
import type { Api } from "./request.ts";

/** Its own, so that a server-side apply of helm's neither conflicts with these fields nor takes them away. */
const fieldManager = "headway-restart";

/** One after the other: those of one release are few. Returns those that were written. */
export async function restartWorkloads(
  api: Api,
  discovery: Discovery,
  refs: readonly ObjectRef[],
  fieldsFor: (live: KubernetesObject) => RestartFields | undefined,
): Promise<Result<readonly ObjectRef[]>> {
  const written: ObjectRef[] = [];
  for (const ref of refs) {
    const known = await discovery.find(ref.apiVersion, ref.kind);
    if (!known.ok) return known;
    if (known.value === undefined) continue;
    const path = objectPath(known.value, ref);
    const found = await api.json({ doing: `Reading ${describeRef(ref)}`, path });
    if (!found.ok && found.status === 404) continue;
    if (!found.ok) return { ok: false, failure: found.failure };
    const live = found.value as KubernetesObject;
    const fields = fieldsFor(live);
    if (fields === undefined) continue;
    const answer = await api.json({
      doing: `Restarting ${describeRef(ref)}`,
      method: "PATCH",
      path,
      // A restart by somebody else has set the same annotation: this one comes after it.
      query: { fieldManager, force: "true" },
      contentType: "application/apply-patch+yaml",
      body: {
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        ...fields,
        // With its uid: an apply would else make anew what has just been deleted.
        metadata: { name: ref.name, uid: live.metadata.uid, ...fields.metadata },
      },
    });
    if (!answer.ok && answer.status === 409) continue;
    if (!answer.ok) return { ok: false, failure: answer.failure };
    written.push(refOf(live));
  }
  return succeeded(written);
}
