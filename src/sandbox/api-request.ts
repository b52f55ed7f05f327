// One JSON request to an API server, with nothing but Node: the sandbox sets its nodes up before any client library is worth
// its import. Not for the engine, which has its own cluster adapter.
import { request } from "node:https";

/** Where an API server is and how to be let in: `ca` is PEM, `token` a bearer token, or empty for nobody. */
export type ApiAccess = { readonly server: string; readonly ca: string; readonly token: string };

/** What to send: `body` is sent as JSON of `contentType` (default application/json). */
export type ApiInit = {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly body?: unknown;
  readonly contentType?: string;
  /** More headers, which win over the usual ones: lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
};

/** What came back: `body` is the parsed JSON, or undefined where the text is none. */
export type ApiReply = { readonly status: number; readonly text: string; readonly body: unknown };

/** Sends one request; rejects where the server can't be reached, resolves for every HTTP status. */
export async function requestApi(access: ApiAccess, path: string, init: ApiInit = {}): Promise<ApiReply> {
  const { method = "GET", body, contentType = "application/json", headers = {}, timeoutMs = 30_000 } = init;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const sentHeaders = {
    ...(access.token === "" ? {} : { authorization: `Bearer ${access.token}` }),
    accept: "application/json",
    ...(payload === undefined
      ? {}
      : { "content-type": contentType, "content-length": Buffer.byteLength(payload) }),
    ...headers,
  };
  return await new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, access.server),
      { method, headers: sentHeaders, ca: access.ca, timeout: timeoutMs },
      (reply) => {
        const chunks: Buffer[] = [];
        reply.on("data", (chunk: Buffer) => chunks.push(chunk));
        reply.on("error", reject);
        reply.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: reply.statusCode ?? 0, text, body: parseJson(text) });
        });
      },
    );
    sent.on("timeout", () =>
      sent.destroy(new Error(`no answer from ${access.server}${path} in ${timeoutMs} ms`)),
    );
    sent.on("error", reject);
    sent.end(payload);
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
