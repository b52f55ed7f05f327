// An answer that goes on: lines as they come, until either side ends it or it has been silent for too long.
import type { IncomingMessage } from "node:http";
import type { Credentials, Prepared } from "./credentials.ts";
import { brokenConnection, refusalOf, refusedCredentials, type Refusal } from "./refusal.ts";
import { optionsOf, parseJson, startRequest, type Order } from "./wire.ts";

/** How a stream ended: one of the two sides closed it, or it was refused or broke. */
export type StreamEnd = { readonly ok: true } | Refusal;

export type Stream = { readonly ended: Promise<StreamEnd>; close(): void };

export type StreamOptions = {
  /** How long the server may take to begin its answer, in milliseconds. */
  readonly headMs: number;
  /** The longest silence before the stream counts as broken, in milliseconds. */
  readonly idleMs: number;
  readonly onLine: (line: string) => void;
};

/** Opens a stream; `close` ends it at any time, also before it has begun. */
export function openStream(
  base: URL,
  order: Order,
  credentials: Credentials,
  options: StreamOptions,
): Stream {
  const stop = new AbortController();
  const ended = credentials.prepare().then(
    (prepared) =>
      stop.signal.aborted
        ? { ok: true as const }
        : read(base, order, prepared, credentials, options, stop.signal),
    (error: unknown) => refusedCredentials(order.doing, error),
  );
  return {
    ended,
    close: () => {
      stop.abort();
    },
  };
}

function read(
  base: URL,
  order: Order,
  prepared: Prepared,
  credentials: Credentials,
  { headMs, idleMs, onLine }: StreamOptions,
  stop: AbortSignal,
): Promise<StreamEnd> {
  return new Promise((resolve) => {
    const finish = (end: StreamEnd) => {
      clearTimeout(timer);
      stop.removeEventListener("abort", onStop);
      outgoing.destroy();
      resolve(end);
    };
    const onStop = () => {
      finish({ ok: true });
    };
    const breakOff = (error: Error) => {
      finish(brokenConnection(order.doing, base.origin, error));
    };
    const onSilence = () => {
      breakOff(Object.assign(new Error("silence"), { code: "ETIMEDOUT" }));
    };
    let timer = setTimeout(onSilence, headMs);
    const outgoing = startRequest(optionsOf(base, order, prepared), (incoming) => {
      clearTimeout(timer);
      timer = setTimeout(onSilence, idleMs);
      const split = makeLineSplitter(onLine);
      const refused: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => {
        timer.refresh();
        if (isGood(incoming)) split(chunk);
        else refused.push(chunk);
      });
      incoming.on("end", () => {
        if (incoming.statusCode === 401) credentials.forget();
        finish(isGood(incoming) ? { ok: true } : refusalIn(order, incoming, refused));
      });
      incoming.on("error", breakOff);
    });
    outgoing.on("error", breakOff);
    stop.addEventListener("abort", onStop);
    outgoing.end();
  });
}

function isGood(incoming: IncomingMessage): boolean {
  return (incoming.statusCode ?? 0) < 300;
}

function refusalIn(order: Order, incoming: IncomingMessage, chunks: readonly Buffer[]): Refusal {
  const parsed = parseJson(Buffer.concat(chunks));
  return refusalOf(order.doing, incoming.statusCode ?? 0, parsed.ok ? parsed.value : undefined);
}

/** Splits bytes at line breaks; a long line in many chunks is joined once. */
export function makeLineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      const line = pending.length === 0 ? piece : Buffer.concat([...pending, piece]);
      pending = [];
      if (line.length > 0) onLine(line.toString("utf8"));
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  };
}
