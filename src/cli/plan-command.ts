// `headway plan`: what apply would do, and why. Reads the cluster and changes nothing.
import type { Command } from "commander";
import type { ForesightMode } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import type { ReleaseId } from "../core/ids.ts";
import { findNewer } from "../core/charts/newer-versions.ts";
import { renderedByPlan } from "../core/plan/rendered-by-plan.ts";
import type { StackToPlan } from "../engine/load-stack.ts";
import type { StackCharts } from "../engine/ports.ts";
import { notLooked } from "../engine/foresee-stack.ts";
import { planStack, type PlannedStack, type ReadyStack } from "../engine/run-stack.ts";
import type { NewerCharts } from "../views/plan-items.ts";
import { hasChanges, hasDrift, renderPlan } from "../views/plan-view.ts";
import type { PlanFormat } from "../views/plan-view.ts";
import { chooseStyle } from "../views/style.ts";
import { tellKeeper } from "./agent-stack.ts";
import { keptMeans } from "./apply-command.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { foresightMode, lookAhead, lookAtValues, withoutTwice, type ForesightFlags } from "./foresight.ts";
import { loadPinnedStack, tellDiagnostics } from "./load-stack.ts";
import { unlockByCluster } from "../engine/load-values.ts";
import {
  clusterOptions,
  driftWish,
  foresightOption,
  orderOption,
  outputOption,
  pruneOptions,
  pruneWishes,
  selectionOptions,
} from "./options.ts";
import type { ClusterFlags, PruneFlags, SelectionFlags } from "./options.ts";
import { selectReleases } from "./select-releases.ts";
import type { Connection, World } from "./world.ts";

type PlanFlags = ClusterFlags &
  SelectionFlags &
  PruneFlags &
  ForesightFlags & {
    readonly output: PlanFormat;
    readonly detailedExitcode?: boolean;
    readonly order?: "dependencies" | "waves";
    readonly retry?: boolean;
    readonly adopt?: boolean;
    readonly drift?: boolean;
  };

export function registerPlanCommand(program: Command, world: World): void {
  const command = program
    .command("plan")
    .description("show what apply would do and why, per release and wave")
    .argument("[dir]", "the stack's folder", ".");
  for (const option of [...clusterOptions(), orderOption(), ...selectionOptions(), ...pruneOptions()])
    command.addOption(option);
  command
    .addOption(outputOption(["table", "wide", "json", "yaml", "name", "markdown"]))
    .addOption(foresightOption())
    .option("--drift", "show what is no longer as helm applied it, too")
    .option("--detailed-exitcode", "exit with 2 where something would change, or has drifted")
    .option("--retry", "as if quarantined releases were tried again")
    .option("--adopt", "as if releases of other owners were taken over")
    .action(async (dir: string, flags: PlanFlags) => {
      process.exitCode = await showPlan(world, dir, flags);
    });
}

async function showPlan(world: World, dir: string, flags: PlanFlags): Promise<number> {
  const loaded = await loadPinnedStack(world, dir, flags.order, flags);
  if (typeof loaded === "number") return loaded;
  const mode = foresightMode(loaded.loaded.stack, flags);
  const valued = { ...loaded.ready, read: loaded.read };
  const values = await lookAtValues(world, mode, valued, loaded.diagnostics);
  if (tellDiagnostics(world, [...loaded.diagnostics, ...values])) return exitCodes.invalid;
  const only = selectReleases(world, loaded.ready, flags);
  if (typeof only === "number") return only;
  const connection = await world.connect(flags);
  if (!connection.ok) return reportFailure(world, connection.failure);
  try {
    const stack = await unlockByCluster(connection.value, loaded.files, loaded.ready);
    if (!stack.ok) return reportFailure(world, stack.failure);
    await tellKeeper(world, connection.value, stack.value.name, keptMeans);
    const planned = await planStack({ ...connection.value, clock: world.clock }, stack.value, {
      retry: flags.retry ?? false,
      adopt: flags.adopt ?? false,
      destroy: false,
      prune: pruneWishes(loaded.loaded.stack, flags),
      ...(flags.drift === true ? driftWish({}) : {}),
      ...(only === undefined ? {} : { only }),
    });
    if (!planned.ok) return reportFailure(world, planned.failure);
    const foreseen = await lookAheadOfPlan(world, connection.value, loaded, planned.value, mode);
    if (typeof foreseen === "number") return foreseen;
    const findings = withoutTwice(foreseen, values).filter(
      ({ about }) => about === undefined || only?.has(about.release) !== false,
    );
    const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
    const newer = newerCharts(loaded.ready, loaded.charts, only);
    world.stdout.write(renderPlan(planned.value.plan, { format: flags.output, style, newer, findings }));
    if (tellDiagnostics(world, findings)) return exitCodes.invalid;
    return flags.detailedExitcode === true && (hasChanges(planned.value.plan) || hasDrift(planned.value.plan))
      ? exitCodes.changesPending
      : exitCodes.done;
  } finally {
    connection.value.close();
  }
}

/** What is missing by the charts as they would be applied, and by what is deployed of the others. */
async function lookAheadOfPlan(
  world: World,
  connection: Connection,
  { ready, charts }: StackToPlan,
  { plan, observed }: PlannedStack,
  mode: ForesightMode,
): Promise<readonly Diagnostic[] | number> {
  if (mode === "off") return [];
  const capabilities = await connection.capabilities();
  if (!capabilities.ok) return [notLooked(capabilities.failure, mode)];
  const { declarations, graph } = ready;
  const foreseen = await lookAhead(
    world,
    { declarations, graph, charts, ...renderedByPlan(plan, observed.observations, ready.pins) },
    { mode, cluster: { objects: connection.objects, capabilities: capabilities.value } },
  );
  return typeof foreseen === "number" ? foreseen : foreseen.diagnostics;
}

/** What index files here have that is newer, of the releases asked for; no server is asked. */
function newerCharts(
  { declarations, pins }: ReadyStack,
  charts: StackCharts,
  only: ReadonlySet<ReleaseId> | undefined,
): NewerCharts {
  return new Map(
    declarations.flatMap((declaration) => {
      const pin = pins.get(declaration.id);
      if (pin === undefined || only?.has(declaration.id) === false) return [];
      const newer = findNewer(declaration, pin.chart.version, charts.catalogueOf);
      return newer === undefined ? [] : [[declaration.id, newer] as const];
    }),
  );
}
