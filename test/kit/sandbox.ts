// A real cluster for tests: the sandbox that the run shares, requests to it, and its audit log. Set HEADWAY_TEST_SANDBOX to the
// name of a sandbox that is up, or HEADWAY_TEST_KUBECONFIG to a kubeconfig, and tests use that instead of starting one.
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { inject } from "vitest";
import { parse } from "yaml";
import { type ApiAccess, type ApiInit, type ApiReply, requestApi } from "../../src/sandbox/api-request.ts";
import { sandboxStatus } from "../../src/sandbox/sandbox.ts";

/** A cluster that tests may use, each in namespaces of its own. */
export type TestCluster = {
  readonly kubeconfig: string;
  readonly server: string;
  /** One request as admin; resolves for every HTTP status. */
  readonly kube: (path: string, init?: ApiInit) => Promise<ApiReply>;
  /** The audit log's path, where it can be read. */
  readonly auditLog?: string;
  /** What the API server logged at or after `since` (an ISO time), in the log's order. */
  readonly readAudit: (since?: string) => readonly AuditEvent[];
};

/** One line of the audit log; the stamps have microseconds. Bodies are there for status writes of workloads only. */
export type AuditEvent = {
  readonly auditID: string;
  readonly stage: "ResponseStarted" | "ResponseComplete" | "Panic";
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  /** As whom it acted, where that is somebody else. */
  readonly impersonatedUser?: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
};

type Lent = { readonly kubeconfig: string; readonly auditLog?: string };

let shared: Promise<TestCluster> | undefined;

/** The cluster that all test files of a run share; the first call of a run starts it. */
export function sharedSandbox(): Promise<TestCluster> {
  shared ??= borrow().then(testCluster);
  return shared;
}

async function borrow(): Promise<Lent> {
  const kubeconfig = process.env["HEADWAY_TEST_KUBECONFIG"];
  if (kubeconfig !== undefined) return { kubeconfig };
  const name = process.env["HEADWAY_TEST_SANDBOX"];
  if (name === undefined) return await askForSandbox(inject("sandboxSocket"));
  const { ready, problem, state } = await sandboxStatus(name);
  if (!ready || state === undefined)
    throw new Error(`HEADWAY_TEST_SANDBOX=${name}: ${problem ?? "not ready"}`);
  return state;
}

async function askForSandbox(socketPath: string): Promise<Lent> {
  const text = await new Promise<string>((resolve, reject) => {
    const asked = request({ socketPath, path: "/" }, (reply) => {
      let body = "";
      reply.setEncoding("utf8");
      reply.on("data", (chunk: string) => (body += chunk));
      reply.on("end", () => {
        if (reply.statusCode === 200) resolve(body);
        else reject(new Error(body));
      });
    });
    asked.on("error", reject);
    asked.end();
  });
  // Written by global-setup.ts.
  return JSON.parse(text) as Lent;
}

/** The cluster that a kubeconfig of a sandbox points to. */
export function testCluster(lent: Lent): TestCluster {
  const access = accessOf(lent.kubeconfig);
  return {
    kubeconfig: lent.kubeconfig,
    server: access.server,
    ...(lent.auditLog === undefined ? {} : { auditLog: lent.auditLog }),
    kube: (path, init) => requestApi(access, path, init),
    readAudit: (since) => {
      if (lent.auditLog === undefined) throw new Error("this cluster's audit log can't be read");
      return readAuditLog(lent.auditLog, since);
    },
  };
}

type Kubeconfig = {
  readonly clusters: readonly [
    { readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } },
  ];
  readonly users: readonly [{ readonly user: { readonly token: string } }];
};

/** How to reach the server of a kubeconfig as a sandbox writes it: one cluster, one user with a token. */
export function accessOf(kubeconfig: string): ApiAccess {
  const { clusters, users } = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const { server, "certificate-authority-data": ca } = clusters[0].cluster;
  return { server, ca: Buffer.from(ca, "base64").toString(), token: users[0].user.token };
}

/** The events of an audit log at or after `since`, an ISO time of any precision up to microseconds. */
export function readAuditLog(path: string, since = ""): readonly AuditEvent[] {
  const from = since.replace(/Z$/, "");
  const lines = readFileSync(path, "utf8").split("\n");
  // What stands after the last line break is empty, or being written.
  return lines
    .slice(0, -1)
    .filter((line) => mayBeSince(line, from))
    .map((line) => JSON.parse(line) as AuditEvent)
    .filter((event) => event.stageTimestamp >= from);
}

/** Spares parsing most of a long log: the stamp is the last of its name, after all bodies. */
function mayBeSince(line: string, from: string): boolean {
  const key = '"stageTimestamp":"';
  const at = line.lastIndexOf(key);
  return at < 0 || line.slice(at + key.length, at + key.length + from.length) >= from;
}

/** A namespace name that nobody else uses. */
export function freshNamespace(prefix = "t"): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

/** Makes a fresh namespace and resolves to its name once pods can be made in it. */
export async function createNamespace(cluster: TestCluster, prefix?: string): Promise<string> {
  const name = freshNamespace(prefix);
  await apply(cluster, "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await eventually(async () => {
    const account = await cluster.kube(`/api/v1/namespaces/${name}/serviceaccounts/default`);
    return account.status === 200;
  });
  return name;
}

/** POSTs an object; throws with the server's words unless it was made. */
export async function apply(cluster: TestCluster, path: string, body: unknown): Promise<unknown> {
  const reply = await cluster.kube(path, { method: "POST", body });
  if (reply.status !== 201) throw new Error(`POST ${path}: ${reply.status} ${reply.text}`);
  return reply.body;
}

/** Resolves to the first truthy answer; throws with the last one after `timeoutMs`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  timeoutMs = 30_000,
): Promise<Exclude<T, false | undefined | null>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    // Truthy, so none of the excluded ones.
    if (answer) return answer as Exclude<T, false | undefined | null>;
    if (Date.now() > deadline) throw new Error(`not so after ${timeoutMs} ms: ${String(ask)}`);
    await sleep(50);
  }
}
