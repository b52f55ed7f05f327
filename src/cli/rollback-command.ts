// `headway rollback`: releases, or the whole stack, back to an earlier healthy state, from a kubeconfig alone: neither git nor a
// chart server is asked. The run is apply's.
import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDuration } from "../core/duration.ts";
import { failed, succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import type { RollbackWish } from "../core/plan/rollback-targets.ts";
import { rememberedStack } from "../core/remembered-stack.ts";
import type { Holder } from "../core/holder.ts";
import type { ReleaseId } from "../core/ids.ts";
import { momentOf, type WantedMoment } from "../core/journal/moment.ts";
import type { RunAbout } from "../engine/keep-journal.ts";
import type { Charts } from "../engine/ports.ts";
import { readRules } from "../engine/read-rules.ts";
import { readReleases, type StackReleases } from "../engine/read-status.ts";
import type { PlanOptions, ReadyStack } from "../engine/run-stack.ts";
import { runPlanned, showPlan, type ApplyFlags } from "./apply-command.ts";
import { tellKeeper } from "./agent-stack.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import {
  clusterOptions,
  concurrencyOption,
  progressOption,
  reasonOption,
  stackOption,
  unlockAfterOption,
} from "./options.ts";
import { findNamed } from "./select-releases.ts";
import { pickStacks } from "./select-stacks.ts";
import type { Connection, World } from "./world.ts";

type Target =
  | { readonly kind: "previous" }
  | { readonly kind: "revision"; readonly revision: number }
  | Exclude<WantedMoment, { readonly kind: "before-last" }>;

type RollbackFlags = Omit<ApplyFlags, "redeploy"> & {
  readonly to: { readonly target: Target; readonly written: string };
  readonly stack?: string;
  readonly reason?: string;
  readonly timeout?: number;
};

export function registerRollbackCommand(program: Command, world: World): void {
  const command = program
    .command("rollback")
    .description(
      "put releases back to an earlier revision that was healthy, dependents first, and keep them there until their declaration changes or they are resumed",
    )
    .argument("[release...]", "NS/NAME")
    .addOption(targetOption());
  for (const option of [
    ...clusterOptions(),
    stackOption(),
    reasonOption(),
    timeoutOption(),
    progressOption(),
    concurrencyOption(),
    unlockAfterOption(),
  ])
    command.addOption(option);
  command
    .option("--dry-run", "show the plan and change nothing")
    .option("-y, --yes", "do not ask")
    .action(async (names: readonly string[], flags: RollbackFlags) => {
      process.exitCode = await rollBack(world, names, flags);
    });
}

function targetOption(): Option {
  return new Option(
    "--to <where>",
    "previous: what was healthy before; run:N or commit:SHA: as headway history tells; revision:N: that one of helm's, for one release",
  )
    .makeOptionMandatory()
    .argParser((written): RollbackFlags["to"] => ({ target: parseTarget(written), written }));
}

function parseTarget(text: string): Target {
  if (text === "previous") return { kind: "previous" };
  const revision = /^revision:([1-9]\d{0,8})$/.exec(text)?.[1];
  if (revision !== undefined) return { kind: "revision", revision: Number(revision) };
  const run = /^run:([1-9]\d{0,9})$/.exec(text)?.[1];
  if (run !== undefined) return { kind: "run", number: Number(run) };
  const sha = /^commit:([0-9a-f]{7,64})$/.exec(text)?.[1];
  if (sha !== undefined) return { kind: "commit", sha };
  throw new InvalidArgumentError("Use previous, run:N, commit:SHA (at least 7 digits) or revision:N.");
}

function timeoutOption(): Option {
  return new Option(
    "--timeout <duration>",
    "how long each release may take to be healthy again (default: its own, else 5m)",
  ).argParser((text) => {
    const parsed = parseDuration(text);
    if (!parsed.ok) throw new InvalidArgumentError(`It ${parsed.problem}: use a duration such as 90s or 5m.`);
    return parsed.ms;
  });
}

async function rollBack(world: World, names: readonly string[], flags: RollbackFlags): Promise<number> {
  const refuse = (problem: string, next: string): number => {
    world.stderr.write(`error: ${problem}\n  try: ${next}\n`);
    return exitCodes.invalid;
  };
  if (flags.to.target.kind === "revision" && names.length !== 1)
    return refuse(
      "revisions are counted by release, so just one can be named",
      "--to previous, or --to run:N",
    );
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const found = await findReleases(world, connection.value, names, flags);
    if (typeof found === "number") return found;
    const stack = await rememberedReady(world, found, flags);
    if (!stack.ok) return reportFailure(world, stack.failure);
    const said = {
      by: world.whoAmI(),
      at: new Date(world.clock.nowMs()).toISOString(),
      ...(flags.reason === undefined ? {} : { reason: flags.reason }),
    };
    const to = await whereTo(connection.value, found, flags.to.target);
    if (!to.ok) return reportFailure(world, to.failure);
    const meant = found.releases === undefined ? {} : { releases: found.releases };
    const options = optionsOf({ said, ...meant, to: to.value.to });
    await tellKeeper(world, connection.value, found.stack.name, frozenMeans);
    const about = (holder: Holder): RunAbout => ({
      source: to.value.source,
      version: world.version,
      actor: { user: world.user, host: holder.host },
      trigger: {
        command: "rollback",
        detail: [...names, "--to", flags.to.written].join(" "),
        ...(flags.reason === undefined ? {} : { reason: flags.reason }),
      },
      commit: () => Promise.resolve(undefined),
    });
    return flags.dryRun === true
      ? await showPlan(world, connection.value, stack.value, options)
      : await runPlanned(
          world,
          connection.value,
          { ready: stack.value, charts: noCharts, about },
          options,
          flags,
        );
  } finally {
    connection.value.close();
  }
}

