// Tells the world of runs beside them: each receiver gets its messages in order, again after a pause where it can't be
// reached, and no run ever waits for one of them.
import { isTransient, type Failure, type Result } from "../core/failure.ts";
import {
  isNews,
  type CommitStatus,
  type NotificationProvider,
  type RunMessage,
} from "../core/run-message.ts";
import type { CommitStatuses, Receiver } from "./notify-ports.ts";
import { pause } from "./pause.ts";
import type { Clock } from "./ports.ts";

export type Notifier = {
  /** Tells the status of a commit; of one that has not been told yet, only the newest is. */
  status(commit: string, status: CommitStatus): void;
  /** Tells of a run, where there is something new in it. */
  message(message: RunMessage): void;
  /** Waits for what is under way, `withinMs` at most, and gives up the rest. */
  close(withinMs: number): Promise<void>;
};

/** How a message ended: absent `failure` where it was taken. */
export type Told = { readonly provider: NotificationProvider; readonly failure?: Failure };

/** Pauses before further attempts where a receiver can't be reached. */
const pausesMs = [1_000, 5_000, 30_000, 120_000];
/** Of messages that wait for one receiver; the oldest give way. */
const mostWaiting = 50;

/** Starts with nothing to tell. */
export function startNotifier(input: {
  readonly clock: Clock;
  readonly statuses: readonly CommitStatuses[];
  readonly receivers: readonly Receiver[];
  readonly onTold: (told: Told) => void;
}): Notifier {
  const { clock, onTold } = input;
  const stop = new AbortController();
  const lastOf = new Map<string, RunMessage>();
  const lane = (provider: NotificationProvider): Lane => makeLane(provider, clock, stop.signal, onTold);
  const statuses = input.statuses.map((port) => ({ port, lane: lane(port.provider) }));
  const receivers = input.receivers.map((port) => ({ port, lane: lane(port.provider) }));
  return {
    status: (commit, status) => {
      for (const { port, lane } of statuses)
        lane.put({ key: `${commit} ${status.context}`, tell: () => port.set(commit, status) });
    },
    message: (message) => {
      if (!isNews(message, lastOf.get(message.stack))) return;
      lastOf.set(message.stack, message);
      for (const { port, lane } of receivers) lane.put({ tell: () => port.send(message) });
    },
    close: async (withinMs) => {
      const timer = new AbortController();
      const all = Promise.all([...statuses, ...receivers].map(({ lane }) => lane.idle()));
      await Promise.race([all, pause(clock, withinMs, timer.signal)]);
      timer.abort();
      // What is on the wire ends by itself, within the time that a request has.
      stop.abort();
    },
  };
}

/** `key` stands for what a newer item makes pointless. */
type Item = { readonly key?: string; readonly tell: () => Promise<Result<void>> };

type Lane = { put(item: Item): void; idle(): Promise<void> };

function makeLane(
  provider: NotificationProvider,
  clock: Clock,
  signal: AbortSignal,
  onTold: (told: Told) => void,
): Lane {
  const waiting: Item[] = [];
  let work: Promise<void> | undefined;

  const isPointless = ({ key }: Item): boolean =>
    key !== undefined && waiting.some((newer) => newer.key === key);
  const deliver = async (item: Item): Promise<void> => {
    for (const pauseMs of [...pausesMs, undefined]) {
      const result = await item.tell();
      if (result.ok) {
        onTold({ provider });
        return;
      }
      const { failure } = result;
      const again = isTransient(failure) && pauseMs !== undefined && !isPointless(item);
      if (!again || !(await pause(clock, pauseMs, signal))) {
        onTold({ provider, failure });
        return;
      }
      if (isPointless(item)) return;
    }
  };
  const workOff = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift())
      if (!signal.aborted) await deliver(item);
    work = undefined;
  };
  return {
    put: (item) => {
      const same = waiting.findIndex(({ key }) => key !== undefined && key === item.key);
      if (same >= 0) waiting.splice(same, 1);
      waiting.push(item);
      if (waiting.length > mostWaiting) waiting.shift();
      work ??= workOff();
    },
    idle: () => work ?? Promise.resolve(),
  };
}
