// `headway history`: what has been run, one run in full, or the revisions of one release; from a kubeconfig alone.
import { InvalidArgumentError, Option, type Command } from "commander";
import { didYouMean } from "../core/diagnostic.ts";
import { parseReleaseId, splitReleaseId, type ReleaseId } from "../core/ids.ts";
import { readRevisions, readRuns, type ReadRun } from "../engine/read-history.ts";
import {
  renderRevisions,
  renderRuns,
  type HistoryFormat,
  type HistoryOptions,
} from "../views/history-view.ts";
import { renderRun } from "../views/run-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { clusterOptions, outputOption, stackOption, type ClusterFlags } from "./options.ts";
import type { Connection, World } from "./world.ts";

type HistoryFlags = ClusterFlags & {
  readonly output: HistoryFormat;
  readonly namespace?: string;
  readonly stack?: string;
  readonly limit: number;
};

export function registerHistoryCommand(program: Command, world: World): void {
  const command = program
    .command("history")
    .description("list the runs, show one run in full (run:N), or the revisions of a release (NS/NAME)")
    .argument("[release]", "NS/NAME or run:N; all runs where absent");
  for (const option of clusterOptions()) command.addOption(option);
  command
    .addOption(outputOption(["table", "wide", "json", "yaml", "name"]))
    .option("-n, --namespace <name>", "only runs that had something to do with releases of this namespace")
    .addOption(
      new Option("-A, --all-namespaces", "runs of all namespaces (the default)").conflicts("namespace"),
    )
    .addOption(stackOption())
    .addOption(
      new Option("--limit <n>", "at most so many, the newest").default(20).argParser((text) => {
        const count = Number(text);
        if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError("Use a number from 1.");
        return count;
      }),
    )
    .action(async (target: string | undefined, flags: HistoryFlags) => {
      process.exitCode = await showHistory(world, target, flags);
    });
}

async function showHistory(world: World, target: string | undefined, flags: HistoryFlags): Promise<number> {
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const runs = await readRuns(connection.value, flags.stack);
    if (!runs.ok) return reportFailure(world, runs.failure);
    const options: HistoryOptions = {
      format: flags.output,
      nowMs: world.clock.nowMs(),
      style: chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env }),
      ...(world.stdout.isTerminal ? { columns: world.stdout.size().columns } : {}),
    };
    if (target === undefined) return showRuns(world, runs.value, flags, options);
    const number = /^run:([1-9][0-9]{0,9})$/.exec(target)?.[1];
    if (number !== undefined) return showRun(world, runs.value, Number(number), options);
    return await showRelease(world, connection.value, target, runs.value, flags, options);
  } finally {
    connection.value.close();
  }
}

function showRuns(
  world: World,
  runs: readonly ReadRun[],
  { namespace, stack, limit, output }: HistoryFlags,
  options: HistoryOptions,
): number {
  const asked = runs.filter(({ record }) => namespace === undefined || touches(record, namespace));
  world.stdout.write(renderRuns(asked.slice(0, limit), options));
  const isTable = output === "table" || output === "wide";
  if (asked.length === 0 && isTable) {
    const where = stack === undefined ? "this cluster" : `the stack ${stack}`;
    world.stderr.write(
      `no runs on record in ${where}${namespace === undefined ? "" : `, namespace ${namespace}`}\n`,
    );
  }
  if (asked.length > limit && isTable)
    world.stderr.write(
      `${asked.length - limit} older ones are not shown; --limit ${asked.length} shows them\n`,
    );
  return exitCodes.done;
}

function touches(record: ReadRun["record"], namespace: string): boolean {
  return record?.plan.some(({ release }) => splitReleaseId(release).namespace === namespace) === true;
}

function showRun(world: World, runs: readonly ReadRun[], number: number, options: HistoryOptions): number {
  const [found, ...others] = runs.filter((run) => run.number === number);
  if (found === undefined)
    return refuse(world, `there is no run ${number} on record`, `headway history lists those there are`);
  if (others.length > 0) {
    const stacks = [found, ...others].map(({ stack }) => stack).join(", ");
    return refuse(world, `several stacks have a run ${number}: ${stacks}`, `--stack ${found.stack}`);
  }
  if (found.record === undefined)
    return refuse(
      world,
      `the record of run ${number} of the stack ${found.stack} can't be read`,
      "the version of Headway that wrote it; what the run did does not depend on its record",
    );
  world.stdout.write(renderRun(found.record, found.result, options));
  return exitCodes.done;
}

async function showRelease(
  world: World,
  connection: Connection,
  target: string,
  runs: readonly ReadRun[],
  { limit }: HistoryFlags,
  options: HistoryOptions,
): Promise<number> {
  const known = [...new Set(runs.flatMap(({ record }) => [...(record?.releases.keys() ?? [])]))];
  const release = findRelease(target, known);
  if (release === undefined) return unknownRelease(world, target, known);
  const revisions = await readRevisions(connection, release, runs);
  if (!revisions.ok) return reportFailure(world, revisions.failure);
  if (revisions.value.length === 0) return unknownRelease(world, target, known);
  world.stdout.write(renderRevisions(release, revisions.value.slice(0, limit), options));
  return exitCodes.done;
}

/** By NS/NAME, which Helm may know though the journal does not; or by a NAME that is one release's alone. */
function findRelease(target: string, known: readonly ReleaseId[]): ReleaseId | undefined {
  const exact = known.find((release) => release === target);
  if (exact !== undefined) return exact;
  if (target.includes("/")) return parseReleaseId(target, "default");
  const named = known.filter((release) => splitReleaseId(release).name === target);
  return named.length === 1 ? named[0] : undefined;
}

function unknownRelease(world: World, target: string, known: readonly ReleaseId[]): number {
  const named = known.filter((release) => splitReleaseId(release).name === target);
  const meant = didYouMean(target, known);
  return refuse(
    world,
    named.length > 1
      ? `several releases are called "${target}"`
      : `neither Helm nor the journal knows a release "${target}"`,
    named.length > 1
      ? named.join(" or ")
      : meant === undefined
        ? "NS/NAME of a release, or run:N"
        : `did you mean ${meant}?`,
  );
}

function refuse(world: World, what: string, next: string): number {
  world.stderr.write(`error: ${what}\n  try: ${next}\n`);
  return exitCodes.invalid;
}
