// `headway` with its sandbox command only: what lifecycle.test.ts runs, interrupts and kills. `own NAME` stands for a demo or a
// test that owns a sandbox; it prints the sandbox and then does nothing.
import { Command } from "commander";
import { registerSandboxCommand } from "../../src/cli/sandbox-command.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";

const program = new Command("headway").exitOverride((error) => {
  process.exit(error.exitCode === 0 ? 0 : 3);
});
registerSandboxCommand(program);
program.command("own <name>").action(async (name: string) => {
  const started = await startSandbox({
    name,
    owner: "owned",
    onProgress: (text) => process.stderr.write(`${text}\n`),
  });
  process.stdout.write(`${JSON.stringify(started)}\n`);
  if (started.ok) setInterval(() => undefined, 60_000);
});
await program.parseAsync();
