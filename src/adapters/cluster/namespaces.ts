// Namespaces: which there are, and making one that is absent. One that exists is never touched.
import { setTimeout as sleep } from "node:timers/promises";
import { fieldAt, listAt, textAt } from "../../core/json.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { listAll } from "./list.ts";
import type { Api } from "./request.ts";

export type NamespaceNames = {
  readonly active: ReadonlySet<string>;
  readonly terminating: ReadonlySet<string>;
};

/** Those of the cluster; where they may not be listed, those of `within`, each by itself. */
export async function listNamespaces(
  api: Api,
  within: readonly string[] = [],
): Promise<Result<NamespaceNames>> {
  const listed = await listAll(api, {
    doing: "Listing the namespaces",
    path: "/api/v1/namespaces",
    metadataOnly: true,
  });
  const items = listed.ok ? succeeded(listed.value.items) : await readEach(api, listed.failure, within);
  if (!items.ok) return items;
  const active = new Set<string>();
  const terminating = new Set<string>();
  for (const item of items.value) {
    const names = fieldAt(item, "metadata", "deletionTimestamp") === undefined ? active : terminating;
    names.add(textAt(item, "metadata", "name") ?? "");
  }
  return succeeded({ active, terminating });
}

async function readEach(
  api: Api,
  refusal: Failure,
  within: readonly string[],
): Promise<Result<readonly unknown[]>> {
  if (refusal.kind !== "forbidden" || within.length === 0) return failed(refusal);
  const read = await Promise.all(
    [...new Set(within)].map((namespace) =>
      api.json({
        doing: `Reading the namespace ${namespace}`,
        path: `/api/v1/namespaces/${encodeURIComponent(namespace)}`,
      }),
    ),
  );
  const items: unknown[] = [];
  for (const one of read) {
    if (one.ok) items.push(one.value);
    else if (one.status !== 404) return failed(one.failure);
  }
  return succeeded(items);
}

export async function readClusterUid(api: Api): Promise<Result<string>> {
  const doing = "Reading which cluster this is (the UID of the namespace kube-system)";
  const found = await api.json({ doing, path: "/api/v1/namespaces/kube-system" });
  if (!found.ok) return failed(found.failure);
  const uid = textAt(found.value, "metadata", "uid");
  return uid === undefined ? failed({ kind: "unknown", message: `${doing}: it has none` }) : succeeded(uid);
}

/** Until the deadline, of the wall clock, it waits for one that is being deleted, and for an API server that is away. */
export async function ensureNamespace(
  api: Api,
  namespace: string,
  deadlineMs: number,
): Promise<Result<{ readonly created: boolean }>> {
  const doing = `Making the namespace ${namespace}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  for (let pauseMs = 250; ; pauseMs = Math.min(1_000, pauseMs * 2)) {
    const found = await api.json({ doing, path });
    if (found.ok && !isTerminating(found.value)) return succeeded({ created: false });
    let away = found.ok || found.status === 404 ? undefined : found.failure;
    if (!found.ok && found.status === 404) {
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
      const made = await api.json({ doing, path: "/api/v1/namespaces", method: "POST", body });
      if (made.ok) return succeeded({ created: true });
      // Somebody was quicker, or its end has just begun, or the answer was lost: look again.
      if (made.reason !== "AlreadyExists") away = made.failure;
    }
    if (away !== undefined && away.kind !== "unreachable") return failed(away);
    if (Date.now() + pauseMs > deadlineMs) {
      if (away !== undefined) return failed(away);
      return failed({
        kind: "terminating-namespace",
        message: `${doing}: the one of this name is still being deleted${found.ok ? whatIsLeft(found.value) : ""}.`,
        next: `See what keeps it with \`kubectl get namespace ${namespace} -o yaml\`, then run the command again.`,
        object: { apiVersion: "v1", kind: "Namespace", name: namespace },
      });
    }
    await sleep(pauseMs);
  }
}

function isTerminating(namespace: unknown): boolean {
  return (
    fieldAt(namespace, "metadata", "deletionTimestamp") !== undefined ||
    textAt(namespace, "status", "phase") === "Terminating"
  );
}

/** What the namespace controller says is left in it. */
function whatIsLeft(namespace: unknown): string {
  const words = listAt(namespace, "status", "conditions").flatMap((condition) =>
    textAt(condition, "status") === "True" ? (textAt(condition, "message") ?? []) : [],
  );
  return words.length === 0 ? "" : `: ${words.join("; ").slice(0, 500)}`;
}
