// Lends one sandbox to all test files of a run: started when the first of them asks, gone when the run ends or dies.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Sandbox, startSandbox } from "../../src/sandbox/sandbox.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The socket on which a test file asks for the shared sandbox. */
    sandboxSocket: string;
  }
}

/** Answers every request with the sandbox as JSON, which it starts at the first. */
function lend(): { readonly server: Server; readonly started: () => Promise<Sandbox> | undefined } {
  let started: Promise<Sandbox> | undefined;
  const server = createServer((_asked, reply) => {
    started ??= startShared();
    started.then(
      (sandbox) => reply.end(JSON.stringify(sandbox)),
      (error: unknown) => reply.writeHead(500).end(String(error)),
    );
  });
  return { server, started: () => started };
}

async function startShared(): Promise<Sandbox> {
  const started = await startSandbox({
    name: `test-${process.pid}`,
    onProgress: (text) => {
      console.error(`sandbox: ${text}`);
    },
  });
  if (!started.ok) throw new Error(started.failure.message);
  return started.value;
}

/** Called by vitest before the first test file; the function it returns after the last. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "headway-test-"));
  const socket = join(folder, "sandbox.sock");
  const { server, started } = lend();
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve);
  });
  project.provide("sandboxSocket", socket);
  return async () => {
    server.close();
    const sandbox = await started()?.catch(() => undefined);
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
