// Charts rendered by helm without a cluster: what an export prints, and what a release would bring.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import type { ManifestOrder, ManifestPrinter } from "../../engine/ports.ts";
import { classifyHelmError } from "./classify.ts";
import { prepareHelmHome, startHelm } from "./run-helm.ts";

/** A chart that calls itself without end must not keep anybody waiting. */
const longestMs = 60_000;

/** Helm is found on first need; `close` removes what it was given. */
export function openManifestPrinter(findProgram: () => Promise<Result<string>>): ManifestPrinter {
  let home: Promise<Result<{ readonly program: string; readonly runFolder: string }>> | undefined;
  const open = async (): Promise<Result<{ readonly program: string; readonly runFolder: string }>> => {
    const program = await findProgram();
    if (!program.ok) return program;
    const runFolder = await mkdtemp(join(tmpdir(), "headway-render-"));
    await prepareHelmHome(runFolder);
    return succeeded({ program: program.value, runFolder });
  };
  return {
    async print(order) {
      const opened = await (home ??= open());
      if (!opened.ok) return opened;
      const files = order.values.map(() => join(opened.value.runFolder, "values", `${randomUUID()}.yaml`));
      try {
        await Promise.all(
          files.map((file, index) => writeFile(file, order.values[index] ?? "", { mode: 0o600, flag: "wx" })),
        );
        const end = await startHelm(opened.value, templateArguments(order, files), longestMs).ended;
        const doing = `helm template ${order.releaseName}`;
        if (end.exitCode !== 0) return failed(classifyHelmError(end.stderr, doing));
        return end.stdout === undefined
          ? failed({ kind: "render", message: `${doing}: it renders to more than can be read` })
          : succeeded(end.stdout);
      } finally {
        await Promise.all(files.map((file) => rm(file, { force: true })));
      }
    },
    async close() {
      const opened = await home;
      if (opened?.ok === true) await rm(opened.value.runFolder, { recursive: true, force: true });
    },
  };
}

function templateArguments(order: ManifestOrder, valuesFiles: readonly string[]): readonly string[] {
  return [
    "template",
    order.releaseName,
    order.chart.folder,
    "--namespace",
    order.namespace,
    ...valuesFiles.flatMap((file) => ["--values", file]),
    ...(order.crds ? ["--include-crds"] : []),
    ...(order.hooks ? [] : ["--no-hooks"]),
    "--color",
    "never",
  ];
}
