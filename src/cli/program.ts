// The command line: which commands there are and what they have in common. Each command is a file of its own, loaded when
// it is asked for.
import { Command } from "commander";
import { refuseLoneOptions } from "./options.ts";
import type { World } from "./world.ts";

const exitCodeHelp = `
Exit codes:
  0 done · 1 unexpected error · 2 changes pending (plan --detailed-exitcode) · 3 invalid declarations or usage
  4 something failed or is not healthy and was kept · 5 something was rolled back or is quarantined
  6 cluster unreachable or forbidden · 7 needs a person, or another run holds the stack
  8 consent was needed and not given · 130 interrupted
`;

type Register = (program: Command, world: World) => void;

/** In the order of the help. */
const commands: readonly { readonly names: readonly string[]; readonly load: () => Promise<Register> }[] = [
  {
    names: ["validate"],
    load: async () => (await import("./validate-command.ts")).registerValidateCommand,
  },
  { names: ["graph"], load: async () => (await import("./graph-command.ts")).registerGraphCommand },
  { names: ["values"], load: async () => (await import("./values-command.ts")).registerValuesCommand },
  { names: ["plan"], load: async () => (await import("./plan-command.ts")).registerPlanCommand },
  { names: ["apply"], load: async () => (await import("./apply-command.ts")).registerApplyCommand },
  {
    names: ["redeploy"],
    load: async () => (await import("./redeploy-command.ts")).registerRedeployCommand,
  },
  {
    names: ["status", "why"],
    load: async () => (await import("./status-command.ts")).registerStatusCommands,
  },
  { names: ["history"], load: async () => (await import("./history-command.ts")).registerHistoryCommand },
  {
    names: ["suspend", "resume", "retry"],
    load: async () => (await import("./wish-commands.ts")).registerWishCommands,
  },
  {
    names: ["rollback"],
    load: async () => (await import("./rollback-command.ts")).registerRollbackCommand,
  },
  { names: ["destroy"], load: async () => (await import("./apply-command.ts")).registerDestroyCommand },
  { names: ["index"], load: async () => (await import("./index-command.ts")).registerIndexCommand },
  { names: ["lock"], load: async () => (await import("./lock-command.ts")).registerLockCommand },
  { names: ["set"], load: async () => (await import("./set-command.ts")).registerSetCommand },
  { names: ["agent"], load: async () => (await import("./agent-command.ts")).registerAgentCommand },
  {
    names: ["bootstrap"],
    load: async () => (await import("./bootstrap-command.ts")).registerBootstrapCommand,
  },
  {
    names: ["reconcile"],
    load: async () => (await import("./reconcile-command.ts")).registerReconcileCommand,
  },
  { names: ["sandbox"], load: async () => (await import("./sandbox-command.ts")).registerSandboxCommand },
  { names: ["demo"], load: async () => (await import("./demo-command.ts")).registerDemoCommand },
  { names: ["doctor"], load: async () => (await import("./doctor-command.ts")).registerDoctorCommand },
  { names: ["schema"], load: async () => (await import("./schema-command.ts")).registerSchemaCommand },
  {
    names: ["completion"],
    load: async () => (await import("./completion-command.ts")).registerCompletionCommand,
  },
  {
    names: ["complete-releases"],
    load: async () => (await import("./complete-releases-command.ts")).registerCompleteReleasesCommand,
  },
  { names: ["version"], load: async () => (await import("./version-command.ts")).registerVersionCommand },
];

/** These say something of all commands. */
const needsAll: ReadonlySet<string> = new Set(["completion"]);

/** The command line with the command `asked` alone, or with all where that is none or is about all. */
export async function makeProgram(world: World, asked?: string): Promise<Command> {
  const program = new Command("headway")
    .description(
      "Deploys a whole stack of Helm charts in dependency order, and rolls back what fails its health checks.",
    )
    .version(world.version, "-V, --version", "print the version")
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", exitCodeHelp);
  const own =
    asked === undefined || needsAll.has(asked) ? [] : commands.filter(({ names }) => names.includes(asked));
  for (const { load } of own.length > 0 ? own : commands) (await load())(program, world);
  for (const command of program.commands) overrideExit(command);
  refuseLoneOptions(program);
  return program;
}

// commander hands exitOverride down only to commands made after it; groups have commands of their own.
function overrideExit(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  for (const inner of command.commands) overrideExit(inner);
}
