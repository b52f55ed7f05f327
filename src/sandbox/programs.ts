// Getting a program that Headway runs: on PATH in a version that fits, else in the cache, else downloaded with the publisher's
// checksum, else built with Go. Which program comes from where is program-sources.ts.
import { execFile } from "node:child_process";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { coerce, satisfies } from "semver";
import type { ProgramFinding } from "../core/doctor.ts";
import { failed, type Result, succeeded } from "../core/failure.ts";
import { buildProgram } from "./program-build.ts";
import { cachedProgram, type CachePlace, fillCache, isExecutable, programCacheDir } from "./program-cache.ts";
import { downloadProgram, mirroredUrl } from "./program-download.ts";
import { type Platform, type ProgramName, programSources, type ProgramSource } from "./program-sources.ts";

/** A program that can be run: `path` is absolute, `version` as its publisher writes it, such as v4.3.1. */
export type Program = { readonly name: ProgramName; readonly version: string; readonly path: string };

/**
 * The environment that decides: PATH, XDG_CACHE_HOME, HEADWAY_PROGRAM_MIRROR (a base URL under which the publishers' files are found by
 * host and path), and Go's own variables.
 */
export type ProgramEnvironment = Readonly<Record<string, string | undefined>>;

/** One line of progress. */
export type OnProgress = (text: string) => void;

type Wanted = {
  readonly name: ProgramName;
  readonly source: ProgramSource;
  readonly env: ProgramEnvironment;
  readonly onProgress: OnProgress;
};

/** Finds or gets one program; fails where nothing worked, saying what was tried, and where a download is not what it should be. */
export async function findProgram(
  name: ProgramName,
  onProgress: OnProgress = () => undefined,
  env: ProgramEnvironment = process.env,
  source: ProgramSource = programSources[name],
): Promise<Result<Program>> {
  const wanted: Wanted = { name, source, env, onProgress };
  const onPath = await findOnPath(source, env);
  if (onPath !== undefined) return succeeded({ name, ...onPath });
  const place = placeOf(source, env);
  const cached = cachedProgram(place);
  if (cached !== undefined) return succeeded({ name, version: source.version, path: cached });
  return await getProgram(wanted, place);
}

/** Looks for a program and gets none: what Headway would use, or from where it would get it. */
export async function inspectProgram(
  name: ProgramName,
  env: ProgramEnvironment = process.env,
  source: ProgramSource = programSources[name],
): Promise<ProgramFinding> {
  const { fits } = source;
  const named = env[`HEADWAY_${name.toUpperCase()}`];
  if (named !== undefined && named !== "") {
    const version = await askVersion(named, source.versionArgs);
    const said = version === undefined ? {} : { version: `v${version}` };
    return version !== undefined && satisfies(version, fits)
      ? { kind: "found", path: named, version: `v${version}`, from: "named" }
      : { kind: "unfit", path: named, fits, ...said };
  }
  const onPath = await findOnPath(source, env);
  if (onPath !== undefined) return { kind: "found", ...onPath, from: "path" };
  const cached = cachedProgram(placeOf(source, env));
  if (cached !== undefined) return { kind: "found", path: cached, version: source.version, from: "cache" };
  const there = programsOnPath(source, env);
  const passedOver = await Promise.all(
    there.map(async (path) => {
      const version = await askVersion(path, source.versionArgs);
      return version === undefined ? { path } : { path, version: `v${version}` };
    }),
  );
  const { host } = mirroredUrl(
    source.download(currentPlatform(), source.version).url,
    env["HEADWAY_PROGRAM_MIRROR"],
  );
  return { kind: "absent", fits, host, passedOver };
}

/** Finds or gets several at the same time; fails with the first failure. */
export async function findPrograms(
  names: readonly ProgramName[],
  onProgress: OnProgress = () => undefined,
  env: ProgramEnvironment = process.env,
): Promise<Result<readonly Program[]>> {
  const results = await Promise.all(names.map((name) => findProgram(name, onProgress, env)));
  const found: Program[] = [];
  for (const result of results) {
    if (!result.ok) return result;
    found.push(result.value);
  }
  return succeeded(found);
}

