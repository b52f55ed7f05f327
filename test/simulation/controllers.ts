// How objects fare: a Deployment becomes ready, fails or hangs after a while, a hook's Job ends, what is deleted goes. Each
// version of a release has its fate.
import type { KubernetesObject } from "../../src/core/object.ts";
import type { World } from "./world.ts";
import type { Write } from "./writes.ts";

/** How one version of a release fares. Times in ms. */
export type Fate = {
  readonly outcome: "ready" | "fails" | "hangs";
  readonly afterMs: number;
  readonly hook: "ends" | "fails";
  readonly hookMs: number;
};

/** `fates("shop/db", 2)`. */
export type Fates = (release: string, version: number) => Fate;

/** Reacts to writes as the cluster's controllers do. */
export function controllersOf(world: World, fates: Fates): (write: Write) => void {
  const { timeline, chance, server } = world;
  /** Does something to an object unless it has been changed or replaced by then. */
  const later = (object: KubernetesObject, key: string, delayMs: number, act: () => void): void => {
    const happen = (): void => {
      const now = server.object(key);
      const isSame =
        now?.metadata.uid === object.metadata.uid && now?.metadata.generation === object.metadata.generation;
      if (isSame) act();
    };
    timeline.after(delayMs, happen, "nobody");
  };
  return (write) => {
    if (write.kind === "object-deleted") {
      const uid = server.object(write.object)?.metadata.uid;
      const happen = (): void => {
        if (server.object(write.object)?.metadata.uid === uid) server.removeObject(write.object);
      };
      // Helm deletes in the background: what owns nothing and has no finalizer is gone with the answer.
      if (write.object.startsWith("|ConfigMap|")) happen();
      else timeline.after(chance.float() * 500, happen, "nobody");
      return;
    }
    if (write.kind !== "object-applied" || !write.isChange) return;
    const key = write.object;
    const object = server.object(key);
    if (object === undefined) return;
    const fate = fates(write.release, versionOf(object));
    const generation = object.metadata.generation ?? 1;
    if (object.kind === "Deployment") {
      const seenMs = 5 + chance.float() * 300;
      later(object, key, seenMs, () => {
        server.writeStatus(key, progress(generation, 0, false), "rolling out");
      });
      const endMs = seenMs + fate.afterMs;
      if (fate.outcome === "ready")
        later(object, key, endMs, () => {
          server.writeStatus(key, progress(generation, 1, false), "ready");
        });
      if (fate.outcome === "fails")
        later(object, key, endMs, () => {
          server.writeStatus(key, progress(generation, 0, true), "failed");
        });
    } else if (object.kind === "Job") {
      // An uninstall whose hook fails, or takes longer than its release's timeout, needs a person.
      const isBeforeDelete = key.endsWith("-pre-delete");
      later(object, key, isBeforeDelete ? Math.min(fate.hookMs, 20_000) : fate.hookMs, () => {
        const type = fate.hook === "ends" || isBeforeDelete ? "Complete" : "Failed";
        server.writeStatus(key, { conditions: [{ type, status: "True" }] }, type.toLowerCase());
      });
    }
  };
}

/** Which version of its release an object is of. */
export function versionOf(object: KubernetesObject): number {
  const version = object.spec?.["version"];
  return typeof version === "number" ? version : 0;
}

/** True where a Deployment is ready at the generation that it has. */
export function isReady(object: KubernetesObject | undefined): boolean {
  return (
    object?.status?.["observedGeneration"] === object?.metadata.generation &&
    object?.status?.["availableReplicas"] === 1 &&
    object.metadata.deletionTimestamp === undefined
  );
}

function progress(
  generation: number,
  ready: 0 | 1,
  isLate: boolean,
): NonNullable<KubernetesObject["status"]> {
  return {
    observedGeneration: generation,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: ready,
    availableReplicas: ready,
    conditions: isLate
      ? [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "too slow" }]
      : [],
  };
}
