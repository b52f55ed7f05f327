// Commit statuses, Slack and signed webhooks against real HTTP servers: what goes over the wire, and what never stands in a
// failure.
import { createServer, type IncomingHttpHeaders } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { CommitStatus, RunMessage } from "../../src/core/run-message.ts";
import { releaseId } from "../../src/core/ids.ts";
import { noDeliveries } from "../../src/core/webhooks/deliveries.ts";
import { judgeWebhook } from "../../src/core/webhooks/judge-webhook.ts";
import { commitStatuses, type StatusTarget } from "../../src/adapters/notify/commit-statuses.ts";
import { signedWebhook } from "../../src/adapters/notify/signed-webhook.ts";
import { slackReceiver } from "../../src/adapters/notify/slack.ts";
import { listenOnLoopback, type Listening } from "../kit/loopback.ts";

const rules = { allowsPlainHttp: true };
const token = "the-token-of-the-tests";
const commit = "4b77d10".padEnd(40, "0");
const red: CommitStatus = {
  state: "failure",
  context: "headway/prod/shop",
  description: "shop/orders: image not found",
  targetUrl: "https://headway.example.com/runs/7",
};
const message: RunMessage = {
  stack: "shop",
  cluster: "prod",
  commit,
  run: "r7",
  outcome: "rolled-back",
  exitCode: 5,
  durationMs: 90_000,
  endedAtMs: Date.UTC(2026, 8, 1, 10, 0, 0),
  counts: { RolledBack: 1, Blocked: 2 },
  summary: "1 rolled back, 2 blocked in 1m30s",
  didSomething: true,
  roots: [
    {
      release: releaseId("shop", "orders"),
      state: "RolledBack",
      cause: "a <!channel> & more",
      blocks: 2,
      declaredAt: "releases/orders.yaml:3",
    },
  ],
};

type Heard = {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};
type Receiver = Listening & { readonly heard: Heard[]; readonly url: string };

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function receiver(
  status = 201,
  said = "{}",
  headers: Readonly<Record<string, string>> = {},
): Promise<Receiver> {
  const heard: Heard[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      heard.push({
        path: `${request.method ?? ""} ${request.url ?? ""}`,
        headers: request.headers,
        text: Buffer.concat(chunks).toString("utf8"),
      });
      response.writeHead(status, headers).end(said);
    });
  });
  const listening = await listenOnLoopback(server);
  open.push(listening);
  return { ...listening, heard, url: `http://127.0.0.1:${listening.port}` };
}

function on(provider: StatusTarget["provider"], { url }: Receiver, path = "/acme/shop.git"): StatusTarget {
  return { provider, repositoryUrl: `${url}${path}`, token, rules };
}

describe("the status of a commit", () => {
  it("goes to GitHub's API beside a self-hosted repository", async () => {
    const server = await receiver();
    expect(await commitStatuses(on("github", server)).set(commit, red)).toMatchObject({ ok: true });
    expect(server.heard).toMatchObject([
      {
        path: `POST /api/v3/repos/acme/shop/statuses/${commit}`,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      },
    ]);
    expect(JSON.parse(server.heard[0]?.text ?? "")).toEqual({
      state: "failure",
      context: "headway/prod/shop",
      description: "shop/orders: image not found",
      target_url: "https://headway.example.com/runs/7",
    });
  });

  it("goes to GitLab's API under the whole path of the project, in GitLab's words", async () => {
    const server = await receiver();
    const statuses = commitStatuses(on("gitlab", server, "/group/sub/shop.git"));
    expect(await statuses.set(commit, red)).toMatchObject({ ok: true });
    expect(server.heard).toMatchObject([
      {
        path: `POST /api/v4/projects/group%2Fsub%2Fshop/statuses/${commit}`,
        headers: { "private-token": token },
      },
    ]);
    expect(JSON.parse(server.heard[0]?.text ?? "")).toMatchObject({ state: "failed", name: red.context });
  });

  it("goes where the API is said to be, whatever protocol git speaks", async () => {
    const server = await receiver();
    const target = {
      provider: "gitlab",
      repositoryUrl: "git@git.example.com:acme/shop.git",
      token,
      rules,
    } as const;
    const statuses = commitStatuses({ ...target, apiUrl: `${server.url}/git/api/v4/` });
    expect(await statuses.set(commit, { ...red, state: "pending" })).toMatchObject({ ok: true });
    expect(server.heard[0]?.path).toBe(`POST /git/api/v4/projects/acme%2Fshop/statuses/${commit}`);
  });

  it("that stands already is no failure on GitLab", async () => {
    const server = await receiver(400, '{"message":"Cannot transition status via :enqueue from :pending"}');
    expect(await commitStatuses(on("gitlab", server)).set(commit, red)).toMatchObject({ ok: true });
    expect(await commitStatuses(on("github", server)).set(commit, red)).toMatchObject({ ok: false });
  });

  it.each([
    [401, "forbidden"],
    [404, "rejected"],
    [422, "rejected"],
    [429, "unreachable"],
    [503, "unreachable"],
  ])("that is answered with %s has failed as %s, in words without the token", async (status, kind) => {
    const server = await receiver(status, `{"message":"token ${token} is no good"}${"x".repeat(2 ** 20)}`);
    const result = await commitStatuses(on("github", server)).set(commit, red);
    expect(result).toMatchObject({ ok: false, failure: { kind } });
    const words = JSON.stringify(result);
    expect(words).toContain(`answered ${status}`);
    expect(words).toContain("4b77d10");
    expect(words).not.toContain(token);
    expect(words.length).toBeLessThan(1_000);
  });

  it("follows nobody to another address", async () => {
    const elsewhere = await receiver();
    const server = await receiver(307, "", { location: `${elsewhere.url}/api/v3/repos` });
    expect(await commitStatuses(on("github", server)).set(commit, red)).toMatchObject({ ok: false });
    expect(elsewhere.heard).toEqual([]);
  });

  it("is not sent where its token could be read, or where no server is named", async () => {
    const plain = {
      provider: "github",
      repositoryUrl: "http://git.example.com/acme/shop",
      token,
      rules,
    } as const;
    expect(await commitStatuses(plain).set(commit, red)).toMatchObject({
      ok: false,
      failure: { kind: "rejected", message: expect.stringContaining("without encryption") as string },
    });
    const local = { ...plain, repositoryUrl: "/srv/git/shop" };
    expect(await commitStatuses(local).set(commit, red)).toMatchObject({ failure: { kind: "rejected" } });
    const server = await receiver();
    expect(await commitStatuses(on("github", server)).set("../../x", red)).toMatchObject({ ok: false });
    expect(server.heard).toEqual([]);
  });

  it("to a server that is gone is worth another attempt", async () => {
    const server = await receiver();
    await server.close();
    const result = await commitStatuses(on("github", server)).set(commit, red);
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "unreachable", message: expect.stringContaining("ECONNREFUSED") as string },
    });
    expect(JSON.stringify(result)).not.toContain(token);
  });
});

