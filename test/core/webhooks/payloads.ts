// Webhooks as GitHub, GitLab and a generic sender send them: the fields that matter, signed with a token.
import { githubSignature, standardSignature } from "../../../src/core/webhooks/signature.ts";
import type { WebhookRequest, WebhookTarget } from "../../../src/core/webhooks/judge-webhook.ts";

export const token = "a token of the tests";
export const nowMs = Date.UTC(2026, 8, 1, 10, 0, 0);
export const target: WebhookTarget = { token, url: "https://git.example.com/acme/shop.git", ref: "main" };

export function githubPush(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    ref: "refs/heads/main",
    before: "1".repeat(40),
    after: "2".repeat(40),
    repository: {
      full_name: "acme/shop",
      clone_url: "https://git.example.com/acme/shop.git",
      ssh_url: "git@git.example.com:acme/shop.git",
      html_url: "https://git.example.com/acme/shop",
    },
    ...fields,
  });
}

export function gitlabPush(fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    object_kind: "push",
    ref: "refs/heads/main",
    project: {
      git_http_url: "https://git.example.com/acme/shop.git",
      git_ssh_url: "ssh://git@git.example.com:2222/acme/shop.git",
      web_url: "https://git.example.com/acme/shop",
    },
    ...fields,
  });
}

export function fromGithub(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  key = token,
): WebhookRequest {
  const bytes = Buffer.from(body);
  return {
    provider: "github",
    headers: {
      "content-type": "application/json",
      "x-github-event": "push",
      "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
      "x-hub-signature-256": githubSignature(key, bytes),
      ...headers,
    },
    body: bytes,
  };
}

export function fromGitlab(body: string, headers: Readonly<Record<string, string>> = {}): WebhookRequest {
  return {
    provider: "gitlab",
    headers: { "content-type": "application/json", "x-gitlab-token": token, ...headers },
    body: Buffer.from(body),
  };
}

/** As Standard Webhooks say; `sentAtMs` is what its timestamp says. */
export function signed(
  provider: "gitlab" | "generic",
  body: string,
  { id = "msg_1", sentAtMs = nowMs, key = token } = {},
): WebhookRequest {
  const message = { id, timestamp: Math.floor(sentAtMs / 1000).toString(), body: Buffer.from(body) };
  return {
    provider,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": message.timestamp,
      "webhook-signature": standardSignature(key, message),
    },
    body: message.body,
  };
}
