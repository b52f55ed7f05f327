// How helm 4.3.1 runs the hooks of an event, one after the other (pkg/action/hooks.go).
import { failed, succeeded } from "../../src/core/failure.ts";
import { objectKey, type KubernetesObject } from "../../src/core/object.ts";
import type { Hook, ReleasePayload } from "../../src/core/observation.ts";
import type { HelmTools } from "./helm-process.ts";
import { record, writerOf, type Refused } from "./helm-storage.ts";

/** Each hook anew: its former Job away, the record written, the Job made and waited for. */
export async function runHooks(
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
