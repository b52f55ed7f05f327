// `headway bootstrap`: from an empty cluster to the point where the agent takes over. Each release of it is installed by the
// same run as any other; what no chart brings is applied by itself.
import { InvalidArgumentError, Option, type Command } from "commander";
import { parseDuration } from "../core/duration.ts";
import type { World } from "./world.ts";
import {
  clusterOptions,
  concurrencyOption,
  progressOption,
  unlockAfterOption,
  type ClusterFlags,
  type ProgressFlags,
} from "./options.ts";
import type { InputFlags } from "./bootstrap-inputs.ts";
import type { TargetFlags } from "./bootstrap-target.ts";

export type BootstrapFlags = ClusterFlags &
  ProgressFlags &
  InputFlags &
  TargetFlags & {
    readonly releaseName?: string;
    readonly export?: boolean;
    readonly withSecrets?: boolean;
    /** In milliseconds. */
    readonly timeout: number;
    readonly wait: boolean;
    readonly yes?: boolean;
    readonly concurrency?: number;
    readonly unlockAfter?: number;
  };

const ordinaryTimeoutMs = 300_000;

export function registerBootstrapCommand(program: Command, world: World): void {
  const command = program
    .command("bootstrap")
    .description(
      "bring a cluster to where the agent takes over: the stack's first phase, the agent, its StackSync",
    )
    .argument("[dir]", "the stack's folder", ".");
  for (const option of [...clusterOptions(), progressOption(), concurrencyOption(), unlockAfterOption()])
    command.addOption(option);
  command
    .option(
      "--url <url>",
      "the repository's address, as the cluster reaches it (default: the folder's remote)",
    )
    .option("--ref <ref>", "a branch, refs/tags/NAME or a commit (default: the branch that is checked out)")
    .option("--path <folder>", "the stack's folder in the repository (default: where it is)")
    .option("--interval <duration>", "how often the agent asks for a newer commit (default: 1m)")
    .option("--secret <name>", "a Secret of the system namespace that holds the repository's credentials")
    .option("--ssh-key <file>", "a private key for the repository; with --known-hosts")
    .option("--known-hosts <file>", "the git server's keys")
    .option("--username <name>", "a login for the repository; with --password-file")
    .option("--password-file <file>", "its password")
    .option("--token-file <file>", "a bearer token for the repository")
    .option("--ca-file <file>", "who is trusted for the repository's server, as PEM")
    .option("--allow-http", "take an http:// address too (the agent needs --allow-http as well)")
    .option("--service-account <name>", "as which account of the system namespace the stack is applied")
    .option("--image <image>", "the agent's image: REPOSITORY[:TAG][@DIGEST]")
    .option("--values <file>", "values for the agent's chart")
    .option("--release-name <name>", "the agent's release (default: headway)")
    .option("--kit <file>", "inputs that are not in git, as Secrets and ConfigMaps: applied first")
    .option("--export", "print all but the first phase as YAML for kubectl apply, and change nothing")
    .addOption(new Option("--with-secrets", "with --export: Secrets too, as they are"))
    .addOption(
      new Option("--timeout <duration>", "how long the agent may take to look at the stack (default: 5m)")
        .default(ordinaryTimeoutMs, "5m")
        .argParser(readTimeout),
    )
    .option("--no-wait", "do not wait until the agent has looked at the stack")
    .option("-y, --yes", "do not ask")
    .action(async (dir: string, flags: BootstrapFlags) => {
      const { bootstrap } = await import("./bootstrap-steps.ts");
      process.exitCode = await bootstrap(world, dir, flags);
    });
}

function readTimeout(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new InvalidArgumentError(`It ${parsed.problem}: use a duration such as 5m.`);
  return parsed.ms;
}
