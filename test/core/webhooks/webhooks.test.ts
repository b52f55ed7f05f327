// Which webhooks are genuine, and which of those have anything to say to a stack.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_DELIVERIES, noDeliveries } from "../../../src/core/webhooks/deliveries.ts";
import {
  judgeWebhook,
  type WebhookRequest,
  type WebhookTarget,
} from "../../../src/core/webhooks/judge-webhook.ts";
import { githubSignature, standardSignature } from "../../../src/core/webhooks/signature.ts";
import { fromGithub, fromGitlab, githubPush, gitlabPush, nowMs, signed, target, token } from "./payloads.ts";

function judge(request: WebhookRequest, of: WebhookTarget = target): string {
  const { verdict } = judgeWebhook(request, of, noDeliveries, nowMs);
  return "why" in verdict ? `${verdict.kind}: ${verdict.why}` : verdict.kind;
}

/** The verdicts of several, one after the other. */
function judgeAll(requests: readonly WebhookRequest[]): readonly string[] {
  let deliveries = noDeliveries;
  return requests.map((request) => {
    const judged = judgeWebhook(request, target, deliveries, nowMs);
    deliveries = judged.deliveries;
    expect(deliveries.keys.size).toBeLessThanOrEqual(MOST_DELIVERIES);
    return judged.verdict.kind;
  });
}

const minutes = 60_000;

describe("a webhook's signature", () => {
  it("is what the publishers of both schemes print as their examples", () => {
    // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    expect(githubSignature("It's a Secret to Everybody", Buffer.from("Hello, World!"))).toBe(
      "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    );
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    expect(
      standardSignature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", {
        id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp: "1614265330",
        body: Buffer.from('{"test": 2432232314}'),
      }),
    ).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("of GitHub is needed and covers every byte of the body", () => {
    const push = githubPush();
    expect(judge(fromGithub(push))).toBe("trigger");
    expect(judge(fromGithub(push, {}, "another token"))).toBe("refused: the signature is wrong");
    const spaced = JSON.stringify(JSON.parse(push), undefined, 1);
    expect(judge({ ...fromGithub(push), body: Buffer.from(spaced) })).toBe("refused: the signature is wrong");
    expect(judge(fromGithub(push, { "x-hub-signature-256": "sha256=" }))).toMatch(/^refused/);
    expect(judge({ ...fromGithub(push), headers: {} })).toBe(
      "refused: the header X-Hub-Signature-256 is missing",
    );
  });

  it("of GitLab is the token itself or a signature with a timestamp", () => {
    const push = gitlabPush();
    expect(judge(fromGitlab(push))).toBe("trigger");
    expect(judge(fromGitlab(push, { "x-gitlab-token": token.slice(1) }))).toBe(
      "refused: the header X-Gitlab-Token is wrong",
    );
    expect(judge({ ...fromGitlab(push), headers: {} })).toMatch(/^refused: it has neither/);
    expect(judge(signed("gitlab", push))).toBe("trigger");
    const key = `whsec_${Buffer.from("k".repeat(32)).toString("base64")}`;
    expect(judge(signed("gitlab", push, { key }), { ...target, token: key })).toBe("trigger");
    expect(judge(signed("gitlab", push, { key }))).toBe("refused: the signature is wrong");
  });

  it("with a timestamp is good for five minutes, either way", () => {
    const at = (offset: number): string => judge(signed("generic", "{}", { sentAtMs: nowMs + offset }));
    expect([at(-5 * minutes), at(5 * minutes)]).toEqual(["trigger", "trigger"]);
    expect(at(-6 * minutes)).toMatch(/^refused: its timestamp/);
    expect(at(6 * minutes)).toMatch(/^refused: its timestamp/);
    const request = signed("generic", "{}");
    const later = { ...request.headers, "webhook-timestamp": Math.floor(nowMs / 1000 + 1).toString() };
    expect(judge({ ...request, headers: later })).toBe("refused: the signature is wrong");
  });

  it("may be one of several, while a key is changed", () => {
    const request = signed("generic", "{}");
    const both = `v1,${"A".repeat(43)}= ${request.headers["webhook-signature"] ?? ""}`;
    expect(judge({ ...request, headers: { ...request.headers, "webhook-signature": both } })).toBe("trigger");
  });

  it("is never good with an empty token", () => {
    const open = { ...target, token: "" };
    expect(judge(fromGithub(githubPush(), {}, ""), open)).toMatch(/^refused/);
    expect(judge(fromGitlab(gitlabPush(), { "x-gitlab-token": "" }), open)).toMatch(/^refused/);
    expect(judge(signed("generic", "{}", { key: "" }), open)).toMatch(/^refused/);
  });
});

describe("a webhook that comes again", () => {
  it("counts once, also where its unsigned id was changed", () => {
    const push = fromGithub(githubPush());
    expect(judgeAll([push, push, fromGithub(githubPush(), { "x-github-delivery": "another" })])).toEqual([
      "trigger",
      "replayed",
      "replayed",
    ]);
    const message = signed("generic", "{}");
    expect(judgeAll([message, message, signed("generic", "{}", { id: "msg_2" })])).toEqual([
      "trigger",
      "replayed",
      "trigger",
    ]);
    const repeated = fromGitlab(gitlabPush(), { "idempotency-key": "k" });
    expect(judgeAll([repeated, repeated])).toEqual(["trigger", "replayed"]);
  });

  it("is remembered within bounds, and nothing forged makes it forgotten", () => {
    const first = fromGithub(githubPush());
    const forged = Array.from({ length: 2 * MOST_DELIVERIES }, (_, index) =>
      fromGithub(githubPush({ after: index }), { "x-github-delivery": `${index}` }, "another token"),
    );
    const genuine = Array.from({ length: 2 * MOST_DELIVERIES }, (_, index) =>
      signed("generic", "{}", { id: `msg_${index}` }),
    );
    expect(judgeAll([first, ...forged, first]).at(-1)).toBe("replayed");
    expect(judgeAll(genuine)).toEqual(genuine.map(() => "trigger"));
  });
});

