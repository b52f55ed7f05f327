// Decrypts one file with the sops program, for age keys alone. Text goes in and out through pipes and keys through the
// child's environment, so that neither stands on a disk or in an argument list.
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";

export type Sops = {
  /** The decrypted text; undefined where no key fits. `moreKeys` are age secret keys, one a line. */
  decrypt(path: string, text: string, moreKeys?: string): Promise<Result<string | undefined>>;
};

/** What sops ends with where it could not get the data key, and where the data were changed behind its back. */
const noKeyCode = 128;
const macMismatchCode = 51;
const timeoutMs = 60_000;
const mostBytes = 16 * 1024 * 1024;

/** `findProgram` is asked once, and only where there is a key. */
export function openSops(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly findProgram: () => Promise<Result<string>>;
}): Sops {
  let program: Promise<Result<string>> | undefined;
  return {
    async decrypt(path, text, moreKeys) {
      const keys = await keysOf(options.env, moreKeys);
      if (Object.keys(keys).length === 0) return succeeded(undefined);
      const found = await (program ??= options.findProgram());
      return found.ok ? await run(found.value, path, text, keys) : found;
    },
  };
}

async function run(
  program: string,
  path: string,
  text: string,
  keys: Readonly<Record<string, string>>,
): Promise<Result<string | undefined>> {
  const format = path.toLowerCase().endsWith(".json") ? "json" : "yaml";
  const end = await execa(
    program,
    ["decrypt", "--input-type", format, "--output-type", format, "--filename-override", `values.${format}`],
    {
      input: text,
      // No home and no cloud's credentials: a file can name any key service, and is not to be asked at one.
      env: { ...pathOf(), ...keys },
      extendEnv: false,
      cwd: "/",
      reject: false,
      stripFinalNewline: false,
      timeout: timeoutMs,
      maxBuffer: mostBytes,
    },
  );
  if (end.exitCode === 0) return succeeded(end.stdout);
  if (end.exitCode === noKeyCode) return succeeded(undefined);
  return failed(refusal(path, end.exitCode, end.timedOut));
}

/** What sops itself writes may hold parts of the file, so it is not told on. */
function refusal(path: string, code: number | undefined, timedOut: boolean): Failure {
  const doing = `decrypting ${path}`;
  if (code === macMismatchCode)
    return {
      kind: "values-unreadable",
      message: `${doing}: it was changed after sops had written it (its MAC does not fit)`,
      next: "Take the last good version from git, and change it with sops edit.",
    };
  return {
    kind: "values-unreadable",
    message: `${doing}: sops ${timedOut ? "did not end in time" : `ended with code ${code ?? "unknown"}`}`,
    next: `Try it by hand: sops decrypt ${path}`,
  };
}

/** Where sops finds age keys: as in its own manual, with the standard file named, because sops is given no home. */
async function keysOf(
  env: Readonly<Record<string, string | undefined>>,
  moreKeys: string | undefined,
): Promise<Readonly<Record<string, string>>> {
  const keys: Record<string, string> = {};
  for (const name of ["SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE", "SOPS_AGE_SSH_PRIVATE_KEY_FILE"]) {
    const value = env[name];
    if (value !== undefined && value !== "") keys[name] = value;
  }
  const standard = standardFile(env);
  if (keys["SOPS_AGE_KEY_FILE"] === undefined && (await isThere(standard)))
    keys["SOPS_AGE_KEY_FILE"] = standard;
  if (moreKeys !== undefined)
    keys["SOPS_AGE_KEY"] = [keys["SOPS_AGE_KEY"], moreKeys].filter((text) => text !== undefined).join("\n");
  return keys;
}

function standardFile(env: Readonly<Record<string, string | undefined>>): string {
  const home = env["HOME"] ?? homedir();
  const config = env["XDG_CONFIG_HOME"];
  const folder =
    config !== undefined && config !== ""
      ? config
      : process.platform === "darwin"
        ? join(home, "Library", "Application Support")
        : join(home, ".config");
  return join(folder, "sops", "age", "keys.txt");
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function pathOf(): Readonly<Record<string, string>> {
  const path = process.env["PATH"];
  return path === undefined ? {} : { PATH: path };
}
