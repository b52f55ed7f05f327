// Servers that are told of runs, each on loopback and as strict as the real one: Slack's incoming webhooks, GitHub's and
// GitLab's commit statuses, and a webhook of one's own that checks the signature itself.
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import { listenOnLoopback } from "./loopback.ts";

export const slackKey = "slack-key-not-for-logs";
export const hookToken = "hook-token-not-for-logs";
export const statusToken = "status-token-not-for-logs";

export type ToldServers = {
  readonly url: string;
  /** Every request that was taken, in order: `slack …`, `hook …`, `STATE SHA7 CONTEXT: DESCRIPTION`. */
  readonly taken: readonly string[];
  /** What was refused, and why. */
  readonly refused: readonly string[];
  /** So many of the next requests to a webhook are answered with 503. */
  downFor(requests: number): void;
};

type Answer = { readonly status: number; readonly said: string; readonly taken?: string };

/** Open until the test ends. */
export async function openToldServers(): Promise<ToldServers> {
  const taken: string[] = [];
  const refused: string[] = [];
  const gitlabStates = new Map<string, string>();
  let down = 0;
  const answerTo = (asked: IncomingMessage, body: string): Answer => {
    const path = asked.url ?? "";
    if (path === `/services/${slackKey}`) return slack(body);
    if (path === "/hook") {
      down--;
      return down >= 0 ? { status: 503, said: "down for maintenance" } : hook(asked, body);
    }
    const github = /^\/api\/v3\/repos\/acme\/stack\/statuses\/([0-9a-f]{40})$/.exec(path)?.[1];
    if (github !== undefined) return githubStatus(asked, github, body);
    const gitlab = /^\/api\/v4\/projects\/acme%2Fstack\/statuses\/([0-9a-f]{40})$/.exec(path)?.[1];
    if (gitlab !== undefined) return gitlabStatus(asked, gitlab, body, gitlabStates);
    return { status: 404, said: "no such path" };
  };
  const server = createServer((asked, reply) => {
    const chunks: Buffer[] = [];
    asked.on("data", (chunk: Buffer) => chunks.push(chunk));
    asked.on("end", () => {
      const answer = answerTo(asked, Buffer.concat(chunks).toString("utf8"));
      if (answer.taken === undefined) refused.push(`${answer.status} ${asked.url ?? ""}: ${answer.said}`);
      else taken.push(answer.taken);
      reply.writeHead(answer.status).end(answer.said);
    });
  });
  const listening = await listenOnLoopback(server);
  onTestFinished(() => listening.close());
  return {
    url: `http://127.0.0.1:${listening.port}`,
    taken,
    refused,
    downFor: (requests) => {
      down = requests;
    },
  };
}

function read(body: string): Readonly<Record<string, unknown>> {
  return JSON.parse(body) as Readonly<Record<string, unknown>>;
}

function slack(body: string): Answer {
  const { text } = read(body);
  return typeof text === "string" && text !== ""
    ? { status: 200, said: "ok", taken: `slack ${text}` }
    : { status: 400, said: "invalid_payload" };
}

/** As https://www.standardwebhooks.com says. */
function hook({ headers }: IncomingMessage, body: string): Answer {
  const [id, at, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
    String(headers[name]),
  );
  const wanted = createHmac("sha256", hookToken)
    .update(`${id ?? ""}.${at ?? ""}.${body}`)
    .digest("base64");
  if (Math.abs(Date.now() / 1_000 - Number(at)) > 300) return { status: 400, said: "too old" };
  if (signatures?.split(" ").includes(`v1,${wanted}`) !== true) return { status: 401, said: "not signed" };
  const { type, data } = read(body) as {
    readonly type: string;
    readonly data: { readonly outcome: string; readonly cluster: string; readonly stack: string };
  };
  return { status: 204, said: "", taken: `hook ${type} ${data.cluster}/${data.stack} ${data.outcome}` };
}

function githubStatus({ headers }: IncomingMessage, sha: string, body: string): Answer {
  if (headers.authorization !== `Bearer ${statusToken}`) return { status: 401, said: "Bad credentials" };
  const { state, context, description } = read(body);
  const isValid =
    ["error", "failure", "pending", "success"].includes(String(state)) &&
    Array.from(String(description)).length <= 140;
  return isValid
    ? {
        status: 201,
        said: "{}",
        taken: `${String(state)} ${sha.slice(0, 7)} ${String(context)}: ${String(description)}`,
      }
    : { status: 422, said: "Validation Failed" };
}

function gitlabStatus(
  { headers }: IncomingMessage,
  sha: string,
  body: string,
  states: Map<string, string>,
): Answer {
  if (headers["private-token"] !== statusToken) return { status: 401, said: "401 Unauthorized" };
  const { state, name, description } = read(body);
  const key = `${sha} ${String(name)}`;
  if (!["pending", "running", "success", "failed", "canceled"].includes(String(state)))
    return { status: 400, said: "state does not have a valid value" };
  if (states.get(key) === state)
    return { status: 400, said: `Cannot transition status via :enqueue from :${String(state)}` };
  states.set(key, String(state));
  return {
    status: 201,
    said: "{}",
    taken: `${String(state)} ${sha.slice(0, 7)} ${String(name)}: ${String(description)}`,
  };
}
