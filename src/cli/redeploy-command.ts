// `headway redeploy`: every release through helm again, in order, though nothing has changed. The run is apply's.
import type { Command } from "commander";
import { applyStack, type ApplyFlags } from "./apply-command.ts";
import { overrideOptions } from "./agent-stack.ts";
import {
  clusterOptions,
  concurrencyOption,
  orderOption,
  progressOption,
  selectionOptions,
  unlockAfterOption,
  withDependentsOption,
} from "./options.ts";
import type { World } from "./world.ts";

type RedeployFlags = Omit<ApplyFlags, "redeploy"> & { readonly restart?: boolean };

export function registerRedeployCommand(program: Command, world: World): void {
  const command = program
    .command("redeploy")
    .description("put every release through helm again in dependency order, though nothing has changed")
    .argument("[dir]", "the stack's folder", ".");
  for (const option of [
    ...clusterOptions(),
    progressOption(),
    orderOption(),
    ...selectionOptions(),
    withDependentsOption(),
    concurrencyOption(),
    unlockAfterOption(),
    ...overrideOptions(),
  ])
    command.addOption(option);
  command
    .option("--restart", "make the pods of its Deployments, StatefulSets and DaemonSets anew, too")
    .option("--dry-run", "show the plan and change nothing")
    .option("-y, --yes", "do not ask")
    .action(async (dir: string, { restart = false, ...flags }: RedeployFlags) => {
      process.exitCode = await applyStack(world, dir, { ...flags, redeploy: { restart } }, false);
    });
}
