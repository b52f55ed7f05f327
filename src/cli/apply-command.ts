// `headway apply` and `headway destroy`: what a person sees around a run, the consent, the signals, the exit code. The
// run itself is the engine's.
import type { Command } from "commander";
import { succeeded } from "../core/failure.ts";
import type { Failure } from "../core/failure.ts";
import type { Holder } from "../core/holder.ts";
import type { RunAbout } from "../engine/keep-journal.ts";
import {
  ownStack,
  overrideOptions,
  refuseReasonless,
  tellKeeper,
  type OverrideFlags,
} from "./agent-stack.ts";
import { isOverLimit } from "../core/plan/prune.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Charts } from "../engine/ports.ts";
import { runStack } from "../engine/run-stack.ts";
import type { PlannedStack, PlanOptions, ReadyStack } from "../engine/run-stack.ts";
import { countVerdicts, planItems, planSummary } from "../views/plan-items.ts";
import { hasChanges, renderPlan, undeclaredLines } from "../views/plan-view.ts";
import { makeProgressView } from "../views/progress-view.ts";
import { chooseStyle } from "../views/style.ts";
import { lossesOf } from "./destroy-losses.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { loadReadyStack } from "./load-stack.ts";
import { unlockByCluster } from "../engine/load-values.ts";
import type { ClusterFlags, DriftFlags, ProgressFlags, PruneFlags } from "./options.ts";
import {
  clusterOptions,
  concurrencyOption,
  driftOption,
  driftWish,
  includeProtectedOption,
  orderOption,
  ordinaryUnlockAfterMs,
  progressOption,
  pruneOptions,
  pruneWishes,
  selectionOptions,
  stayingOptions,
  unlockAfterOption,
} from "./options.ts";
import { aboutRun, detailOf } from "./run-about.ts";
import { newRunId } from "./run-id.ts";
import { selectReleases } from "./select-releases.ts";
import { selectStaying } from "./select-staying.ts";
import type { StayingFlags } from "./select-staying.ts";
import type { Connection, World } from "./world.ts";

/** Of apply, redeploy and destroy; each has some of them. */
export type ApplyFlags = ClusterFlags &
  ProgressFlags &
  PruneFlags &
  DriftFlags &
  StayingFlags &
  OverrideFlags & {
    readonly order?: "dependencies" | "waves";
    readonly dryRun?: boolean;
    readonly retry?: boolean;
    readonly adopt?: boolean;
    readonly yes?: boolean;
    readonly concurrency?: number;
    readonly unlockAfter?: number;
    readonly redeploy?: { readonly restart: boolean };
  };

export function registerApplyCommand(program: Command, world: World): void {
  const command = program
    .command("apply")
    .description("make the cluster what the declarations say, in dependency order; roll back what fails")
    .argument("[dir]", "the stack's folder", ".");
  for (const option of [
    ...clusterOptions(),
    progressOption(),
    orderOption(),
    ...selectionOptions(),
    ...pruneOptions(),
    driftOption(),
    concurrencyOption(),
    unlockAfterOption(),
    ...overrideOptions(),
  ])
    command.addOption(option);
  command
    .option("--dry-run", "show the plan and change nothing")
    .option("--retry", "try quarantined releases again")
    .option("--adopt", "take over releases that belong to another stack or tool")
    .option("-y, --yes", "do not ask")
    .action(async (dir: string, flags: ApplyFlags) => {
      process.exitCode = await applyStack(world, dir, flags, false);
    });
}

export function registerDestroyCommand(program: Command, world: World): void {
  const command = program
    .command("destroy")
    .description("uninstall the stack's releases, dependents first, each gone before the next")
    .argument("[dir]", "the stack's folder", ".");
  for (const option of [
    ...clusterOptions(),
    progressOption(),
    ...stayingOptions(),
    includeProtectedOption(),
    concurrencyOption(),
    unlockAfterOption(),
    ...overrideOptions(),
  ])
    command.addOption(option);
  command
    .option("-y, --yes", "do not ask for the stack's name")
    .option("--dry-run", "show what would go and change nothing")
    .action(async (dir: string, flags: ApplyFlags) => {
      process.exitCode = await applyStack(world, dir, flags, true);
    });
}

