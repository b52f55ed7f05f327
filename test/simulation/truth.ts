// What is so in the simulated cluster, kept beside it and never shown to Headway: which revisions were ever healthy, and
// when a release was last healthy at a fingerprint.
import { fingerprintFor } from "../../src/core/fingerprint.ts";
import { objectKey, refOf } from "../../src/core/object.ts";
import { isReady, versionOf } from "./controllers.ts";
import type { StoredRecord } from "./server.ts";
import type { World } from "./world.ts";

export type Truth = {
  wasEverHealthy(release: string, revision: number): boolean;
  /** When it last was, Infinity while it is, -Infinity where it never was. */
  lastHealthyMs(release: string, fingerprint: string): number;
  isHealthy(release: string): boolean;
  /** True where a person's helm has written to the release since then. */
  isTouchedSince(release: string, sinceMs: number): boolean;
};

export function watchTruth({ server, timeline, onWrite }: World): Truth {
  const everHealthy = new Set<string>();
  const touchedMs = new Map<string, number>();
  const lastHealthy = new Map<string, Map<string, number>>();
  const look = (release: string): void => {
    const times = lastHealthy.get(release) ?? new Map<string, number>();
    lastHealthy.set(release, times);
    const deployed = healthyRevision(release);
    const fingerprint =
      deployed === undefined
        ? undefined
        : (fingerprintFor(deployed.record.revision, deployed.record.fingerprintLabel) ?? "none");
    for (const [known, atMs] of times)
      if (atMs === Infinity && known !== fingerprint) times.set(known, timeline.nowMs());
    if (deployed === undefined || fingerprint === undefined) return;
    everHealthy.add(`${release}@${deployed.record.revision}`);
    times.set(fingerprint, Infinity);
  };
  /**
   * The newest revision that helm has not given up, where the objects are its own and ready. Helm may have done all of it
   * but the last write of its record.
   */
  const healthyRevision = (release: string): StoredRecord | undefined => {
    const deployed = server
      .history(release)
      .find(({ record: { status } }) => status === "deployed" || status.startsWith("pending-"));
    const isWhole = deployed?.payload.objects.every((manifest) => {
      const live = server.object(objectKey(refOf(manifest)));
      if (live === undefined || versionOf(live) !== versionOf(manifest)) return false;
      return manifest.kind !== "Deployment" || isReady(live);
    });
    return isWhole === true ? deployed : undefined;
  };
  onWrite.push((write) => {
    if ("release" in write && write.by.kind === "helm" && write.by.process.owner === undefined)
      touchedMs.set(write.release, write.atMs);
    if ("release" in write) look(write.release);
    else if ("object" in write) look(releaseOf(write.object));
  });
  return {
    wasEverHealthy: (release, revision) => everHealthy.has(`${release}@${revision}`),
    lastHealthyMs: (release, fingerprint) => lastHealthy.get(release)?.get(fingerprint) ?? -Infinity,
    isTouchedSince: (release, sinceMs) => (touchedMs.get(release) ?? -Infinity) >= sinceMs,
    isHealthy: (release) => healthyRevision(release) !== undefined,
  };
}

/** Objects are named after their release here. */
function releaseOf(object: string): string {
  const [, , namespace = "", name = ""] = object.split("|");
  return `${namespace}/${name}`;
}
