// Tells the world how one StackSync's commits fare: the status of the commit as its run begins and ends or where it can't be
// used, and one message at the end of a run. No run waits for it, and none fails by it.
import {
  commitStatus,
  statusOf,
  toBlame,
  type CommitStatus,
  type RunAbout,
  type RunMessage,
} from "../core/run-message.ts";
import type { StackSync, StackSyncSpec } from "../core/stack-sync/stack-sync.ts";
import type { Refusal } from "../core/stack-sync/sync-status.ts";
import type { AgentWorld } from "./agent-ports.ts";
import type { View } from "./execute-plan.ts";
import { startNotifier } from "./notify.ts";

/** One run being told of. */
export type RunTelling = {
  readonly view: View;
  /** Tells how it ended: what of its commit a person has to agree to, and whether a newer commit takes its place. */
  end(how: { readonly refusal?: Refusal; readonly isSuperseded: boolean }): void;
};

export type RunTeller = {
  begin(stack: string, commit: string): RunTelling;
  /** A commit is not acted on. */
  refused(stack: string, refusal: Refusal): void;
  /** Waits for what is under way, `withinMs` at most, and gives up the rest. */
  close(withinMs: number): Promise<void>;
};

/** What was told of so many commits is remembered, so that it is not told again. */
const mostCommits = 50;

type Ports = Pick<AgentWorld, "clock" | "clusterName" | "receiversOf" | "messageView" | "onTold">;

/** Starts with nothing to tell. */
export function makeRunTeller(world: Ports, sync: StackSync, spec: StackSyncSpec): RunTeller {
  const notifier = startNotifier({
    clock: world.clock,
    ...world.receiversOf(sync, spec),
    onTold: (told) => {
      world.onTold(sync, told);
    },
  });
  const cluster = world.clusterName;
  const toldOf = new Map<string, Word>();
  const tellStatus = (commit: string, status: CommitStatus, word: Word): void => {
    const before = toldOf.get(commit);
    // A commit that runs again, as drift or a first install that failed want it, keeps what was found until that changes.
    if (before?.text === word.text || (word.isOpen && before?.isOpen === false)) return;
    toldOf.delete(commit);
    toldOf.set(commit, word);
    const [oldest] = toldOf.keys();
    if (toldOf.size > mostCommits && oldest !== undefined) toldOf.delete(oldest);
    notifier.status(commit, status);
  };
  const refused = (stack: string, { reason, commit, message }: Refusal): void => {
    const isOpen = reason === "ChartsUnavailable";
    const words = message.split("\n", 1)[0] ?? "";
    const status = commitStatus({ stack, cluster }, isOpen ? "pending" : "failure", words);
    tellStatus(commit, status, { text: isOpen ? reason : words, isOpen });
  };
  return {
    refused,
    begin: (stack, commit) => {
      const about: RunAbout = { stack, cluster, commit };
      let ended: RunMessage | undefined;
      const summarize = world.messageView(about, (message) => {
        ended = message;
      });
      return {
        view: (event, run) => {
          summarize(event, run);
          if (event.kind !== "run-started") return;
          const work = event.releases.filter(({ action }) => action !== "keep").length;
          if (work === 0) return;
          const words = `run ${event.run}: ${work} of ${event.releases.length} releases have something to do`;
          tellStatus(commit, commitStatus(about, "pending", words), { text: "begun", isOpen: true });
        },
        end: ({ refusal, isSuperseded }) => {
          if (refusal !== undefined) refused(stack, refusal);
          if (ended === undefined) return;
          notifier.message(ended);
          if (refusal !== undefined) return;
          const status =
            isSuperseded && ended.outcome === "interrupted"
              ? commitStatus(about, "pending", "a newer commit is applied in its place")
              : statusOf(ended);
          const text = [status.state, status.state === "pending" ? status.description : toBlame(ended)];
          tellStatus(commit, status, { text: text.join(" "), isOpen: status.state === "pending" });
        },
      };
    },
    close: (withinMs) => notifier.close(withinMs),
  };
}

/** What a commit's last status came to; an open one will be followed by another. */
type Word = { readonly text: string; readonly isOpen: boolean };
