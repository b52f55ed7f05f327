// A moment of a stack's past, as its journal tells it: the end of a run, or what was before one.
import type { ReleaseId } from "../ids.ts";
import type { RunRecord } from "./run-record.ts";

/** What a person calls it. */
export type WantedMoment =
  | { readonly kind: "run"; readonly number: number }
  | { readonly kind: "commit"; readonly sha: string }
  /** Before the last run that wrote a revision. */
  | { readonly kind: "before-last" };

export type Moment = { readonly revisions: ReadonlyMap<ReleaseId, number>; readonly when: string };

/** Helm's revision of each release at that moment; why there is none. `records` are one stack's, newest first. */
export function momentOf(
  records: readonly RunRecord[],
  wanted: WantedMoment,
): Moment | { readonly problem: string } {
  switch (wanted.kind) {
    case "run": {
      const record = records.find(({ number }) => number === wanted.number);
      return record === undefined
        ? { problem: `there is no run ${wanted.number} of it on record` }
        : atEnd(record, `the end of run ${record.number}`);
    }
    case "commit": {
      // The last time that it was healthy as a whole; else the last time at all.
      const of = records.filter(({ commit }) => commit?.sha.startsWith(wanted.sha) === true);
      const record = of.find(({ outcome }) => outcome?.exitCode === 0) ?? of[0];
      return record === undefined
        ? { problem: `no run on record had the commit ${wanted.sha}` }
        : atEnd(record, `run ${record.number} of commit ${wanted.sha}`);
    }
    case "before-last": {
      const record = records.find(({ releases }) =>
        releases.values().some(({ wrote }) => wrote !== undefined && wrote.length > 0),
      );
      if (record === undefined) return { problem: "no run on record has changed anything of it" };
      const revisions = new Map<ReleaseId, number>();
      for (const [release, { before }] of record.releases)
        if (before !== undefined) revisions.set(release, before);
      return { revisions, when: `before run ${record.number}` };
    }
  }
}

function atEnd(record: RunRecord, when: string): Moment | { readonly problem: string } {
  if (record.cut?.includes("releases") === true)
    return { problem: `the record of run ${record.number} had no room for how its releases stood` };
  const revisions = new Map<ReleaseId, number>();
  for (const [release, { revision }] of record.releases)
    if (revision !== undefined) revisions.set(release, revision);
  return { revisions, when };
}
