// Building a program with a Go toolchain through the Go module proxy: for machines that can't reach the release hosts. Which
// package and version is data in program-sources.ts.
import { execFile, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { lt } from "semver";
import type { GoRecipe } from "./program-sources.ts";

/** The oldest Go that can build what is in program-sources.ts. */
export const OLDEST_GO = "1.26.0";

/** How it went; `no-go`: there is no Go that would do. */
export type BuildOutcome =
  | { readonly kind: "built" }
  | { readonly kind: "no-go"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

type Target = {
  readonly folder: string;
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
};

const HEARTBEAT_MS = 15_000;

// A build outlives a parent that is killed, and would go on for minutes for nobody: this one ends when its third pipe does.
const WITH_PARENT = `
"$@" 3<&- &
program=$!
( cat <&3 >/dev/null; kill "$program" ) 2>/dev/null &
watcher=$!
wait "$program"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`;

// One build takes all the processors there are; two at once only take twice the memory.
let building: Promise<unknown> = Promise.resolve();

/** Builds one program to `folder/file`; builds of one process wait for each other, and `onStart` is told when it is this one's turn. */
export async function buildProgram(
  recipe: GoRecipe,
  target: Target,
  onStart: () => void,
  onProgress: (text: string) => void,
): Promise<BuildOutcome> {
  const missing = await findGoProblem(target.env);
  if (missing !== undefined) return { kind: "no-go", reason: missing };
  const turn = building.then(async () => {
    onStart();
    await build(recipe, target, onProgress);
  });
  building = turn.catch(() => undefined);
  try {
    await turn;
    return { kind: "built" };
  } catch (error) {
    return { kind: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}

async function findGoProblem(env: Target["env"]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION"], { env: goEnvironment(env) });
    const version = /go(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1] ?? "";
    const full = version.split(".").length === 2 ? `${version}.0` : version;
    if (full === "" || lt(full, OLDEST_GO))
      return `Go is ${stdout.trim()}, and ${OLDEST_GO} or later is needed`;
    return undefined;
  } catch {
    return `there is no Go ${OLDEST_GO} or later on PATH`;
  }
}

function goEnvironment(env: Target["env"]): NodeJS.ProcessEnv {
  return { ...env, GOTOOLCHAIN: "local", CGO_ENABLED: "0", GOWORK: "off", GO111MODULE: "on" };
}

async function build(recipe: GoRecipe, target: Target, onProgress: (text: string) => void): Promise<void> {
  const work = join(target.folder, ".build");
  await mkdir(work);
  try {
    const built = await buildInto(work, recipe, target, onProgress);
    await rename(built, join(target.folder, target.file));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs the build in `work` and returns where the program is. */
async function buildInto(
  work: string,
  recipe: GoRecipe,
  target: Target,
  onProgress: (text: string) => void,
): Promise<string> {
  const output = join(work, "program");
  const go = (args: readonly string[]): Promise<void> => runGo(args, work, target.env, onProgress);
  const flags = (ldflags: string): string[] => ["-trimpath", "-ldflags", `-s -w ${ldflags}`.trim()];
  switch (recipe.kind) {
    case "install": {
      await runGo(
        ["install", ...flags(recipe.ldflags ?? ""), `${recipe.package}@${recipe.version}`],
        work,
        { ...target.env, GOBIN: work },
        onProgress,
      );
      // Go leaves a major version at the end of the path out of the name.
      const path = recipe.package.replace(/\/v[0-9]+$/, "");
      return join(work, path.slice(path.lastIndexOf("/") + 1));
    }
    case "require": {
      writeFileSync(join(work, "go.mod"), goMod(""));
      await go(["get", `${recipe.module}@${recipe.version}`]);
      await go(["build", "-mod=mod", ...flags(""), "-o", output, recipe.package]);
      return output;
    }
    case "kubernetes": {
      const replaced = await stagedModules(recipe.version, target.env);
      writeFileSync(join(work, "go.mod"), kubernetesGoMod(recipe.version, replaced));
      await go([
        "build",
        "-mod=mod",
        ...flags(kubernetesLdflags(recipe.version)),
        "-o",
        output,
        recipe.package,
      ]);
      return output;
    }
  }
}

function goMod(rest: string): string {
  return `module headway.dev/program\n\ngo ${OLDEST_GO}\n${rest}`;
}

/**
 * The modules that Kubernetes' own go.mod takes from its staging folder: outside its repository they are published as v0.MINOR.PATCH,
 * and its go.mod can't be used without saying so for each.
 */
async function stagedModules(version: string, env: Target["env"]): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)(
    "go",
    ["mod", "download", "-json", `k8s.io/kubernetes@${version}`],
    {
      env: goEnvironment(env),
      maxBuffer: 10_000_000,
    },
  );
  // What `go mod download -json` prints for a module that was found.
  const { GoMod: path } = JSON.parse(stdout) as { readonly GoMod: string };
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/^\s*(?:replace\s+)?(k8s\.io\/\S+)\s+=>\s+\.\/staging\//gm)].map(
    (found) => found[1] ?? "",
  );
}

function kubernetesGoMod(version: string, staged: readonly string[]): string {
  const stagedVersion = version.replace(/^v1\./, "v0.");
  const replaces = staged.map((module) => `replace ${module} => ${module} ${stagedVersion}\n`).join("");
  return goMod(`\nrequire k8s.io/kubernetes ${version}\n\n${replaces}`);
}

function kubernetesLdflags(version: string): string {
  const [major = "", minor = ""] = version.replace(/^v/, "").split(".");
  const set = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;
  return [
    set("gitVersion", version),
    set("gitMajor", major),
    set("gitMinor", minor),
    set("gitTreeState", "clean"),
  ].join(" ");
}

async function runGo(
  args: readonly string[],
  cwd: string,
  env: Target["env"],
  onProgress: (text: string) => void,
): Promise<void> {
  const child = spawn("sh", ["-c", WITH_PARENT, "sh", "go", ...args], {
    cwd,
    env: goEnvironment(env),
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const began = Date.now();
  const beat = setInterval(() => {
    onProgress(`${Math.round((Date.now() - began) / 1000)} s so far`);
  }, HEARTBEAT_MS);
  const said: string[] = [];
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      // Hundreds of these, and nothing to learn from them.
      if (!line.startsWith("go: downloading")) said.push(line);
    });
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    });
    if (code !== 0) {
      // What was printed last may still be on its way.
      await sleep(20);
      throw new Error(
        `go ${args[0] ?? ""} ended with exit code ${code ?? "none"}:\n${said.slice(-20).join("\n")}`,
      );
    }
  } finally {
    clearInterval(beat);
    for (const pipe of child.stdio) pipe?.destroy();
  }
}
