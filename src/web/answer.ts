// One answer over HTTP, with the headers that every one of them has, and what becomes of a body that nobody wants.
import type { IncomingMessage, ServerResponse } from "node:http";

export type Answer = {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const securityHeaders = {
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Of an unwanted body, so much is read that a client that sends it gets to read the answer. */
const mostDiscardedBytes = 8 * 2 ** 20;
const longestDiscardMs = 2_000;

/** A plain answer of one line. */
export function plain(status: number, text: string, headers?: Answer["headers"]): Answer {
  return {
    status,
    contentType: "text/plain; charset=utf-8",
    text: `${text}\n`,
    ...(headers === undefined ? {} : { headers }),
  };
}

/** A JSON answer. */
export function json(status: number, value: unknown, headers?: Answer["headers"]): Answer {
  return {
    status,
    contentType: "application/json; charset=utf-8",
    text: `${JSON.stringify(value)}\n`,
    ...(headers === undefined ? {} : { headers }),
  };
}

/** Sends an answer, once. What the client still sends is read for a while, then the connection ends. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (response.headersSent || response.destroyed) return;
  const body = Buffer.from(answer.text, "utf8");
  response.writeHead(answer.status, {
    ...securityHeaders,
    ...answer.headers,
    "content-type": answer.contentType,
    "content-length": body.length,
  });
  response.end(request.method === "HEAD" ? undefined : body);
  if (!request.complete) discard(request);
}

function discard(request: IncomingMessage): void {
  let discarded = 0;
  const timer = setTimeout(() => request.destroy(), longestDiscardMs);
  timer.unref();
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > mostDiscardedBytes) request.destroy();
  });
  request.on("close", () => {
    clearTimeout(timer);
  });
  request.resume();
}
