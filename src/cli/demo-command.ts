// `headway demo`: from nothing to a running shop, an upgrade that fails and is rolled back, and a second run that has
// nothing to do. Everything it shows is done by the same code as the commands it names.
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { applyStack } from "./apply-command.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { progressOption } from "./options.ts";
import type { ProgressFlags } from "./options.ts";
import { showWhy } from "./status-command.ts";
import type { World } from "./world.ts";

type DemoFlags = ProgressFlags & { readonly keep?: boolean };

export function registerDemoCommand(program: Command, world: World): void {
  program
    .command("demo")
    .description("a sandbox with an example shop, from nothing (Linux)")
    .addOption(progressOption())
    .option("--keep", "leave the sandbox running, as the sandbox `demo`")
    .action(async (flags: DemoFlags) => {
      process.exitCode = await runDemo(world, flags);
    });
}

async function runDemo(world: World, flags: DemoFlags): Promise<number> {
  const say = (text: string): void => {
    world.stderr.write(`${text}\n`);
  };
  const { startSandbox } = await import("../sandbox/sandbox.ts");
  say("demo: starting a Kubernetes control plane without containers …");
  const sandbox = await startSandbox({
    name: flags.keep === true ? "demo" : `demo-${process.pid}`,
    owner: flags.keep === true ? "detached" : "owned",
    onProgress: (text) => {
      say(`sandbox: ${text}`);
    },
  });
  if (!sandbox.ok) return reportFailure(world, sandbox.failure);
  const { kubeconfig } = sandbox.value;
  const folder = await mkdtemp(join(tmpdir(), "headway-demo-"));
  try {
    await cp(join(world.packageRoot, "examples"), join(folder, "examples"), { recursive: true });
    await cp(join(world.packageRoot, "charts-index"), join(folder, "charts-index"), { recursive: true });
    const demoWorld = { ...world, readStackFolder: (dir: string) => world.readStackFolder(dir, folder) };
    const code = await playDemo(demoWorld, join(folder, "examples", "shop"), { ...flags, kubeconfig }, say);
    if (code !== exitCodes.done) return code;
    await lookAround(world, kubeconfig, flags.keep === true, say);
    return exitCodes.done;
  } finally {
    if (flags.keep !== true) await sandbox.value.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

type Flags = ProgressFlags & { readonly kubeconfig: string };

async function playDemo(
  world: World,
  shop: string,
  flags: Flags,
  say: (text: string) => void,
): Promise<number> {
  const run = { ...flags, yes: true };
  say("\ndemo 1 of 4: an empty cluster; `headway apply` deploys the whole shop in order");
  const first = await applyStack(world, shop, run, false);
  if (first !== exitCodes.done) return first;

  say(
    "\ndemo 2 of 4: orders gets an image that can't be pulled; the upgrade fails its health checks and is rolled back",
  );
  const declaration = join(shop, "releases", "orders.yaml");
  const original = await readFile(declaration, "utf8");
  const broken = breakOrders(original);
  await writeFile(declaration, broken);
  const second = await applyStack(world, shop, run, false);
  if (second !== exitCodes.undone) return unexpected(say, second, exitCodes.undone);

  say("\ndemo 3 of 4: `headway why` says what failed, where, and what to do");
  await showWhy(world, undefined, { kubeconfig: flags.kubeconfig, output: "table" });

  say("\ndemo 4 of 4: the declaration is put right; there is nothing to do");
  await writeFile(declaration, original);
  const last = await applyStack(world, shop, run, false);
  return last === exitCodes.done ? last : unexpected(say, last, exitCodes.done);
}

/** The example's declaration with a bad image; the sandbox's pods fail on request, as no image is ever pulled. */
export function breakOrders(text: string): string {
  const marked = text.replace(
    "podAnnotations:\n",
    "podAnnotations:\n      sim.headway.dev/fail: ImagePullBackOff\n",
  );
  const broken = marked.replace(/(\btag:) \S+/, "$1 9.9.9-missing");
  if (marked === text || broken === marked)
    throw new Error("the example's orders declaration is not what the demo expects");
  return broken;
}

function unexpected(say: (text: string) => void, code: number, wanted: number): number {
  say(`demo: that should have ended with exit code ${wanted}, and ended with ${code}`);
  return exitCodes.unexpected;
}

async function lookAround(
  world: World,
  kubeconfig: string,
  kept: boolean,
  say: (text: string) => void,
): Promise<void> {
  say("\nThe shop is up. Look around:");
  say(`  export KUBECONFIG=${kubeconfig}`);
  say("  headway status");
  say("  headway why");
  say("  helm list -A; kubectl get pods -A");
  if (kept) {
    say("When you are done: headway sandbox down --name demo");
    return;
  }
  if (!world.stdinIsTerminal || !world.stderr.isTerminal) {
    say("(without a terminal the sandbox ends with the demo; `headway demo --keep` leaves it running)");
    return;
  }
  await world.ask("Press Enter to end the demo and remove the sandbox. ");
}
