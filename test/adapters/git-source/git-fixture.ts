// The git server, and sources of it, of one test file.
import { afterAll, beforeEach } from "vitest";
import { openGitSource, type GitSourceOptions } from "../../../src/adapters/git-source/git-source.ts";
import type { Result } from "../../../src/core/failure.ts";
import type { GitCredentials, GitRemote, GitSource, GitWish } from "../../../src/engine/git-ports.ts";
import type { Authority } from "../../kit/chart-servers.ts";
import { temporaryFolder } from "../../kit/chart-trees.ts";
import { openGitServer, type GitServer } from "../../kit/git-server.ts";

export type GitFixture = {
  readonly server: GitServer;
  readonly remote: (credentials?: GitCredentials) => GitRemote;
  /** The branch main, unless told. */
  readonly wish: (more?: Partial<GitWish>) => GitWish;
  readonly open: (
    options?: Partial<GitSourceOptions>,
  ) => Promise<{ readonly source: GitSource; readonly cacheDir: string }>;
};

/** Starts a server for the file that awaits it at its top; every test finds it behaving. */
export async function useGitServer(authority?: Authority): Promise<GitFixture> {
  const server = await openGitServer(authority);
  const opened: GitSource[] = [];
  afterAll(async () => {
    await Promise.all(opened.map((source) => source.close()));
    await server.close();
  });
  beforeEach(() => {
    server.setMode({ kind: "normal" });
    server.accepted = undefined;
    server.log.length = 0;
  });
  const remote = (credentials: GitCredentials = { kind: "none" }): GitRemote => ({
    url: server.url,
    credentials,
  });
  return {
    server,
    remote,
    wish: (more = {}) => ({ ...remote(), ref: { kind: "branch", name: "main" }, ...more }),
    open: async (options = {}) => {
      const cacheDir = options.cacheDir ?? temporaryFolder();
      const source = await openGitSource({ allowsPlainHttp: authority === undefined, ...options, cacheDir });
      opened.push(source);
      return { source, cacheDir };
    },
  };
}

/** What it came to; throws with the refusal's words where it was refused. */
export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.kind}: ${result.failure.message}`);
  return result.value;
}