describe("Slack", () => {
  it("gets one message with the roots, and no text of theirs calls people", async () => {
    const server = await receiver(200, "ok");
    expect(await slackReceiver(`${server.url}/services/T0/B0/key`, rules).send(message)).toMatchObject({
      ok: true,
    });
    expect(server.heard.map(({ path }) => path)).toEqual(["POST /services/T0/B0/key"]);
    expect(JSON.parse(server.heard[0]?.text ?? "")).toEqual({
      text: [
        ":x: *shop* on prod at `4b77d1000000`: 1 rolled back, 2 blocked in 1m30s",
        "• *shop/orders* RolledBack: a &lt;!channel&gt; &amp; more (releases/orders.yaml:3) _+2 blocked_",
      ].join("\n"),
    });
  });

  it("never has its address in a failure", async () => {
    const server = await receiver(404, "no_team at /services/T0/B0/key");
    const result = await slackReceiver(`${server.url}/services/T0/B0/key`, rules).send(message);
    expect(result).toMatchObject({ ok: false, failure: { kind: "rejected" } });
    expect(JSON.stringify(result)).not.toContain("B0/key");
    expect(JSON.stringify(await slackReceiver("no address", rules).send(message))).toContain(
      "no http(s) URL",
    );
  });
});

describe("a signed webhook", () => {
  it("does not go over the net unencrypted, nor to this machine where that was not asked for", async () => {
    const server = await receiver(204, "");
    const refused = {
      ok: false,
      failure: { kind: "rejected", message: expect.stringContaining("without encryption") as string },
    };
    expect(await signedWebhook("http://ops.example.com/in", token, rules).send(message)).toMatchObject(
      refused,
    );
    const strict = signedWebhook(`${server.url}/in`, token, { allowsPlainHttp: false });
    expect(await strict.send(message)).toMatchObject(refused);
    expect(server.heard).toEqual([]);
  });

  it("is what Headway itself takes for genuine, and has the same id whenever it is sent again", async () => {
    const server = await receiver(204, "");
    const hook = signedWebhook(`${server.url}/in`, token, rules);
    expect(await hook.send(message)).toMatchObject({ ok: true });
    expect(await hook.send(message)).toMatchObject({ ok: true });
    const [first, second] = server.heard;
    expect(first?.headers["webhook-id"]).toBe(second?.headers["webhook-id"]);
    const judged = judgeWebhook(
      {
        provider: "generic",
        headers: {
          "webhook-id": String(first?.headers["webhook-id"]),
          "webhook-timestamp": String(first?.headers["webhook-timestamp"]),
          "webhook-signature": String(first?.headers["webhook-signature"]),
        },
        body: Buffer.from(first?.text ?? ""),
      },
      { token, url: "https://git.example.com/acme/shop" },
      noDeliveries,
      Date.now(),
    );
    expect(judged.verdict).toEqual({ kind: "trigger" });
    expect(JSON.parse(first?.text ?? "")).toMatchObject({
      type: "headway.run.finished",
      timestamp: "2026-09-01T10:00:00.000Z",
      data: { stack: "shop", run: "r7", exitCode: 5, roots: [{ release: "shop/orders", blocks: 2 }] },
    });
    expect(first?.text).not.toContain(token);
  });
});
