// Operations of helm on one release `db`, run by the model or by the real one, and what each writes, in order: the words in
// which the two are compared.
import { chanceOf } from "./chance.ts";
import type { Fates } from "./controllers.ts";
import type { HelmOperation } from "./helm-model.ts";
import { startHelm } from "./helm-process.ts";
import { namespace, render } from "./stacks.ts";
import { makeWorld, type World } from "./world.ts";
import type { Write } from "./writes.ts";
import { failed } from "../../src/core/failure.ts";

export type Operation = (
  | {
      readonly kind: "upgrade";
      readonly version: number;
      readonly hooks?: readonly string[];
      readonly failingHook?: string;
      /** `refused`: the API server does not take its Deployment; `hangs`: it is waited for, and never ready. */
      readonly goes?: "well" | "refused" | "hangs";
    }
  /** What the revision it goes back to has: a hook that fails, or an object that is refused. */
  | {
      readonly kind: "rollback";
      readonly to: number;
      readonly failingHook?: string;
      readonly goes?: "well" | "refused";
    }
  | { readonly kind: "uninstall" }
) & {
  /** SIGKILL, or SIGTERM, once so many of its writes are done. */
  readonly killedAfter?: number;
  readonly stoppedAfter?: number;
};

export type HelmEnding = { readonly isDone: boolean; readonly writes: readonly string[] };

/** Runs one operation after the other on the same release. */
export type HelmRun = (operation: Operation) => Promise<HelmEnding>;

/** Of records, for either. */
export const maxHistory = 3;

/** The model, in a world where nothing else goes wrong. */
export function modelledHelm(): HelmRun {
  let operation: Operation = { kind: "uninstall" };
  const fates: Fates = () => ({
    outcome: operation.kind === "upgrade" && operation.goes === "hangs" ? "hangs" : "ready",
    afterMs: 100,
    hook: operation.kind !== "uninstall" && operation.failingHook !== undefined ? "fails" : "ends",
    hookMs: 100,
  });
  const world = makeWorld(chanceOf(1), fates);
  const picky: World = {
    ...world,
    request: (sender, what, land) =>
      world.request(sender, what, () =>
        what.startsWith("apply Deployment") && operation.kind !== "uninstall" && operation.goes === "refused"
          ? failed({ kind: "rejected", message: "spec.replicas: -1" })
          : land(),
      ),
  };
  return async (next) => {
    operation = next;
    const helm = startHelm(picky, undefined, ordered(next));
    const writes: string[] = [];
    const note = (write: Write): void => {
      const words = write.by.kind === "helm" ? inWords(write) : undefined;
      if (words === undefined) return;
      writes.push(words);
      if (writes.length === next.killedAfter) helm.kill();
      if (writes.length === next.stoppedAfter) helm.terminate();
    };
    world.onWrite.push(note);
    let isDone: boolean | undefined;
    void helm.ended.then(({ kind }) => {
      isDone = kind === "done";
    });
    await world.timeline.runUntil(() => isDone !== undefined, 600_000);
    // What was deleted is gone before the next one begins.
    let isOver = false;
    world.timeline.after(1_000, () => {
      isOver = true;
    });
    await world.timeline.runUntil(() => isOver, 2_000);
    world.onWrite.splice(world.onWrite.indexOf(note), 1);
    return { isDone: isDone === true, writes };
  };
}

function ordered(operation: Operation): HelmOperation {
  const named = { namespace, releaseName: "db" };
  switch (operation.kind) {
    case "upgrade":
      return {
        ...named,
        kind: "upgrade",
        rendered: render("db", operation.version, operation.hooks ?? []),
        labels: {},
        maxHistory,
        waits: operation.goes === "hangs" ? "everything" : "hooks-only",
      };
    case "rollback":
      return { ...named, kind: "rollback", to: operation.to, maxHistory };
    case "uninstall":
      return { ...named, kind: "uninstall" };
  }
}

function inWords(write: Write): string | undefined {
  switch (write.kind) {
    case "record-created":
      return `create record r${write.revision} ${write.status}`;
    case "record-updated":
      return `update record r${write.revision} ${write.to}`;
    case "record-deleted":
      return `delete record r${write.revision}`;
    case "object-applied":
      return `write ${shortName(write.object)}`;
    case "object-deleted":
      return `delete ${shortName(write.object)}`;
    case "record-marked":
    case "record-labelled":
    case "object-gone":
    case "status-written":
    case "namespace-created":
    case "state-written":
    case "helm-started":
    case "lock-taken":
    case "lock-released":
      return undefined;
  }
}

/** `Deployment db`, of an object's key. */
function shortName(key: string): string {
  const [, kind = "", , name = ""] = key.split("|");
  return `${kind} ${name}`;
}
