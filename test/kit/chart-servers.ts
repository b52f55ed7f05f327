// Chart servers for tests: an https server with faults on demand, and the real OCI registry with logins, both with
// certificates of an authority that nobody else trusts.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createPlainServer } from "node:http";
import { createServer, request } from "node:https";
import { createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createHash } from "node:crypto";
import { findProgram } from "../../src/sandbox/programs.ts";
import { packChart, runHelm } from "./chart-trees.ts";
import { listenOnLoopback } from "./loopback.ts";

/** An authority, and a server's key and certificate from it for localhost and 127.0.0.1; PEM texts and their files. */
export type Authority = {
  readonly folder: string;
  readonly caFile: string;
  readonly ca: string;
  readonly keyFile: string;
  readonly certFile: string;
  close(): void;
};

/** Makes an authority with the openssl program. */
export function makeAuthority(): Authority {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "headway-authority-")));
  const openssl = (...args: readonly string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  };
  const keys = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ca = ["-x509", "-days", "30", "-subj", "/CN=Headway test authority"];
  openssl("req", ...keys, ...ca, "-keyout", "ca.key", "-out", "ca.crt");
  openssl("req", ...keys, "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr");
  const names = "subjectAltName=DNS:localhost,DNS:*.charts.test,IP:127.0.0.1";
  writeFileSync(join(folder, "names"), `${names}\nbasicConstraints=CA:FALSE\n`);
  const issue = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", "names"];
  openssl("x509", "-req", "-in", "server.csr", ...issue, "-out", "server.crt");
  const caFile = join(folder, "ca.crt");
  return {
    folder,
    caFile,
    ca: readFileSync(caFile, "utf8"),
    keyFile: join(folder, "server.key"),
    certFile: join(folder, "server.crt"),
    close: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What happens to requests for one path, `times` of them (all, unless told). */
export type Fault = (
  | { readonly kind: "status"; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Headers come, and then nothing for so long. */
  | { readonly kind: "stall"; readonly ms: number }
  /** Nothing at all for so long, then the ordinary answer. */
  | { readonly kind: "late"; readonly ms: number }
  /** One byte at a time, `ms` apart. */
  | { readonly kind: "drip"; readonly ms: number }
  /** The connection ends after half of what Content-Length promises. */
  | { readonly kind: "truncated" }
  /** The connection ends in the middle of a chunked body. */
  | { readonly kind: "broken-chunks" }
  /** Zero bytes, as many as that; announced or not. */
  | { readonly kind: "oversized"; readonly bytes: number; readonly announced: boolean }
  | { readonly kind: "redirect"; readonly to: string; readonly status?: number }
) & { readonly times?: number };

/** One request as it came in. */
export type LoggedRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
};

export type TestServer = {
  /** https://127.0.0.1:PORT, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order. */
  readonly log: LoggedRequest[];
  /** Bodies by path; each has an ETag. */
  readonly files: Map<string, Buffer>;
  readonly faults: Map<string, Fault>;
  /** Answers that are made up anew for each request, before files are looked at. */
  readonly answers: Map<string, (asked: LoggedRequest, reply: ServerResponse) => void>;
  /** Where set, requests without it get 401. */
  login: { readonly username: string; readonly password: string } | undefined;
  /** Sent with every answer. */
  readonly headers: Record<string, string>;
  close(): Promise<void>;
};

/** Starts a server on 127.0.0.1; over plain http where there is no authority. */
export async function startChartServer(authority: Authority | undefined): Promise<TestServer> {
  const state: Omit<TestServer, "url" | "port" | "close"> = {
    log: [],
    files: new Map(),
    faults: new Map(),
    answers: new Map(),
    login: undefined,
    headers: {},
  };
  const answer = (asked: IncomingMessage, reply: ServerResponse): void => {
    const chunks: Buffer[] = [];
    asked.on("data", (chunk: Buffer) => chunks.push(chunk));
    asked.on("end", () => {
      respond(test, asked, Buffer.concat(chunks).toString("utf8"), reply);
    });
  };
  const server =
    authority === undefined
      ? createPlainServer(answer)
      : createServer(
          { key: readFileSync(authority.keyFile), cert: readFileSync(authority.certFile) },
          answer,
        );
  const listening = await listenOnLoopback(server);
  const test: TestServer = Object.assign(state, {
    url: `${authority === undefined ? "http" : "https"}://127.0.0.1:${listening.port}`,
    ...listening,
  });
  return test;
}

function respond(test: TestServer, asked: IncomingMessage, body: string, reply: ServerResponse): void {
  const [path = ""] = (asked.url ?? "").split("?");
  const logged = { method: asked.method ?? "", path: asked.url ?? "", headers: asked.headers, body };
  test.log.push(logged);
  for (const [name, value] of Object.entries(test.headers)) reply.setHeader(name, value);
  const fault = takeFault(test, path);
  if (fault !== undefined && fault.kind !== "late" && fault.kind !== "drip") {
    misbehave(fault, test.files.get(path) ?? Buffer.alloc(1024), reply);
    return;
  }
  const { login } = test;
  const expected = login && `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
  if (expected !== undefined && asked.headers.authorization !== expected) {
    reply.writeHead(401, { "www-authenticate": 'Basic realm="charts"' }).end("who are you?");
    return;
  }
  const own = test.answers.get(path);
  if (own !== undefined) {
    own(logged, reply);
    return;
  }
  const file = test.files.get(path);
  if (file === undefined) reply.writeHead(404).end("no such file");
  else if (fault?.kind === "late") setTimeout(() => reply.end(file), fault.ms).unref();
  else if (fault?.kind === "drip") drip(file, fault.ms, reply);
  else sendFile(file, asked, reply);
}

function takeFault(test: TestServer, path: string): Fault | undefined {
  const fault = test.faults.get(path);
  if (fault?.times === undefined) return fault;
  if (fault.times <= 1) test.faults.delete(path);
  else test.faults.set(path, { ...fault, times: fault.times - 1 });
  return fault;
}

function sendFile(file: Buffer, asked: IncomingMessage, reply: ServerResponse): void {
  const etag = `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
  if (asked.headers["if-none-match"] === etag) reply.writeHead(304, { etag }).end();
  else reply.writeHead(200, { etag, "content-length": file.length }).end(file);
}

function misbehave(
  fault: Exclude<Fault, { kind: "late" | "drip" }>,
  file: Buffer,
  reply: ServerResponse,
): void {
  switch (fault.kind) {
    case "status":
      reply.writeHead(fault.status, { ...fault.headers }).end("\u001b[31mno\u001b[0m");
      return;
    case "redirect":
      reply.writeHead(fault.status ?? 302, { location: fault.to }).end();
      return;
    case "stall":
      reply.writeHead(200, { "content-length": file.length });
      reply.flushHeaders();
      setTimeout(() => reply.end(file), fault.ms).unref();
      return;
    case "truncated":
      reply.writeHead(200, { "content-length": file.length });
      reply.write(file.subarray(0, file.length >> 1), () => reply.destroy());
      return;
    case "broken-chunks":
      reply.writeHead(200);
      reply.write(file.subarray(0, file.length >> 1), () => reply.destroy());
      return;
    case "oversized":
      reply.writeHead(200, fault.announced ? { "content-length": fault.bytes } : {});
      pour(fault.bytes, reply);
  }
}

function drip(file: Buffer, ms: number, reply: ServerResponse): void {
  reply.writeHead(200, { "content-length": file.length });
  let at = 0;
  const timer = setInterval(() => {
    if (at < file.length && !reply.destroyed) reply.write(file.subarray(at, ++at));
    else clearInterval(timer);
  }, ms);
  timer.unref();
}

function pour(bytes: number, reply: ServerResponse): void {
  const block = Buffer.alloc(1024 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !reply.destroyed) {
      const part = block.subarray(0, Math.min(left, block.length));
      left -= part.length;
      if (!reply.write(part)) {
        reply.once("drain", more);
        return;
      }
    }
    reply.end();
  };
  more();
}

