// A proxy that does CONNECT and nothing else, and says what it was asked for.
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";

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
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // Listening on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