/** Runs `apply` (or `redeploy`), or `destroy`; the exit code. */
export async function applyStack(
  world: World,
  dir: string,
  flags: ApplyFlags,
  destroy: boolean,
): Promise<number> {
  const reasonless = refuseReasonless(world, flags);
  if (reasonless !== undefined) return reasonless;
  const loaded = await loadReadyStack(world, dir, flags.order, flags);
  if (typeof loaded === "number") return loaded;
  if ((destroy || flags.prune === true) && !loaded.loaded.stack.hasDocument) {
    world.stderr.write(
      `error: ${destroy ? "destroy" : "--prune"} needs a headway.yaml: without one it is not certain which releases are the stack's\n` +
        "  try: add a headway.yaml with metadata.name to the stack's folder\n",
    );
    return exitCodes.invalid;
  }
  const chosen = choose(world, loaded.ready, flags, destroy);
  if (typeof chosen === "number") return chosen;
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const options: PlanOptions = {
      retry: flags.retry ?? false,
      adopt: flags.adopt ?? false,
      destroy,
      ...(flags.redeploy === undefined ? {} : { redeploy: flags.redeploy }),
      // A redeploy brings up what is declared, and takes nothing away.
      prune: pruneWishes(loaded.loaded.stack, flags.redeploy === undefined ? flags : { prune: false }),
      // A redeploy puts everything through helm anyway.
      ...(destroy || flags.redeploy !== undefined ? {} : driftWish(flags)),
      ...chosen,
    };
    const ready = destroy
      ? succeeded(loaded.ready)
      : await unlockByCluster(connection.value, loaded.files, loaded.ready);
    if (!ready.ok) return reportFailure(world, ready.failure);
    if (flags.dryRun === true) {
      await tellKeeper(world, connection.value, ready.value.name, keptMeans);
      return await showPlan(world, connection.value, ready.value, options);
    }
    const about = (holder: Holder): RunAbout =>
      aboutRun(world, loaded.loaded.folder, holder, {
        command: destroy ? "destroy" : flags.redeploy === undefined ? "apply" : "redeploy",
        ...detailOf(flags),
        ...(flags.reason === undefined ? {} : { reason: flags.reason }),
      });
    const runnable = { ready: ready.value, charts: loaded.charts, about };
    return await runOwned(world, connection.value, runnable, options, flags);
  } finally {
    connection.value.close();
  }
}

/** Runs it where no agent keeps the stack, or that is overridden; the exit code. */
async function runOwned(
  world: World,
  connection: Connection,
  loaded: RunnablePlan,
  options: PlanOptions,
  flags: ApplyFlags,
): Promise<number> {
  const own = await ownStack(world, connection, loaded.ready.name, flags);
  if (typeof own === "number") return own;
  const seen = { hasBegun: true };
  const onNotBegun = (): Promise<void> => {
    seen.hasBegun = false;
    return own.giveBack();
  };
  const code = await runPlanned(world, connection, { ...loaded, onNotBegun }, options, flags);
  if (seen.hasBegun) own.tell();
  return code;
}

/** What an agent's stack means for a command that changes it. */
export const keptMeans = "what is in git is what it applies, and apply here needs --override --reason";

/** The part of the stack that is meant, as the plan wants to know it. */
function choose(
  world: World,
  stack: ReadyStack,
  flags: ApplyFlags,
  destroy: boolean,
): Pick<PlanOptions, "only" | "stays"> | number {
  if (destroy) {
    const stays = selectStaying(world, stack, flags);
    return typeof stays === "number" ? stays : { stays };
  }
  const only = selectReleases(world, stack, flags);
  return typeof only === "number" ? only : only === undefined ? {} : { only };
}

/** Shows the plan and changes nothing; the exit code. */
export async function showPlan(
  world: World,
  connection: Connection,
  stack: ReadyStack,
  options: PlanOptions,
): Promise<number> {
  const { planStack } = await import("../engine/run-stack.ts");
  const planned = await planStack({ ...connection, clock: world.clock }, stack, options);
  if (!planned.ok) return reportFailure(world, planned.failure);
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(renderPlan(planned.value.plan, { format: "table", style }));
  for (const line of stayingLines(planned.value.plan)) world.stderr.write(`${line}\n`);
  return exitCodes.done;
}

/** What is run, and what the journal says of where it came from. */
export type RunnablePlan = {
  readonly ready: ReadyStack;
  readonly charts: Charts;
  readonly about: (holder: Holder) => RunAbout;
  /** Asked where another run holds the stack: true to try again. */
  readonly whenLocked?: (failure: Failure) => Promise<boolean>;
  /** Called where nothing has been changed in the end. */
  readonly onNotBegun?: () => Promise<void>;
};

