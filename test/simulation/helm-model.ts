// What helm 4.3.1 does to its records and to objects, in its own order (pkg/action: install.go, upgrade.go, rollback.go,
// uninstall.go, hooks.go; pkg/storage/storage.go). helm-model.test.ts holds it against recorded runs of the real one.
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import { objectKey, refOf, type KubernetesObject } from "../../src/core/object.ts";
import type { Hook, RecordStatus, ReleasePayload } from "../../src/core/observation.ts";
import { isReady } from "./controllers.ts";
import { inProgress, type HelmTools } from "./helm-process.ts";
import type { Labels, StoredRecord } from "./server.ts";
import type { Writer } from "./writes.ts";

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

function writerOf({ process }: HelmTools): Writer {
  return { kind: "helm", process };
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

/** The revision that is in force, by helm's rules; undefined where it refuses to go on. */
function currentOf(history: readonly StoredRecord[], last: StoredRecord): StoredRecord | undefined {
  if (last.record.status === "deployed") return last;
  const deployed = history.find(({ record: { status } }) => status === "deployed");
  if (deployed !== undefined) return deployed;
  return last.record.status === "failed" || last.record.status === "superseded" ? last : undefined;
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

function createRecord(tools: HelmTools, payload: ReleasePayload, labels: Labels): Promise<Result<void>> {
  return tools.ask(`create record r${payload.revision}`, () =>
    tools.world.server.createRecord(writerOf(tools), payload, labels),
  );
}

/** Most updates of a record are only logged where they fail; which are not is the caller's matter. */
function record(tools: HelmTools, revision: number, to: RecordStatus): Promise<Result<void>> {
  return tools.ask(`update record r${revision}`, () =>
    tools.world.server.updateRecord(writerOf(tools), tools.process.release, revision, to),
  );
}

async function fail<T>(tools: HelmTools, revision: number, why: Result<T>): Promise<Result<T>> {
  await record(tools, revision, "failed");
  return why;
}

/** Deletes the oldest records but never the deployed one, so that one more fits. */
async function makeRoom(tools: HelmTools, maxHistory: number): Promise<Result<void>> {
  const { server } = tools.world;
  const { release } = tools.process;
  const read = await tools.ask("read the history to make room", () => succeeded(server.history(release)));
  if (!read.ok) return read;
  const kept = read.value.find(({ record: { status } }) => status === "deployed")?.record.revision;
  const oldest = read.value.toReversed().filter((one) => one.record.revision !== kept);
  for (const one of oldest.slice(0, Math.max(0, read.value.length - (maxHistory - 1)))) {
    const deleted = await tools.ask(`prune record r${one.record.revision}`, () =>
      server.deleteRecord(writerOf(tools), release, one.record.revision),
    );
    if (!deleted.ok) return deleted;
  }
  return succeeded(undefined);
}

type Refused = Extract<Result<never>, { ok: false }>;

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

/** Each hook anew: its former Job away, the record written, the Job made and waited for. */
async function runHooks(
  tools: HelmTools,
  payload: ReleasePayload,
  event: string,
): Promise<Refused | undefined> {
  for (const hook of payload.hooks.filter(({ events }) => events.includes(event))) {
    const failure = await runHook(tools, payload, hook);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

async function runHook(tools: HelmTools, payload: ReleasePayload, hook: Hook): Promise<Refused | undefined> {
  const { world, process } = tools;
  const { server } = world;
  const key = objectKey(hook);
  const cleared = await tools.ask(`delete hook ${hook.name}`, () => {
    if (server.object(key) !== undefined) {
      server.deleteObject(writerOf(tools), key, process.release);
      server.removeObject(key);
    }
    return succeeded(undefined);
  });
  if (!cleared.ok) return cleared;
  await record(tools, payload.revision, payload.status);
  const made = await tools.ask(`create hook ${hook.name}`, () => {
    server.applyObject(writerOf(tools), jobOf(hook, payload), {
      release: process.release,
      revision: payload.revision,
    });
    return succeeded(undefined);
  });
  if (!made.ok) return made;
  await world.when(
    key,
    () => server.object(key) === undefined || conditionOf(server.object(key)) !== undefined,
  );
  const seen = await tools.ask(`see how hook ${hook.name} ended`, () =>
    succeeded(conditionOf(server.object(key))),
  );
  if (!seen.ok) return seen;
  return seen.value === "Complete"
    ? undefined
    : failed({
        kind: "hook-failed",
        message: `${hook.events[0] ?? "hook"} hooks failed: job ${hook.name} failed`,
      });
}

function jobOf(hook: Hook, { config }: ReleasePayload): KubernetesObject {
  const version = typeof config === "object" && config !== null && "version" in config ? config.version : 0;
  return {
    apiVersion: hook.apiVersion,
    kind: hook.kind,
    metadata: { name: hook.name, namespace: hook.namespace },
    spec: { version: version ?? 0 },
  };
}

function conditionOf(job: KubernetesObject | undefined): string | undefined {
  const conditions: unknown = job?.status?.["conditions"];
  const first: unknown = Array.isArray(conditions) ? conditions[0] : undefined;
  const type: unknown = typeof first === "object" && first !== null ? Reflect.get(first, "type") : undefined;
  return typeof type === "string" ? type : undefined;
}
