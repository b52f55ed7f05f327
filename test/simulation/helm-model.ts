// What helm 4.3.1 does to its records and to objects, in its own order (pkg/action: install.go, upgrade.go, rollback.go,
// uninstall.go). helm-model.test.ts holds it against the real one.
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import { objectKey, refOf, type KubernetesObject } from "../../src/core/object.ts";
import type { RecordStatus, ReleasePayload } from "../../src/core/observation.ts";
import { isReady } from "./controllers.ts";
import { runHooks } from "./helm-hooks.ts";
import { inProgress, type HelmTools } from "./helm-process.ts";
import { createRecord, currentOf, makeRoom, record, writerOf, type Refused } from "./helm-storage.ts";
import type { Labels, StoredRecord } from "./server.ts";

export type RenderedChart = Pick<ReleasePayload, "chart" | "config" | "objects" | "hooks">;

type Named = { readonly namespace: string; readonly releaseName: string };

export type HelmOperation = Named &
  (
    | {
        readonly kind: "upgrade";
        readonly rendered: RenderedChart;
        readonly labels: Labels;
        readonly maxHistory: number;
        readonly waits: "hooks-only" | "everything";
      }
    | { readonly kind: "rollback"; readonly to: number; readonly maxHistory: number }
    | { readonly kind: "uninstall" }
  );

type OperationOf<K extends HelmOperation["kind"]> = Extract<HelmOperation, { kind: K }>;

/** Runs to its end; the payload of what was deployed. */
export async function runOperation(
  tools: HelmTools,
  operation: HelmOperation,
): Promise<Result<ReleasePayload | undefined>> {
  const reached = await tools.ask("is the cluster reachable", () => succeeded(undefined));
  if (!reached.ok) return reached;
  const history = await tools.ask("read the history", () =>
    succeeded(tools.world.server.history(tools.process.release)),
  );
  switch (operation.kind) {
    case "upgrade": {
      if (!history.ok) return history;
      const [last] = history.value;
      return last === undefined ? install(tools, operation) : upgrade(tools, operation, history.value, last);
    }
    case "rollback":
      return history.ok ? rollBack(tools, operation, history.value) : history;
    case "uninstall":
      // --ignore-not-found: a history that can't be read is taken for none.
      return history.ok ? uninstall(tools, operation, history.value) : succeeded(undefined);
  }
}

async function install(tools: HelmTools, operation: OperationOf<"upgrade">): Promise<Result<ReleasePayload>> {
  const payload = payloadOf(operation, operation.rendered, 1, "pending-install");
  const created = await createRecord(tools, payload, operation.labels);
  if (!created.ok) return created;
  tools.begun(1);
  const done =
    (await runHooks(tools, payload, "pre-install")) ??
    (await applyAll(tools, payload, [])) ??
    (await waitForAll(tools, operation, payload)) ??
    (await runHooks(tools, payload, "post-install"));
  await record(tools, 1, done === undefined ? "deployed" : "failed");
  return done ?? succeeded({ ...payload, status: "deployed" });
}

async function upgrade(
  tools: HelmTools,
  operation: OperationOf<"upgrade">,
  history: readonly StoredRecord[],
  last: StoredRecord,
): Promise<Result<ReleasePayload>> {
  if (last.record.status.startsWith("pending-")) return inProgress;
  const current = currentOf(history, last);
  if (current === undefined)
    return failed({ kind: "unknown", message: `"${operation.releaseName}" has no deployed releases` });
  const revision = last.record.revision + 1;
  const payload = payloadOf(operation, operation.rendered, revision, "pending-upgrade");
  const room = await makeRoom(tools, operation.maxHistory);
  if (!room.ok) return room;
  const created = await createRecord(tools, payload, { ...last.labels, ...operation.labels });
  if (!created.ok) return created;
  tools.begun(revision);
  const inHooks = await runHooks(tools, payload, "pre-upgrade");
  if (inHooks !== undefined) return fail(tools, revision, inHooks);
  const inObjects =
    (await applyAll(tools, payload, current.payload.objects)) ??
    (await waitForAll(tools, operation, payload));
  if (inObjects !== undefined) {
    await record(tools, current.record.revision, current.record.status);
    return fail(tools, revision, inObjects);
  }
  const after = await runHooks(tools, payload, "post-upgrade");
  if (after !== undefined) return fail(tools, revision, after);
  await record(tools, current.record.revision, "superseded");
  const deployed = await record(tools, revision, "deployed");
  return deployed.ok ? succeeded({ ...payload, status: "deployed" }) : deployed;
}

