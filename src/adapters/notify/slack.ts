// Slack's incoming webhooks: the message as mrkdwn.
import type { RunMessage } from "../../core/run-message.ts";
import type { Receiver } from "../../engine/notify-ports.ts";
import { postJson, type SendRules } from "./send-json.ts";

const mostRoots = 10;
const longestCause = 300;

/** A channel behind the address of an incoming webhook, which is a secret. */
export function slackReceiver(webhookUrl: string, rules: SendRules): Receiver {
  return {
    provider: "slack",
    send: (message) =>
      postJson({
        doing: `telling Slack of run ${message.run} of stack ${message.stack}`,
        url: webhookUrl,
        body: JSON.stringify({ text: slackText(message) }),
        secrets: [webhookUrl, ...secretPath(webhookUrl)],
        rules,
      }),
  };
}

function secretPath(webhookUrl: string): readonly string[] {
  const path = URL.parse(webhookUrl)?.pathname ?? "";
  return path.length > 1 ? [path] : [];
}

/** One message per run: the verdict, then root causes alone, each with how much it holds up. */
function slackText(message: RunMessage): string {
  const { stack, cluster, commit, summary, roots, outcome } = message;
  const at = commit === undefined ? "" : ` at \`${escape(commit.slice(0, 12))}\``;
  const shown = roots.slice(0, mostRoots).map(({ release, state, cause, blocks, declaredAt }) => {
    const from = declaredAt === undefined ? "" : ` (${escape(declaredAt)})`;
    const behind = blocks === 0 ? "" : ` _+${blocks} blocked_`;
    return `• *${escape(release)}* ${state}: ${escape(cut(cause))}${from}${behind}`;
  });
  const rest = roots.length - shown.length;
  return [
    `${outcome === "done" ? ":white_check_mark:" : ":x:"} *${escape(stack)}* on ${escape(cluster)}${at}: ${escape(summary)}`,
    ...shown,
    ...(rest > 0 ? [`… and ${rest} more`] : []),
  ].join("\n");
}

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= longestCause ? text : `${characters.slice(0, longestCause - 1).join("")}…`;
}

// https://docs.slack.dev/messaging/formatting-message-text: these three, and nothing that would call people.
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
