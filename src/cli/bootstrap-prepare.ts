// What `headway bootstrap` has to know before it asks the cluster anything: the stack, its first phase, where the agent is to
// read it from, the agent's own release. All that is wrong is told at once, and nothing is touched.
import { agentChartName } from "../core/bootstrap/agent-release.ts";
import { firstPhase } from "../core/bootstrap/first-phase.ts";
import { gitSecret } from "../core/bootstrap/stack-sync-object.ts";
import { stackLabelValue } from "../core/fingerprint.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { JsonRecord } from "../core/json.ts";
import type { PinnedRelease } from "../core/pin.ts";
import type { StackToPlan } from "../engine/load-stack.ts";
import { safeText } from "../views/terminal-text.ts";
import { findDeclaredAgent, loadAgentStack } from "./bootstrap-agent.ts";
import type { BootstrapFlags } from "./bootstrap-command.ts";
import { readInputs, withKit, type BootstrapInputs } from "./bootstrap-inputs.ts";
import { findTarget, gitSecretOf, type Target } from "./bootstrap-target.ts";
import { exitCodes } from "./exit.ts";
import { loadReadyStack } from "./load-stack.ts";
import type { World } from "./world.ts";

/** All that is known before the cluster is asked anything. */
export type Bootstrapping = {
  readonly world: World;
  readonly flags: BootstrapFlags;
  readonly systemNamespace: string;
  readonly inputs: BootstrapInputs;
  readonly stack: StackToPlan;
  readonly target: Target;
  /** The releases of the first phase, with all that they depend on. */
  readonly first: ReadonlySet<ReleaseId>;
  readonly agent:
    | { readonly kind: "declared"; readonly pin: PinnedRelease }
    | { readonly kind: "own"; readonly stack: StackToPlan; readonly pin: PinnedRelease };
};

/** The exit code where something is wrong, after it has been told. */
export async function prepare(
  plain: World,
  dir: string,
  flags: BootstrapFlags,
): Promise<Bootstrapping | number> {
  const systemNamespace = flags.systemNamespace ?? "headway-system";
  if (flags.withSecrets === true && flags.export !== true) {
    plain.stderr.write(
      "error: --with-secrets says more of --export, which was not given\n  try: add --export, or leave it out\n",
    );
    return exitCodes.invalid;
  }
  const inputs = await readInputs(plain, flags, systemNamespace);
  if (typeof inputs === "number") return inputs;
  const world = withKit(plain, inputs.kit, systemNamespace);
  const loaded = await loadReadyStack(world, dir, undefined, flags);
  if (typeof loaded === "number") return loaded;
  const target = await findTarget(world, loaded.loaded, flags, inputs, systemNamespace);
  if (typeof target === "number") return target;
  const { stack: read } = loaded.loaded;
  // The agent knows the stack by the address that it reads it from.
  const ready = { ...loaded.ready, label: stackLabelValue(read.name, target.source) };
  const stack = { ...loaded, ready };
  const first = firstPhase(read, ready.graph);
  const agent = await findAgent(world, flags, stack, inputs, systemNamespace);
  return typeof agent === "number"
    ? agent
    : { world, flags, systemNamespace, inputs, stack, target, first, agent };
}

async function findAgent(
  world: World,
  flags: BootstrapFlags,
  stack: StackToPlan,
  { values, image }: BootstrapInputs,
  systemNamespace: string,
): Promise<Bootstrapping["agent"] | number> {
  const declared = findDeclaredAgent(stack.ready.pins, systemNamespace);
  if (declared === undefined) {
    const wish = {
      releaseName: flags.releaseName ?? agentChartName,
      namespace: systemNamespace,
      values,
      ...(image === undefined ? {} : { image }),
    };
    const own = await loadAgentStack(world, wish);
    if (typeof own === "number") return own;
    const [pin] = own.ready.pins.values();
    if (pin === undefined) throw new Error("the agent's stack holds no release");
    return { kind: "own", stack: own, pin };
  }
  const { id, namespace, range } = declared.declaration;
  const refuse = (problem: string, next: string): number => {
    world.stderr.write(
      `error: ${safeText(problem)}\n  declared at ${safeText(range.file)}:${range.line}:${range.column}\n  try: ${next}\n`,
    );
    return exitCodes.invalid;
  };
  if (namespace !== systemNamespace)
    return refuse(
      `the stack installs the agent as ${id}, and keeps its state in ${systemNamespace}: they have to be the same namespace`,
      `--system-namespace ${namespace}`,
    );
  if (flags.image !== undefined || flags.values !== undefined || flags.releaseName !== undefined)
    return refuse(
      `the stack declares the agent itself, as ${id}: --image, --values and --release-name say nothing of that`,
      "write them into its declaration",
    );
  return { kind: "declared", pin: declared };
}

/** The Secret with the credentials that were handed over, where some were. */
export function credentialObjects({ inputs, target, systemNamespace }: Bootstrapping): readonly JsonRecord[] {
  if (inputs.credentials === undefined) return [];
  const { namespace, name } = gitSecretOf(target.sync.name, systemNamespace);
  return [gitSecret({ namespace, name }, inputs.credentials)];
}
