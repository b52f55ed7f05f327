// Free ports for a sandbox's servers. Only 127.0.0.1 is looked at, because nothing of a sandbox listens elsewhere.
import { createServer } from "node:net";
import { randomInt } from "node:crypto";
import type { SandboxPorts } from "./instance.ts";

// Below the range from which Linux and macOS take the near end of outgoing connections (32768 and 49152 upwards), so that a port
// that was free a moment ago is not gone when the server opens it.
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** Ports that nobody listens on; those in `wanted` are taken as they are. */
export async function pickPorts(wanted: Partial<SandboxPorts> = {}): Promise<SandboxPorts> {
  const picked = new Set<number>(Object.values(wanted));
  const pick = async (): Promise<number> => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const port = randomInt(LOWEST, HIGHEST);
      if (picked.has(port) || !(await isFree(port))) continue;
      picked.add(port);
      return port;
    }
    throw new Error(`no free port of 127.0.0.1 was found between ${LOWEST} and ${HIGHEST}`);
  };
  return {
    etcd: wanted.etcd ?? (await pick()),
    etcdPeer: wanted.etcdPeer ?? (await pick()),
    apiServer: wanted.apiServer ?? (await pick()),
  };
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(false);
    });
    probe.listen(port, "127.0.0.1", () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}
