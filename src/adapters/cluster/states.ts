// The state object of a stack: one Secret in the system namespace. It is a Secret because log lines and messages of
// failures stand in it, which not everybody who may read ConfigMaps should see.
import { textAt } from "../../core/json.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import type { StackState } from "../../core/observation.ts";
import { readStateDocument, stackOfStateDocument, writeStateDocument } from "../../core/state-document.ts";
import type { States } from "../../engine/ports.ts";
import { listAll } from "./list.ts";
import { ensureNamespace } from "./namespaces.ts";
import type { Api } from "./request.ts";
import { systemObjectName } from "./system-objects.ts";
import { watchObject } from "./watch-object.ts";

/** Half of what a Secret may hold. */
const maxBytes = 512 * 1024;
const namespacePatienceMs = 30_000;
/** How often a write is made again because somebody else was quicker. */
const mostConflicts = 20;
const labels = { "app.kubernetes.io/managed-by": "headway", "app.kubernetes.io/component": "state" };
const labelsAsSelector = Object.entries(labels)
  .map(([name, value]) => `${name}=${value}`)
  .join(",");

/** What was last read or written: `version` is empty where there is no Secret yet. */
type Known = { readonly version: string; readonly text: string };

export function makeStates(api: Api, systemNamespace: string): States {
  const known = new Map<string, Known>();
  const writes = new Map<string, Promise<unknown>>();
  const readKnown = async (stack: string): Promise<Known | Extract<Result<never>, { ok: false }>> => {
    const found = await readSecret(api, systemNamespace, stack);
    if (!found.ok) return found;
    known.set(stack, found.value);
    return found.value;
  };
  const read: States["read"] = async (stack) => {
    const found = await readKnown(stack);
    if ("ok" in found) return found;
    const state = stateIn(found);
    return state === undefined ? failed(unreadable(systemNamespace, stack)) : succeeded(state);
  };
  const update: States["update"] = async (stack, change) => {
    for (let conflicts = 0; ; conflicts += 1) {
      const before = known.get(stack) ?? (await readKnown(stack));
      if ("ok" in before) return before;
      const state = stateIn(before);
      if (state === undefined) return failed(unreadable(systemNamespace, stack));
      const next = change(state);
      const text = writeStateDocument(stack, next, maxBytes);
      // Also where an earlier write got through whose answer was lost.
      if (text === before.text) return succeeded(next);
      const written = await writeSecret(api, systemNamespace, stack, { version: before.version, text });
      if (written.ok) {
        known.set(stack, { version: written.value, text });
        return succeeded(next);
      }
      known.delete(stack);
      if (written.failure.kind !== "locked" || conflicts >= mostConflicts) return written;
    }
  };
  return {
    list: () => listStates(api, systemNamespace),
    read,
    update(stack, change) {
      const turn = (writes.get(stack) ?? Promise.resolve()).then(() => update(stack, change));
      writes.set(stack, turn);
      return turn;
    },
    watch(stack, onChange) {
      const stop = new AbortController();
      const name = systemObjectName("headway-state", stack);
      const watched = {
        doing: `Watching the state of the stack ${stack}`,
        path: secretPath(systemNamespace),
        name,
      };
      void watchObject(api, watched, onChange, stop.signal);
      return () => {
        stop.abort();
      };
    },
  };
}

/** Undefined where the text is none that this version writes. */
function stateIn({ version, text }: Known): StackState | undefined {
  return version === "" ? { releases: new Map() } : readStateDocument(text);
}

async function listStates(api: Api, namespace: string): Promise<Result<ReadonlyMap<string, StackState>>> {
  const listed = await listAll(api, {
    doing: "Listing the states of stacks",
    path: secretPath(namespace),
    labelSelector: labelsAsSelector,
  });
  if (!listed.ok) return failed(listed.failure);
  const states = new Map<string, StackState>();
  for (const secret of listed.value.items) {
    const text = stateText(secret);
    const stack = stackOfStateDocument(text);
    const state = readStateDocument(text);
    if (stack !== undefined && state !== undefined) states.set(stack, state);
  }
  return succeeded(states);
}

async function readSecret(api: Api, namespace: string, stack: string): Promise<Result<Known>> {
  const name = systemObjectName("headway-state", stack);
  const answer = await api.json({
    doing: `Reading the state of the stack ${stack}`,
    path: secretPath(namespace, name),
  });
  if (!answer.ok)
    return answer.status === 404 ? succeeded({ version: "", text: "" }) : failed(answer.failure);
  return succeeded({
    version: textAt(answer.value, "metadata", "resourceVersion") ?? "",
    text: stateText(answer.value),
  });
}

function stateText(secret: unknown): string {
  return Buffer.from(textAt(secret, "data", "state") ?? "", "base64").toString("utf8");
}

async function writeSecret(api: Api, namespace: string, stack: string, next: Known): Promise<Result<string>> {
  const name = systemObjectName("headway-state", stack);
  const doing = `Writing the state of the stack ${stack}`;
  const isNew = next.version === "";
  const order = {
    doing,
    method: isNew ? "POST" : "PUT",
    path: isNew ? secretPath(namespace) : secretPath(namespace, name),
    body: {
      apiVersion: "v1",
      kind: "Secret",
      type: "headway.dev/state",
      metadata: {
        name,
        labels,
        ...(isNew ? {} : { resourceVersion: next.version }),
      },
      data: { state: Buffer.from(next.text, "utf8").toString("base64") },
    },
  } as const;
  let answer = await api.json(order);
  if (!answer.ok && answer.status === 404 && isNew) {
    const ensured = await ensureNamespace(api, namespace, Date.now() + namespacePatienceMs);
    if (!ensured.ok) return ensured;
    answer = await api.json(order);
  }
  return answer.ok
    ? succeeded(textAt(answer.value, "metadata", "resourceVersion") ?? "")
    : failed(answer.status === 404 ? { ...answer.failure, kind: "locked" } : answer.failure);
}

function secretPath(namespace: string, name?: string): string {
  const folder = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  return name === undefined ? folder : `${folder}/${encodeURIComponent(name)}`;
}

function unreadable(namespace: string, stack: string): Failure {
  const name = systemObjectName("headway-state", stack);
  return {
    kind: "state-unreadable",
    message: `Reading the state of the stack ${stack}: the Secret ${namespace}/${name} does not hold what this version of Headway writes.`,
    next: `Use the version that wrote it, or give up what it remembers (quarantines, suspensions, freezes and the last failures) with \`kubectl -n ${namespace} delete secret ${name}\`.`,
    object: { apiVersion: "v1", kind: "Secret", namespace, name },
  };
}
