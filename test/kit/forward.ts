// A server in front of another one, which passes requests on under changed addresses.
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { Authority } from "./chart-servers.ts";
import { listenOnLoopback } from "./loopback.ts";

export type ForwardingServer = {
  /** 127.0.0.1:PORT. */
  readonly host: string;
  /** Paths as they were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
};

/** Starts a server that forwards to the https server `target` what `change` makes of each path. */
export async function forwardTo(
  authority: Authority,
  target: string,
  change: (path: string) => string,
): Promise<ForwardingServer> {
  const asked: string[] = [];
  const identity = { key: readFileSync(authority.keyFile), cert: readFileSync(authority.certFile) };
  const server = createServer(identity, (incoming, reply) => {
    const path = incoming.url ?? "";
    asked.push(path);
    const { authorization, accept } = incoming.headers;
    const sent = request(
      `https://${target}${change(path)}`,
      {
        method: incoming.method,
        ca: authority.ca,
        headers: {
          host: incoming.headers.host,
          ...(authorization === undefined ? {} : { authorization }),
          ...(accept === undefined ? {} : { accept }),
        },
      },
      (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      },
    );
    sent.on("error", () => reply.destroy());
    sent.end();
  });
  const { port, close } = await listenOnLoopback(server);
  return { host: `127.0.0.1:${port}`, asked, close };
}
