// The moment of a kill and what it meets. A moment is named by the write of the run after which it comes, as the audit log
// counts them, and a pause: so it can be met again, however fast the machine is.
import { setTimeout as sleep } from "node:timers/promises";
import { helmsBelow, type CrashStack, type RunningHeadway } from "./crash-stack.ts";
import { followLog, isWrite } from "./writes.ts";

export const victims = ["headway", "helm", "both"] as const;
export type Victim = (typeof victims)[number];

export type Moment = {
  readonly victim: Victim;
  /** From 1; 0 is before the first one. */
  readonly afterWrite: number;
  readonly pauseMs: number;
};

const lookEveryMs = 4;

/** Kills at the moment; false where the run had ended before, or no helm ran any more. */
export async function strike(
  stack: CrashStack,
  auditLog: string,
  run: () => RunningHeadway,
  moment: Moment,
): Promise<{ readonly child: RunningHeadway; readonly hasStruck: boolean }> {
  const news = followLog(auditLog, stack.name);
  const child = run();
  const over = new AbortController();
  void child.then(() => {
    over.abort();
  });
  const isOver = (): boolean => over.signal.aborted;
  for (let writes = 0; writes < moment.afterWrite && !isOver();) {
    await sleep(lookEveryMs);
    writes += news().filter(isWrite).length;
  }
  await sleep(moment.pauseMs);
  if (moment.victim === "headway") {
    const hasStruck = !isOver() && child.kill("SIGKILL");
    return { child, hasStruck };
  }
  // Where helm is to die, the moment is that of the next one at work.
  let helms = helmsBelow(stack.temporary);
  while (helms.length === 0 && !isOver()) {
    await sleep(lookEveryMs);
    helms = helmsBelow(stack.temporary);
  }
  if (isOver()) return { child, hasStruck: false };
  if (moment.victim === "both") child.kill("SIGKILL");
  return { child, hasStruck: helms.map(kill).some(Boolean) || moment.victim === "both" };
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false;
  }
}
