// A program in helm's place that does what a real one never does when a test wants it: notes how it was started, floods,
// hangs, ignores signals. It stands in for helm only where the process, not Helm, is looked at.
import { chmodSync, existsSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { succeeded } from "../../../src/core/failure.ts";
import { openHelm, type HelmOptions } from "../../../src/adapters/helm/helm-cli.ts";
import { prepareHelmHome } from "../../../src/adapters/helm/run-helm.ts";
import type { Releases, UpgradeOrder } from "../../../src/engine/ports.ts";
import { temporaryFolder } from "../../kit/chart-trees.ts";

export type FakeHelm = {
  readonly program: string;
  readonly runFolder: string;
  /** Of each start: its arguments, and the files that --values named as they were then (mode and text). */
  readonly starts: () => readonly Start[];
  /** What a started helm sees of its environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly open: (options?: Partial<HelmOptions>) => Releases;
};

type Start = { readonly argv: readonly string[]; readonly values: readonly { mode: string; text: string }[] };

/** `body` is shell; it runs after the notes are written. */
export async function fakeHelm(body = "exit 0"): Promise<FakeHelm> {
  const folder = temporaryFolder();
  const program = join(folder, "helm");
  const starts = join(folder, "starts");
  const environment = join(folder, "environment");
  writeFileSync(
    program,
    `#!/bin/sh
env -0 >'${environment}'
{
  printf 'start\\0'
  for argument; do printf 'argument %s\\0' "$argument"; done
  take=
  for argument; do
    [ -n "$take" ] && printf 'values %s %s\\0' "$(stat -c %a "$argument")" "$(cat "$argument"; printf x)"
    take=; [ "$argument" = --values ] && take=1
  done
} >>'${starts}'
${body}
`,
  );
  chmodSync(program, 0o755);
  const runFolder = join(folder, "run");
  await prepareHelmHome(runFolder);
  return {
    program,
    runFolder,
    starts: () => readStarts(starts),
    environment: () =>
      Object.fromEntries(
        readFileSync(environment, "utf8")
          .split("\0")
          .filter((line) => line !== "")
          .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
    open: (options) =>
      openHelm({
        runFolder,
        findProgram: () => Promise.resolve(succeeded(program)),
        decode: () => undefined,
        concurrency: 2,
        ...options,
      }),
  };
}

function readStarts(file: string): readonly Start[] {
  if (!existsSync(file)) return [];
  const starts: { argv: string[]; values: { mode: string; text: string }[] }[] = [];
  for (const note of readFileSync(file, "utf8").split("\0")) {
    if (note === "start") starts.push({ argv: [], values: [] });
    if (note.startsWith("argument ")) starts.at(-1)?.argv.push(note.slice("argument ".length));
    const values = /^values (\d+) ([\s\S]*)x$/.exec(note);
    if (values !== null) starts.at(-1)?.values.push({ mode: values[1] ?? "", text: values[2] ?? "" });
  }
  return starts;
}

/** An upgrade of `api` in `shop`. */
export function upgradeOrder(changes: Partial<UpgradeOrder> = {}): UpgradeOrder {
  return {
    actor: undefined,
    namespace: "shop",
    releaseName: "api",
    chart: {
      folder: "/charts/api",
      name: "api",
      version: "1.0.0",
      digest: "sha256:0",
      hooks: [],
      hasCrds: false,
      hasSchema: false,
      namespaces: [],
    },
    values: ["replicas: 1\n"],
    labels: { "headway.dev/stack": "shop.00000000", "headway.dev/fingerprint": "v1.r1.abc" },
    maxHistory: 10,
    timeoutMs: 60_000,
    wait: "hooks-only",
    forceConflicts: true,
    serverSide: true,
    priority: 0,
    onStarted: () => undefined,
    ...changes,
  };
}

/** Ids of the processes that work in a folder: a helm and what supervises it. */
export function processesIn(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, "") === folder;
      } catch {
        return false;
      }
    })
    .map(Number);
}
