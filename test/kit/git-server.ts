// A git server of tests: git's own http-backend behind a small server on 127.0.0.1, over https or http, with a login and
// hostile modes; a bare repository behind it, and a work folder from which it is pushed to.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Authority } from "./chart-servers.ts";
import { listenOnLoopback } from "./loopback.ts";

/** How the server behaves. */
export type GitServerMode =
  | { readonly kind: "normal" }
  /** Every connection is closed without an answer. */
  | { readonly kind: "down" }
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "redirect"; readonly to: string }
  /** So many bytes of an answer to a POST, then nothing, with the connection open. */
  | { readonly kind: "stall"; readonly afterBytes: number }
  /** So many bytes of an answer to a POST, then the end of the connection. */
  | { readonly kind: "cut"; readonly afterBytes: number }
  /** Every answer comes so much later. */
  | { readonly kind: "late"; readonly ms: number }
  /** The same words to everybody, as the advertisement of refs. */
  | { readonly kind: "answer"; readonly contentType: string; readonly body: string };

export type GitServerRequest = {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
};

export type CommitOptions = {
  /** `main`, unless told. */
  readonly branch?: string;
  readonly message?: string;
  /** Further arguments of `git commit`, such as -S. */
  readonly argv?: readonly string[];
};

export type GitServer = {
  /** http(s)://127.0.0.1:PORT/stack.git */
  readonly url: string;
  readonly port: number;
  /** The bare repository that is served. */
  readonly repository: string;
  /** A clone of it, for commits. */
  readonly work: string;
  /** Every request so far. */
  readonly log: GitServerRequest[];
  /** Where set, requests need one of these as their Authorization. */
  accepted: readonly string[] | undefined;
  setMode(mode: GitServerMode): void;
  /** Runs git in the work folder; returns what it prints. */
  git(...argv: readonly string[]): string;
  /** Writes files (undefined deletes one), commits all, and pushes it to the branch by force. Returns the commit. */
  commit(files: Readonly<Record<string, string | Buffer | undefined>>, options?: CommitOptions): string;
  close(): Promise<void>;
};

/** The Authorization that a user name and a password make. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Starts the server with an empty repository; over plain http where there is no authority. */
export async function openGitServer(authority?: Authority): Promise<GitServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "headway-git-server-")));
  const [served, repository, work] = [folder, join(folder, "stack.git"), join(folder, "work")];
  const run = (cwd: string, argv: readonly string[]): string =>
    execFileSync("git", argv, { cwd, encoding: "utf8", stdio: "pipe", env: authorEnvironment(folder) });
  run(folder, ["init", "--quiet", "--bare", "--initial-branch=main", repository]);
  run(folder, ["init", "--quiet", "--initial-branch=main", work]);
  const log: GitServerRequest[] = [];
  let mode: GitServerMode = { kind: "normal" };
  const backend = run(folder, ["--exec-path"]).trim();
  const answer = (asked: IncomingMessage, reply: ServerResponse): void => {
    const { authorization } = asked.headers;
    log.push({ method: asked.method ?? "", path: asked.url ?? "", authorization });
    const isLetIn = server.accepted === undefined || server.accepted.includes(authorization ?? "");
    if (!misbehaves(mode, reply) && isLetIn) {
      const serve = (): void => {
        serveGit(join(backend, "git-http-backend"), served, asked, reply, mode);
      };
      if (mode.kind === "late") setTimeout(serve, mode.ms);
      else serve();
    } else if (!reply.writableEnded && !reply.destroyed)
      reply.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end("no");
  };
  const listening = await listenOnLoopback(
    authority === undefined
      ? createPlainServer(answer)
      : createServer(
          { key: readFileSync(authority.keyFile), cert: readFileSync(authority.certFile) },
          answer,
        ),
  );
  const server: GitServer = {
    url: `${authority === undefined ? "http" : "https"}://127.0.0.1:${listening.port}/stack.git`,
    port: listening.port,
    repository,
    work,
    log,
    accepted: undefined,
    setMode: (next) => {
      mode = next;
    },
    git: (...argv) => run(work, argv),
    commit: (files, options = {}) => {
      for (const [path, content] of Object.entries(files)) {
        if (content === undefined) rmSync(join(work, path), { recursive: true, force: true });
        else {
          mkdirSync(dirname(join(work, path)), { recursive: true });
          writeFileSync(join(work, path), content);
        }
      }
      run(work, ["add", "--all"]);
      const message = options.message ?? "a change";
      run(work, ["commit", "--quiet", "--allow-empty", "-m", message, ...(options.argv ?? [])]);
      run(work, ["push", "--quiet", "--force", repository, `HEAD:refs/heads/${options.branch ?? "main"}`]);
      return run(work, ["rev-parse", "HEAD"]).trim();
    },
    close: async () => {
      await listening.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return server;
}

/** Nothing of the person's own git: names, signing and hooks would get into the tests. */
function authorEnvironment(home: string): NodeJS.ProcessEnv {
  const person = { NAME: "Ada Example", EMAIL: "ada@example.com" };
  return {
    PATH: process.env["PATH"],
    HOME: home,
    GNUPGHOME: join(home, "gnupg"),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: person.NAME,
    GIT_AUTHOR_EMAIL: person.EMAIL,
    GIT_COMMITTER_NAME: person.NAME,
    GIT_COMMITTER_EMAIL: person.EMAIL,
  };
}

/** True where the mode has answered already. */
function misbehaves(mode: GitServerMode, reply: ServerResponse): boolean {
  switch (mode.kind) {
    case "normal":
    case "late":
    case "stall":
    case "cut":
      return false;
    case "down":
      reply.destroy();
      return true;
    case "status":
      reply.writeHead(mode.status).end("no");
      return true;
    case "redirect":
      reply.writeHead(302, { Location: mode.to }).end();
      return true;
    case "answer":
      reply.writeHead(200, { "Content-Type": mode.contentType }).end(mode.body);
      return true;
  }
}

function serveGit(
  program: string,
  root: string,
  asked: IncomingMessage,
  reply: ServerResponse,
  mode: GitServerMode,
): void {
  const [path = "", query = ""] = (asked.url ?? "").split("?");
  const header = (name: string): string => String(asked.headers[name] ?? "");
  const child = spawn(program, [], {
    env: {
      PATH: process.env["PATH"],
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: query,
      REQUEST_METHOD: asked.method,
      CONTENT_TYPE: header("content-type"),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      GIT_PROTOCOL: header("git-protocol"),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  asked.pipe(child.stdin);
  reply.on("close", () => child.kill());
  const most =
    asked.method === "POST" && (mode.kind === "stall" || mode.kind === "cut") ? mode.afterBytes : Infinity;
  let head: Buffer | undefined = Buffer.alloc(0);
  let sent = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    let body = chunk;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      writeHead(reply, head.subarray(0, end).toString("latin1"));
      body = head.subarray(end + 4);
      head = undefined;
    }
    if (sent >= most) return;
    reply.write(body.subarray(0, most - sent));
    sent += body.length;
    if (sent >= most && mode.kind === "cut") setTimeout(() => reply.destroy(), 20);
  });
  child.on("close", () => {
    if (sent < most) reply.end();
  });
}

function writeHead(reply: ServerResponse, head: string): void {
  for (const line of head.split("\r\n")) {
    const colon = line.indexOf(": ");
    const [name, value] = [line.slice(0, colon), line.slice(colon + 2)];
    if (name === "Status") reply.statusCode = Number.parseInt(value, 10);
    else reply.setHeader(name, value);
  }
}
