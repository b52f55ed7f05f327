// The port by which the engine runs helm, on simulated helm processes: queue, deadline and stopping as adapters/helm has them,
// and what the end of a helm is read as.
import { failed, succeeded, type Failure, type Result } from "../../src/core/failure.ts";
import type { Releases } from "../../src/engine/ports.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import type { HelmOperation } from "./helm-model.ts";
import { startHelm, type HelmEnd, type HelmProcess } from "./helm-process.ts";
import { render } from "./stacks.ts";
import type { World } from "./world.ts";

/** How many helms of one Headway run at a time. */
const helmsAtOnce = 3;
/** Between SIGTERM and SIGKILL (adapters/helm/run-helm.ts). */
const graceMs = 10_000;

type Queued = { readonly key: string; readonly begin: () => void };

/** Helm as adapters/helm runs it: so many at a time, each under a supervisor with a deadline, one at a time on a release. */
export function releasesPort(world: World, process: HeadwayProcess): Releases {
  const underway = new Map<string, { helm?: HelmProcess; stopped: boolean }>();
  const queue: Queued[] = [];
  let running = 0;
  const idle: (() => void)[] = [];
  const next = (): void => {
    while (running < helmsAtOnce) {
      const first = queue.shift();
      if (first === undefined) break;
      running += 1;
      first.begin();
    }
    if (running === 0) for (const wake of idle.splice(0)) wake();
  };
  const interrupted = (key: string): Failure => ({
    kind: "interrupted",
    message: `helm on ${key}: stopped by Headway`,
  });
  const run = (
    operation: HelmOperation,
    timeoutMs: number,
    onStarted: () => void,
  ): Promise<Result<HelmEnd>> => {
    const key = `${operation.namespace}/${operation.releaseName}`;
    if (underway.has(key)) throw new Error(`two helm operations at once on ${key}`);
    const own: { helm?: HelmProcess; stopped: boolean } = { stopped: false };
    underway.set(key, own);
    return new Promise((resolve) => {
      const finish = (result: Result<HelmEnd>): void => {
        underway.delete(key);
        running -= 1;
        if (process.isAlive()) resolve(result);
        next();
      };
      const begin = (): void => {
        if (!process.isAlive()) return;
        if (own.stopped) {
          finish(failed(interrupted(key)));
          return;
        }
        const helm = startHelm(world, process, operation);
        own.helm = helm;
        onStarted();
        void superviseHelm(world, helm, timeoutMs).then((end) => {
          if (!process.isAlive()) return;
          finish(own.stopped && end.kind !== "done" ? failed(interrupted(key)) : judgeEnd(end, key));
        });
      };
      queue.push({ key, begin });
      world.timeline.after(1, next);
    });
  };
  return {
    prepare: () => Promise.resolve(succeeded(undefined)),
    upgrade: async (order) => {
      const { version, hooks } = renderedFrom(order.values, process, order.releaseName);
      const end = await run(
        {
          kind: "upgrade",
          namespace: order.namespace,
          releaseName: order.releaseName,
          rendered: render(order.releaseName, version, hooks),
          labels: order.labels,
          maxHistory: order.maxHistory,
          waits: order.wait,
        },
        order.timeoutMs,
        order.onStarted,
      );
      if (!end.ok) return end;
      const payload = end.value.kind === "done" ? end.value.payload : undefined;
      return succeeded({ warnings: [], ...(payload === undefined ? {} : { payload }) });
    },
    rollBack: async ({ namespace, releaseName, toRevision, maxHistory, timeoutMs, onStarted }) => {
      const end = await run(
        { kind: "rollback", namespace, releaseName, to: toRevision, maxHistory },
        timeoutMs,
        onStarted,
      );
      return end.ok ? succeeded(undefined) : end;
    },
    test: () => Promise.resolve(succeeded(undefined)),
    uninstall: async ({ namespace, releaseName, timeoutMs, onStarted }) => {
      const end = await run({ kind: "uninstall", namespace, releaseName }, timeoutMs, onStarted);
      return end.ok ? succeeded(undefined) : end;
    },
    stop: (namespace, releaseName) => {
      const own = underway.get(`${namespace}/${releaseName}`);
      if (own === undefined) return;
      own.stopped = true;
      own.helm?.terminate();
      stopForGood(world, own.helm);
    },
    stopAll: async () => {
      for (const own of underway.values()) {
        own.stopped = true;
        own.helm?.terminate();
        stopForGood(world, own.helm);
      }
      if (running + queue.length === 0) return;
      await new Promise<void>((resolve) => {
        idle.push(resolve);
      });
    },
  };
}

function stopForGood({ timeline }: World, helm: HelmProcess | undefined): void {
  timeline.after(graceMs, () => helm?.kill());
}

/** Ends at its deadline what has not ended by then; `timed-out` in the words of judgeEnd. */
async function superviseHelm(
  world: World,
  helm: HelmProcess,
  timeoutMs: number,
): Promise<HelmEnd & { readonly late?: true }> {
  const late = { isSo: false };
  const off = world.timeline.after(timeoutMs, () => {
    late.isSo = true;
    helm.terminate();
    stopForGood(world, helm);
  });
  const end = await helm.ended;
  off();
  return late.isSo ? { ...end, late: true } : end;
}

/** As adapters/helm/helm-cli.ts reads it. */
function judgeEnd(end: HelmEnd & { readonly late?: true }, key: string): Result<HelmEnd> {
  if (end.kind === "done") return succeeded(end);
  if (end.late === true) return failed({ kind: "timeout", message: `helm on ${key} was not done in time` });
  return failed(
    end.kind === "failed"
      ? end.failure
      : { kind: "killed", message: `helm on ${key} was killed by something else` },
  );
}

/** The version that the values name, with the chart's hooks. */
function renderedFrom(values: readonly string[], { stack }: HeadwayProcess, releaseName: string) {
  const read: unknown = JSON.parse(values.at(-1) ?? "{}");
  const version: unknown =
    typeof read === "object" && read !== null ? Reflect.get(read, "version") : undefined;
  const hooks = stack.releases.find(({ name }) => name === releaseName)?.hooks ?? [];
  return { version: typeof version === "number" ? version : 0, hooks };
}
