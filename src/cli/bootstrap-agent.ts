// The agent's release for `headway bootstrap`: the one that the stack declares, else one of the chart that comes with this
// program, as a stack of its own. Either way the run that installs it is the run of every release.
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import {
  agentStackFiles,
  agentStackSource,
  isAgentChart,
  type AgentWish,
} from "../core/bootstrap/agent-release.ts";
import { failed } from "../core/failure.ts";
import type { ReleaseId } from "../core/ids.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { loadPinnedStack, type StackToPlan } from "../engine/load-stack.ts";
import { hasErrors, type Diagnostic } from "../core/diagnostic.ts";
import { exitCodes } from "./exit.ts";
import { tellDiagnostics, tellUnreadable } from "./load-stack.ts";
import type { World } from "./world.ts";

/** The agent's release among those of a stack; undefined where it holds none. */
export function findDeclaredAgent(
  pins: ReadonlyMap<ReleaseId, PinnedRelease>,
  systemNamespace: string,
): PinnedRelease | undefined {
  const agents = [...pins.values()].filter(({ chart }) => isAgentChart(chart));
  return agents.find(({ declaration }) => declaration.namespace === systemNamespace) ?? agents[0];
}

/** The stack of the agent's release alone; the exit code where its chart refuses the values, after that has been told. */
export async function loadAgentStack(world: World, wish: AgentWish): Promise<StackToPlan | number> {
  // The chart lies beside examples and charts-index, wherever this program is.
  const root = await realpath(join(world.packageRoot, "deploy"));
  const { stackFile, files } = agentStackFiles(wish);
  const loaded = await loadPinnedStack({
    readFolder: () =>
      Promise.resolve({
        value: {
          files,
          stackFile,
          folderName: "agent",
          stackRoot: root,
          repositoryRoot: root,
          stackPath: "",
          source: agentStackSource,
        },
        diagnostics: [],
      }),
    openCharts: (folder, rules) => world.openCharts(folder, rules),
    openValues: () =>
      Promise.resolve({
        read: () => Promise.resolve(new Map()),
        decrypt: () =>
          Promise.resolve(failed({ kind: "unknown", message: "the agent's values are not encrypted" })),
      }),
    readChartValues: (chart) => world.readChartValues(chart),
  });
  const read = tellUnreadable(world, loaded);
  if (typeof read === "number") return read;
  tellDiagnostics(world, read.diagnostics.map(withoutPlace));
  return hasErrors(read.diagnostics) ? exitCodes.invalid : read;
}

// Where it stands in the text that was made of the flags helps nobody.
function withoutPlace({ severity, code, message, suggestion }: Diagnostic): Diagnostic {
  const next = suggestion === undefined ? {} : { suggestion };
  return { severity, code, message: `the agent's chart: ${message}`, ...next };
}
