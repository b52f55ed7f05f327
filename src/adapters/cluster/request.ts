// Requests to one API server: JSON in and out over kept connections, and streams of lines. Refusals come back as
// failures; which path to ask for is its callers' business.
import type { IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { succeeded } from "../../core/failure.ts";
import type { Credentials, Prepared } from "./credentials.ts";
import { openStream, type Stream } from "./stream.ts";
import { bodyOf, optionsOf, parseJson, startRequest, type Order } from "./wire.ts";
import {
  brokenConnection,
  codeOf,
  refusalOf,
  refusedCredentials,
  retryAfterMs,
  type Refusal,
} from "./refusal.ts";

export type Answer = { readonly ok: true; readonly value: unknown } | Refusal;
export type TextAnswer = { readonly ok: true; readonly value: string } | Refusal;

export type Api = {
  readonly server: string;
  json(order: Order): Promise<Answer>;
  text(order: Order): Promise<TextAnswer>;
  /** Calls back with each line. `idleMs`: the longest silence before the stream counts as broken. */
  lines(order: Order, idleMs: number, onLine: (line: string) => void): Stream;
  /** Requests sent so far. */
  count(): number;
  /** The API server's clock, as near as the Date of its answers tells it: within about a second. */
  nowMs(): number;
  close(): void;
};

type Raw = { readonly status: number; readonly headers: IncomingMessage["headers"]; readonly body: Buffer };

const gunzipAsync = promisify(gunzip);
const maxBodyBytes = 512 * 1024 * 1024;
const longestPauseMs = 5_000;

/** Makes the requests to `server`, a URL without a slash at its end. */
export function makeApi(server: string, credentials: Credentials, requestTimeoutMs: number): Api {
  const base = new URL(server);
  let sent = 0;
  const over = new AbortController();
  let aheadMs = 0;
  const once = async (order: Order, prepared: Prepared): Promise<Raw> => {
    sent++;
    const timeoutMs = order.timeoutMs ?? requestTimeoutMs;
    const raw = await exchange(base, order, prepared, timeoutMs, over.signal);
    const saidMs = Date.parse(raw.headers.date ?? "");
    // Small differences are the grain of the header, not of the clocks.
    if (!Number.isNaN(saidMs)) aheadMs = Math.abs(saidMs - Date.now()) > 2_000 ? saidMs - Date.now() : 0;
    return raw;
  };
  const withRetries = async (order: Order): Promise<Attempt> => {
    for (let attempt = 0; ; attempt++) {
      const outcome = await attemptOnce(order, credentials, server, once);
      // One that answers is there, and only needs time: about eight seconds.
      const tries = order.tries ?? (!outcome.ok && outcome.status !== undefined ? 4 : 2);
      if (outcome.ok || outcome.pauseMs === undefined || attempt >= tries || over.signal.aborted)
        return outcome;
      await sleep(Math.max(outcome.pauseMs, Math.min(longestPauseMs, 150 * 4 ** attempt)));
    }
  };
  return {
    server,
    async text(order) {
      const raw = await withRetries(order);
      return raw.ok ? succeeded(raw.value.body.toString("utf8")) : raw;
    },
    async json(order) {
      const raw = await withRetries(order);
      if (!raw.ok) return raw;
      const parsed = parseJson(raw.value.body);
      if (parsed.ok) return parsed;
      return brokenConnection(order.doing, server, new Error("its answer is not that of a Kubernetes API"));
    },
    lines(order, idleMs, onLine) {
      sent++;
      return openStream(base, order, credentials, { headMs: requestTimeoutMs, idleMs, onLine });
    },
    count: () => sent,
    nowMs: () => Date.now() + aheadMs,
    close() {
      over.abort();
      credentials.close();
    },
  };
}

type Attempt = { readonly ok: true; readonly value: Raw } | (Refusal & { readonly pauseMs?: number });

async function attemptOnce(
  order: Order,
  credentials: Credentials,
  server: string,
  once: (order: Order, prepared: Prepared) => Promise<Raw>,
): Promise<Attempt> {
  for (let renewed = false; ; renewed = true) {
    let prepared: Prepared;
    try {
      prepared = await credentials.prepare();
    } catch (error) {
      return refusedCredentials(order.doing, error);
    }
    let raw: Raw;
    try {
      raw = await once(order, prepared);
    } catch (error) {
      const refusal = brokenConnection(order.doing, server, error);
      return ["ECONNREFUSED", "ECONNRESET", "EPIPE", "EAI_AGAIN"].includes(codeOf(error))
        ? { ...refusal, pauseMs: 0 }
        : refusal;
    }
    if (raw.status < 300) return succeeded(raw);
    if (raw.status === 401 && !renewed) {
      credentials.forget();
      continue;
    }
    return refusedWith(order.doing, raw);
  }
}

function refusedWith(doing: string, raw: Raw): Attempt {
  const parsed = parseJson(raw.body);
  const refusal = refusalOf(doing, raw.status, parsed.ok ? parsed.value : undefined);
  const mayPass = raw.status === 429 || (raw.status >= 500 && raw.status <= 504 && raw.status !== 501);
  if (!mayPass) return refusal;
  const asked = retryAfterMs(raw.headers["retry-after"], parsed.ok ? parsed.value : undefined) ?? 0;
  return asked > longestPauseMs ? refusal : { ...refusal, pauseMs: asked };
}

/** One request and its whole answer. A kept connection that the server had just closed is replaced once. */
function exchange(
  base: URL,
  order: Order,
  prepared: Prepared,
  timeoutMs: number,
  over: AbortSignal,
  fresh = false,
): Promise<Raw> {
  // Compression costs both sides more than a loopback connection saves.
  const isNear = ["localhost", "127.0.0.1", "[::1]"].includes(base.hostname);
  const options = optionsOf(base, order, prepared, isNear ? {} : { "accept-encoding": "gzip" });
  return new Promise((resolve, reject) => {
    const outgoing = startRequest({ ...options, signal: over }, (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > maxBodyBytes) outgoing.destroy(new Error("its answer is too long"));
        else chunks.push(chunk);
      });
      incoming.on("error", reject);
      incoming.on("end", () => {
        clearTimeout(timer);
        unpack(incoming, Buffer.concat(chunks)).then(resolve, reject);
      });
    });
    const timer = setTimeout(() => {
      outgoing.destroy(Object.assign(new Error("timed out"), { code: "ETIMEDOUT" }));
    }, timeoutMs);
    outgoing.on("error", (error) => {
      clearTimeout(timer);
      if (outgoing.reusedSocket && !fresh && codeOf(error) === "ECONNRESET")
        resolve(exchange(base, order, prepared, timeoutMs, over, true));
      else reject(error);
    });
    outgoing.end(bodyOf(order));
  });
}

async function unpack(incoming: IncomingMessage, body: Buffer): Promise<Raw> {
  const zipped = incoming.headers["content-encoding"] === "gzip";
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: zipped ? await gunzipAsync(body, { maxOutputLength: maxBodyBytes }) : body,
  };
}
