// One bounded HTTP request to a chart server: deadlines, a largest body, redirects that carry no credentials elsewhere, and
// a few retries of answers that may pass. What an answer means is its callers' business.
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { failed, succeeded, type Failure, type FailureKind, type Result } from "../../../core/failure.ts";
import { connectionFailure, shownUrl } from "./http-failure.ts";
import type { Trust } from "./trust.ts";

/** Milliseconds and counts within which a request has to end. */
export type Patience = {
  /** The longest silence: while connecting, before the answer, within it. */
  readonly idleMs: number;
  /** For the whole, redirects and retries included. */
  readonly deadlineMs: number;
  /** The longest pause that a server may ask for by Retry-After. */
  readonly longestPauseMs: number;
};

export type HttpAsk = {
  /** Begins every message: what is being done, with the server's name. */
  readonly doing: string;
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the host of `url` alone; never sent over plain http, nor after a redirect to another host. */
  readonly authorization?: string;
  readonly maxBytes: number;
  /** What a body beyond that is called. */
  readonly tooLarge: FailureKind;
  readonly trust: Trust;
  readonly patience: Patience;
};

export type HttpReply = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where it came from in the end. */
  readonly url: URL;
};

const maxRedirects = 5;
const maxAttempts = 4;
const maxErrorBytes = 64 * 1024;
/** What a server, or a proxy before it, may answer otherwise in a moment; 501 and the like are for good. */
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Resolves with whatever the server answered, a refusal too; fails where there was no whole answer in time. */
export async function exchange(ask: HttpAsk): Promise<Result<HttpReply>> {
  const endMs = performance.now() + ask.patience.deadlineMs;
  for (let attempt = 1; ; attempt++) {
    const reply = await followRedirects(ask, endMs);
    if (!reply.ok || attempt === maxAttempts) return reply;
    const { status, headers } = reply.value;
    if (!passing.has(status)) return reply;
    const pauseMs = retryAfterMs(headers["retry-after"], attempt);
    if (pauseMs > ask.patience.longestPauseMs || performance.now() + pauseMs >= endMs) return reply;
    await sleep(pauseMs);
  }
}

/** Seconds or a date (RFC 9110, 10.2.3); without either, longer from attempt to attempt. */
function retryAfterMs(written: string | undefined, attempt: number): number {
  const text = written?.trim() ?? "";
  if (/^[0-9]{1,6}$/.test(text)) return Number(text) * 1_000;
  const atMs = text === "" ? NaN : Date.parse(text);
  return Number.isNaN(atMs) ? 250 * 2 ** attempt : Math.max(0, atMs - Date.now());
}

async function followRedirects(ask: HttpAsk, endMs: number): Promise<Result<HttpReply>> {
  let url = new URL(ask.url);
  let { authorization } = ask;
  if (authorization !== undefined && url.protocol !== "https:") return failed(plainCredentials(ask, url));
  for (let hops = 0; ; hops++) {
    const reply = await requestOnce(ask, url, authorization, endMs);
    if (!reply.ok) return reply;
    const { location } = reply.value.headers;
    if (!redirects.has(reply.value.status) || location === undefined || ask.method === "POST") return reply;
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    const refused = refuseRedirect(ask, url, next, hops);
    if (refused !== undefined || next === undefined) return failed(refused ?? badRedirect(ask, "nowhere"));
    next.username = "";
    next.password = "";
    // For good: a host that is not trusted with them must not decide where they go next.
    if (next.origin !== url.origin) authorization = undefined;
    url = next;
  }
}

function refuseRedirect(ask: HttpAsk, from: URL, to: URL | undefined, hops: number): Failure | undefined {
  if (hops >= maxRedirects) return badRedirect(ask, `more than ${maxRedirects} times`);
  if (to === undefined) return badRedirect(ask, "to an address that can't be read");
  if (to.protocol !== "https:" && to.protocol !== "http:")
    return badRedirect(ask, `to an address of the kind ${to.protocol}`);
  if (from.protocol === "https:" && to.protocol === "http:")
    return badRedirect(ask, `from https to plain http (${shownUrl(to)})`);
  return undefined;
}

function badRedirect({ doing }: HttpAsk, how: string): Failure {
  return {
    kind: "forbidden",
    message: `${doing}: the server redirects ${how}, which is not followed`,
    next: "name the address that it should lead to, with https://",
  };
}

