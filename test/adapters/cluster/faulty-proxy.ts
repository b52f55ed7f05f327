// A proxy in front of a real API server that can do what a healthy one never does when a test wants it: refuse, freeze,
// cut. Spoken to in plain HTTP.
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { request } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { stringify } from "yaml";
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
  | { readonly kind: "hang" };

export type Asked = {
  readonly method: string;
  readonly url: URL;
  readonly accept: string;
  readonly authorization: string;
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
  /** Nothing that the server sends on open answers arrives any more; new requests pass. */
  freeze(): void;
  /** Cuts every connection. */
  cut(): void;
};

/** Gone at the end of the test. */
export async function startFaultyProxy(cluster: TestCluster): Promise<FaultyProxy> {
  const access = accessOf(cluster.kubeconfig);
  const asked: Asked[] = [];
  const answers: string[] = [];
  const upstream = new Set<IncomingMessage>();
  const sockets = new Set<Socket>();
  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const sent = request(
      new URL(incoming.url ?? "/", access.server),
      {
        method: incoming.method,
        headers: { ...incoming.headers, host: new URL(access.server).host },
        ca: access.ca,
      },
      (answer) => {
        upstream.add(answer);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
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
    freeze() {
      for (const answer of upstream) answer.pause();
      upstream.clear();
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
  const server = createServer((incoming, outgoing) => {
    const one = {
      method: incoming.method ?? "",
      url: new URL(incoming.url ?? "/", "http://proxy"),
      accept: incoming.headers.accept ?? "",
      authorization: incoming.headers.authorization ?? "",
    };
    asked.push(one);
    const fault = proxy.fault(one);
    if (fault === undefined) pass(incoming, outgoing);
    else if (fault.kind === "answer")
      outgoing
        .writeHead(fault.status, { "content-type": "application/json", ...fault.headers })
        .end(typeof fault.body === "string" ? fault.body : JSON.stringify(fault.body));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  proxy.server = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  proxy.kubeconfig = join(temporaryFolder(), "kubeconfig");
  writeKubeconfig(proxy.kubeconfig, { server: proxy.server, user: { token: access.token } });
  onTestFinished(() => {
    proxy.cut();
    server.close();
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
