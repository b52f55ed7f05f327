// A webhook of Headway's own: the message as JSON, signed as Standard Webhooks say, so that a receiver knows who sent it and
// when.
import { createHash } from "node:crypto";
import { standardSignature } from "../../core/webhooks/signature.ts";
import type { Receiver } from "../../engine/notify-ports.ts";
import { postJson, type SendRules } from "./send-json.ts";

/** A receiver that checks the signature with the same token. */
export function signedWebhook(url: string, token: string, rules: SendRules): Receiver {
  return {
    provider: "webhook",
    send: (message) => {
      const { endedAtMs, ...rest } = message;
      const endedAt = new Date(endedAtMs).toISOString();
      const body = JSON.stringify({ type: "headway.run.finished", timestamp: endedAt, data: rest });
      // The same for every attempt, so that a receiver takes it once.
      const name = [message.cluster, message.stack, message.run, endedAt].join("\n");
      const id = `msg_${createHash("sha256").update(name).digest("hex").slice(0, 32)}`;
      const timestamp = Math.floor(Date.now() / 1000).toString();
      return postJson({
        doing: `telling the webhook's receiver of run ${message.run} of stack ${message.stack}`,
        url,
        headers: {
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": standardSignature(token, { id, timestamp, body: Buffer.from(body) }),
        },
        body,
        secrets: [token],
        rules,
      });
    },
  };
}