describe("a genuine webhook", () => {
  it("triggers nothing where it is a ping, or no push", () => {
    expect(judge(fromGithub(JSON.stringify({ zen: "Keep it simple." }), { "x-github-event": "ping" }))).toBe(
      "ignored: a ping: the webhook is set up well",
    );
    expect(judge(fromGithub(githubPush(), { "x-github-event": "issues" }))).toMatch(/^ignored: .*no push/);
    expect(judge(fromGitlab(gitlabPush({ object_kind: "merge_request" })))).toMatch(/^ignored: .*no push/);
    expect(judge(signed("generic", '{"type":"ping"}'))).toMatch(/^ignored: a ping/);
  });

  it.each([
    ["main", "refs/heads/main", true],
    ["main", "refs/heads/maintenance", false],
    ["main", "refs/heads/feature/main", false],
    ["v1.2.0", "refs/tags/v1.2.0", true],
    ["refs/heads/main", "refs/heads/main", true],
    ["refs/tags/main", "refs/heads/main", false],
    ["9".repeat(40), "refs/heads/main", true],
    [undefined, "refs/heads/main", true],
    ["m.in", "refs/heads/main", false],
  ])("for a stack at %s triggers by a push to %s: %s", (ref, pushed, triggers) => {
    const stack = { token, url: target.url, ...(ref === undefined ? {} : { ref }) };
    expect(judge(fromGithub(githubPush({ ref: pushed })), stack)).toMatch(triggers ? /^trigger/ : /^ignored/);
  });

  it.each([
    ["https://git.example.com/acme/shop.git", true],
    ["ssh://git@git.example.com:2222/acme/shop", true],
    ["git@git.example.com:acme/shop.git", true],
    ["https://user@GIT.example.com/Acme/Shop/", true],
    ["https://git.example.com/acme/shop-staging.git", false],
    ["https://git.example.org/acme/shop.git", false],
    ["http://gitea.git.svc:3000/acme/shop.git", true],
    ["http://gitea.git.svc:3000/acme/other.git", false],
  ])("for a stack from %s is of its repository: %s", (url, triggers) => {
    expect(judge(fromGithub(githubPush()), { ...target, url })).toMatch(
      triggers ? /^trigger/ : /^ignored: the push is to another repository/,
    );
  });

  it("is taken as a push where it says nothing of refs and repositories", () => {
    for (const body of ["", "{}", "null", "[]", '"text"', '{"ref":7,"repository":null}', "\ufeff{", "\0"])
      expect(judge(signed("generic", body))).toBe("trigger");
  });

  it("may come as a form", () => {
    const form = new URLSearchParams({ payload: githubPush({ ref: "refs/heads/other" }) }).toString();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    expect(judge(fromGithub(form, headers))).toMatch(/^ignored: .*another ref/);
  });

  it("does no harm, whatever it holds", () => {
    const odd = fc.oneof(fc.json({ maxDepth: 6 }), fc.string());
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom("__proto__", "constructor", "x".repeat(5_000), "@".repeat(2_000), ":".repeat(2_000)),
    );
    const push = fc
      .record({ ref: field, refs: field, object_kind: field, type: field, repository: field, project: field })
      .map((fields) => JSON.stringify(fields));
    const urls = fc
      .record({ clone_url: field, url: field, git_ssh_url: field })
      .map((repository) => JSON.stringify({ ref: "refs/heads/main", repository, project: repository }));
    fc.assert(
      fc.property(fc.oneof(odd, push, urls), fc.string(), (body, event) => {
        for (const request of [
          fromGithub(body, { "x-github-event": event }),
          fromGithub(body, { "content-type": "application/x-www-form-urlencoded" }),
          fromGitlab(body),
          signed("gitlab", body),
          signed("generic", body),
        ])
          expect(judge(request)).toMatch(/^(?:trigger|ignored)/);
      }),
      { numRuns: 200 },
    );
  });

  it("may be nested as deeply as its size allows", () => {
    for (const body of ["[".repeat(1_000_000), `${"[".repeat(500_000)}${"]".repeat(500_000)}`])
      expect(judge(signed("generic", body))).toBe("trigger");
  });

  it("without a right signature never gets past it, whatever its headers say", () => {
    const text = fc.string({ unit: "binary" });
    const names = [
      "x-hub-signature-256",
      "x-gitlab-token",
      "webhook-id",
      "webhook-timestamp",
      "webhook-signature",
      "x-github-event",
    ] as const;
    const headers = fc.dictionary(fc.constantFrom(...names), text);
    fc.assert(
      fc.property(
        fc.constantFrom("github" as const, "gitlab" as const, "generic" as const),
        headers,
        text,
        (provider, given, body) => {
          expect(judge({ provider, headers: given, body: Buffer.from(body) })).toMatch(/^refused/);
        },
      ),
      { numRuns: 200 },
    );
  });
});
