// Secrets and ConfigMaps that values come from: what they hold, and a word when one of them may have changed.
import { fieldAt, isRecord } from "../../core/json.ts";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { objectName, type ObjectContent } from "../../core/values/values-objects.ts";
import type { ValuesObjectRef, ValuesObjects } from "../../engine/ports.ts";
import type { ApiOf } from "./acting.ts";
import type { Api } from "./request.ts";
import { watchObject } from "./watch-object.ts";

export function makeValuesObjects(apiOf: ApiOf): ValuesObjects {
  return {
    async read(refs, actor) {
      const distinct = [...new Map(refs.map((ref) => [objectName(ref), ref])).entries()];
      const read = await Promise.all(
        distinct.map(async ([name, ref]) => ({ name, content: await readOne(apiOf(actor), ref) })),
      );
      const found = new Map<string, ObjectContent | undefined>();
      for (const { name, content } of read) {
        if (!content.ok) return content;
        found.set(name, content.value);
      }
      return succeeded(found);
    },
    watch(refs, onChange, actor) {
      const stop = new AbortController();
      for (const ref of new Map(refs.map((one) => [objectName(one), one])).values())
        void watchObject(
          apiOf(actor),
          { doing: `Watching ${objectName(ref)}`, path: collectionOf(ref), name: ref.name },
          onChange,
          stop.signal,
        );
      return () => {
        stop.abort();
      };
    },
  };
}

async function readOne(api: Api, ref: ValuesObjectRef): Promise<Result<ObjectContent | undefined>> {
  const answer = await api.json({
    doing: `Reading ${objectName(ref)}, which values come from`,
    path: `${collectionOf(ref)}/${encodeURIComponent(ref.name)}`,
  });
  if (answer.ok) return succeeded(contentOf(ref.kind, answer.value));
  return answer.status === 404 ? succeeded(undefined) : failed(answer.failure);
}

function collectionOf(ref: ValuesObjectRef): string {
  const resource = ref.kind === "Secret" ? "secrets" : "configmaps";
  return `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/${resource}`;
}

function contentOf(kind: ValuesObjectRef["kind"], object: unknown): ObjectContent {
  const content = new Map<string, string | undefined>();
  const data = fieldAt(object, "data");
  for (const [key, value] of Object.entries(isRecord(data) ? data : {}))
    if (typeof value === "string") content.set(key, kind === "Secret" ? decode(value) : value);
  // A ConfigMap's binaryData is what is no UTF-8; a key stands in one of the two.
  const binary = fieldAt(object, "binaryData");
  for (const [key, value] of Object.entries(isRecord(binary) ? binary : {}))
    if (typeof value === "string") content.set(key, decode(value));
  return content;
}

function decode(base64: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.from(base64, "base64"));
  } catch {
    return undefined;
  }
}