/** A freeze is a wish that agents keep to: the StackSync goes on with everything else. */
const frozenMeans = "it leaves what is rolled back as it is, until its declaration changes or headway resume";

function optionsOf(rollback: RollbackWish): PlanOptions {
  return {
    retry: false,
    adopt: false,
    destroy: false,
    prune: { prune: false, includeProtected: false },
    rollback,
  };
}

/** The target as the plan wants it, and the source that the stack was last run from, as far as the journal knows. */
async function whereTo(
  { journal }: Connection,
  { stack, releases }: Found,
  target: Target,
): Promise<Result<{ readonly to: RollbackWish["to"]; readonly source: string }>> {
  const listed = await journal.list(stack.name);
  // A release and its revision are found without the journal.
  const needsJournal = target.kind === "run" || target.kind === "commit" || releases === undefined;
  if (!listed.ok && needsJournal) return listed;
  const records = listed.ok ? listed.value.flatMap(({ record }) => record ?? []) : [];
  const source = records[0]?.source ?? "unknown";
  if (target.kind === "revision") return succeeded({ to: target, source });
  if (target.kind === "previous" && releases !== undefined) return succeeded({ to: target, source });
  const wanted = target.kind === "previous" ? ({ kind: "before-last" } as const) : target;
  const moment = momentOf(records, wanted);
  return "problem" in moment
    ? failed({
        kind: "no-way-back",
        message: `the stack ${stack.name} can't go back: ${moment.problem}`,
        next: "See headway history; releases can be named, with --to previous or --to revision:N.",
      })
    : succeeded({ to: { kind: "moment", ...moment }, source });
}

/** `releases` are those named; the whole stack where absent. */
type Found = { readonly stack: StackReleases; readonly releases?: ReadonlySet<ReleaseId> };

/** The releases named, which have to be of one stack: a run holds one lock. */
async function findReleases(
  world: World,
  connection: Connection,
  names: readonly string[],
  flags: RollbackFlags,
): Promise<Found | number> {
  const read = await readReleases(connection);
  if (!read.ok) return reportFailure(world, read.failure);
  const { stack: name } = flags;
  const isWhole = names.length === 0;
  const stacks = pickStacks(world, read.value, {
    one: isWhole,
    ...(name === undefined ? {} : { stack: name }),
  });
  if (typeof stacks === "number") return stacks;
  const [only] = stacks;
  if (isWhole && only !== undefined) return { stack: only };
  const known = stacks.flatMap(({ releases }) => releases.map((id) => ({ id })));
  const named = findNamed(world, known, names, {
    place: "of Headway in this cluster",
    seeAlso: "see headway status",
  });
  if (typeof named === "number") return named;
  const [stack, other] = stacks.filter(({ releases }) => releases.some((id) => named.has(id)));
  if (stack !== undefined && other === undefined) return { stack, releases: named };
  world.stderr.write(
    "error: these releases are of several stacks\n  try: one rollback for each stack, with --stack\n",
  );
  return exitCodes.invalid;
}

/** The stack as the cluster remembers it. */
async function rememberedReady(
  world: World,
  { stack: { name, label, state, records }, releases }: Found,
  { timeout }: RollbackFlags,
): Promise<Result<ReadyStack>> {
  if (label === undefined)
    return failed({
      kind: "no-way-back",
      message: `nothing of the stack ${name} is installed`,
      next: "headway apply installs it.",
    });
  const remembered = rememberedStack({
    stackLabel: label,
    records,
    state,
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  });
  const { rulesUnknown, ...stack } = remembered;
  const { value: rules, diagnostics } = await readRules(stack.declarations);
  const unknown = rulesUnknown.filter((id) => releases?.has(id) !== false);
  if (unknown.length > 0)
    world.stderr.write(
      `warning: nobody remembers the health rules of ${unknown.join(", ")}: built-in rules alone judge what comes back\n`,
    );
  for (const { message, range } of diagnostics)
    world.stderr.write(
      `warning: a health rule${range === undefined ? "" : ` of ${range.file}`} is left out: ${message}\n`,
    );
  return succeeded({ name, label, order: "dependencies", rules, ...stack });
}

/** A rollback makes nothing new: whoever asks for a chart here has a bug. */
const noCharts: Charts = {
  resolve: () => Promise.reject(new Error("a rollback resolves no chart")),
  readCrds: () => Promise.reject(new Error("a rollback applies no CRDs")),
};
