// `headway sandbox up|down|status`: words and exit codes around the sandbox. What a sandbox is lives in src/sandbox, which is
// loaded only when one of these commands runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Failure } from "../core/failure.ts";
import type { SandboxStatus } from "../sandbox/sandbox.ts";

type Named = { readonly name: string };

const NAME = /^[a-z0-9]([a-z0-9-]{0,48}[a-z0-9])?$/;

function parseName(text: string): string {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError(
    "Use up to 50 of a-z, 0-9 and -, and begin and end with a letter or a digit.",
  );
}

function nameOption(): Option {
  return new Option("--name <name>", "which sandbox").default("headway").argParser(parseName);
}

/** Adds `sandbox` and its subcommands; they print data on stdout and progress on stderr, and set the exit code. */
export function registerSandboxCommand(program: Command): void {
  const sandbox = program
    .command("sandbox")
    .description("a local Kubernetes control plane without containers, for demo, drill and tests (Linux)");
  sandbox
    .command("up")
    .description("start it, or find it running; returns when it is ready, and it lives until `down`")
    .addOption(nameOption())
    .action(bringUp);
  sandbox
    .command("down")
    .description("stop its processes and remove its folder")
    .addOption(nameOption())
    .action(takeDown);
  sandbox
    .command("status")
    .description(
      "whether it is ready, and where its kubeconfig and logs are; exit code 4 where it is not ready",
    )
    .addOption(nameOption())
    .addOption(
      new Option("-o, --output <format>", "how to print it").choices(["table", "json"]).default("table"),
    )
    .action(showStatus);
  sandbox
    .command("supervise <dir>", { hidden: true })
    .description("keep the sandbox in DIR (started by `up`)")
    .action(async (dir: string) => {
      const { superviseSandbox } = await import("../sandbox/supervisor.ts");
      await superviseSandbox(dir);
    });
}

async function bringUp({ name }: Named): Promise<void> {
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  const started = await startSandbox({
    name,
    owner: "detached",
    onProgress: (text) => process.stderr.write(`sandbox: ${text}\n`),
  });
  if (!started.ok) {
    printFailure(started.failure);
    process.exitCode = 1;
    return;
  }
  process.stderr.write(`sandbox: "${name}" is ready at ${started.value.server}\n`);
  process.stdout.write(`export KUBECONFIG=${started.value.kubeconfig}\n`);
}

async function takeDown({ name }: Named): Promise<void> {
  const { stopSandbox } = await import("../sandbox/sandbox.ts");
  const was = await stopSandbox(name);
  process.stderr.write(was ? `sandbox: "${name}" is down\n` : `sandbox: there is no sandbox "${name}"\n`);
}

async function showStatus({ name, output }: Named & { readonly output: "table" | "json" }): Promise<void> {
  const { sandboxStatus } = await import("../sandbox/sandbox.ts");
  const status = await sandboxStatus(name);
  process.stdout.write(output === "json" ? `${JSON.stringify(toJson(status), null, 2)}\n` : toTable(status));
  if (!status.ready) process.exitCode = 4;
}

function toJson({ name, ready, problem, state }: SandboxStatus): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "Sandbox",
    name,
    ready,
    ...(problem === undefined ? {} : { problem }),
    kubeconfig: state?.kubeconfig ?? null,
    server: state?.server ?? null,
    auditLog: state?.auditLog ?? null,
    programs: state?.programs ?? [],
    processes: (state?.processes ?? []).map(({ name: program, pid, log }) => ({ name: program, pid, log })),
  };
}

function toTable({ name, ready, problem, state }: SandboxStatus): string {
  const rows = [
    ["name", name],
    ["ready", ready ? "yes" : `no: ${problem ?? "unknown"}`],
  ];
  if (state !== undefined) {
    rows.push(["kubeconfig", state.kubeconfig], ["server", state.server], ["audit log", state.auditLog]);
    for (const { name: program, pid, log } of state.processes) {
      const version = state.programs.find((it) => it.name === program)?.version ?? "";
      rows.push([program, `${version}, pid ${pid}, log ${log}`]);
    }
  }
  const width = Math.max(...rows.map(([label = ""]) => label.length));
  return rows.map(([label = "", text = ""]) => `${label.padEnd(width)}  ${text}\n`).join("");
}

function printFailure({ message, next }: Failure): void {
  process.stderr.write(`sandbox: ${message}\n${next === undefined ? "" : `  try: ${next}\n`}`);
}
