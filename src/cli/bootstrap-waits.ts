// What `headway bootstrap` waits for: a stack that another run holds, and an agent that takes over.
import type { Failure } from "../core/failure.ts";
import type { Handover } from "../core/stack-sync/handover.ts";
import { awaitHandover } from "../engine/await-handover.ts";
import { pause } from "../engine/pause.ts";
import { safeText } from "../views/terminal-text.ts";
import type { Bootstrapping } from "./bootstrap-prepare.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { exitCodeOfReason } from "./reconcile-command.ts";
import type { Connection, World } from "./world.ts";

const lookAgainMs = 2_000;
const heartbeatMs = 10_000;

/** Waits while another run holds a stack, because an agent that is there already has runs of its own; for so long at most. */
export function waitWhileLocked(
  world: World,
  patienceMs: number,
  stop: AbortSignal,
): (failure: Failure) => Promise<boolean> {
  const untilMs = world.clock.nowMs() + patienceMs;
  let saidAtMs = -Infinity;
  return async ({ message }) => {
    const nowMs = world.clock.nowMs();
    if (nowMs > untilMs) return false;
    if (nowMs >= saidAtMs + heartbeatMs) {
      saidAtMs = nowMs;
      world.stderr.write(`… waiting: ${safeText(message)}\n`);
    }
    return pause(world.clock, lookAgainMs, stop);
  };
}

/** Waits until the agent has taken the StackSync over; tells how that stands and gives the exit code. */
export async function awaitAgent(
  { world, flags, target: { sync } }: Bootstrapping,
  connection: Connection,
  stop: AbortSignal,
): Promise<number> {
  const key = `${sync.namespace}/${sync.name}`;
  const handover = await awaitHandover({ syncs: connection.stackSyncs, clock: world.clock }, key, {
    untilMs: world.clock.nowMs() + flags.timeout,
    stop,
    say: (text) => {
      world.stderr.write(`${safeText(text)}\n`);
    },
  });
  if (!handover.ok) return reportFailure(world, handover.failure);
  if (stop.aborted && handover.value.kind !== "taken-over") return exitCodes.interrupted;
  return tellHandover(world, key, handover.value, flags.timeout);
}

function tellHandover(world: World, key: string, handover: Handover, patienceMs: number): number {
  const message = safeText(handover.message);
  switch (handover.kind) {
    case "taken-over":
      world.stderr.write(
        `the agent has taken over: ${message}\n  look: headway status; kubectl get stacks -A\n`,
      );
      return exitCodes.done;
    case "refused":
      world.stderr.write(`error: the agent does not apply ${key}: ${message}\n`);
      return exitCodeOfReason(handover.reason);
    case "hindered":
      world.stderr.write(
        `error: the agent can't begin with ${key}: ${message}\n  try: mend it; the agent goes on trying by itself\n`,
      );
      return exitCodeOfReason(handover.reason);
    case "waiting":
      world.stderr.write(
        `error: after ${Math.round(patienceMs / 1_000)} s no agent has taken ${key} over: ${message}\n` +
          "  try: see what the agent says: kubectl logs -n NAMESPACE -l app.kubernetes.io/name=headway\n",
      );
      return exitCodes.notHealthy;
  }
}
