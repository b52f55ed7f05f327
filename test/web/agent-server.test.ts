// The agent's HTTP server over real sockets: what it answers, and that no client can hurt it.
import { request, type IncomingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { WebhookRequest } from "../../src/core/webhooks/judge-webhook.ts";
import { openAgentServer, type AgentServer, type AgentServerOptions } from "../../src/web/agent-server.ts";
import type { HealthPart } from "../../src/web/health.ts";
import type { Hooks } from "../../src/web/hooks.ts";
import { fromGithub, fromGitlab, githubPush, gitlabPush, signed, target } from "../core/webhooks/payloads.ts";

const open: AgentServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function serve(options: Partial<AgentServerOptions> = {}): Promise<AgentServer> {
  const server = await openAgentServer({
    address: "127.0.0.1",
    port: 0,
    nowMs: Date.now,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  open.push(server);
  return server;
}

type Hooked = { readonly hooks: Hooks; readonly triggered: string[]; readonly results: string[] };

/** Two stacks: `headway-system/shop` with a token, `headway-system/quiet` without, and `team-a/shop`. */
function hooked(): Hooked {
  const triggered: string[] = [];
  const results: string[] = [];
  return {
    triggered,
    results,
    hooks: {
      namespace: "headway-system",
      find: ({ namespace, name }) =>
        name === "shop" && (namespace === "headway-system" || namespace === "team-a") ? target : undefined,
      onHook: ({ namespace, name }) => void triggered.push(`${namespace}/${name}`),
      onAnswered: ({ provider, result }) => void results.push(`${provider} ${result}`),
    },
  };
}

type Answered = { readonly status: number; readonly text: string; readonly headers: IncomingHttpHeaders };

function ask(
  { port }: AgentServer,
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: {
    method?: string;
    headers?: Readonly<Record<string, string>>;
    body?: Uint8Array | string;
  } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString("utf8"),
          headers: response.headers,
        });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function post(server: AgentServer, path: string, { headers, body }: WebhookRequest): Promise<Answered> {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return ask(server, path, { method: "POST", headers: Object.fromEntries(given), body });
}

/** Sends text as it is and reads until the server ends the connection. */
function talk({ port }: AgentServer, text: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.on("data", (chunk) => (heard += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(heard);
    });
  });
}

const now = (body: string, id?: string): WebhookRequest =>
  signed("generic", body, { sentAtMs: Date.now(), ...(id === undefined ? {} : { id }) });

describe("probes", () => {
  it("name the parts that do not stand well, and all of them where asked", async () => {
    let parts: readonly HealthPart[] = [{ name: "loop" }, { name: "git", why: "no fetch\u001b[2J for 3m" }];
    const server = await serve({ health: { alive: () => [{ name: "loop" }], ready: () => parts } });
    expect(await ask(server, "/livez")).toMatchObject({ status: 200, text: "ok\n" });
    expect(await ask(server, "/readyz")).toMatchObject({
      status: 503,
      text: "[-] git: no fetch\\x1b[2J for 3m\n",
    });
    parts = [{ name: "loop" }, { name: "git" }];
    expect(await ask(server, "/readyz?verbose")).toMatchObject({
      status: 200,
      text: "[+] loop ok\n[+] git ok\nok\n",
    });
    expect(await ask(server, "/readyz", { method: "HEAD" })).toMatchObject({ status: 200, text: "" });
  });

  it("and everything else come with headers that give a browser nothing to do", async () => {
    const server = await serve();
    const { status, headers } = await ask(server, "/");
    expect(status).toBe(404);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("default-src 'none'") as string,
      "cache-control": "no-store",
    });
  });
});

describe("what a server shows", () => {
  it("is what it was given, so that each group can have a port of its own", async () => {
    const server = await serve({
      metrics: () => Promise.resolve({ contentType: "text/plain; version=0.0.4", text: "up 1\n" }),
    });
    expect(await ask(server, "/metrics")).toMatchObject({
      status: 200,
      text: "up 1\n",
      headers: { "content-type": "text/plain; version=0.0.4" },
    });
    for (const path of ["/livez", "/readyz", "/hooks/github/shop", "/../metrics", "//metrics", "/metrics/"])
      expect(await ask(server, path)).toMatchObject({ status: 404 });
    expect(await ask(server, "/metrics", { method: "DELETE" })).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  });

  it("answers 500 without a word about it where its source fails, and goes on", async () => {
    const errors: unknown[] = [];
    let isBroken = true;
    const server = await serve({
      health: { alive: () => [], ready: () => [] },
      metrics: () =>
        isBroken
          ? Promise.reject(new Error("inner words"))
          : Promise.resolve({ contentType: "text/plain", text: "up 1\n" }),
      onError: (error) => void errors.push(error),
    });
    expect(await ask(server, "/metrics")).toMatchObject({ status: 500, text: "internal error\n" });
    expect(errors).toHaveLength(1);
    isBroken = false;
    expect(await ask(server, "/metrics")).toMatchObject({ status: 200 });
  });
});

