// The command line: which commands there are and what they have in common. Each command is a file of its own.
import { Command } from "commander";
import { registerApplyCommand, registerDestroyCommand } from "./apply-command.ts";
import { registerCompletionCommand } from "./completion-command.ts";
import { registerDemoCommand } from "./demo-command.ts";
import { registerDoctorCommand } from "./doctor-command.ts";
import { registerGraphCommand } from "./graph-command.ts";
import { registerIndexCommand } from "./index-command.ts";
import { registerLockCommand } from "./lock-command.ts";
import { registerPlanCommand } from "./plan-command.ts";
import { registerSandboxCommand } from "./sandbox-command.ts";
import { registerSchemaCommand } from "./schema-command.ts";
import { registerStatusCommands } from "./status-command.ts";
import { registerValidateCommand } from "./validate-command.ts";
import { registerVersionCommand } from "./version-command.ts";
import type { World } from "./world.ts";

const exitCodeHelp = `
Exit codes:
  0 done · 1 unexpected error · 2 changes pending (plan --detailed-exitcode) · 3 invalid declarations or usage
  4 something failed or is not healthy and was kept · 5 something was rolled back or is quarantined
  6 cluster unreachable or forbidden · 7 needs a person, or another run holds the stack
  8 consent was needed and not given · 130 interrupted
`;

export function makeProgram(world: World): Command {
  const program = new Command("headway")
    .description(
      "Deploys a whole stack of Helm charts in dependency order, and rolls back what fails its health checks.",
    )
    .version(world.version, "-V, --version", "print the version")
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", exitCodeHelp);
  registerValidateCommand(program, world);
  registerGraphCommand(program, world);
  registerPlanCommand(program, world);
  registerApplyCommand(program, world);
  registerStatusCommands(program, world);
  registerDestroyCommand(program, world);
  registerIndexCommand(program, world);
  registerLockCommand(program, world);
  registerSandboxCommand(program);
  registerDemoCommand(program, world);
  registerDoctorCommand(program, world);
  registerSchemaCommand(program, world);
  registerCompletionCommand(program, world);
  registerVersionCommand(program, world);
  for (const command of program.commands) overrideExit(command);
  return program;
}

// commander hands exitOverride down only to commands made after it; groups have commands of their own.
function overrideExit(command: Command): void {
  command.exitOverride().showSuggestionAfterError();
  for (const inner of command.commands) overrideExit(inner);
}
