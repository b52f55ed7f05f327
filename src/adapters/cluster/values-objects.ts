// Secrets and ConfigMaps that values come from: what they hold, and a word when one of them may have changed.
import { setTimeout as sleep } from "node:timers/promises";
import { fieldAt, isRecord } from "../../core/json.ts";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { objectName, type ObjectContent } from "../../core/values/values-objects.ts";
import type { ValuesObjectRef, ValuesObjects } from "../../engine/ports.ts";
import { metadataOf } from "./list.ts";
import type { Api } from "./request.ts";

/** How long the server lets one watch live, the longest silence on it, and the pauses between two, in milliseconds. */
const watchMs = 290_000;
const silenceMs = 320_000;
const shortestPauseMs = 500;
const longestPauseMs = 10_000;

export function makeValuesObjects(api: Api): ValuesObjects {
  return {
    async read(refs) {
      const distinct = [...new Map(refs.map((ref) => [objectName(ref), ref])).entries()];
      const read = await Promise.all(
        distinct.map(async ([name, ref]) => ({ name, content: await readOne(api, ref) })),
      );
      const found = new Map<string, ObjectContent | undefined>();
      for (const { name, content } of read) {
        if (!content.ok) return content;
        found.set(name, content.value);
      }
      return succeeded(found);
    },
    watch(refs, onChange) {
      const stop = new AbortController();
      for (const ref of new Map(refs.map((one) => [objectName(one), one])).values())
        void watchOne(api, ref, onChange, stop.signal);
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

// Without a resource version a watch begins with what is there, so that nothing is missed between reading and watching.
// Each (re)start counts as a change too: where watching is not allowed, that comes down to asking now and then.
async function watchOne(
  api: Api,
  ref: ValuesObjectRef,
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  for (let pauseMs = shortestPauseMs; !isOver();) {
    const beganAtMs = performance.now();
    const stream = api.lines(
      {
        doing: `Watching ${objectName(ref)}`,
        path: collectionOf(ref),
        accept: metadataOf.one,
        query: {
          watch: "true",
          fieldSelector: `metadata.name=${ref.name}`,
          timeoutSeconds: String(watchMs / 1000),
        },
      },
      silenceMs,
      () => {
        if (!isOver()) onChange();
      },
    );
    const close = (): void => {
      stream.close();
    };
    signal.addEventListener("abort", close, { once: true });
    await stream.ended;
    signal.removeEventListener("abort", close);
    if (isOver()) return;
    pauseMs =
      performance.now() - beganAtMs > longestPauseMs
        ? shortestPauseMs
        : Math.min(longestPauseMs, pauseMs * 2);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    // The first one after a pause looks by itself.
    if (!isOver()) onChange();
  }
}
