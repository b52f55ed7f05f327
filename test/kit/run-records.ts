// A run's record as the journal keeps it, with what a test wants to be special about it.
import type { ReleaseId } from "../../src/core/ids.ts";
import type { ReleaseAtEnd, RunRecord } from "../../src/core/journal/run-record.ts";

const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "web" };

/** A release that was upgraded well, from revision 3 to 4. */
export const upgradedAtEnd: ReleaseAtEnd = {
  releaseName: "db",
  state: "Ready",
  wave: 1,
  action: "upgrade",
  before: 3,
  revision: 4,
  fingerprint: "fine",
  chart: { name: "app", version: "1.2.0" },
  verified: true,
  wrote: [{ revision: 4, action: "upgrade", outcome: "verified" }],
  durations: { waiting: 10, helm: 900, settling: 4_000 },
  declaredAt: "releases/db.yaml:1",
};

/** One whose upgrade failed and was rolled back, with its evidence. */
export const rolledBackAtEnd: ReleaseAtEnd = {
  releaseName: "web",
  state: "RolledBack",
  detail: "to revision 3: no such image",
  wave: 2,
  action: "upgrade",
  before: 3,
  revision: 5,
  fingerprint: "earlier",
  verified: true,
  wrote: [
    { revision: 4, action: "upgrade", outcome: "failed" },
    { revision: 5, action: "rollback", repeats: 3, outcome: "verified" },
  ],
  durations: { waiting: 5_000, helm: 800, settling: 2_000, "rolling-back": 3_000 },
  failure: { kind: "unhealthy", message: "no such image", object },
  evidence: {
    troubles: [{ object, pod: "web-1", container: "web", reason: "ImagePullBackOff" }],
    events: [{ object, reason: "BackOff", message: "back-off", count: 2, at: "2026-01-02T03:04:05Z" }],
    logs: [{ pod: "web-1", namespace: "shop", container: "web", previous: false, lines: ["no such image"] }],
  },
};

/** Run 7 of the stack shop, which has only begun. */
export const begunRecord: RunRecord = {
  number: 7,
  id: "20260102t030405-abcd",
  stack: "shop",
  source: "github.com/acme/shop/deploy",
  version: "0.1.0",
  commit: { sha: "0123456789abcdef0123456789abcdef01234567", dirty: true },
  actor: { user: "ada", host: "workshop", kubernetesUser: "ada@example.com" },
  holder: "workshop_1_abcd",
  trigger: { command: "apply" },
  startedAt: "2026-01-02T03:04:05.000Z",
  plan: [
    {
      release: "shop/db" as ReleaseId,
      wave: 1,
      action: "upgrade",
      reason: "chart-changed",
      detail: "1.1.0 → 1.2.0",
    },
  ],
  events: [],
  releases: new Map(),
};

/** Run 7 of the stack shop, which ended with exit code 5. */
export function runRecord(special: Partial<RunRecord> = {}): RunRecord {
  return {
    ...begunRecord,
    finishedAt: "2026-01-02T03:05:05.000Z",
    events: [
      {
        at: "2026-01-02T03:04:30.000Z",
        kind: "release-failed",
        release: "shop/web" as ReleaseId,
        message: "no such image",
      },
    ],
    outcome: {
      kind: "rolled-back",
      exitCode: 5,
      counts: { Ready: 1, RolledBack: 1 },
      roots: [{ release: "shop/web" as ReleaseId, cause: "no such image", blocks: 0 }],
    },
    releases: new Map([
      ["shop/db" as ReleaseId, upgradedAtEnd],
      ["shop/web" as ReleaseId, rolledBackAtEnd],
    ]),
    ...special,
  };
}