/** Asks for consent and runs the plan, with its progress shown; the exit code. */
export async function runPlanned(
  world: World,
  connection: Connection,
  loaded: RunnablePlan,
  options: PlanOptions,
  flags: ApplyFlags,
): Promise<number> {
  const holder = await world.introduceSelf();
  const progress = makeProgressView({
    mode: flags.progress ?? "auto",
    stdout: world.stdout,
    stderr: world.stderr,
    env: world.env,
    clock: world.clock,
  });
  const say = (text: string): void => {
    progress.say(text);
  };
  const stop = new AbortController();
  const quiet = world.onStopSignal(() => {
    stop.abort();
  });
  try {
    const releases = await world.openHelm({
      holder,
      connection,
      flags,
      say,
      ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
    });
    const runOnce = () =>
      runStack(
        { ...connection, clock: world.clock, releases, charts: loaded.charts },
        {
          stack: loaded.ready,
          options,
          runId: newRunId(world.clock.nowMs()),
          holder,
          about: loaded.about(holder),
          warn: (message) => {
            say(`warning: ${message}`);
          },
          consent: (planned) =>
            askConsent(world, connection, loaded.ready, planned, flags, options, say, stop.signal),
          views: [
            (event, state) => {
              progress.show(event, state);
            },
          ],
          stop: stop.signal,
          unlockAfterMs: flags.unlockAfter ?? ordinaryUnlockAfterMs,
        },
      );
    let ended = await runOnce();
    while (
      !ended.ok &&
      ended.failure.kind === "locked" &&
      (await loaded.whenLocked?.(ended.failure)) === true
    )
      ended = await runOnce();
    progress.close();
    if (!ended.ok) {
      const code = isConsentMissing(ended.failure)
        ? exitCodes.noConsent
        : reportFailure(world, ended.failure);
      await loaded.onNotBegun?.();
      return code;
    }
    return ended.value.outcome?.exitCode ?? exitCodes.unexpected;
  } finally {
    // Impatient signals after the first must not cut the end short.
    if (!stop.signal.aborted) quiet();
    progress.close();
    await world.forgetSelf(holder);
  }
}

const consentMissing = "consent was needed and not given";

function isConsentMissing(failure: Failure): boolean {
  return failure.message === consentMissing;
}

async function askConsent(
  world: World,
  connection: Connection,
  stack: ReadyStack,
  { plan }: PlannedStack,
  flags: ApplyFlags,
  options: PlanOptions,
  say: (text: string) => void,
  stop: AbortSignal,
): Promise<Failure | undefined> {
  const items = planItems(plan);
  say(
    `stack ${stack.name} · ${connection.context === "" ? "in the cluster" : `context ${connection.context}`} · ${connection.server}`,
  );
  say(planSummary(items));
  const isTooMuch = isOverLimit(plan);
  const canAsk = world.stdinIsTerminal && world.stderr.isTerminal;
  // Where somebody is asked the whole plan is shown, and says it.
  if (isTooMuch || !hasChanges(plan) || flags.yes === true || !canAsk)
    for (const line of undeclaredLines(plan)) say(line);
  for (const line of stayingLines(plan)) say(line);
  if (isTooMuch) {
    say("nothing was changed: so much is only pruned when somebody agrees to it");
    say("  try: --yes-prune if it is meant; --no-prune applies the rest");
    return { kind: "unknown", message: consentMissing };
  }
  if (!hasChanges(plan)) return undefined;
  if (options.destroy) for (const line of await lossesOf(connection, plan)) say(line);
  if (flags.yes === true) return undefined;
  if (!canAsk) {
    say("nothing was changed: there is no terminal to ask on");
    say("  try: add --yes");
    return { kind: "unknown", message: consentMissing };
  }
  const style = chooseStyle({ isTerminal: true, env: world.env });
  world.stderr.write(renderPlan(plan, { format: "table", style }));
  const answer = await world.ask(
    options.destroy
      ? `Type the stack's name (${stack.name}) to uninstall ${countVerdicts(items).uninstall ?? 0} releases: `
      : `${verbOf(options)} this? [y/N] `,
    stop,
  );
  if (answer !== undefined && (options.destroy ? answer === stack.name : /^y(?:es)?$/i.test(answer)))
    return undefined;
  say("nothing was changed");
  return answer === undefined
    ? { kind: "interrupted", message: "stopped at the question" }
    : { kind: "unknown", message: consentMissing };
}

/** More that stay for the same reason are counted. */
const MOST_NAMED = 3;

function stayingLines({ staying = [] }: Plan): readonly string[] {
  return [...Map.groupBy(staying, ({ why }) => why)].flatMap(([why, group]) => {
    const names = group.map(({ release }) => release);
    if (names.length <= MOST_NAMED) return names.map((release) => `${release} stays as it is: ${why}`);
    const shown = names.slice(0, MOST_NAMED).join(", ");
    return [
      `${names.length} stay as they are, each because ${why}: ${shown} and ${names.length - MOST_NAMED} more`,
    ];
  });
}

function verbOf({ redeploy, rollback }: PlanOptions): string {
  if (rollback !== undefined) return "Roll back";
  return redeploy === undefined ? "Apply" : "Redeploy";
}