async function rollBack(
  tools: HelmTools,
  operation: OperationOf<"rollback">,
  history: readonly StoredRecord[],
): Promise<Result<undefined>> {
  const [last] = history;
  const target = history.find(({ record: { revision } }) => revision === operation.to);
  if (last === undefined) return failed({ kind: "unknown", message: "release: not found" });
  if (target === undefined)
    return failed({ kind: "unknown", message: `release has no ${operation.to} version` });
  const revision = last.record.revision + 1;
  const payload: ReleasePayload = { ...target.payload, revision, status: "pending-rollback" };
  const room = await makeRoom(tools, operation.maxHistory);
  if (!room.ok) return room;
  const created = await createRecord(tools, payload, target.labels);
  if (!created.ok) return created;
  // A failed hook leaves the record as it is.
  const before = await runHooks(tools, payload, "pre-rollback");
  if (before !== undefined) return before;
  const failure = await applyAll(tools, payload, last.payload.objects);
  if (failure !== undefined) {
    await record(tools, last.record.revision, "superseded");
    await record(tools, revision, "failed");
    return failure;
  }
  const after = await runHooks(tools, payload, "post-rollback");
  if (after !== undefined) return after;
  const deployed = await tools.ask("read what is deployed", () =>
    succeeded(
      tools.world.server.history(tools.process.release).filter((one) => one.record.status === "deployed"),
    ),
  );
  if (!deployed.ok) return deployed;
  for (const one of deployed.value) await record(tools, one.record.revision, "superseded");
  const updated = await record(tools, revision, "deployed");
  return updated.ok ? succeeded(undefined) : updated;
}

async function uninstall(
  tools: HelmTools,
  operation: OperationOf<"uninstall">,
  history: readonly StoredRecord[],
): Promise<Result<undefined>> {
  const [last] = history;
  if (last === undefined) return succeeded(undefined);
  const { revision } = last.record;
  const payload: ReleasePayload = { ...last.payload, status: "uninstalling" };
  const inHooks = await runHooks(tools, payload, "pre-delete");
  if (inHooks !== undefined) return inHooks;
  await record(tools, revision, "uninstalling");
  for (const object of payload.objects.toReversed()) {
    const key = objectKey(refOf(object));
    const deleted = await tools.ask(`delete ${key}`, () => {
      tools.world.server.deleteObject(writerOf(tools), key, tools.process.release);
      return succeeded(undefined);
    });
    if (!deleted.ok)
      return failed({ ...deleted.failure, message: `failed to delete release: ${operation.releaseName}` });
  }
  const after = await runHooks(tools, payload, "post-delete");
  for (const one of history.toReversed()) {
    const purged = await tools.ask("purge a record", () =>
      tools.world.server.deleteRecord(writerOf(tools), tools.process.release, one.record.revision),
    );
    if (!purged.ok) return purged;
  }
  return after ?? succeeded(undefined);
}

function payloadOf(
  { namespace, releaseName }: Named,
  rendered: RenderedChart,
  revision: number,
  status: RecordStatus,
): ReleasePayload {
  return { namespace, releaseName, revision, status, applyMethod: "server-side", ...rendered };
}

async function fail<T>(tools: HelmTools, revision: number, why: Result<T>): Promise<Result<T>> {
  await record(tools, revision, "failed");
  return why;
}

/** Writes what the manifest holds, then takes away what only the former one held. Undefined where all went well. */
async function applyAll(
  tools: HelmTools,
  payload: ReleasePayload,
  former: readonly KubernetesObject[],
): Promise<Refused | undefined> {
  const { server } = tools.world;
  const of = { release: tools.process.release, revision: payload.revision };
  for (const object of payload.objects) {
    const applied = await tools.ask(`apply ${object.kind} ${object.metadata.name}`, () => {
      server.applyObject(writerOf(tools), object, of);
      return succeeded(undefined);
    });
    if (!applied.ok) return applied;
  }
  const wanted = new Set(payload.objects.map((object) => objectKey(refOf(object))));
  for (const key of former.map((object) => objectKey(refOf(object)))) {
    if (wanted.has(key)) continue;
    const deleted = await tools.ask(`delete ${key}`, () => {
      server.deleteObject(writerOf(tools), key, of.release);
      return succeeded(undefined);
    });
    if (!deleted.ok) return deleted;
  }
  return undefined;
}

async function waitForAll(
  tools: HelmTools,
  { waits }: OperationOf<"upgrade">,
  { objects }: ReleasePayload,
): Promise<Refused | undefined> {
  if (waits === "hooks-only") return undefined;
  const { world } = tools;
  for (const object of objects) {
    const key = objectKey(refOf(object));
    if (object.kind === "Deployment") await world.when(key, () => isReady(world.server.object(key)));
  }
  const seen = await tools.ask("see that all are ready", () => succeeded(undefined));
  return seen.ok ? undefined : seen;
}
