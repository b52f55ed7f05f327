// What may go wrong in a story, and when: each fault comes at a moment of chance while a run is under way.
import type { Chance } from "./chance.ts";
import { isReady } from "./controllers.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import { startHelm, type HelmProcess } from "./helm-process.ts";
import type { Scene } from "./scene.ts";
import { byHand, namespace, render, type SimulatedStack } from "./stacks.ts";

/** Faults of which a seed has some; what each does is in `disturb`. */
export const faultKinds = [
  "kill-headway",
  "kill-helm",
  "refuse",
  "lose-answers",
  "outage",
  "person",
  "interrupt",
  "lose-lock",
  "break-pods",
] as const;
export type FaultKind = (typeof faultKinds)[number];

type Telling = { readonly chance: Chance; readonly scene: Scene };

/** Lets one kind of fault come, at a moment of chance. */
export function disturb(telling: Telling, run: HeadwayProcess, kind: FaultKind): void {
  const { chance, scene } = telling;
  const { world } = scene;
  const { timeline, trouble } = world;
  const soonMs = (): number => chance.float() * chance.pick([300, 3_000, 20_000, 60_000]);
  switch (kind) {
    case "kill-headway":
      killAtRequest(telling, run);
      return;
    case "kill-helm":
      for (let count = chance.whole(1, 2); count > 0; count--)
        timeline.after(soonMs(), () => {
          const living = world.helms.filter((helm) => helm.isAlive() && helm.owner === run);
          if (living.length === 0) return;
          world.traffic.killedHelms += 1;
          chance.pick(living).kill();
        });
      return;
    case "refuse":
      trouble.refused = chance.pick([0.01, 0.05, 0.15]);
      return;
    case "lose-answers":
      trouble.answerLost = chance.pick([0.01, 0.05, 0.1]);
      return;
    case "outage":
      timeline.after(soonMs(), () => {
        trouble.outageUntilMs = timeline.nowMs() + chance.pick([1_000, 5_000, 60_000]);
        world.note("the cluster is away");
      });
      return;
    case "person":
      timeline.after(soonMs(), () => {
        const helm = personalHelm(telling, run.stack);
        if (chance.of(0.4))
          timeline.after(soonMs(), () => {
            helm.kill();
          });
      });
      return;
    case "interrupt":
      timeline.after(soonMs(), () => {
        run.interrupt();
      });
      return;
    case "lose-lock":
      timeline.after(soonMs(), () => {
        run.loseLock();
      });
      return;
    case "break-pods":
      timeline.after(soonMs(), () => {
        breakPods(telling);
      });
      return;
  }
}

/** At any of its requests; or, where a plain chance seldom comes by, among the first after it has put something on record. */
function killAtRequest(telling: Telling, run: HeadwayProcess): void {
  const { chance, scene } = telling;
  const kill = (): void => {
    run.kill();
  };
  if (chance.of(0.6)) {
    atRequest(telling, chance.whole(1, 150), kill);
    return;
  }
  let words = chance.whole(1, 3);
  const count = chance.whole(1, 12);
  scene.world.onWrite.push((write) => {
    if (write.kind !== "state-written" || write.by.kind !== "headway" || write.by.process !== run) return;
    words -= 1;
    if (words === 0) atRequest(telling, count, kill);
  });
}

/** Acts at the n-th request from now, before it lands or after. */
function atRequest({ chance, scene }: Telling, count: number, act: () => void): void {
  const { world } = scene;
  const phase = chance.pick(["before", "after"] as const);
  let left = count;
  world.onRequest = (_sender, at) => {
    if (at !== phase) return;
    left -= 1;
    if (left === 0) act();
  };
}

/** Somebody installs, upgrades, rolls back or uninstalls a release by hand. */
function personalHelm({ chance, scene }: Telling, stack: SimulatedStack): HelmProcess {
  const { world } = scene;
  const { name, hooks } = chance.pick(stack.releases);
  const named = { namespace, releaseName: name };
  const [newest] = world.server.history(`${namespace}/${name}`);
  if (newest !== undefined && newest.record.revision > 1 && chance.of(0.3))
    return startHelm(world, undefined, {
      ...named,
      kind: "rollback",
      to: newest.record.revision - 1,
      maxHistory: 10,
    });
  if (newest !== undefined && chance.of(0.1))
    return startHelm(world, undefined, { ...named, kind: "uninstall" });
  const more = chance.of(0.6) && !hooks.includes("pre-upgrade") ? ["pre-upgrade"] : [];
  return startHelm(world, undefined, {
    ...named,
    kind: "upgrade",
    rendered: render(name, chance.whole(byHand, byHand + 3), [...hooks, ...more]),
    labels: {},
    maxHistory: 10,
    waits: "hooks-only",
  });
}

/** One Deployment is not ready for a while, though nobody wrote it. */
function breakPods({ chance, scene }: Telling): void {
  const { server, timeline } = scene.world;
  scene.podsBroke.atMs = timeline.nowMs();
  const ready = [...server.objects()].filter(([, object]) => object.kind === "Deployment" && isReady(object));
  if (ready.length === 0) return;
  const [key, object] = chance.pick(ready);
  server.writeStatus(key, { ...object.status, readyReplicas: 0, availableReplicas: 0 }, "broken");
  timeline.after(chance.pick([500, 10_000, 100_000]), () => {
    const now = server.object(key);
    scene.podsBroke.atMs = timeline.nowMs();
    const isSame =
      now?.metadata.uid === object.metadata.uid && now?.metadata.generation === object.metadata.generation;
    if (isSame) server.writeStatus(key, object.status, "ready again");
  });
}
