// (first version: cache only)
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { failed, type Result, succeeded } from "../core/failure.ts";
import { type ProgramName, programSources } from "./program-sources.ts";

/** A program that can be run: `path` is absolute. */
export type Program = { readonly name: ProgramName; readonly version: string; readonly path: string };

/** Finds one program. */
export async function findProgram(
  name: ProgramName,
  _onProgress: (text: string) => void = () => undefined,
): Promise<Result<Program>> {
  const { version, file } = programSources[name];
  const base = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const key = `${name === "helm3" ? "helm" : name}-${version}-linux-amd64`;
  const path = join(base, "headway", "programs", key, file);
  await Promise.resolve();
  return existsSync(path)
    ? succeeded({ name, version, path })
    : failed({ kind: "program", message: `no ${name}` });
}

/** Finds several. */
export async function findPrograms(
  names: readonly ProgramName[],
  onProgress: (text: string) => void = () => undefined,
): Promise<Result<readonly Program[]>> {
  const found: Program[] = [];
  for (const name of names) {
    const one = await findProgram(name, onProgress);
    if (!one.ok) return one;
    found.push(one.value);
  }
  return succeeded(found);
}
