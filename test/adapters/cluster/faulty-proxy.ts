// A proxy in front of a real API server that can do what a healthy one never does when a test wants it: refuse, freeze,
// cut. Spoken to in plain HTTP, or in TLS: helm sends its token over nothing else.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, request } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
import { makeAuthority } from "../../kit/chart-servers.ts";
import { accessOf, type TestCluster } from "../../kit/sandbox.ts";
import { temporaryFolder } from "../../kit/chart-trees.ts";

/** What is done with a request instead of passing it on. */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Record<string, string>;
    }
  /** No answer, ever. */
  | { readonly kind: "hang" }
  /** It is passed on and done, and the connection cut before its answer has come back. */
  | { readonly kind: "lose-answer" };

export type Asked = {
  readonly method: string;
  readonly url: URL;
  readonly accept: string;
  readonly authorization: string;
  /** The program that asks, as its user agent begins: `Helm`, `headway`. */
  readonly program: string;
};

/** A request that changes something, and its answer's status. */
export type PassedWrite = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly status: number;
};

export type FaultyProxy = {
  readonly kubeconfig: string;
  readonly server: string;
  /** Every request so far. */
  readonly asked: readonly Asked[];
  /** Bodies of answers so far, as text. */
  readonly answers: readonly string[];
  /** Asked for each request; undefined lets it pass. */
  fault: (asked: Asked) => Fault | undefined;
  /** Told of each write that was passed on, before its answer is. */
  onWrite: (write: PassedWrite) => void;
  /** Nothing that the server sends on open answers arrives any more; new requests pass. */
  freeze(): void;
  /** Cuts every connection. */
  cut(): void;
};

const writing = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/** Gone at the end of the test. */
export async function startFaultyProxy(
  cluster: TestCluster,
  { tls = false }: { readonly tls?: boolean } = {},
): Promise<FaultyProxy> {
  const access = accessOf(cluster.kubeconfig);
  const asked: Asked[] = [];
  const answers: string[] = [];
  const upstream = new Set<IncomingMessage>();
  const sockets = new Set<Socket>();
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse, losesAnswer: boolean) => {
    const { method = "", url = "" } = incoming;
    const body: Buffer[] = [];
    if (writing.has(method)) incoming.on("data", (chunk: Buffer) => void body.push(chunk));
    const sent = request(
      new URL(incoming.url ?? "/", access.server),
      {
        method: incoming.method,
        headers: { ...incoming.headers, host: new URL(access.server).host },
        ca: access.ca,
      },
      (answer) => {
        if (losesAnswer) {
          answer.resume().on("end", () => incoming.socket.destroy());
          return;
        }
        upstream.add(answer);
        const { statusCode = 502 } = answer;
        if (writing.has(method))
          proxy.onWrite({
            method,
            path: url,
            body: Buffer.concat(body).toString("latin1"),
            status: statusCode,
          });
        outgoing.writeHead(statusCode, answer.headers);
        answer.on("data", (chunk: Buffer) => {
          answers.push(chunk.toString("utf8"));
          outgoing.write(chunk);
        });
        answer.on("end", () => outgoing.end());
        answer.on("error", () => outgoing.destroy());
      },
    );
    sent.on("error", () => outgoing.destroy());
    outgoing.on("close", () => sent.destroy());
    incoming.pipe(sent);
  };
  const proxy: FaultyProxy & { kubeconfig: string; server: string } = {
    kubeconfig: "",
    server: "",
    asked,
    answers,
    fault: () => undefined,
    onWrite: () => undefined,
    freeze() {
      for (const answer of upstream) answer.pause();
      upstream.clear();
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const one = {
      method: incoming.method ?? "",
      url: new URL(incoming.url ?? "/", "http://proxy"),
      accept: incoming.headers.accept ?? "",
      authorization: incoming.headers.authorization ?? "",
      program: (incoming.headers["user-agent"] ?? "").split("/")[0] ?? "",
    };
    asked.push(one);
    const fault = proxy.fault(one);
    if (fault === undefined || fault.kind === "lose-answer") pass(incoming, outgoing, fault !== undefined);
    else if (fault.kind === "answer")
      outgoing
        .writeHead(fault.status, { "content-type": "application/json", ...fault.headers })
        .end(typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body));
  };
  const authority = tls ? makeAuthority() : undefined;
  const server =
    authority === undefined
      ? createServer(answer)
      : createTlsServer(
          { key: readFileSync(authority.keyFile), cert: readFileSync(authority.certFile) },
          answer,
        );
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const scheme = authority === undefined ? "http" : "https";
  proxy.server = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.kubeconfig = join(temporaryFolder(), "kubeconfig");
  writeKubeconfig(proxy.kubeconfig, {
    server: proxy.server,
    ...(authority === undefined
      ? {}
      : { cluster: { "certificate-authority-data": Buffer.from(authority.ca).toString("base64") } }),
    user: { token: access.token },
  });
  onTestFinished(() => {
    proxy.cut();
    server.close();
    authority?.close();
  });
  return proxy;
}

/** A kubeconfig with one of each. */
export function writeKubeconfig(
  file: string,
  {
    server,
    cluster = {},
    user,
  }: { readonly server: string; readonly cluster?: object; readonly user: object },
): void {
  writeFileSync(
    file,
    stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "c", cluster: { server, ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "ctx", context: { cluster: "c", user: "u" } }],
      "current-context": "ctx",
    }),
  );
}

/** A Status as the API server sends it with a refusal. */
export function status(code: number, reason: string, message: string): Fault {
  return {
    kind: "answer",
    status: code,
    body: { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, code },
  };
}
