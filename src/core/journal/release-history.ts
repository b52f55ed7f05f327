// The revisions of one release: what Helm's records say of them, with what the journal knows of the runs that wrote them.
// Each tells something without the other.
import { verifiedLabelValue } from "../fingerprint.ts";
import type { ReleaseId } from "../ids.ts";
import type { RecordStatus, ReleasePayload, ReleaseRecord } from "../observation.ts";
import { redact, secretsInObjects, secretsInValues, shorten } from "../redact.ts";
import { causeOf } from "../shown-state.ts";
import type { JournalEntry, ReleaseAtEnd, RunRecord, WrittenRevision } from "./run-record.ts";

/** One revision as Helm has it. */
export type HelmRevision = { readonly record: ReleaseRecord; readonly payload?: ReleasePayload };

/** What became of a revision; `unverified`: deployed, and never seen healthy by Headway. */
export type RevisionOutcome = "verified" | "failed" | "rolled-back" | "uninstalled" | "unverified";

export type RevisionHistory = {
  readonly revision: number;
  readonly chart?: string;
  readonly version?: string;
  /** Helm's word for it; absent where Helm does not keep it any more. */
  readonly status?: RecordStatus;
  /** RFC 3339: when helm wrote it, or when its run began. */
  readonly at?: string;
  /** The run that wrote it, where the journal has it. */
  readonly run?: RunRecord;
  readonly action?: WrittenRevision["action"];
  /** Which one a rollback goes back to. */
  readonly repeats?: number;
  /** Why it was written: the plan's reason, the failure that was rolled back, or Helm's own words. */
  readonly cause?: string;
  readonly outcome: RevisionOutcome;
};

type Found = { readonly run: RunRecord; readonly release: ReleaseAtEnd; readonly written: WrittenRevision };

/** Newest first, as the journal has to be. Revisions of an earlier life, before the release was uninstalled, come after those of this one. */
export function releaseHistory(
  id: ReleaseId,
  kept: readonly HelmRevision[],
  journal: readonly JournalEntry[],
): readonly RevisionHistory[] {
  const [now = [], ...earlier] = livesOf(id, journal);
  const found = new Map(now.map((one) => [one.written.revision, one]));
  const records = new Map(kept.map((one) => [one.record.revision, one]));
  const revisions = [...new Set([...records.keys(), ...found.keys()])].toSorted((a, b) => b - a);
  return [
    ...revisions.map((revision) => describe(id, revision, records.get(revision), found.get(revision))),
    ...earlier.flatMap((life) =>
      life
        .toSorted((a, b) => b.written.revision - a.written.revision)
        .map((one) => describe(id, one.written.revision, undefined, one)),
    ),
  ];
}

/** What runs wrote of a release, newest life first: each ends where it was installed anew. */
function livesOf(id: ReleaseId, journal: readonly JournalEntry[]): readonly (readonly Found[])[] {
  const lives: Found[][] = [[]];
  for (const { record: run } of journal) {
    const release = run?.releases.get(id);
    if (run === undefined || release === undefined) continue;
    if (release.state === "Removed" && release.before !== undefined) lives.push([]);
    const wrote = release.wrote ?? [];
    lives.at(-1)?.push(...wrote.map((written) => ({ run, release, written })));
    if (release.before === undefined && wrote.length > 0) lives.push([]);
  }
  return lives;
}

function describe(
  id: ReleaseId,
  revision: number,
  helm: HelmRevision | undefined,
  found: Found | undefined,
): RevisionHistory {
  const chart = helm?.payload?.chart ?? chartOf(found);
  const at = helm?.payload?.deployedAt ?? found?.run.startedAt;
  const cause = found === undefined ? helmsWords(helm?.payload) : causeIn(id, found);
  return {
    revision,
    ...(chart === undefined ? {} : { chart: chart.name, version: chart.version }),
    ...(helm === undefined ? {} : { status: helm.record.status }),
    ...(at === undefined ? {} : { at }),
    ...(found === undefined ? {} : { run: found.run, action: found.written.action }),
    ...(found?.written.repeats === undefined ? {} : { repeats: found.written.repeats }),
    ...(cause === undefined ? {} : { cause }),
    outcome: outcomeOf(helm?.record, found),
  };
}

/** The record names the chart of what runs in the end: not that of a revision which was rolled back. */
function chartOf(found: Found | undefined): ReleaseAtEnd["chart"] {
  return found?.release.revision === found?.written.revision ? found?.release.chart : undefined;
}

function causeIn(id: ReleaseId, { run, release, written }: Found): string | undefined {
  if (written.action === "rollback")
    return release.failure === undefined ? release.detail : causeOf(release.failure);
  const planned = run.plan.find((step) => step.release === id);
  if (planned === undefined) return undefined;
  return planned.detail === undefined ? planned.reason : `${planned.reason}: ${planned.detail}`;
}

function helmsWords(payload: ReleasePayload | undefined): string | undefined {
  if (payload?.description === undefined) return undefined;
  const secrets = new Set([...secretsInValues(payload.config), ...secretsInObjects(payload.objects)]);
  return shorten(redact(payload.description, secrets));
}

// What was marked later, by another run, is on Helm's record alone.
function outcomeOf(record: ReleaseRecord | undefined, found: Found | undefined): RevisionOutcome {
  const isMarked = record !== undefined && record.verifiedLabel === verifiedLabelValue(record.revision);
  if (isMarked && (found === undefined || !isUndone(found))) return "verified";
  if (found === undefined) return record?.status === "failed" ? "failed" : "unverified";
  const { release, written } = found;
  if (release.revision === undefined && (release.state === "Failed" || release.state === "RolledBack"))
    return "uninstalled";
  if (written.outcome === "verified") return isUndone(found) ? "rolled-back" : "verified";
  return isUndone(found) ? "rolled-back" : "failed";
}

/** True where its own run went back from it. */
function isUndone({ release, written }: Found): boolean {
  return (release.wrote ?? []).some(
    ({ revision, action }) => action === "rollback" && revision > written.revision,
  );
}
