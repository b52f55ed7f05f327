// A helm process: its life and its way to the API server. What it writes, and in which order, is helm-model.ts.
import { failed, type Failure, type Result } from "../../src/core/failure.ts";
import type { ReleasePayload } from "../../src/core/observation.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import { runOperation, type HelmOperation } from "./helm-model.ts";
import type { World } from "./world.ts";

/** `signal` is a death by one: no word of helm's own. */
export type HelmEnd =
  | { readonly kind: "done"; readonly payload?: ReleasePayload }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "signal" };

export type HelmProcess = {
  readonly kind: "helm";
  readonly name: string;
  /** The Headway that started it; undefined for a person's. */
  readonly owner: HeadwayProcess | undefined;
  /** NAMESPACE/RELEASENAME. */
  readonly release: string;
  readonly operation: HelmOperation;
  readonly ended: Promise<HelmEnd>;
  isAlive(): boolean;
  isCutOff(): boolean;
  /** SIGTERM: an install or an upgrade marks its record failed, everything else dies at once. */
  terminate(): void;
  /** SIGKILL. */
  kill(): void;
};

/** What an operation has to work with. */
export type HelmTools = {
  readonly world: World;
  readonly process: HelmProcess;
  ask<T>(what: string, land: () => Result<T>): Promise<Result<T>>;
  /** An install or upgrade tells which revision it has begun: from then on SIGTERM marks that failed. */
  begun(revision: number): void;
};

const nobody = new Promise<never>(() => undefined);

export function startHelm(
  world: World,
  owner: HeadwayProcess | undefined,
  operation: HelmOperation,
): HelmProcess {
  const { promise: ended, resolve } = Promise.withResolvers<HelmEnd>();
  let isAlive = true;
  let isCancelled = false;
  let begun: number | undefined;
  const number = world.helms.length + 1;
  const end = (how: HelmEnd): void => {
    if (!isAlive) return;
    isAlive = false;
    world.note(`${process.name}: ${how.kind === "failed" ? `failed: ${how.failure.message}` : how.kind}`);
    // Its supervisor tells a little later.
    world.timeline.after(1 + world.chance.float() * 5, () => {
      resolve(how);
    });
  };
  const cancel = async (revision: number): Promise<void> => {
    const marked = "marks its revision failed, because it was told to stop";
    await world.request(process, marked, () =>
      world.server.updateRecord({ kind: "helm", process }, process.release, revision, "failed"),
    );
    end({ kind: "failed", failure: { kind: "interrupted", message: "context canceled" } });
  };
  const process: HelmProcess = {
    kind: "helm",
    name: `${owner === undefined ? "a person's" : `${owner.name}'s`} helm ${number}`,
    owner,
    release: `${operation.namespace}/${operation.releaseName}`,
    operation,
    ended,
    isAlive: () => isAlive,
    isCutOff: () => owner?.isCutOff() === true,
    terminate: () => {
      if (!isAlive || isCancelled) return;
      if (operation.kind !== "upgrade") {
        end({ kind: "signal" });
        return;
      }
      isCancelled = true;
      if (begun !== undefined) void cancel(begun);
    },
    kill: () => {
      end({ kind: "signal" });
    },
  };
  world.helms.push(process);
  const tools: HelmTools = {
    world,
    process,
    // Once it is cancelled, what its main thread had sent last still lands, and nothing follows from it.
    ask: async (what, land) => {
      if (isCancelled && begun !== undefined) return nobody;
      const answer = await world.request(process, what, land);
      return isCancelled && begun !== undefined ? nobody : answer;
    },
    begun: (revision) => {
      begun = revision;
      if (isCancelled) void cancel(revision);
    },
  };
  world.note(`${process.name}: ${operation.kind} ${process.release}`);
  world.tell({ kind: "helm", process }, { kind: "helm-started", release: process.release });
  void world.pause(20 + world.chance.float() * 200).then(async () => {
    if (!isAlive) return;
    const result = await runOperation(tools, operation);
    end(
      result.ok
        ? { kind: "done", ...(result.value === undefined ? {} : { payload: result.value }) }
        : { kind: "failed", failure: result.failure },
    );
  });
  return process;
}

/** Helm's own word for a record in the middle of an operation (adapters/helm/error-rules.ts reads it as `locked`). */
export const inProgress = failed({
  kind: "locked",
  message: "another operation (install/upgrade/rollback) is in progress",
});
