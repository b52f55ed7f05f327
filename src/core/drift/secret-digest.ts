// Stands for what Secrets hold where only sameness matters, so that nobody has to keep the values themselves.
import { createHash } from "node:crypto";
import { isRecord, type JsonRecord } from "../json.ts";

/** Stands for one value of a Secret's data, given as base64. */
export function digestOfSecret(base64: string): string {
  return `sha256:${createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex")}`;
}

/** Stands for one value of a Secret's stringData. */
export function digestOfSecretText(text: string): string {
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}

/** A Secret as the API gives it with digests for the values of its data, and without the copy that kubectl leaves of it. */
export function withoutSecretValues(secret: JsonRecord): JsonRecord {
  const { data, metadata, ...others } = secret;
  return {
    ...others,
    ...(isRecord(metadata) ? { metadata: withoutCopy(metadata) } : {}),
    ...(isRecord(data)
      ? {
          data: Object.fromEntries(
            Object.entries(data).map(([key, value]) => [
              key,
              typeof value === "string" ? digestOfSecret(value) : value,
            ]),
          ),
        }
      : {}),
  };
}

function withoutCopy(metadata: JsonRecord): JsonRecord {
  if (!isRecord(metadata.annotations)) return metadata;
  const annotations = { ...metadata.annotations };
  delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
  return { ...metadata, annotations };
}
