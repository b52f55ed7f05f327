// A proxy that does CONNECT and nothing else, and says what it was asked for.
import { createServer } from "node:http";
import { connect } from "node:net";
import { listenOnLoopback } from "./loopback.ts";

export type TestProxy = {
  readonly url: string;
  /** HOST:PORT of each tunnel, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
};

/** Starts a proxy on 127.0.0.1. */
export async function startProxy(): Promise<TestProxy> {
  const asked: string[] = [];
  const server = createServer((_asked, reply) => reply.writeHead(501).end());
  server.on("connect", (request, socket) => {
    const target = request.url ?? "";
    asked.push(target);
    const [host = "", port = ""] = target.split(":");
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket);
      socket.pipe(upstream);
    });
    const end = (): void => {
      upstream.destroy();
      socket.destroy();
    };
    upstream.on("error", end);
    socket.on("error", end);
    upstream.on("close", end);
  });
  const { port, close } = await listenOnLoopback(server);
  return { url: `http://127.0.0.1:${port}`, asked, close };
}
