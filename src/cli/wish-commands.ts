// `headway suspend`, `resume` and `retry`: what a person wants of releases beside what is declared, written into the state
// object from a kubeconfig alone. The next plan, or a run under way, finds it there.
import { InvalidArgumentError, Option, type Command } from "commander";
import type { ReleaseId } from "../core/ids.ts";
import type { Said, StackState, Suspension } from "../core/observation.ts";
import { inForce, liftQuarantine, resume, suspend, type Whom } from "../core/stack-wishes.ts";
import { parseUntil } from "../core/until.ts";
import { readReleases, type StackReleases } from "../engine/read-status.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { clusterOptions, reasonOption, stackOption } from "./options.ts";
import type { ClusterFlags } from "./options.ts";
import { findNamed } from "./select-releases.ts";
import { pickStacks } from "./select-stacks.ts";
import type { Connection, World } from "./world.ts";

type WishFlags = ClusterFlags & {
  readonly stack?: string;
  readonly all?: boolean;
  readonly reason?: string;
  /** RFC 3339. */
  readonly until?: string;
};

/** One of the three: what it changes, and what is said of each release that it is about. */
type Wish = {
  readonly canBeAll: boolean;
  readonly change: (state: StackState, whom: Whom) => StackState;
  readonly words: (name: string, before: StackState, whom: ReleaseId | "stack") => string;
};

export function registerWishCommands(program: Command, world: World): void {
  const add = (name: string, description: string): Command => {
    const command = program.command(name).description(description).argument("[release...]", "NS/NAME");
    for (const option of [...clusterOptions(), stackOption()]) command.addOption(option);
    return command;
  };
  add("suspend", "leave releases alone, in a run that is under way too, until they are resumed")
    .option("--all", "the whole stack: a run that is under way starts no further step")
    .addOption(untilOption(world))
    .addOption(reasonOption())
    .action(async (names: readonly string[], flags: WishFlags) => {
      process.exitCode = await wish(world, names, flags, suspending(said(world, flags), flags.until));
    });
  add("resume", "end what suspend and rollback said: the next apply does what is declared")
    .option("--all", "what was said of the whole stack; releases suspended by name stay so")
    .addOption(reasonOption())
    .action(async (names: readonly string[], flags: WishFlags) => {
      process.exitCode = await wish(world, names, flags, resuming(said(world, flags)));
    });
  add("retry", "lift the quarantine of releases, so that the next apply tries them again")
    .addOption(reasonOption())
    .action(async (names: readonly string[], flags: WishFlags) => {
      process.exitCode = await wish(world, names, flags, retrying(said(world, flags)));
    });
}

function untilOption(world: World): Option {
  return new Option(
    "--until <time>",
    "a time (2026-09-01T18:00:00Z) or how long (90m, 36h); without it, until it is resumed",
  ).argParser((text) => {
    const parsed = parseUntil(text, world.clock.nowMs());
    if (!parsed.ok) throw new InvalidArgumentError(`It ${parsed.problem}.`);
    return parsed.at;
  });
}

function said(world: World, { reason }: WishFlags): Said {
  return {
    by: world.whoAmI(),
    at: new Date(world.clock.nowMs()).toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
}

function suspending(by: Said, until: string | undefined): Wish {
  const suspension: Suspension = { ...by, ...(until === undefined ? {} : { until }) };
  const end = until === undefined ? "until it is resumed" : `until ${until}`;
  return {
    canBeAll: true,
    change: (state, whom) => suspend(state, whom, suspension),
    words: (name) => `${name} is suspended ${end}`,
  };
}

function resuming(by: Said): Wish {
  return {
    canBeAll: true,
    change: (state, whom) => resume(state, whom, by),
    words: (name, before, whom) => {
      if (whom === "stack")
        return before.suspension === undefined ? `${name} was not suspended` : `${name} is resumed`;
      const still = before.suspension === undefined ? "" : "; its stack is suspended: resume --all ends that";
      const { suspension, freeze } = before.releases.get(whom) ?? {};
      return suspension === undefined && freeze === undefined
        ? `${name} was neither suspended by itself nor frozen${still}`
        : `${name} is resumed${still}`;
    },
  };
}

function retrying(by: Said): Wish {
  return {
    canBeAll: false,
    change: (state, whom) =>
      whom === "stack" ? state : liftQuarantine(state, withFailures(state, whom), by),
    words: (name, before, whom) =>
      whom !== "stack" && withFailures(before, new Set([whom])).size > 0
        ? `${name} is tried again by the next apply`
        : `${name} has not failed: there is nothing to try again`,
  };
}

function withFailures(state: StackState, ids: ReadonlySet<ReleaseId>): ReadonlySet<ReleaseId> {
  const isFailed = (id: ReleaseId): boolean => {
    const { quarantine, lastFailure, takenBack } = state.releases.get(id) ?? {};
    return quarantine !== undefined || lastFailure !== undefined || takenBack !== undefined;
  };
  return new Set([...ids].filter(isFailed));
}

async function wish(
  world: World,
  names: readonly string[],
  flags: WishFlags,
  { change, words, canBeAll }: Wish,
): Promise<number> {
  if ((flags.all === true) === names.length > 0) {
    const problem = flags.all === true ? "releases and --all were both given" : "no release was named";
    const whole = canBeAll ? ", or --all for the whole stack" : "";
    world.stderr.write(`error: ${problem}\n  try: name releases (NS/NAME)${whole}\n`);
    return exitCodes.invalid;
  }
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const chosen = await choose(world, connection.value, names, flags);
    if (typeof chosen === "number") return chosen;
    for (const { stack, whom } of chosen) {
      let before = stack.state;
      const written = await connection.value.states.update(stack.name, (state) => {
        before = inForce(state, world.clock.nowMs());
        return change(state, whom);
      });
      if (!written.ok) return reportFailure(world, written.failure);
      const lines =
        whom === "stack"
          ? [words(`the stack ${stack.name}`, before, whom)]
          : [...whom].map((release) => words(release, before, release));
      for (const line of lines) world.stdout.write(`${line}\n`);
    }
    return exitCodes.done;
  } finally {
    connection.value.close();
  }
}

type Chosen = { readonly stack: StackReleases; readonly whom: Whom };

async function choose(
  world: World,
  connection: Connection,
  names: readonly string[],
  flags: WishFlags,
): Promise<readonly Chosen[] | number> {
  const read = await readReleases(connection);
  if (!read.ok) return reportFailure(world, read.failure);
  const { stack, all = false } = flags;
  const stacks = pickStacks(world, read.value, { one: all, ...(stack === undefined ? {} : { stack }) });
  if (typeof stacks === "number") return stacks;
  if (all) return stacks.map((one) => ({ stack: one, whom: "stack" }));
  const known = stacks.flatMap(({ releases }) => releases.map((id) => ({ id })));
  const named = findNamed(world, known, names, {
    place: "of Headway in this cluster",
    seeAlso: "see headway status; one that was never applied is suspended in its declaration",
  });
  if (typeof named === "number") return named;
  return stacks.flatMap((one) => {
    const whom = new Set(one.releases.filter((id) => named.has(id)));
    return whom.size === 0 ? [] : [{ stack: one, whom }];
  });
}
