// Whether a webhook is genuine, and whether it concerns the stack that it was sent for. All that an accepted one can do is
// to make the agent look at the repository and ref that are configured: nothing of a payload is ever used to choose one.
import { sourceIdentity } from "../declarations/source-identity.ts";
import { rememberDelivery, wasDelivered, type Deliveries } from "./deliveries.ts";
import { readPush, type HookNews, type WebhookProvider } from "./read-push.ts";
import { githubSignature, hasStandardSignature, isSameText, isTimely } from "./signature.ts";

/** A webhook as it came: header names in lower case, the body's bytes untouched. */
export type WebhookRequest = {
  readonly provider: WebhookProvider;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
};

/** What a webhook is measured by: a stack's token, and the repository and ref that it is configured with. */
export type WebhookTarget = {
  readonly token: string;
  readonly url: string;
  /** A branch, a tag, a full ref or a commit; absent for whatever the repository's HEAD is. */
  readonly ref?: string;
};

/** What becomes of a webhook; `why` is for the sender, and names nothing secret. */
export type WebhookVerdict =
  | { readonly kind: "trigger" }
  | { readonly kind: "ignored"; readonly why: string }
  | { readonly kind: "replayed" }
  | { readonly kind: "refused"; readonly why: string };

/** Judges a webhook; the deliveries are remembered by whoever asks, one memory per stack. */
export function judgeWebhook(
  request: WebhookRequest,
  target: WebhookTarget,
  deliveries: Deliveries,
  nowMs: number,
): { readonly verdict: WebhookVerdict; readonly deliveries: Deliveries } {
  const proof = verify(request, target.token, nowMs);
  if (!proof.genuine) return { verdict: { kind: "refused", why: proof.why }, deliveries };
  if (wasDelivered(deliveries, proof.keys)) return { verdict: { kind: "replayed" }, deliveries };
  const { provider, headers, body } = request;
  const isForm = (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  const news = readPush(provider, headers["x-github-event"], body, isForm);
  const why = whyIgnored(news, target);
  return {
    verdict: why === undefined ? { kind: "trigger" } : { kind: "ignored", why },
    deliveries: rememberDelivery(deliveries, proof.keys, nowMs),
  };
}

type Proof =
  | { readonly genuine: true; readonly keys: readonly string[] }
  | { readonly genuine: false; readonly why: string };

function verify(request: WebhookRequest, token: string, nowMs: number): Proof {
  // An empty key would make a signature that anybody can make.
  if (token === "") return { genuine: false, why: "no token is set for this stack" };
  switch (request.provider) {
    case "github":
      return verifyGithub(request, token);
    case "gitlab":
      return verifyGitlab(request, token, nowMs);
    case "generic":
      return verifyStandard(request, token, nowMs);
  }
}

function verifyGithub({ headers, body }: WebhookRequest, token: string): Proof {
  const given = headers["x-hub-signature-256"];
  if (given === undefined) return { genuine: false, why: "the header X-Hub-Signature-256 is missing" };
  const right = githubSignature(token, body);
  if (!isSameText(given, right)) return { genuine: false, why: "the signature is wrong" };
  const delivery = headers["x-github-delivery"];
  // The delivery's id is not signed: what is sent again under another id has the same signature.
  return {
    genuine: true,
    keys: [`signature ${right}`, ...(delivery === undefined ? [] : [`id ${delivery.slice(0, 128)}`])],
  };
}

function verifyGitlab(request: WebhookRequest, token: string, nowMs: number): Proof {
  const given = request.headers["x-gitlab-token"];
  if (given !== undefined && isSameText(given, token)) {
    // Who can send the token again can send anything: the id only keeps GitLab's own repetitions apart.
    const id = request.headers["idempotency-key"] ?? request.headers["x-gitlab-event-uuid"];
    return { genuine: true, keys: id === undefined ? [] : [`id ${id.slice(0, 128)}`] };
  }
  if (request.headers["webhook-signature"] !== undefined) return verifyStandard(request, token, nowMs);
  return {
    genuine: false,
    why:
      given === undefined
        ? "it has neither the header X-Gitlab-Token nor a signature"
        : "the header X-Gitlab-Token is wrong",
  };
}

function verifyStandard({ headers, body }: WebhookRequest, token: string, nowMs: number): Proof {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signatures = headers["webhook-signature"];
  if (id === undefined || timestamp === undefined || signatures === undefined)
    return {
      genuine: false,
      why: "the headers webhook-id, webhook-timestamp and webhook-signature are needed",
    };
  if (!hasStandardSignature(token, { id, timestamp, body }, signatures))
    return { genuine: false, why: "the signature is wrong" };
  if (!isTimely(timestamp, nowMs))
    return { genuine: false, why: "its timestamp is more than 5 minutes from the agent's clock" };
  return { genuine: true, keys: [`id ${id.slice(0, 256)}`] };
}

function whyIgnored(news: HookNews, target: WebhookTarget): string | undefined {
  switch (news.kind) {
    case "ping":
      return "a ping: the webhook is set up well";
    case "other":
      return "the event is no push";
    case "push":
      if (news.repositories.length > 0 && !news.repositories.some((url) => isSameRepository(url, target.url)))
        return "the push is to another repository than the stack's";
      if (news.refs.length > 0 && !news.refs.some((ref) => concerns(ref, target.ref)))
        return "the push is to another ref than the stack's";
      return undefined;
  }
}

/** True where both addresses name one repository, by whatever protocol. */
function isSameRepository(told: string, configured: string): boolean {
  const one = sourceIdentity(told, "/", "").toLowerCase();
  const other = sourceIdentity(configured, "/", "").toLowerCase();
  if (one === other) return true;
  // A name that only the cluster knows is never the one that a git server tells the world.
  return isInnerHost(hostOf(other)) && pathOf(one) === pathOf(other);
}

function isInnerHost(host: string): boolean {
  return !host.includes(".") || /\.(?:svc|svc\.cluster\.local|local|internal)$|^[0-9.]+$|^\[/.test(host);
}

function hostOf(identity: string): string {
  return identity.split("/", 1)[0] ?? "";
}

function pathOf(identity: string): string {
  return identity.slice(hostOf(identity).length);
}

/** True where what stands at a configured ref may have changed with the pushed one. */
function concerns(pushed: string, configured: string | undefined): boolean {
  if (configured === undefined || configured === "HEAD") return true;
  // A commit never changes, but it may be here only now.
  if (/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(configured)) return true;
  return [configured, `refs/heads/${configured}`, `refs/tags/${configured}`, `refs/${configured}`].includes(
    pushed,
  );
}
