// Signatures of webhooks, made and checked: GitHub's over the raw body, and the Standard Webhooks form
// (https://www.standardwebhooks.com) that GitLab's signing tokens and Headway's own webhooks use.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** How far the timestamp of a signed webhook may be from this machine's clock. */
export const TIMESTAMP_WINDOW_MS = 5 * 60_000;

/** More signatures than a rotation of keys needs are not looked at. */
const mostSignatures = 8;

/** True where both texts are the same; takes as long for a near miss as for any other one. */
export function isSameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text, "utf8").digest();
  return timingSafeEqual(digest(one), digest(other));
}

/** The value of `X-Hub-Signature-256` for a body as it was sent. */
export function githubSignature(token: string, body: Uint8Array): string {
  return `sha256=${createHmac("sha256", token).update(body).digest("hex")}`;
}

/** What a Standard Webhooks signature is made of. */
export type SignedMessage = {
  readonly id: string;
  /** Seconds since the epoch, as text. */
  readonly timestamp: string;
  readonly body: Uint8Array;
};

/** One entry of `webhook-signature`. A token `whsec_…` is a key in base64; any other one is the key itself. */
export function standardSignature(token: string, { id, timestamp, body }: SignedMessage): string {
  const hmac = createHmac("sha256", keyOf(token)).update(`${id}.${timestamp}.`, "utf8").update(body);
  return `v1,${hmac.digest("base64")}`;
}

/** True where one of the entries of `webhook-signature` is right. */
export function hasStandardSignature(token: string, message: SignedMessage, signatures: string): boolean {
  const right = standardSignature(token, message);
  const given = signatures.split(" ", mostSignatures);
  return given.map((signature) => isSameText(signature, right)).includes(true);
}

/** True where a timestamp in seconds is one, and near enough to now. */
export function isTimely(timestamp: string, nowMs: number): boolean {
  if (!/^[0-9]{1,12}$/.test(timestamp)) return false;
  return Math.abs(Number(timestamp) * 1000 - nowMs) <= TIMESTAMP_WINDOW_MS;
}

function keyOf(token: string): Uint8Array {
  return token.startsWith("whsec_")
    ? Buffer.from(token.slice("whsec_".length), "base64")
    : Buffer.from(token, "utf8");
}