function plainCredentials({ doing }: HttpAsk, url: URL): Failure {
  return {
    kind: "forbidden",
    message: `${doing}: there are credentials for ${url.host}, and they are not sent over plain http`,
    next: "use the server's https:// address, or take the credentials away if it needs none",
  };
}

async function requestOnce(
  ask: HttpAsk,
  url: URL,
  authorization: string | undefined,
  endMs: number,
): Promise<Result<HttpReply>> {
  for (let again = false; ; again = true) {
    const leftMs = endMs - performance.now();
    const outcome = await send(ask, url, authorization, Math.max(1, leftMs));
    if (!("wasStale" in outcome)) return outcome;
    // A kept connection that the server was just closing says nothing about the server.
    if (!outcome.wasStale || again) return failed(outcome.failure);
  }
}

type Outcome = Result<HttpReply> | { readonly wasStale: boolean; readonly failure: Failure };

function send(ask: HttpAsk, url: URL, authorization: string | undefined, leftMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const { trust, patience, doing } = ask;
    const isTls = url.protocol === "https:";
    const request = (isTls ? https : http).request(url, {
      method: ask.method ?? "GET",
      agent: isTls ? trust.httpsAgent() : trust.httpAgent,
      headers: {
        "user-agent": "headway",
        ...ask.headers,
        ...(authorization === undefined ? {} : { authorization }),
      },
    });
    const end = (outcome: Outcome): void => {
      clearTimeout(idle);
      clearTimeout(deadline);
      resolve(outcome);
      request.destroy();
    };
    const breakOff = (failure: Failure): void => {
      end(failed(failure));
    };
    const tooSlow = (what: string): Failure => ({
      kind: "unreachable",
      message: `${doing}: ${url.host} ${what}`,
      next: "try again; check the network, the proxy (HTTPS_PROXY) and the server",
    });
    const idle = setTimeout(() => {
      breakOff(tooSlow(`was silent for ${seconds(patience.idleMs)}`));
    }, patience.idleMs);
    const deadline = setTimeout(() => {
      breakOff(tooSlow(`was not done within ${seconds(patience.deadlineMs)}`));
    }, leftMs);
    request.on("error", (error) => {
      end({ wasStale: isStale(error, request), failure: connectionFailure(doing, url, error) });
    });
    request.on("response", (response) => {
      idle.refresh();
      collect(ask, url, response, () => idle.refresh(), end);
    });
    request.end(ask.body);
  });
}

function collect(
  ask: HttpAsk,
  url: URL,
  response: http.IncomingMessage,
  onBytes: () => void,
  end: (outcome: Outcome) => void,
): void {
  const status = response.statusCode ?? 0;
  const isGood = status >= 200 && status < 300;
  // What a server says beside a refusal is not read, only taken from the connection.
  const maxBytes = isGood ? ask.maxBytes : maxErrorBytes;
  const announced = Number(response.headers["content-length"] ?? 0);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const finish = (): void => {
    end(succeeded({ status, headers: response.headers, body: Buffer.concat(chunks), url }));
  };
  const overflow = (): void => {
    if (isGood) end(failed(tooLarge(ask, url)));
    else finish();
  };
  if (announced > maxBytes) {
    overflow();
    return;
  }
  response.on("data", (chunk: Buffer) => {
    onBytes();
    bytes += chunk.length;
    if (bytes > maxBytes) overflow();
    else chunks.push(chunk);
  });
  // Node says so where fewer bytes came than Content-Length, or the last chunk did not.
  response.on("error", () => {
    end(
      failed({
        kind: "unreachable",
        message: `${ask.doing}: the connection to ${url.host} broke after ${bytes}${announced > 0 ? ` of ${announced}` : ""} bytes`,
        next: "try again; if it breaks at the same place again, what the server holds is damaged",
      }),
    );
  });
  response.on("end", () => {
    if (response.complete) finish();
  });
}

function tooLarge(ask: HttpAsk, url: URL): Failure {
  return {
    kind: ask.tooLarge,
    message: `${ask.doing}: ${shownUrl(url)} is larger than ${Math.round(ask.maxBytes / (1024 * 1024))} MiB`,
    next: "check that the address is the right one; nothing larger is read",
  };
}

function isStale(error: Error, request: http.ClientRequest): boolean {
  return request.reusedSocket && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

function seconds(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 1_000)} s`;
}
