// The journal of stacks: one Secret per run in the system namespace, because log lines and messages of failures stand in
// it. What is bounded here is its number and what it takes packed.
import { gunzipSync, gzipSync } from "node:zlib";
import { fieldAt, textAt, textsAt } from "../../core/json.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { readRunDocument, writeRunDocument } from "../../core/journal/run-document.ts";
import type { JournalEntry, RunRecord } from "../../core/journal/run-record.ts";
import type { Journal } from "../../engine/ports.ts";
import { listAll } from "./list.ts";
import { ensureNamespace } from "./namespaces.ts";
import type { Refusal } from "./refusal.ts";
import type { Answer, Api } from "./request.ts";
import { systemLabelValue, systemObjectName } from "./system-objects.ts";

export type JournalLimits = {
  /** Records that are kept of a stack. */
  readonly runs: number;
  /** Of one record, packed. A Secret holds 1 MiB. */
  readonly packedBytes: number;
};

export const ordinaryJournalLimits: JournalLimits = { runs: 50, packedBytes: 256 * 1024 };

/** The text of a record is tried at these lengths until it fits packed. */
const textBytes = [2 * 1024 * 1024, 512 * 1024, 128 * 1024, 32 * 1024];
const mostUnpackedBytes = 16 * 1024 * 1024;
/** So many old records are deleted after one run at most. */
const mostDeleted = 20;
/** How often the next number may be taken by somebody else. */
const mostTaken = 5;
/** A run does not wait long for its history. */
const timeoutMs = 10_000;
const secretType = "headway.dev/run";
const stackAnnotation = "headway.dev/stack-name";
const ordinaryLabels = { "app.kubernetes.io/managed-by": "headway", "app.kubernetes.io/component": "run" };
const componentSelector = Object.entries(ordinaryLabels)
  .map(([name, value]) => `${name}=${value}`)
  .join(",");

type Place = { readonly api: Api; readonly namespace: string; readonly limits: JournalLimits };

/** The journal in this namespace. */
export function makeJournal(api: Api, namespace: string, limits = ordinaryJournalLimits): Journal {
  const place: Place = { api, namespace, limits };
  return {
    async list(stack) {
      const listed = await listAll(api, {
        doing: "Reading the journal",
        path: secretPath(place),
        ...selectors(stack),
        limit: 100,
      });
      if (!listed.ok) return failed(listed.failure);
      return succeeded(
        listed.value.items
          .flatMap((secret) => readEntry(secret) ?? [])
          .filter((entry) => stack === undefined || entry.stack === stack)
          .toSorted(newestFirst),
      );
    },
    begin: (record, above) => begin(place, record, above),
    async finish(record) {
      const written = await write(place, record, "PUT");
      if (!written.ok && written.status !== 404) return failed(written.failure);
      if (!written.ok) {
        const again = await write(place, record, "POST");
        if (!again.ok) return failed(again.failure);
      }
      return await deleteOldest(place, record.stack);
    },
    async user() {
      const answer = await api.json({
        doing: "Asking the cluster who is asking",
        method: "POST",
        path: "/apis/authentication.k8s.io/v1/selfsubjectreviews",
        body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
        timeoutMs,
        tries: 0,
      });
      return answer.ok ? textAt(answer.value, "status", "userInfo", "username") : undefined;
    },
  };
}

async function begin(
  place: Place,
  record: Omit<RunRecord, "number">,
  above: number,
): Promise<Result<number>> {
  const kept = await listKept(place, record.stack);
  if (!kept.ok) return kept;
  let number = Math.max(above, ...kept.value.map((one) => one.number)) + 1;
  for (let taken = 0; ; taken++, number++) {
    let written = await write(place, { ...record, number }, "POST");
    if (!written.ok && written.status === 404) {
      const ensured = await ensureNamespace(place.api, place.namespace, Date.now() + timeoutMs);
      if (!ensured.ok) return ensured;
      written = await write(place, { ...record, number }, "POST");
    }
    // An answer that was lost may have been to this very record.
    if (written.ok || (written.status === 409 && (await isOwn(place, record, number))))
      return succeeded(number);
    if (written.status !== 409 || taken >= mostTaken) return failed(written.failure);
  }
}

async function isOwn(
  place: Place,
  { stack, id }: Pick<RunRecord, "stack" | "id">,
  number: number,
): Promise<boolean> {
  const answer = await place.api.json({
    doing: `Reading the record of run ${number} of the stack ${stack}`,
    path: secretPath(place, nameOf(stack, number)),
    timeoutMs,
  });
  return answer.ok && readEntry(answer.value)?.record?.id === id;
}

