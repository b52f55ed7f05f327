// An order as Node's HTTP client takes it, for requests and streams alike.
import {
  request as requestPlain,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as requestTls } from "node:https";
import type { Prepared } from "./credentials.ts";

/** One request to be made. */
export type Order = {
  /** What is being done, for a message: "Listing the releases". */
  readonly doing: string;
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** From the server's root, names encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly accept?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string;
  readonly contentType?: string;
  readonly timeoutMs?: number;
  /** How often it is tried again; unless told 2 times where the server can't be reached, and 4 where it asks for time. */
  readonly tries?: number;
};

/** Parses an answer without throwing. */
export function parseJson(
  body: Buffer,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: JSON.parse(body.toString("utf8")) as unknown };
  } catch {
    return { ok: false };
  }
}

/** What Node needs to send the order to the server at `base`. */
export function optionsOf(
  base: URL,
  order: Order,
  prepared: Prepared,
  headers: Readonly<Record<string, string>> = {},
): RequestOptions {
  const body = bodyOf(order);
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
      ...headers,
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

export function bodyOf(order: Order): string | undefined {
  return order.text ?? (order.body === undefined ? undefined : JSON.stringify(order.body));
}

/** Begins the request, in TLS unless the options say otherwise. */
export function startRequest(
  options: RequestOptions,
  onAnswer: (incoming: IncomingMessage) => void,
): ClientRequest {
  return (options.protocol === "http:" ? requestPlain : requestTls)(options, onAnswer);
}
