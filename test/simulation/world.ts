// A simulated cluster with everything that happens in it: virtual time, the API server, controllers that make objects
// healthy after a while, and requests that take time, are refused, or lose their answer.
import { failed, type Failure, type Result } from "../../src/core/failure.ts";
import { objectKey, refOf } from "../../src/core/object.ts";
import type { Chance } from "./chance.ts";
import { controllersOf, type Fates } from "./controllers.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import type { HelmProcess } from "./helm-process.ts";
import { makeServer, type Server } from "./server.ts";
import { timelineFrom, type Timeline } from "./timeline.ts";
import { describeWrite, type Happening, type Write, type Writer } from "./writes.ts";

/** Who sends a request: it may die at any moment, and its host may be cut off. */
export type Sender = {
  readonly kind: "helm" | "headway";
  readonly name: string;
  isAlive(): boolean;
  isCutOff(): boolean;
};

export type World = {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly server: Server;
  /** How likely a request is to be refused, or to be done without an answer; changed as faults come and go. */
  readonly trouble: { refused: number; answerLost: number; outageUntilMs: number };
  /** Requests so far, and how many of them failed. */
  readonly traffic: { requests: number; failed: number; killedHelms: number };
  readonly helms: HelmProcess[];
  /** Told of each write once it is done. */
  readonly onWrite: ((write: Write) => void)[];
  /** Told of each request before it lands and after. */
  onRequest: (sender: Sender, phase: "before" | "after") => void;
  /** Tells of what is no write to the server. */
  tell(by: Writer, happening: Happening): void;
  /** A line of the timeline. */
  note(text: string): void;
  readonly lines: readonly string[];
  /** One request: on its way, landing, its answer on its way back. One whose sender dies is never answered. */
  request<T>(sender: Sender, what: string, land: () => Result<T>): Promise<Result<T>>;
  pause(ms: number): Promise<void>;
  /** Resolves when something is so of an object: at once, or after the write that makes it so. */
  when(key: string, isSo: () => boolean): Promise<void>;
};

export const startMs = Date.UTC(2026, 8, 1, 10, 0, 0);

export function makeWorld(chance: Chance, fates: Fates): World {
  const timeline = timelineFrom(startMs, chance);
  const lines: string[] = [];
  const waiting = new Map<string, Set<() => void>>();
  const note = (text: string): void => {
    lines.push(`${((timeline.nowMs() - startMs) / 1_000).toFixed(3)} ${text}`);
  };
  const onWrite: ((write: Write) => void)[] = [];
  const server = makeServer(
    () => timeline.nowMs(),
    (write) => {
      note(describeWrite(write));
      for (const listener of onWrite) listener(write);
      if ("object" in write) for (const look of [...(waiting.get(write.object) ?? [])]) look();
    },
  );
  const world: World = {
    timeline,
    chance,
    server,
    trouble: { refused: 0, answerLost: 0, outageUntilMs: 0 },
    traffic: { requests: 0, failed: 0, killedHelms: 0 },
    helms: [],
    onWrite,
    onRequest: () => undefined,
    tell: (by, happening) => {
      for (const listener of onWrite) listener({ ...happening, by, atMs: timeline.nowMs() });
    },
    note,
    lines,
    request: (sender, what, land) => request(world, sender, what, land),
    pause: (ms) =>
      new Promise((resolve) => {
        timeline.after(ms, resolve);
      }),
    when: (key, isSo) =>
      new Promise((resolve) => {
        if (isSo()) {
          resolve();
          return;
        }
        const looks = waiting.get(key) ?? new Set();
        const look = (): void => {
          if (!isSo()) return;
          looks.delete(look);
          timeline.stir();
          resolve();
        };
        waiting.set(key, looks.add(look));
      }),
  };
  onWrite.push(controllersOf(world, fates));
  return world;
}

function request<T>(world: World, sender: Sender, what: string, land: () => Result<T>): Promise<Result<T>> {
  const { timeline, chance } = world;
  return new Promise((resolve) => {
    const arrive = (): void => {
      // What a dead process had sent last may still arrive.
      if (!sender.isAlive() && chance.of(0.5)) return;
      world.traffic.requests += 1;
      world.onRequest(sender, "before");
      if (!sender.isAlive() && chance.of(0.5)) return;
      const result = landed(world, sender, what, land);
      world.onRequest(sender, "after");
      const answer = (): void => {
        if (sender.isAlive()) resolve(result);
      };
      timeline.after(1 + chance.float() * 10, answer, sender.kind === "helm" ? "a helm" : "the engine");
    };
    timeline.after(1 + chance.float() * 25, arrive, "nobody");
  });
}

function landed<T>(world: World, sender: Sender, what: string, land: () => Result<T>): Result<T> {
  const { timeline, chance, trouble, traffic } = world;
  const isAway = sender.isCutOff() || timeline.nowMs() < trouble.outageUntilMs;
  if (isAway || chance.of(trouble.refused)) {
    traffic.failed += 1;
    world.note(`${sender.name}: ${what}: refused`);
    return failed(refusal(what));
  }
  const result = land();
  if (!chance.of(trouble.answerLost)) return result;
  traffic.failed += 1;
  world.note(`${sender.name}: ${what}: done, and its answer lost`);
  return failed(refusal(what));
}

/** How 429, 500 and a broken connection are all read (adapters/cluster/refusal.ts). */
function refusal(what: string): Failure {
  return { kind: "unreachable", message: `${what}: the cluster does not answer` };
}

/** Keys of what a manifest holds. */
export function keysOf(objects: readonly Parameters<typeof refOf>[0][]): readonly string[] {
  return objects.map((object) => objectKey(refOf(object)));
}

/** Every process of a Headway and of a person that runs helm on a release now. */
export function helmsOn(world: World, release: string): readonly HelmProcess[] {
  return world.helms.filter((helm) => helm.release === release && helm.isAlive());
}

/** True where the death of a Headway and of all its helms can be proven. */
export function isProvenGone(world: World, holder: HeadwayProcess): boolean {
  return !holder.isAlive() && !world.helms.some((helm) => helm.owner === holder && helm.isAlive());
}
