// The world saying no. A closed union, made only in adapters, so that a view or a policy can treat each case; a
// person's mistake is a Diagnostic, a bug is a throw.
import type { ObjectRef } from "./object.ts";

export type FailureKind =
  /** The API server refused an object as invalid. */
  | "rejected"
  /** An object exists and belongs to another release or to nobody. */
  | "ownership-conflict"
  /** Another field manager owns a field that the release sets. */
  | "field-conflict"
  /** A field that can't change was changed. */
  | "immutable-field"
  /** Values do not fit the chart's values.schema.json. */
  | "values-schema"
  /** An object that values come from is not there. */
  | "values-missing"
  /** Values could not be read: an object's content is none, or there is no key for an encrypted file. */
  | "values-unreadable"
  /** A template did not render. */
  | "render"
  /** Another helm operation is in progress on the release, or was killed in the middle. */
  | "locked"
  | "unreachable"
  | "forbidden"
  | "quota"
  /** An admission webhook refused or could not be reached. */
  | "webhook-denied"
  | "webhook-down"
  /** The API has no such kind: its CRD is missing. */
  | "missing-kind"
  | "missing-namespace"
  | "terminating-namespace"
  | "hook-failed"
  /** The release's record does not fit a Secret (1 MiB). */
  | "too-large"
  /** The deadline of the attempt ran out. */
  | "timeout"
  /** Health said no before the deadline: terminal states, see the evidence. */
  | "unhealthy"
  | "rollback-failed"
  /** What would go with it can't be brought back: not started. */
  | "would-lose"
  /** There is no earlier state to go back to, or it is not kept any more. */
  | "no-way-back"
  /** The helm process was killed by somebody else. */
  | "killed"
  /** Headway stopped it: Ctrl-C, or the lease was lost. */
  | "interrupted"
  /** The stack's state object holds what this version does not read. */
  | "state-unreadable"
  /** The stack is for another cluster than this one. */
  | "other-cluster"
  /** A program is missing or does not fit. */
  | "program"
  /** A chart server has no such chart, or no such version of it. */
  | "chart-missing"
  /** What came is not what the digest says. */
  | "chart-digest"
  /** What came is no packaged chart, or one that is not safe to unpack. */
  | "chart-archive"
  /** A repository's index can't be read. */
  | "chart-index"
  /** A git URL, ref, credential or key that Headway does not use as it is. */
  | "git-invalid"
  /** The git server has no such repository, branch, tag or commit. */
  | "git-missing"
  /** A commit is not signed by a key that is trusted. */
  | "git-signature"
  /** A repository, or the files of a commit, are more than Headway takes. */
  | "git-too-large"
  | "unknown";

/** One refusal. `message` says what was being done, then what happened; `next` says what to try. No secrets in it. */
export type Failure = {
  readonly kind: FailureKind;
  readonly message: string;
  readonly next?: string;
  readonly object?: ObjectRef;
  /** Field paths, where the refusal is about fields. */
  readonly fields?: readonly string[];
  /** Who holds what is in the way: a field manager, another release, a helm process. */
  readonly holder?: string;
};

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function succeeded<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}

/**
 * True where trying again may help although nothing was changed: such a cause never counts as a failure of the release,
 * so it leads to no rollback and no quarantine.
 */
export function isTransient(failure: Failure): boolean {
  switch (failure.kind) {
    case "unreachable":
    case "quota":
    case "webhook-down":
    case "missing-kind":
    case "terminating-namespace":
    case "values-missing":
      return true;
    case "rejected":
    case "ownership-conflict":
    case "field-conflict":
    case "immutable-field":
    case "values-schema":
    case "values-unreadable":
    case "render":
    case "locked":
    case "forbidden":
    case "webhook-denied":
    case "missing-namespace":
    case "hook-failed":
    case "too-large":
    case "timeout":
    case "unhealthy":
    case "rollback-failed":
    case "would-lose":
    case "no-way-back":
    case "killed":
    case "interrupted":
    case "state-unreadable":
    case "other-cluster":
    case "program":
    case "chart-missing":
    case "chart-digest":
    case "chart-archive":
    case "chart-index":
    case "git-invalid":
    case "git-missing":
    case "git-signature":
    case "git-too-large":
    case "unknown":
      return false;
  }
}

/** A missing right or program, another helm, a kill: about the surroundings, and nothing that waiting would change. */
export function isNobodysFault({ kind }: Failure): boolean {
  return (
    kind === "locked" ||
    kind === "killed" ||
    kind === "program" ||
    kind === "forbidden" ||
    kind === "interrupted"
  );
}

/** True where a failure is the release's own: neither may it pass by itself, nor is it about the surroundings. */
export function speaksAgainstRelease(failure: Failure): boolean {
  return !isTransient(failure) && !isNobodysFault(failure);
}
