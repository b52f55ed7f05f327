// The logs of hooks' containers that have failed, and how these ended, read while helm still works: a hook's delete policy
// takes the pod away before the failure of its Job is known, and nothing could be read then.
import type { Evidence, ReleaseHealth } from "../core/health/health.ts";
import { splitReleaseId } from "../core/ids.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { Objects } from "./ports.ts";

export type LastWords = {
  /** Reads the logs of containers that have failed in this health, once for each pod. */
  listen(release: ReleaseId, health: ReleaseHealth): void;
  /** The evidence with the logs that were read earlier, and whose they are, where it has none itself. */
  complete(release: ReleaseId, evidence: Evidence): Promise<Evidence>;
};

export function keepLastWords(objects: Pick<Objects, "evidence">): LastWords {
  const heard = new Map<ReleaseId, { readonly pod: string; readonly evidence: Promise<Evidence> }>();
  return {
    listen: (release, health) => {
      if (health.kind === "ready") return;
      const troubles = health.kind === "failed" ? health.troubles : health.waitingFor;
      const failed = troubles.find(({ pod, exitCode }) => pod !== undefined && (exitCode ?? 0) !== 0);
      if (failed?.pod === undefined || heard.get(release)?.pod === failed.pod) return;
      const { namespace } = splitReleaseId(release);
      heard.set(release, {
        pod: failed.pod,
        evidence: objects.evidence([failed], namespace, undefined),
      });
    },
    complete: async (release, evidence) => {
      if (evidence.logs.length > 0) return evidence;
      const earlier = await heard.get(release)?.evidence;
      if (earlier === undefined) return evidence;
      const troubles = evidence.troubles.length > 0 ? evidence.troubles : earlier.troubles;
      return { ...evidence, troubles, logs: earlier.logs };
    },
  };
}