/** An index.yaml as `helm repo index` writes it, of these archives (by file name), with addresses below `base`. */
export async function makeIndex(archives: ReadonlyMap<string, Buffer>, base?: string): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "headway-index-"));
  try {
    for (const [name, archive] of archives) writeFileSync(join(folder, name), archive);
    await runHelm("repo", "index", folder, ...(base === undefined ? [] : ["--url", base]));
    return readFileSync(join(folder, "index.yaml"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A chart's name and version, and files beside those of every small chart. */
export type SmallChart = readonly [name: string, version: string, more?: Readonly<Record<string, string>>];

/** Publishes small charts on a server beside those in `archives`, with an index as helm writes it. */
export async function publishCharts(
  server: TestServer,
  archives: Map<string, Buffer>,
  charts: readonly SmallChart[],
): Promise<void> {
  for (const [name, version, more] of charts)
    archives.set(`${name}-${version}.tgz`, smallChart(name, version, more));
  for (const [file, archive] of archives) server.files.set(`/${file}`, archive);
  server.files.set("/index.yaml", await makeIndex(archives, server.url));
}

/** A small chart that helm can install, packaged. */
export function smallChart(
  name: string,
  version: string,
  more: Readonly<Record<string, string>> = {},
): Buffer {
  return packChart(name, {
    "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "1.0"\n`,
    "values.yaml": "greeting: hello\n",
    "templates/greeting.yaml":
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Release.Name }} }\ndata: { greeting: {{ .Values.greeting | quote }} }\n",
    ...more,
  });
}

