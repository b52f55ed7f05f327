// `headway values NS/NAME`: what a release's values come to, and where each of them was written. Reads the cluster only
// where it is asked to.
import type { Command } from "commander";
import { chartDepth, coalesceChart, writtenPaths } from "../core/values/chart-values.ts";
import type { ValuesLayer, ValuesObject } from "../core/declaration.ts";
import { succeeded, type Result } from "../core/failure.ts";
import { isMap, layerOf, leavesIn, leavesOf, mergeLayers, valueAt } from "../core/values/merge-values.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { describeValuesObject, layersWithMarks, objectsOf } from "../core/values/values-objects.ts";
import { readPins } from "../engine/read-values.ts";
import { chooseStyle } from "../views/style.ts";
import { renderOrigins, renderValues, shownLeaf, withLeaves } from "../views/values-view.ts";
import type { ShownLeaf, ShownValues, ValuesFormat } from "../views/values-view.ts";
import { exitCodes, reportFailure } from "./exit.ts";
import { loadPinnedStack, tellDiagnostics } from "./load-stack.ts";
import { unlockByCluster } from "../engine/load-values.ts";
import { clusterOptions, outputOption } from "./options.ts";
import type { ClusterFlags } from "./options.ts";
import { findNamed, isBroken } from "./select-releases.ts";
import type { World } from "./world.ts";

type ValuesFlags = ClusterFlags & {
  readonly output?: ValuesFormat;
  readonly all?: boolean;
  readonly origins?: boolean;
  readonly showSecrets?: boolean;
  readonly cluster?: boolean;
};

export function registerValuesCommand(program: Command, world: World): void {
  const command = program
    .command("values")
    .description("show a release's merged values, or where each of them was written; needs no cluster")
    .argument("<release>", "NS/NAME, or NAME where it is the only one")
    .argument("[dir]", "the stack's folder", ".");
  command
    .addOption(outputOption(["yaml", "json", "table"]).default(undefined))
    .option("--all", "with the chart's own defaults, as its templates see them")
    .option("--origins", "file and line of each leaf")
    .option("--show-secrets", "show what comes from encrypted files and Secrets")
    .option("--cluster", "read the Secrets and ConfigMaps that values come from");
  for (const option of clusterOptions()) command.addOption(option);
  command.action(async (release: string, dir: string, flags: ValuesFlags) => {
    process.exitCode = await showValues(world, release, dir, flags);
  });
}

async function showValues(world: World, release: string, dir: string, flags: ValuesFlags): Promise<number> {
  const loaded = await loadPinnedStack(world, dir, undefined, flags);
  if (typeof loaded === "number") return loaded;
  // Who has wrong values wants to see them all the more.
  const isWrong = tellDiagnostics(world, loaded.diagnostics);
  if (isBroken(loaded.loaded.stack, release)) return exitCodes.invalid;
  const chosen = findNamed(world, loaded.ready.declarations, [release]);
  if (typeof chosen === "number") return chosen;
  const [id] = chosen;
  if (id === undefined) return exitCodes.invalid;
  let { pins } = loaded.ready;
  if (flags.cluster === true) {
    const connection = await world.connect(flags);
    if (!connection.ok) return reportFailure(world, connection.failure);
    try {
      const stack = await unlockByCluster(connection.value, loaded.files, loaded.ready);
      if (!stack.ok) return reportFailure(world, stack.failure);
      const pin = stack.value.pins.get(id);
      const read: Result<typeof pins> =
        pin === undefined ? succeeded(pins) : await readPins(connection.value.values, new Map([[id, pin]]));
      if (!read.ok) return reportFailure(world, read.failure);
      pins = read.value;
    } finally {
      connection.value.close();
    }
  }
  const pin = pins.get(id);
  if (pin === undefined) return exitCodes.invalid;
  if (pin.unreadable !== undefined) return reportFailure(world, pin.unreadable);
  const shown = await makeShown(world, pin, flags);
  if (shown === undefined) return exitCodes.invalid;
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  if (flags.origins === true || flags.output === "table")
    world.stdout.write(renderOrigins(shown, flags.output ?? "table", style));
  else {
    for (const object of shown.unread)
      world.stderr.write(`not read: ${describeValuesObject(object)} (read it with --cluster)\n`);
    world.stdout.write(renderValues(shown, flags.output ?? "yaml"));
  }
  return isWrong ? exitCodes.invalid : exitCodes.done;
}

/** Everything that may be shown; undefined after telling that the chart can't take the values. */
async function makeShown(
  world: World,
  pin: PinnedRelease,
  flags: ValuesFlags,
): Promise<ShownValues | undefined> {
  const { layers, unread } = layersOf(pin, flags.cluster === true);
  const merged = mergeLayers(layers);
  const showSecrets = flags.showSecrets ?? false;
  const release = pin.declaration.id;
  if (flags.all !== true) {
    const leaves = leavesOf(layers).map((leaf) => shownLeaf(leaf, showSecrets));
    return { release, values: withLeaves(merged, leaves), leaves, unread };
  }
  const coalesced = coalesceChart(await world.readChartValues(pin.chart), merged);
  if ("notAMap" in coalesced) {
    world.stderr.write(
      `error: ${coalesced.notAMap.join(".")} must be a map, because a subchart is called so\n  try: correct the values of ${release}\n`,
    );
    return undefined;
  }
  const leaves = leavesIn(coalesced.values).map(({ path, value }): ShownLeaf => {
    const written = writtenPaths(path, chartDepth(coalesced, path)).flatMap((at) => {
      const layer = isMap(valueAt(merged, at) ?? null) ? undefined : layerOf(layers, at);
      return layer === undefined ? [] : [{ at, layer }];
    });
    const [from] = written;
    if (from === undefined) return { path, value, masked: false, from: "chart" };
    const leaf = shownLeaf({ path: from.at, value, layer: from.layer }, showSecrets);
    return { ...leaf, path };
  });
  return { release, values: withLeaves(coalesced.values, leaves), leaves, unread };
}

/** The layers with marks for objects that were not read, or (read) are not there. */
function layersOf(
  pin: PinnedRelease,
  wasRead: boolean,
): { readonly layers: readonly ValuesLayer[]; readonly unread: readonly ValuesObject[] } {
  if (wasRead) return { layers: pin.values, unread: pin.missing };
  const { layers } = layersWithMarks(pin.declaration, (object) => `«from ${describeValuesObject(object)}»`);
  return { layers, unread: objectsOf(pin.declaration) };
}
