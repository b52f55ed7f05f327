// `headway doctor`: what of the things that Headway needs is there, on this machine and in the cluster. Everything is looked
// at side by side, each with a deadline, so that an answer comes within ten seconds.
import type { Command } from "commander";
import { exitCodeOfChecks, judgeSlow, sortChecks } from "../core/doctor.ts";
import type { Check } from "../core/doctor.ts";
import type { CheckFormat } from "../views/doctor-view.ts";
import { renderChecks } from "../views/doctor-view.ts";
import { chooseStyle } from "../views/style.ts";
import { checkCluster, checkMachine, needsAtSight, surveyStack } from "./doctor-checks.ts";
import { clusterOptions, outputOption } from "./options.ts";
import type { ClusterFlags } from "./options.ts";
import type { World } from "./world.ts";

type DoctorFlags = ClusterFlags & {
  readonly output: CheckFormat;
  readonly recovery?: boolean;
  readonly kit?: string;
};

/** The survey of the stack comes before the other checks; both together stay below ten seconds. */
const surveyPatienceMs = 3_000;
const checkPatienceMs = 6_000;

export function registerDoctorCommand(program: Command, world: World): void {
  const command = program
    .command("doctor")
    .description(
      "check what Headway needs: programs, the cluster, rights in it, clocks, room; changes nothing",
    )
    .argument("[dir]", "a stack's folder: what it needs is checked too", ".");
  for (const option of clusterOptions()) command.addOption(option);
  command
    .addOption(outputOption(["table", "json", "yaml", "name"]))
    .option(
      "--recovery",
      "list what a new cluster would need that is not in git, and what has no declared origin",
    )
    .option("--kit <file>", "with --recovery: the kit that headway bootstrap is to be given")
    .action(async (dir: string, flags: DoctorFlags) => {
      if (flags.kit !== undefined && flags.recovery !== true)
        command.error("error: --kit says more of --recovery, which was not given");
      process.exitCode = await (flags.recovery === true
        ? (await import("./doctor-recovery.ts")).examineRecovery(world, dir, flags)
        : examine(world, dir, flags));
    });
}

async function examine(world: World, dir: string, flags: DoctorFlags): Promise<number> {
  const survey = await within(surveyPatienceMs, surveyStack(world, dir), {
    checks: [judgeSlow("stack", surveyPatienceMs / 1_000)],
    namespaces: [],
    needs: needsAtSight(dir),
  });
  const late = (check: string): readonly Check[] => [judgeSlow(check, checkPatienceMs / 1_000)];
  const checks = await Promise.all([
    ...checkMachine(world, survey.needs).map(({ check, done }) => within(checkPatienceMs, done, late(check))),
    within(
      checkPatienceMs,
      checkCluster(world, flags, survey.namespaces, checkPatienceMs - 1_000),
      late("cluster"),
    ),
  ]);
  const sorted = sortChecks([...survey.checks, ...checks.flat()]);
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(renderChecks(sorted, { format: flags.output, style }));
  return exitCodeOfChecks(sorted);
}

async function within<T>(patienceMs: number, work: Promise<T>, otherwise: T): Promise<T> {
  let callOff: NodeJS.Timeout | undefined;
  const patience = new Promise<T>((resolve) => {
    callOff = setTimeout(resolve, patienceMs, otherwise);
  });
  try {
    return await Promise.race([work, patience]);
  } finally {
    clearTimeout(callOff);
  }
}