describe("a webhook", () => {
  it("of each provider wakes the stack that its path names, and says so at once", async () => {
    const { hooks, triggered } = hooked();
    const server = await serve({ hooks });
    const answers = [
      await post(server, "/hooks/github/shop", fromGithub(githubPush())),
      await post(server, "/hooks/gitlab/team-a/shop", fromGitlab(gitlabPush())),
      await post(server, "/hooks/generic/shop?from=ci", now("{}")),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 202, text: '{"status":"accepted"}\n' });
    expect(triggered).toEqual(["headway-system/shop", "team-a/shop", "headway-system/shop"]);
  });

  it("unsigned, wrongly signed or replayed a thousand times triggers at most once", async () => {
    const { hooks, triggered, results } = hooked();
    const server = await serve({ hooks });
    const push = fromGithub(githubPush());
    expect(await post(server, "/hooks/github/shop", { ...push, headers: {} })).toMatchObject({ status: 401 });
    expect(await post(server, "/hooks/github/shop", fromGithub(githubPush(), {}, "wrong"))).toMatchObject({
      status: 401,
      text: '{"status":"refused","reason":"the signature is wrong"}\n',
    });
    expect(triggered).toEqual([]);
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 50 }, () => post(server, "/hooks/github/shop", push)));
    expect(triggered).toEqual(["headway-system/shop"]);
    expect(results.filter((result) => result === "github accepted")).toHaveLength(1);
    expect(results).toContain("github replayed");
    expect(results).toContain("github limited");
  });

  it("for another repository or another ref is accepted, and says why nothing follows", async () => {
    const { hooks, triggered } = hooked();
    const server = await serve({ hooks });
    const other = githubPush({ repository: { clone_url: "https://git.example.com/evil/shop.git" } });
    expect(await post(server, "/hooks/github/shop", fromGithub(other))).toMatchObject({
      status: 202,
      text: '{"status":"ignored","reason":"the push is to another repository than the stack\'s"}\n',
    });
    const ref = githubPush({ ref: "refs/heads/other" });
    expect(
      await post(server, "/hooks/github/shop", fromGithub(ref, { "x-github-delivery": "another" })),
    ).toMatchObject({
      status: 202,
      text: '{"status":"ignored","reason":"the push is to another ref than the stack\'s"}\n',
    });
    expect(triggered).toEqual([]);
  });

  it("for a stack that is not there looks like one for a stack whose webhooks are off", async () => {
    const { hooks, triggered } = hooked();
    const server = await serve({ hooks });
    const push = fromGithub(githubPush());
    const off = await post(server, "/hooks/github/quiet", push);
    const none = await post(server, "/hooks/github/none", push);
    expect(off.status).toBe(404);
    expect({ ...off.headers, date: "" }).toEqual({ ...none.headers, date: "" });
    expect(off.text).toBe(none.text);
    for (const path of [
      "/hooks/github/",
      "/hooks/github/SHOP",
      "/hooks/github/%73hop",
      "/hooks/bitbucket/shop",
      "/hooks/github/a/b/shop",
      "/hooks/github/team-a%2Fshop",
    ])
      expect(await post(server, path, push)).toMatchObject({ status: 404 });
    expect(await ask(server, "/hooks/github/shop")).toMatchObject({
      status: 405,
      headers: { allow: "POST" },
    });
    expect(triggered).toEqual([]);
  });

  it("with 5 MiB is refused with 413 whether or not it says so, and the signed next one is taken", async () => {
    const { hooks, triggered, results } = hooked();
    const server = await serve({ hooks });
    const large = Buffer.alloc(5 * 2 ** 20, "a");
    expect(await post(server, "/hooks/generic/shop", now(large.toString()))).toMatchObject({ status: 413 });
    const chunked = { method: "POST", headers: { "transfer-encoding": "chunked" }, body: large };
    expect(await ask(server, "/hooks/generic/shop", chunked)).toMatchObject({ status: 413 });
    // Who asks first is told before anything is sent.
    const asking = "POST /hooks/generic/shop HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n";
    expect(await talk(server, `${asking}content-length: 5242880\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
    expect(results).toEqual(["generic too-large", "generic too-large", "generic too-large"]);
    expect(await post(server, "/hooks/generic/shop", now("{}"))).toMatchObject({ status: 202 });
    expect(triggered).toEqual(["headway-system/shop"]);
  });

  it("without an end is cut off", async () => {
    const { hooks, triggered } = hooked();
    const server = await serve({ hooks });
    let sent = 0;
    await new Promise<void>((resolve) => {
      const socket = connect(server.port, "127.0.0.1", () => {
        socket.write("POST /hooks/generic/shop HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
        push();
      });
      const chunk = `10000\r\n${"a".repeat(0x10000)}\r\n`;
      const push = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += 0x10000;
        sent += 0x10000;
      };
      socket.on("drain", push);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        resolve();
      });
      socket.resume();
    });
    // What is on its way in the system's buffers is counted too.
    expect(sent).toBeLessThan(64 * 2 ** 20);
    expect(triggered).toEqual([]);
  });

  it("with headers beyond 64 KiB is refused", async () => {
    const server = await serve({ hooks: hooked().hooks });
    const headers = Array.from({ length: 10_000 }, (_, index) => `x-${index}: ${index}\r\n`).join("");
    expect(await talk(server, `POST /hooks/generic/shop HTTP/1.1\r\nhost: a\r\n${headers}\r\n`)).toMatch(
      /^HTTP\/1.1 431 /,
    );
  });

  it("with a header twice is taken at neither of its words", async () => {
    const { hooks, triggered } = hooked();
    const server = await serve({ hooks });
    const { headers } = fromGithub("{}");
    const signature = `x-hub-signature-256: ${headers["x-hub-signature-256"] ?? ""}\r\n`;
    const said = await talk(
      server,
      `POST /hooks/github/shop HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n${signature}${signature}\r\n{}`,
    );
    expect(said).toMatch(/^HTTP\/1.1 401 /);
    expect(triggered).toEqual([]);
  });
});

describe("a flood", () => {
  it("of 500 unsigned webhooks a second for 3 s triggers nothing, and probes and another stack are served", async () => {
    const { hooks, triggered, results } = hooked();
    const server = await serve({ hooks, health: { alive: () => [{ name: "loop" }], ready: () => [] } });
    const body = Buffer.alloc(2_000, "a");
    const probes: number[] = [];
    const sent: Promise<number>[] = [];
    const endMs = Date.now() + 3_000;
    while (Date.now() < endMs) {
      for (let index = 0; index < 50; index++)
        sent.push(
          ask(server, "/hooks/github/shop", { method: "POST", body }).then(
            ({ status }) => status,
            () => 0,
          ),
        );
      probes.push((await ask(server, "/livez")).status);
      await sleep(100);
    }
    expect(await post(server, "/hooks/gitlab/team-a/shop", fromGitlab(gitlabPush()))).toMatchObject({
      status: 202,
    });
    const statuses = await Promise.all(sent);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    expect(new Set(probes)).toEqual(new Set([200]));
    expect(triggered).toEqual(["team-a/shop"]);
    // The burst, and five a second: what is looked at at all.
    expect(results.filter((result) => result === "github refused").length).toBeLessThan(
      20 + (5 * (Date.now() - endMs + 3_000)) / 1000 + 1,
    );
  });

  it("of clients that never finish their headers is ended, and others are served meanwhile", async () => {
    const { hooks, triggered } = hooked();
    const server = await serve({ hooks });
    const slow = Array.from({ length: 200 }, () =>
      talk(server, "POST /hooks/generic/shop HTTP/1.1\r\nhost: a\r\nx-slow: "),
    );
    const silent = talk(server, "");
    expect(await post(server, "/hooks/generic/shop", now("{}"))).toMatchObject({ status: 202 });
    const said = await Promise.all(slow);
    await silent;
    expect(said.every((text) => text === "" || text.startsWith("HTTP/1.1 408 "))).toBe(true);
    expect(triggered).toEqual(["headway-system/shop"]);
  });
});