async function write(place: Place, record: RunRecord, method: "POST" | "PUT"): Promise<Answer | Refusal> {
  const name = nameOf(record.stack, record.number);
  const packed = pack(record, place.limits.packedBytes);
  return await place.api.json({
    doing: `Writing the record of run ${record.number} of the stack ${record.stack}`,
    method,
    path: method === "POST" ? secretPath(place) : secretPath(place, name),
    timeoutMs,
    tries: 1,
    body: {
      apiVersion: "v1",
      kind: "Secret",
      type: secretType,
      metadata: {
        name,
        labels: { ...ordinaryLabels, "headway.dev/stack-name": systemLabelValue(record.stack) },
        annotations: { [stackAnnotation]: record.stack },
      },
      data: { run: packed.toString("base64") },
    },
  });
}

function pack(record: RunRecord, mostBytes: number): Buffer {
  let packed = Buffer.alloc(0);
  for (const length of textBytes) {
    packed = gzipSync(writeRunDocument(record, length));
    if (packed.length <= mostBytes) return packed;
  }
  return packed;
}

/** Only what is named, labelled and typed as a record of this stack's runs, the oldest first. */
async function deleteOldest(place: Place, stack: string): Promise<Result<void>> {
  const kept = await listKept(place, stack);
  if (!kept.ok) return kept;
  const oldest = kept.value
    .toSorted((a, b) => a.number - b.number)
    .slice(0, Math.max(0, kept.value.length - place.limits.runs))
    .slice(0, mostDeleted);
  let refused: Failure | undefined;
  for (const { number, uid } of oldest) {
    const answer = await place.api.json({
      doing: `Deleting the record of the old run ${number} of the stack ${stack}`,
      method: "DELETE",
      path: secretPath(place, nameOf(stack, number)),
      body: { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } },
      timeoutMs,
      tries: 0,
    });
    // Gone, or another one by now.
    if (!answer.ok && answer.status !== 404 && answer.status !== 409) refused = answer.failure;
  }
  return refused === undefined ? succeeded(undefined) : failed(refused);
}

type Kept = { readonly number: number; readonly uid: string };

async function listKept(place: Place, stack: string): Promise<Result<readonly Kept[]>> {
  const listed = await listAll(place.api, {
    doing: `Looking for the runs of the stack ${stack}`,
    path: secretPath(place),
    ...selectors(stack),
    metadataOnly: true,
  });
  if (!listed.ok) return failed(listed.failure);
  return succeeded(
    listed.value.items.flatMap((secret): Kept[] => {
      const named = nameInSecret(secret);
      const uid = textAt(secret, "metadata", "uid");
      return named?.stack === stack && uid !== undefined ? [{ number: named.number, uid }] : [];
    }),
  );
}

function selectors(stack: string | undefined) {
  return {
    fieldSelector: `type=${secretType}`,
    labelSelector:
      stack === undefined
        ? componentSelector
        : `${componentSelector},headway.dev/stack-name=${systemLabelValue(stack)}`,
  };
}

function readEntry(secret: unknown): JournalEntry | undefined {
  const named = nameInSecret(secret);
  if (named === undefined) return undefined;
  const record = unpack(fieldAt(secret, "data", "run"));
  // One that says it is another run is none that can be believed.
  return record?.stack === named.stack && record.number === named.number ? { ...named, record } : named;
}

/** Whose record it is by its name and its annotation; undefined where these do not agree. */
function nameInSecret(secret: unknown): { readonly stack: string; readonly number: number } | undefined {
  const name = textAt(secret, "metadata", "name") ?? "";
  const stack = textsAt(secret, "metadata", "annotations")[stackAnnotation];
  const number = Number(/-([1-9][0-9]{0,9})$/.exec(name)?.[1]);
  return stack !== undefined && name === nameOf(stack, number) ? { stack, number } : undefined;
}

// Anybody who may write Secrets there may write these: a small one must not unpack to a large one.
function unpack(data: unknown): RunRecord | undefined {
  if (typeof data !== "string") return undefined;
  try {
    const text = gunzipSync(Buffer.from(data, "base64"), { maxOutputLength: mostUnpackedBytes });
    return readRunDocument(text.toString("utf8"));
  } catch {
    return undefined;
  }
}

function newestFirst(a: JournalEntry, b: JournalEntry): number {
  if (a.stack !== b.stack) return a.stack < b.stack ? -1 : 1;
  return b.number - a.number;
}

function nameOf(stack: string, number: number): string {
  return `${systemObjectName("headway-run", stack)}-${number}`;
}

function secretPath({ namespace }: Place, name?: string): string {
  const folder = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  return name === undefined ? folder : `${folder}/${encodeURIComponent(name)}`;
}