/** Packages a chart's folder with the real helm; the archive's path below `into`. */
export async function packageChart(folder: string, into: string): Promise<string> {
  const said = await runHelm("package", folder, "--destination", into);
  const name = /saved it to: (.+)/.exec(said)?.[1]?.trim();
  if (name === undefined) throw new Error(`helm package said: ${said}`);
  return join(into, basename(name));
}

export type TestRegistry = {
  /** 127.0.0.1:PORT. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
  /** A file for HELM_REGISTRY_CONFIG with the login. */
  readonly loginFile: string;
  /** Publishes a packaged chart under oci://HOST/PATH with the real helm. */
  push(archive: Buffer, path: string): Promise<void>;
  /** One request with the login, for what helm would never do. */
  put(path: string, body: Buffer | string, type: string): Promise<number>;
  /** Stores bytes as a blob of a repository; their digest. */
  putBlob(repository: string, bytes: Buffer): Promise<string>;
  close(): Promise<void>;
};

// Made once with bcrypt, which is all that the registry reads.
const registryUsername = "charts";
const registryPassword = "chart-password";
const registryHash = "$2b$05$abcdefghijklmnopqrstuuOndKiD5Qx3An5/roN.pAfnZTJEhBQfu";

/** Starts the real registry (distribution) with TLS and a login, its files in a folder of its own. */
export async function startRegistry(authority: Authority): Promise<TestRegistry> {
  const program = await findProgram("registry");
  if (!program.ok) throw new Error(program.failure.message);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "headway-registry-")));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  writeFileSync(join(folder, "htpasswd"), `${registryUsername}:${registryHash}\n`);
  writeFileSync(
    join(folder, "config.json"),
    // YAML reads JSON.
    JSON.stringify({
      version: "0.1",
      log: { level: "error" },
      storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
      http: { addr: host, tls: { certificate: authority.certFile, key: authority.keyFile } },
      auth: { htpasswd: { realm: "charts", path: join(folder, "htpasswd") } },
    }),
  );
  const child = spawn(program.value.path, ["serve", join(folder, "config.json")], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], OTEL_TRACES_EXPORTER: "none" },
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const auth = Buffer.from(`${registryUsername}:${registryPassword}`).toString("base64");
  const loginFile = join(folder, "login.json");
  writeFileSync(loginFile, JSON.stringify({ auths: { [host]: { auth } } }));
  const send = (method: string, path: string, body: Buffer | string, type: string): Promise<SentReply> =>
    sendTo(`https://${host}${path}`, authority.ca, {
      method,
      body,
      headers: { authorization: `Basic ${auth}`, "content-type": type },
    });
  const deadline = Date.now() + 30_000;
  for (;;) {
    const status = await send("GET", "/v2/", "", "text/plain").then(
      (reply) => reply.status,
      () => 0,
    );
    if (status === 200) break;
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error(`the registry does not answer (${status}): ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    host,
    username: registryUsername,
    password: registryPassword,
    loginFile,
    push: async (archive, path) => {
      const file = join(folder, "push.tgz");
      writeFileSync(file, archive);
      const flags = ["--ca-file", authority.caFile, "--registry-config", loginFile];
      await runHelm("push", file, `oci://${host}/${path}`, ...flags);
    },
    put: async (path, body, type) => (await send("PUT", path, body, type)).status,
    putBlob: async (repository, bytes) => {
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const started = await send("POST", `/v2/${repository}/blobs/uploads/`, "", "text/plain");
      const place = new URL(started.location, `https://${host}`);
      place.searchParams.set("digest", digest);
      const reply = await send("PUT", place.pathname + place.search, bytes, "application/octet-stream");
      if (reply.status !== 201) throw new Error(`the registry refused a blob: ${reply.status}`);
      return digest;
    },
    close: async () => {
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type SentReply = { readonly status: number; readonly location: string };

function sendTo(
  url: string,
  ca: string,
  init: {
    readonly method: string;
    readonly body: Buffer | string;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<SentReply> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: init.method, ca, headers: { ...init.headers } }, (reply) => {
      reply.resume();
      reply.on("end", () => {
        resolve({ status: reply.statusCode ?? 0, location: reply.headers.location ?? "" });
      });
    });
    sent.on("error", reject);
    sent.end(init.body);
  });
}

async function freePort(): Promise<number> {
  const { port, close } = await listenOnLoopback(createNetServer());
  await close();
  return port;
}
