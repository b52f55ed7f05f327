// `npm run bench`: times the built command line on a sandbox of its own and prints ratios, all of one run.
//   --only NAME   these scenarios alone (again and again)      --json      the rows as JSON on stdout
//   --no-fail     exit 0 although a target is missed           --program   another built headway.js
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runAgentIdle, runPushes, runStorm } from "./agent-scenarios.ts";
import { type Bench, openBench } from "./bench.ts";
import { runOverlays } from "./overlays.ts";
import { runStartUp, runUnchanged } from "./quiet-scenarios.ts";
import { runRecovery } from "./recovery-scenario.ts";
import { runResolve } from "./resolve-scenario.ts";
import { runServers } from "./servers-scenario.ts";
import { renderRows, type Row } from "./rows.ts";
import { type Findings, handOffRows, runChain, runLayered, runMany, runWide } from "./scenarios.ts";

type Scenario = (bench: Bench, findings: Findings) => Promise<readonly Row[]>;

const scenarios: Readonly<Record<string, Scenario>> = {
  "start-up": runStartUp,
  overlays: runOverlays,
  chain: runChain,
  layered: runLayered,
  wide: runWide,
  many: runMany,
  unchanged: runUnchanged,
  resolve: runResolve,
  servers: runServers,
  pushes: runPushes,
  storm: runStorm,
  recovery: runRecovery,
  "agent-idle": runAgentIdle,
};

const { values: flags } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    "no-fail": { type: "boolean", default: false },
    program: {
      type: "string",
      default: fileURLToPath(new URL("../../dist/headway.js", import.meta.url)),
    },
  },
});

const say = (text: string): void => {
  process.stderr.write(`bench: ${text}\n`);
};

async function runAll(names: readonly string[]): Promise<readonly Row[]> {
  const findings: Findings = { handOffs: [], ownHandOffs: [] };
  const rows: Row[] = [];
  const bench = await openBench(flags.program, say);
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void bench.close().finally(() => process.exit(130)));
  try {
    await warmUp(bench);
    for (const name of names) {
      say(`── ${name}`);
      rows.push(...((await scenarios[name]?.(bench, findings)) ?? []));
      await bench.cleanUp();
    }
    if (findings.handOffs.length > 0) rows.unshift(...handOffRows(bench, findings));
  } finally {
    await bench.close();
  }
  return rows;
}

// The first run on a fresh control plane pays for what the API server sets up once.
async function warmUp(bench: Bench): Promise<void> {
  const stack = await bench.freshStack();
  stack.write([{ name: "warm-up", readyAfterMs: 0, dependsOn: [] }]);
  await bench.apply(stack);
  await bench.cleanUp();
}

const wanted = flags.only ?? Object.keys(scenarios);
// The hand-off is measured where there are dependencies.
const names = wanted.flatMap((name) => (name === "hand-off" ? ["chain", "layered"] : [name]));
const unknown = names.filter((name) => !(name in scenarios));
if (unknown.length > 0) {
  say(`no such scenario: ${unknown.join(", ")}; there are: hand-off, ${Object.keys(scenarios).join(", ")}`);
  process.exitCode = 2;
} else {
  const rows = await runAll([...new Set(names)]);
  process.stdout.write(`${flags.json ? JSON.stringify(rows, undefined, 2) : renderRows(rows)}\n`);
  if (!flags["no-fail"] && rows.some((row) => !row.isMet)) process.exitCode = 1;
}
