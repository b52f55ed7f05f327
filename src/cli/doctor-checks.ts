// The checks of `headway doctor`: looking at this machine, at a stack's needs and at the cluster. What a finding means is
// core/doctor.ts.
import { execFile } from "node:child_process";
import { constants, existsSync } from "node:fs";
import { access, readFile, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Declaration } from "../core/declaration.ts";
import { hasErrors } from "../core/diagnostic.ts";
import {
  judgeCache,
  judgeClock,
  judgeCluster,
  judgeNoCluster,
  judgeProgram,
  judgeRights,
  wantedRights,
} from "../core/doctor.ts";
import type { Check } from "../core/doctor.ts";
import { readStack } from "../core/declarations/read-declarations.ts";
import { kustomizationNames } from "../core/declarations/stack-files.ts";
import type { StackFolder } from "../engine/ports.ts";
import type { ClusterFlags } from "./options.ts";
import type { World } from "./world.ts";
import { counted } from "../views/counted.ts";

/** Programs that a stack needs besides helm. */
export type Needs = { readonly git: boolean; readonly kustomize: boolean; readonly sops: boolean };

export type Survey = {
  readonly checks: readonly Check[];
  readonly namespaces: readonly string[];
  readonly needs: Needs;
};

/** More namespaces than this are not asked about one by one. */
const mostNamespaces = 10;

/** What a folder needs as far as its names tell. */
export function needsAtSight(dir: string): Needs {
  const kustomize = kustomizationNames.some((name) => existsSync(join(dir, name)));
  return { git: hasGitAbove(dir), kustomize, sops: false };
}

/** What the stack in a folder needs; a folder without one needs nothing. No program is got for it. */
export async function surveyStack(world: World, dir: string): Promise<Survey> {
  const needs = needsAtSight(dir);
  const { inspectProgram } = await import("../sandbox/programs.ts");
  if (needs.kustomize && (await inspectProgram("kustomize", world.env)).kind !== "found")
    return {
      checks: [
        {
          check: "stack",
          verdict: "warning",
          found: `${dir} has a kustomization`,
          meaning: "it can be read when kustomize is here",
          next: "See headway validate, which gets kustomize.",
        },
      ],
      namespaces: [],
      needs,
    };
  const folder = await world.readStackFolder(dir);
  if (folder.value === undefined) {
    const [first] = folder.diagnostics;
    return {
      checks: [{ ...badStack(first?.message ?? `${dir} can't be read`), ...nextOf(first?.suggestion) }],
      namespaces: [],
      needs,
    };
  }
  const { value: stack, diagnostics } = readStack(folder.value);
  const namespaces = [...new Set(stack.declarations.map(({ namespace }) => namespace))].toSorted();
  const isThere = folder.value.stackFile !== undefined || stack.declarations.length > 0;
  // A folder that is no stack is no mistake here.
  const errors = [...folder.diagnostics, ...diagnostics].filter(
    ({ severity, code }) => severity === "error" && (isThere || code !== "no-releases"),
  );
  const found = `${stack.name}: ${counted(stack.declarations.length, "release")} in ${counted(namespaces.length, "namespace")}`;
  const check: Check = hasErrors(errors)
    ? {
        ...badStack(`${stack.name}: ${counted(errors.length, "error")}`),
        next: "See headway validate.",
      }
    : { check: "stack", verdict: "ok", found: isThere ? found : "none in this folder" };
  return {
    checks: [check],
    namespaces: namespaces.slice(0, mostNamespaces),
    needs: { ...needs, sops: await hasEncrypted(folder.value, stack.declarations) },
  };
}

function badStack(found: string): Check {
  return { check: "stack", verdict: "error", found, meaning: "plan and apply refuse it" };
}

function nextOf(suggestion: string | undefined): { readonly next?: string } {
  return suggestion === undefined ? {} : { next: suggestion };
}

function hasGitAbove(dir: string): boolean {
  for (let current = resolve(dir); ; current = dirname(current)) {
    if (existsSync(join(current, ".git"))) return true;
    if (dirname(current) === current) return false;
  }
}

const largestValuesFile = 4 * 1024 * 1024;

// SOPS keeps what it needs to know in a key of its own at the top of the file.
async function hasEncrypted(folder: StackFolder, declarations: readonly Declaration[]): Promise<boolean> {
  const paths = new Set(
    declarations.flatMap(({ values }) =>
      values.flatMap((source) => (source.kind === "file" ? source.path : [])),
    ),
  );
  const found = await Promise.all(
    [...paths].map(async (path) => {
      try {
        const file = join(folder.repositoryRoot, path);
        if ((await stat(file)).size > largestValuesFile) return false;
        return /^(?:sops:|\s*"sops"\s*:)/m.test(await readFile(file, "utf8"));
      } catch {
        return false;
      }
    }),
  );
  return found.includes(true);
}

/** Each check of this machine as it goes on. */
export function checkMachine(
  world: World,
  needs: Needs,
): readonly { readonly check: string; readonly done: Promise<readonly Check[]> }[] {
  const program = async (
    name: "helm" | "kustomize" | "sops",
    isNeeded: boolean,
  ): Promise<readonly Check[]> => {
    const { inspectProgram } = await import("../sandbox/programs.ts");
    return [judgeProgram(name, await inspectProgram(name, world.env), isNeeded)];
  };
  const node: Check = { check: "node", verdict: "ok", found: `v${process.versions.node}` };
  return [
    { check: "node", done: Promise.resolve([node]) },
    { check: "git", done: checkGit(needs.git) },
    { check: "helm", done: program("helm", true) },
    { check: "kustomize", done: program("kustomize", needs.kustomize) },
    { check: "sops", done: program("sops", needs.sops) },
    { check: "cache", done: checkCache(world) },
  ];
}

async function checkGit(isNeeded: boolean): Promise<readonly Check[]> {
  try {
    const { stdout } = await promisify(execFile)("git", ["--version"], { timeout: 5_000 });
    return [{ check: "git", verdict: "ok", found: stdout.trim().replace(/^git version /, "v") }];
  } catch {
    return isNeeded
      ? [
          {
            check: "git",
            verdict: "error",
            found: "not on PATH",
            meaning: "the stack is in a git repository, whose remote says whose releases are whose",
            next: "Install git.",
          },
        ]
      : [{ check: "git", verdict: "ok", found: "not on PATH; not needed outside of a repository" }];
  }
}

async function checkCache(world: World): Promise<readonly Check[]> {
  const { programCacheDir } = await import("../sandbox/program-cache.ts");
  const folder = dirname(programCacheDir(world.env));
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const isWritable = await access(there, constants.W_OK).then(
    () => true,
    () => false,
  );
  const free = await statfs(there).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  return [judgeCache(folder, free, isWritable)];
}

/** The cluster, its clock and this user's rights, asked within `deadlineMs`. */
export async function checkCluster(
  world: World,
  flags: ClusterFlags,
  namespaces: readonly string[],
  deadlineMs: number,
): Promise<readonly Check[]> {
  const connection = await world.connect(flags);
  if (!connection.ok) return [judgeNoCluster(connection.failure)];
  const { server, context } = connection.value;
  try {
    const rights = wantedRights(flags.systemNamespace ?? "headway-system", namespaces);
    const probe = await connection.value.probe(rights, deadlineMs);
    if (!probe.ok) return [judgeNoCluster(probe.failure)];
    const cluster = { server, context, ...probe.value };
    return [judgeCluster(cluster), judgeClock(cluster), judgeRights(rights, probe.value.may)];
  } finally {
    connection.value.close();
  }
}
