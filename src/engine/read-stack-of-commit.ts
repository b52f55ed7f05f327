// One commit read as a stack that can be run, or why it can't: its files, its declarations, its charts, and whether so much
// of it is gone that a person has to agree.
import { hasErrors, placeOf, sortDiagnostics, type Diagnostic } from "../core/diagnostic.ts";
import type { Failure } from "../core/failure.ts";
import type { StackState } from "../core/observation.ts";
import { isMuchGone } from "../core/stack-sync/pace.ts";
import { acceptAnnotation, type StackSync } from "../core/stack-sync/stack-sync.ts";
import type { Refusal } from "../core/stack-sync/sync-status.ts";
import type { OpenCommit, SyncSource } from "./agent-ports.ts";
import { loadPinnedStack, type StackToPlan, type Unreadable } from "./load-stack.ts";

/** A commit's stack, its charts pinned; its files stay until it is closed. */
export type StackOfCommit = {
  readonly commit: string;
  readonly toPlan: StackToPlan;
  close(): Promise<void>;
};

export type ReadCommit =
  | { readonly kind: "stack"; readonly stack: StackOfCommit }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "failed"; readonly failure: Failure };

/** Reads the commit; nothing of it is left on disk where it can't be used. */
export async function readStackOfCommit(source: SyncSource, commit: string): Promise<ReadCommit> {
  const opened = await source.open(commit);
  if (!opened.ok) return { kind: "failed", failure: opened.failure };
  const read = await readOpen(opened.value, commit);
  if (read.kind !== "stack") await opened.value.close();
  return read;
}

async function readOpen(open: OpenCommit, commit: string): Promise<ReadCommit> {
  const loaded = await loadPinnedStack(open.reader);
  if (!loaded.ok) return { kind: "refused", refusal: refusalOf(loaded, commit) };
  if (hasErrors(loaded.value.diagnostics))
    return {
      kind: "refused",
      refusal: {
        reason: "InvalidDeclarations",
        message: describeDiagnostics(loaded.value.diagnostics),
        commit,
      },
    };
  return { kind: "stack", stack: { commit, toPlan: loaded.value, close: () => open.close() } };
}

function refusalOf({ diagnostics, failures }: Unreadable, commit: string): Refusal {
  const [first] = failures;
  if (first === undefined)
    return { reason: "InvalidDeclarations", message: describeDiagnostics(diagnostics), commit };
  const more = failures.length === 1 ? "" : ` (and ${failures.length - 1} more)`;
  return { reason: "ChartsUnavailable", message: `${first.failure.message}${more}`, commit };
}

const mostFindings = 5;

/** The errors, each at its place, the first few in words. */
function describeDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const errors = sortDiagnostics(diagnostics).filter(({ severity }) => severity === "error");
  const told = errors
    .slice(0, mostFindings)
    .map(({ range, message }) => (range === undefined ? message : `${placeOf(range)} ${message}`));
  const more = errors.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/** Why a person has to agree first: the commit declares far less than the last run knew. Undefined where it does not. */
export function findLoss(
  { commit, toPlan }: StackOfCommit,
  state: StackState,
  sync: StackSync,
): Refusal | undefined {
  const known = [...(state.lastRun?.releases ?? [])].filter(
    ([, standing]) => standing.undeclared !== true && standing.state !== "Removed",
  );
  const declared = new Set(toPlan.ready.declarations.map(({ id }) => id));
  const gone = known.filter(([id]) => !declared.has(id)).length;
  if (!isMuchGone(known.length, gone) || sync.acceptedCommit === commit) return undefined;
  return {
    reason: "MuchIsGone",
    message: `it no longer declares ${gone} of the ${known.length} releases of the stack; if that is meant, annotate the StackSync with ${acceptAnnotation}=${commit}`,
    commit,
  };
}
