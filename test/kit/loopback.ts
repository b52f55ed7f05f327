// Servers of tests listen on 127.0.0.1 alone, on a port that the system chooses.
import type { AddressInfo, Server } from "node:net";

export type Listening = {
  readonly port: number;
  /** Ends open connections too. */
  readonly close: () => Promise<void>;
};

/** Starts to listen; works for http, https and plain TCP. */
export async function listenOnLoopback(
  server: Server & { readonly closeAllConnections?: () => void },
): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  // Listening on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections?.();
      }),
  };
}
