// The values of one Secret, for whoever has a right to them: they go into no message and no log.
import { succeeded, failed, type Result } from "../../core/failure.ts";
import type { Api } from "./request.ts";

/** What a Secret holds, by key; undefined where there is no such Secret. */
export async function readSecretValues(
  api: Api,
  namespace: string,
  name: string,
): Promise<Result<ReadonlyMap<string, Buffer> | undefined>> {
  const answer = await api.json({
    doing: `Reading the Secret ${namespace}/${name}`,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`,
  });
  if (!answer.ok) return answer.status === 404 ? succeeded(undefined) : failed(answer.failure);
  const { value } = answer;
  const data: unknown =
    typeof value === "object" && value !== null && "data" in value ? value.data : undefined;
  const values = new Map<string, Buffer>();
  for (const [key, text] of Object.entries(typeof data === "object" && data !== null ? data : {}))
    if (typeof text === "string") values.set(key, Buffer.from(text, "base64"));
  return succeeded(values);
}
