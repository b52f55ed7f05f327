// The webhooks' side of the agent's server: which stack a path names, how often it may be asked, and the answer to each
// verdict. Whether a webhook is genuine is core/webhooks.
import type { IncomingMessage, ServerResponse } from "node:http";
import { isDnsName } from "../core/ids.ts";
import { takeToken, type Bucket, type Rate } from "../core/rate-limit.ts";
import { noDeliveries, type Deliveries } from "../core/webhooks/deliveries.ts";
import { judgeWebhook, type WebhookTarget, type WebhookVerdict } from "../core/webhooks/judge-webhook.ts";
import { WEBHOOK_PROVIDERS, type WebhookProvider } from "../core/webhooks/read-push.ts";
import { json, plain, type Answer } from "./answer.ts";
import { makeBodyReader } from "./read-body.ts";

/** A StackSync by its name in the cluster. */
export type StackName = { readonly namespace: string; readonly name: string };

/** What became of a request to a webhook's path; the metric's `result`. */
export type HookResult =
  "accepted" | "ignored" | "replayed" | "refused" | "unknown-stack" | "limited" | "too-large" | "cut";

export type Hooks = {
  /** The namespace of stacks that a path names without one. */
  readonly namespace: string;
  /**
   * What a stack's webhooks are measured by, from memory: it is asked at every request, also in a flood. Undefined where
   * there is no such stack or its webhooks are off, which a sender can't tell apart.
   */
  find(stack: StackName): WebhookTarget | undefined;
  /** A genuine webhook says that the stack's repository has something new. */
  onHook(stack: StackName): void;
  /** Told of every request, with what the sender was told. */
  onAnswered?(answered: {
    readonly provider: WebhookProvider;
    readonly result: HookResult;
    readonly stack: StackName;
    readonly why?: string;
  }): void;
};

const mostBodyBytes = 2 ** 20;
const mostBytesInAll = 16 * 2 ** 20;
const ratePerPath: Rate = { perSecond: 5, burst: 20 };
const rateOfAll: Rate = { perSecond: 50, burst: 200 };
/** Of stacks and paths that are remembered; the oldest are forgotten. */
const mostRemembered = 1_000;

/** `/hooks/KIND/NAME` or `/hooks/KIND/NAMESPACE/NAME`; undefined where the path is neither. */
export function readHookPath(
  path: string,
  ownNamespace: string,
): { readonly provider: WebhookProvider; readonly stack: StackName } | undefined {
  const [empty, hooks, kind, ...names] = path.split("/", 7);
  const provider = WEBHOOK_PROVIDERS.find((known) => known === kind);
  if (empty !== "" || hooks !== "hooks" || provider === undefined) return undefined;
  const [namespace = "", name = ""] = names.length === 1 ? [ownNamespace, ...names] : names;
  if (names.length < 1 || names.length > 2 || !isDnsName(namespace, 63) || !isDnsName(name, 253))
    return undefined;
  return { provider, stack: { namespace, name } };
}

export type HookHandler = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<Answer | undefined>;

/** Answers requests to webhooks' paths; undefined where the client is gone. */
export function makeHookHandler(hooks: Hooks, nowMs: () => number): HookHandler {
  const readBody = makeBodyReader(mostBodyBytes, mostBytesInAll);
  const buckets = new Map<string, Bucket>();
  const deliveriesOf = new Map<string, Deliveries>();
  let common: Bucket | undefined;

  const takeTurn = (key: string): Answer | undefined => {
    const own = takeToken(buckets.get(key), ratePerPath, nowMs());
    remember(buckets, key, own.bucket);
    if (!own.taken) return tooOften(own.retryAfterMs);
    const all = takeToken(common, rateOfAll, nowMs());
    common = all.bucket;
    return all.taken ? undefined : tooOften(all.retryAfterMs);
  };

  return async (path, request, response) => {
    const route = readHookPath(path, hooks.namespace);
    if (route === undefined) return plain(404, "not found");
    const { provider, stack } = route;
    const say = (result: HookResult, answer: Answer, why?: string): Answer => {
      hooks.onAnswered?.({ provider, result, stack, ...(why === undefined ? {} : { why }) });
      return answer;
    };
    if (request.method !== "POST") return plain(405, "use POST", { allow: "POST" });
    const target = hooks.find(stack);
    if (target === undefined) return say("unknown-stack", plain(404, "not found"));
    const stackKey = `${stack.namespace}/${stack.name}`;
    const refusal = takeTurn(`${provider} ${stackKey}`);
    if (refusal !== undefined) return say("limited", refusal);

    if (request.headers.expect !== undefined && !isTooLarge(request)) response.writeContinue();
    const body = await readBody(request);
    if (body.kind === "cut") {
      say("cut", plain(400, ""));
      return undefined;
    }
    if (body.kind === "too-large")
      return say("too-large", json(413, { status: "refused", reason: "the body is larger than 1 MiB" }));
    if (body.kind === "no-room") return say("limited", tooOften(1_000));

    const { verdict, deliveries } = judgeWebhook(
      { provider, headers: singleHeaders(request), body: body.bytes },
      target,
      deliveriesOf.get(stackKey) ?? noDeliveries,
      nowMs(),
    );
    remember(deliveriesOf, stackKey, deliveries);
    if (verdict.kind === "trigger") hooks.onHook(stack);
    return say(resultOf(verdict), answerTo(verdict), "why" in verdict ? verdict.why : undefined);
  };
}

function resultOf(verdict: WebhookVerdict): HookResult {
  switch (verdict.kind) {
    case "trigger":
      return "accepted";
    case "ignored":
    case "replayed":
    case "refused":
      return verdict.kind;
  }
}

function answerTo(verdict: WebhookVerdict): Answer {
  switch (verdict.kind) {
    case "trigger":
      return json(202, { status: "accepted" });
    case "ignored":
      return json(202, { status: "ignored", reason: verdict.why });
    case "replayed":
      return json(202, { status: "ignored", reason: "this delivery was accepted before" });
    case "refused":
      return json(401, { status: "refused", reason: verdict.why });
  }
}

function tooOften(retryAfterMs: number): Answer {
  return json(
    429,
    { status: "refused", reason: "too many requests" },
    { "retry-after": Math.max(1, Math.ceil(retryAfterMs / 1000)).toString() },
  );
}

function isTooLarge(request: IncomingMessage): boolean {
  return Number(request.headers["content-length"] ?? 0) > mostBodyBytes;
}

/** Of a header that came more than once, none: it is not clear which one was meant. */
function singleHeaders(request: IncomingMessage): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values = []]) => [
      name,
      values.length === 1 ? values[0] : undefined,
    ]),
  );
}

/** Keeps what is known by a key, newest last. */
function remember<V>(known: Map<string, V>, key: string, value: V): void {
  known.delete(key);
  known.set(key, value);
  if (known.size <= mostRemembered) return;
  const [oldest] = known.keys();
  if (oldest !== undefined) known.delete(oldest);
}
