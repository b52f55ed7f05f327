// Foresight for the commands that look ahead: opens what renders, and closes it however the command ends.
import type { ForesightMode } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import {
  foreseeStack,
  type Foresight,
  type ForesightCluster,
  type StackToForesee,
} from "../engine/foresee-stack.ts";
import type { Charts } from "../engine/ports.ts";
import type { StackOfValues } from "../engine/foresee-values.ts";
import { exitCodes } from "./exit.ts";
import { foreseeValues } from "./load-stack.ts";
import type { World } from "./world.ts";

export type ForesightFlags = { readonly foresight: boolean };

/** What the stack says, unless the flag says not to look at all. */
export function foresightMode(
  { foresight }: { readonly foresight: ForesightMode },
  flags: ForesightFlags,
): ForesightMode {
  return flags.foresight ? foresight : "off";
}

/** Mistakes in the values of the stack; `told` is what was found before. */
export async function lookAtValues(
  world: World,
  mode: ForesightMode,
  stack: StackOfValues,
  told: readonly Diagnostic[],
): Promise<readonly Diagnostic[]> {
  if (mode === "off") return [];
  const found = await foreseeValues(world, stack, told);
  return mode === "warn" ? found : found.map((one) => ({ ...one, severity: "error" }));
}

/** What helm stops at, with the place of the value that it stops for. */
const refusals = new Set(["values-required", "values-refused", "values-nil", "values-type"]);

/** What was foreseen without what `values` say better: helm's own words for the first thing that it stops at. */
export function withoutTwice(
  foreseen: readonly Diagnostic[],
  values: readonly Diagnostic[],
): readonly Diagnostic[] {
  const told = new Set(values.flatMap(({ code, about }) => (refusals.has(code) ? about?.release : []) ?? []));
  return foreseen.filter(
    ({ code, about }) => code !== "does-not-render" || about === undefined || !told.has(about.release),
  );
}

/** What is missing in the stack; nothing where nobody is to look, and an exit code where Ctrl-C came in between. */
export async function lookAhead(
  world: World,
  stack: StackToForesee & { readonly charts: Pick<Charts, "readCrds"> },
  wish: {
    readonly mode: ForesightMode;
    readonly unneeded?: boolean;
    readonly cluster?: ForesightCluster;
  },
): Promise<Foresight | number> {
  const { mode } = wish;
  if (mode === "off") return { findings: [], diagnostics: [] };
  const renderer = await world.openRenderer();
  const stop = { isAsked: false };
  const forget = world.onStopSignal(() => {
    stop.isAsked = true;
    void renderer.close();
  });
  try {
    const foreseen = await foreseeStack({ renderer, charts: stack.charts }, stack, {
      ...wish,
      mode,
      onRendered: teller(world),
    });
    return stop.isAsked ? exitCodes.interrupted : foreseen;
  } finally {
    forget();
    await renderer.close();
  }
}

/** Nothing is silent for long: helm takes a tenth of a second and more for each chart that it has not rendered before. */
function teller(world: World): (done: number, all: number) => void {
  let toldAtMs = world.clock.nowMs();
  return (done, all) => {
    const nowMs = world.clock.nowMs();
    if (nowMs - toldAtMs < tellEveryMs || done === all) return;
    toldAtMs = nowMs;
    world.stderr.write(`looking for missing dependencies: ${done} of ${all} releases rendered\n`);
  };
}

const tellEveryMs = 8_000;