function currentPlatform(): Platform {
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  return { os: process.platform === "win32" ? "windows" : process.platform, arch };
}

function placeOf(source: ProgramSource, env: ProgramEnvironment): CachePlace {
  const { os, arch } = currentPlatform();
  return {
    dir: programCacheDir(env),
    key: `${source.file}-${source.version}-${os}-${arch}`,
    file: source.file,
  };
}

async function findOnPath(
  source: ProgramSource,
  env: ProgramEnvironment,
): Promise<{ readonly path: string; readonly version: string } | undefined> {
  for (const path of programsOnPath(source, env)) {
    const version = await askVersion(path, source.versionArgs);
    if (version !== undefined && satisfies(version, source.fits)) return { path, version: `v${version}` };
  }
  return undefined;
}

function programsOnPath(source: ProgramSource, env: ProgramEnvironment): readonly string[] {
  // A relative entry would make the program depend on the folder one stands in.
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return [...new Set(folders)].map((folder) => join(folder, source.file)).filter(isExecutable);
}

async function askVersion(path: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, args, { timeout: 10_000 });
    const said = /v?(\d+\.\d+(?:\.\d+)?(?:-[0-9A-Za-z.-]+)?)/.exec(stdout)?.[1];
    return said === undefined ? undefined : coerce(said, { includePrerelease: true })?.version;
  } catch {
    return undefined;
  }
}

async function getProgram(wanted: Wanted, place: CachePlace): Promise<Result<Program>> {
  const { name, source, onProgress } = wanted;
  let outcome: Result<null> = succeeded(null);
  const title = `${source.file} ${source.version}`;
  try {
    const path = await fillCache(
      place,
      async (folder) => {
        outcome = await downloadOrBuild(wanted, folder);
        if (!outcome.ok) throw new Error(outcome.failure.message);
      },
      () => {
        onProgress(`waiting for another process to get ${title}`);
      },
    );
    return succeeded({ name, version: source.version, path });
  } catch (error) {
    if (!outcome.ok) return outcome;
    const reason = error instanceof Error ? error.message : String(error);
    return failed({ kind: "program", message: `${title} can't be put into ${place.dir}: ${reason}` });
  }
}

async function downloadOrBuild(wanted: Wanted, folder: string): Promise<Result<null>> {
  const { source, env, onProgress } = wanted;
  const title = `${source.file} ${source.version}`;
  const download = source.download(currentPlatform(), source.version);
  const mirror = env["HEADWAY_PROGRAM_MIRROR"];
  const { host } = mirroredUrl(download.url, mirror);
  onProgress(`getting ${title} from ${host}`);
  const came = await downloadProgram(download, { folder, file: source.file, mirror }, (text) => {
    onProgress(`getting ${title}: ${text}`);
  });
  switch (came.kind) {
    case "downloaded":
      return succeeded(null);
    case "refused":
      return failed({
        kind: "program",
        message: `${title} was downloaded and refused: ${came.reason}. Nothing was kept.`,
        next: `Try again later, or put ${source.file} ${source.fits} on PATH.`,
      });
    case "unreachable":
      break;
  }
  const built = await buildProgram(
    source.go,
    { folder, file: source.file, env },
    () => {
      onProgress(`building ${title} with Go (minutes, once), because ${came.reason}`);
    },
    (text) => {
      onProgress(`building ${title}: ${text}`);
    },
  );
  if (built.kind === "built") return succeeded(null);
  return failed({
    kind: "program",
    message: `${title} is needed. It is not on PATH in a version ${source.fits}, it can't be downloaded (${came.reason}), and it can't be built: ${built.reason}.`,
    next: `Put ${source.file} ${source.fits} on PATH, let ${host} be reached, or install Go.`,
  });
}
