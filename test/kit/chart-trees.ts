// Small charts on disk for tests, and the real helm to compare with.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { findProgram } from "../../src/sandbox/programs.ts";
import { packTar } from "./tar-archives.ts";

/** Contents by path; `{ link }` is a symbolic link. */
export type Tree = Readonly<Record<string, string | Buffer | { readonly link: string }>>;

/** A folder that is removed when the test ends; its real path. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "headway-charts-")));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes files and links below `folder`, over what is there. */
export function writeTree(folder: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    rmSync(file, { recursive: true, force: true });
    if (typeof content === "string" || Buffer.isBuffer(content)) writeFileSync(file, content);
    else symlinkSync(content.link, file);
  }
}

/** A packaged chart (.tgz) in memory; paths are below the chart's folder. */
export function packChart(name: string, tree: Readonly<Record<string, string>>): Buffer {
  return packTar(Object.entries(tree).map(([path, content]) => ({ path: `${name}/${path}`, content })));
}

/** Runs the real helm 4 (HEADWAY_HELM, else the one Headway keeps) in a home of its own; rejects with its words. */
export async function runHelm(...args: readonly string[]): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "headway-helm-"));
  try {
    const { stdout } = await promisify(execFile)(await helmPath(), args, {
      maxBuffer: 64 * 1024 * 1024,
      env: {
        PATH: process.env["PATH"],
        HOME: home,
        HELM_CACHE_HOME: home,
        HELM_CONFIG_HOME: home,
        HELM_DATA_HOME: home,
      },
    });
    return stdout;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function helmPath(): Promise<string> {
  const given = process.env["HEADWAY_HELM"];
  if (given !== undefined) return given;
  const found = await findProgram("helm");
  if (!found.ok) throw new Error(`${found.failure.message}: npm test brings it, or set HEADWAY_HELM`);
  return found.value.path;
}
