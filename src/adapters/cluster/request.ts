// Requests to one API server: JSON in and out over kept connections, and streams of lines. Refusals come back as
// failures; which path to ask for is its callers' business.
import { request as requestPlain, type IncomingMessage, type RequestOptions } from "node:http";
import { request as requestTls } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { succeeded } from "../../core/failure.ts";
import type { Credentials, Prepared } from "./credentials.ts";
import {
  brokenConnection,
  codeOf,
  refusalOf,
  refusedCredentials,
  retryAfterMs,
  type Refusal,
} from "./refusal.ts";

export type Order = {
  /** What is being done, for a message: "Listing the releases". */
  readonly doing: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the server's root, names encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  /** How often it is tried again where the server can't be reached; 2 unless told. */
  readonly tries?: number;
};

export type Answer = { readonly ok: true; readonly value: unknown } | Refusal;
export type TextAnswer = { readonly ok: true; readonly value: string } | Refusal;

/** How a stream ended: the server closed it, or it was refused or broke. */
export type StreamEnd = { readonly ok: true } | Refusal;

export type Stream = { readonly ended: Promise<StreamEnd>; close(): void };

export type Api = {
  readonly server: string;
  json(order: Order): Promise<Answer>;
  text(order: Order): Promise<TextAnswer>;
  /** Calls back with each line. `idleMs`: the longest silence before the stream counts as broken. */
  lines(order: Order, idleMs: number, onLine: (line: string) => void): Stream;
  /** Requests sent so far. */
  count(): number;
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
  let closed = false;
  const once = async (order: Order, prepared: Prepared): Promise<Raw> => {
    sent++;
    return await exchange(base, order, prepared, order.timeoutMs ?? requestTimeoutMs);
  };
  const withRetries = async (order: Order): Promise<Attempt> => {
    const tries = order.tries ?? 2;
    for (let attempt = 0; ; attempt++) {
      const outcome = await attemptOnce(order, credentials, server, once);
      if (outcome.ok || outcome.pauseMs === undefined || attempt >= tries || closed) return outcome;
      await sleep(Math.max(outcome.pauseMs, 150 * 4 ** attempt));
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
      return openStream(base, order, credentials, idleMs, requestTimeoutMs, onLine);
    },
    count: () => sent,
    close() {
      closed = true;
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
  const mayPass = raw.status === 429 || (raw.status >= 502 && raw.status <= 504);
  if (!mayPass) return refusal;
  const asked = retryAfterMs(raw.headers["retry-after"], parsed.ok ? parsed.value : undefined) ?? 0;
  return asked > longestPauseMs ? refusal : { ...refusal, pauseMs: asked };
}

function parseJson(body: Buffer): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(body.toString("utf8")) as unknown };
  } catch {
    return { ok: false };
  }
}

function optionsOf(base: URL, order: Order, prepared: Prepared, body: string | undefined): RequestOptions {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(order.query ?? {}))
    if (value !== undefined) query.set(name, value);
  const search = query.size === 0 ? "" : `?${query.toString()}`;
  return {
    protocol: base.protocol,
    hostname: base.hostname.replace(/^\[|\]$/g, ""),
    port: base.port === "" ? (base.protocol === "http:" ? 80 : 443) : Number(base.port),
    path: `${base.pathname.replace(/\/$/, "")}${order.path}${search}`,
    method: order.method ?? "GET",
    agent: prepared.agent,
    headers: {
      ...mutableHeaders(prepared),
      accept: order.accept ?? "application/json",
      "user-agent": "headway",
      ...(body === undefined
        ? {}
        : {
            "content-type": order.contentType ?? "application/json",
            "content-length": Buffer.byteLength(body),
          }),
    },
  };
}

function mutableHeaders({ headers }: Prepared): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === "string" ? value : Array.from(value),
    ]),
  );
}

/** One request and its whole answer. A kept connection that the server had just closed is replaced once. */
function exchange(
  base: URL,
  order: Order,
  prepared: Prepared,
  timeoutMs: number,
  fresh = false,
): Promise<Raw> {
  const body = order.body === undefined ? undefined : JSON.stringify(order.body);
  const options = optionsOf(base, order, prepared, body);
  // Compression costs both sides more than a loopback connection saves.
  const far = !["localhost", "127.0.0.1", "::1"].includes(options.hostname ?? "");
  if (far) options.headers = { ...options.headers, "accept-encoding": "gzip" };
  return new Promise((resolve, reject) => {
    const outgoing = (base.protocol === "http:" ? requestPlain : requestTls)(options, (incoming) => {
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
        resolve(exchange(base, order, prepared, timeoutMs, true));
      else reject(error);
    });
    outgoing.end(body);
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

function openStream(
  base: URL,
  order: Order,
  credentials: Credentials,
  idleMs: number,
  headMs: number,
  onLine: (line: string) => void,
): Stream {
  const server = base.origin;
  let close: () => void = () => undefined;
  let closed = false;
  const ended = (async (): Promise<StreamEnd> => {
    let prepared: Prepared;
    try {
      prepared = await credentials.prepare();
    } catch (error) {
      return refusedCredentials(order.doing, error);
    }
    if (isClosed()) return { ok: true };
    return await new Promise<StreamEnd>((resolve) => {
      const split = makeLineSplitter(onLine);
      let timer: NodeJS.Timeout;
      const finish = (end: StreamEnd) => {
        clearTimeout(timer);
        outgoing.destroy();
        resolve(end);
      };
      const watchSilence = (ms: number) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          finish(
            brokenConnection(order.doing, server, Object.assign(new Error("silence"), { code: "ETIMEDOUT" })),
          );
        }, ms);
      };
      const outgoing = (base.protocol === "http:" ? requestPlain : requestTls)(
        optionsOf(base, order, prepared, undefined),
        (incoming) => {
          const status = incoming.statusCode ?? 0;
          const refused: Buffer[] = [];
          watchSilence(idleMs);
          incoming.on("data", (chunk: Buffer) => {
            timer.refresh();
            if (status < 300) split(chunk);
            else refused.push(chunk);
          });
          incoming.on("end", () => {
            if (status < 300) {
              finish({ ok: true });
              return;
            }
            if (status === 401) credentials.forget();
            const parsed = parseJson(Buffer.concat(refused));
            finish(refusalOf(order.doing, status, parsed.ok ? parsed.value : undefined));
          });
          incoming.on("error", (error) => {
            finish(isClosed() ? { ok: true } : brokenConnection(order.doing, server, error));
          });
        },
      );
      watchSilence(headMs);
      outgoing.on("error", (error) => {
        finish(isClosed() ? { ok: true } : brokenConnection(order.doing, server, error));
      });
      close = () => {
        finish({ ok: true });
      };
      outgoing.end();
    });
  })();
  function isClosed(): boolean {
    return closed;
  }
  return {
    ended,
    close() {
      closed = true;
      close();
    },
  };
}

/** Splits bytes at line breaks; a long line in many chunks is joined once. */
export function makeLineSplitter(onLine: (line: string) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  return (chunk) => {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      const piece = chunk.subarray(start, end);
      start = end + 1;
      if (pending.length === 0) {
        if (piece.length > 0) onLine(piece.toString("utf8"));
        continue;
      }
      pending.push(piece);
      const line = Buffer.concat(pending).toString("utf8");
      pending = [];
      onLine(line);
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  };
}
