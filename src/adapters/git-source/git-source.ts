// Git repositories through mirrors on disk. Calls for one repository take turns, and a mirror that turns out to be broken
// is made anew.
import { mkdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { relateCommits, type CommitRelation } from "../../core/git/commit-relation.ts";
import { credentialsProblem } from "../../core/git/credentials-problem.ts";
import { describeRef, isCommitSha, refProblem } from "../../core/git/git-ref.ts";
import { readGitUrl, type GitUrl, type GitUrlRules } from "../../core/git/git-url.ts";
import type { TreeBounds, TreeProblem } from "../../core/git/tree-listing.ts";
import type { ExportedCommit, GitRemote, GitSource, GitWish } from "../../engine/git-ports.ts";
import { endProcessesIn } from "./end-processes.ts";
import { exportCommit } from "./export-commit.ts";
import { fetchWish, type Attempt, type FetchLimits, type FetchPlaces } from "./fetch-wish.ts";
import {
  discardMirror,
  isShallow,
  mirrorName,
  openMirror,
  replaceMirror,
  wantsPacking,
  type Mirror,
} from "./mirror.ts";
import { prepareGit, runGit, type GitBounds, type GitLimits, type GitPlace } from "./run-git.ts";

export type GitSourceLimits = GitLimits &
  FetchLimits &
  TreeBounds & {
    readonly exportMs: number;
    /** Packs in a mirror, above which they are made one. */
    readonly mostPacks: number;
  };

/** What a repository of declarations, charts and values stays below by far. */
const ordinaryLimits: GitSourceLimits = {
  fileBytes: 512 * 1024 * 1024,
  memoryBytes: 3 * 1024 * 1024 * 1024,
  questionMs: 60_000,
  fetchMs: 300_000,
  depth: 200,
  exportMs: 120_000,
  mostPacks: 40,
  mostEntries: 50_000,
  largestFileBytes: 32 * 1024 * 1024,
  mostBytes: 256 * 1024 * 1024,
};

export type GitSourceOptions = {
  /** A folder for this process alone; what is in it can be lost. It is made where it does not exist. */
  readonly cacheDir: string;
  /** True to take http:// too: for tests, and servers on the same machine. */
  readonly allowsPlainHttp?: boolean;
  readonly limits?: Partial<GitSourceLimits>;
};

/** Opens the source; what an earlier process has left half done in the cache is removed. Throws where it can't be used. */
export async function openGitSource(options: GitSourceOptions): Promise<GitSource> {
  const limits = { ...ordinaryLimits, ...options.limits };
  const rules = { allowsPlainHttp: options.allowsPlainHttp === true };
  const places = await openCache(options.cacheDir, limits);
  const closing = new AbortController();
  const inTurn = turns(places.mirrors, closing.signal);
  const stopOn = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal]);
  const fetch: GitSource["fetch"] = async (wish, signal) => {
    const url = readWish(wish, rules);
    if (typeof url !== "string" && "kind" in url) return failed(url);
    return await inTurn(wish, async (mirror) => {
      const attempt = (fresh: Mirror) => fetchWish(fresh, wish, url, places, limits, stopOn(signal));
      const end = await healed(mirror, attempt);
      if (end.kind === "done" && (await wantsPacking(mirror, limits.mostPacks)))
        await pack(mirror, places, limits);
      return end.kind === "done" ? succeeded(end.value) : failed(end.failure);
    });
  };
  return {
    fetch,
    relate: (remote, from, to) => inTurn(remote, (mirror) => relate(mirror, places, limits, from, to)),
    export: async (remote, sha, signal) => {
      const wish: GitWish = { ...remote, ref: { kind: "commit", sha } };
      const url = readWish(wish, rules);
      if ("kind" in url) return failed(url);
      return await inTurn(remote, async (mirror) => {
        const bounds = { timeMs: limits.exportMs, signal: stopOn(signal) };
        const end = await healed(mirror, async (fresh, isSecond) => {
          if (isSecond) {
            const again = await fetchWish(fresh, wish, url, places, limits, stopOn(signal));
            if (again.kind !== "done") return again;
          }
          return await exportFrom(fresh, wish, sha, places, limits, bounds);
        });
        return end.kind === "done" ? succeeded(end.value) : failed(end.failure);
      });
    },
    close: async () => {
      closing.abort();
      await inTurn.ended();
      await rm(places.exports, { recursive: true, force: true });
    },
  };
}

type Places = FetchPlaces & { readonly mirrors: string; readonly exports: string };

async function openCache(cacheDir: string, limits: GitLimits): Promise<Places> {
  await mkdir(cacheDir, { recursive: true, mode: 0o700 });
  const cache = await realpath(cacheDir);
  const places = {
    mirrors: join(cache, "mirrors"),
    visits: join(cache, "visits"),
    exports: join(cache, "exports"),
  };
  // A visit holds credentials, and nobody knows of an earlier process's exports any more.
  for (const folder of [places.visits, places.exports]) {
    endProcessesIn(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
  for (const folder of Object.values(places)) await mkdir(folder, { recursive: true, mode: 0o700 });
  return { ...places, launcher: await prepareGit(cache, limits) };
}

type Turns = {
  <T>(remote: GitRemote, act: (mirror: Mirror) => Promise<Result<T>>): Promise<Result<T>>;
  /** Resolves when nothing runs. */
  ended(): Promise<void>;
};

/** One call after the other for each mirror. What the file system refuses is a failure of the call. */
function turns(mirrors: string, closing: AbortSignal): Turns {
  const queues = new Map<string, Promise<unknown>>();
  const take: Omit<Turns, "ended"> &
    (<T>(remote: GitRemote, act: (mirror: Mirror) => Promise<Result<T>>) => Promise<Result<T>>) = async (
    remote,
    act,
  ) => {
    const name = mirrorName(remote);
    const turn = (queues.get(name) ?? Promise.resolve()).then(async () =>
      closing.aborted ? failed(closedFailure) : await act(await openMirror(join(mirrors, name))),
    );
    const settled = turn.catch(() => undefined);
    queues.set(name, settled);
    try {
      return await turn;
    } catch (error) {
      return failed(cacheFailure(remote.url, error));
    } finally {
      if (queues.get(name) === settled) queues.delete(name);
    }
  };
  return Object.assign(take, {
    ended: async () => {
      await Promise.all(queues.values());
    },
  });
}

const closedFailure: Failure = { kind: "interrupted", message: "the git source is closed" };

function cacheFailure(url: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    kind: "unknown",
    message: `the cache of ${url} could not be used: ${reason}`,
    next: "make room for it, and see that its folder can be written",
  };
}

/** What is wrong with a wish before anybody is asked; else its address. */
function readWish(wish: GitWish, rules: GitUrlRules): GitUrl | Failure {
  const url = readGitUrl(wish.url, rules);
  if (typeof url === "string") return invalid(`the URL of the git source ${url}`);
  const problem = refProblem(wish.ref);
  if (problem !== undefined) return invalid(`${describeRef(wish.ref)} of ${wish.url} ${problem}`);
  const credentials = credentialsProblem(url, wish.credentials);
  return credentials === undefined ? url : invalid(`${wish.url} can't be reached: ${credentials}`);
}

function invalid(message: string): Failure {
  return {
    kind: "git-invalid",
    message,
    next: "correct it in the StackSync, or in the Secret that it names",
  };
}

/**
 * Tries again with a new mirror where the first attempt has found this one broken. The old one stays until the new one has
 * proven itself: what was fetched last may be all there is for a while, and it may be the server that is broken.
 */
async function healed<T>(
  mirror: Mirror,
  attempt: (mirror: Mirror, isSecond: boolean) => Promise<Attempt<T>>,
): Promise<Attempt<T>> {
  const first = await attempt(mirror, false);
  if (first.kind !== "broken") return first;
  const place = { folder: `${mirror.folder}.anew` };
  await discardMirror(place);
  const anew = await openMirror(place.folder);
  const second = await attempt(anew, true);
  if (second.kind === "done") await replaceMirror(mirror, anew);
  else await discardMirror(anew);
  return second;
}

async function relate(
  mirror: Mirror,
  places: Places,
  limits: FetchLimits,
  from: string,
  to: string,
): Promise<Result<CommitRelation>> {
  if (from === to) return succeeded("same");
  if (!isCommitSha(from) || !isCommitSha(to)) return succeeded("unknown");
  const bounds = { timeMs: limits.questionMs, answers: [0, 1] };
  const end = await runGit(placeOf(mirror, places), ["merge-base", "--end-of-options", from, to], bounds);
  // A commit that is not here, or a mirror that is broken: the next fetch finds out.
  if (end.kind !== "done") return succeeded("unknown");
  const common = end.stdout.trim();
  return succeeded(relateCommits(from, to, common === "" ? undefined : common, !(await isShallow(mirror))));
}

async function exportFrom(
  mirror: Mirror,
  remote: GitRemote,
  sha: string,
  places: Places,
  limits: TreeBounds,
  bounds: GitBounds,
): Promise<Attempt<ExportedCommit>> {
  const doing = `the files of commit ${sha.slice(0, 12)} of ${remote.url} could not be read`;
  try {
    const end = await exportCommit(placeOf(mirror, places), sha, places.exports, limits, bounds);
    if (end.kind === "refused") return { kind: "refused", failure: treeFailure(end.problem, doing) };
    const { root, links, submodules } = end;
    const release = () => rm(root, { recursive: true, force: true });
    return { kind: "done", value: { root, leftOut: { links, submodules }, release } };
  } catch (error) {
    if (bounds.signal?.aborted === true)
      return { kind: "refused", failure: { kind: "interrupted", message: `${doing}: stopped` } };
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "broken", failure: { kind: "unknown", message: `${doing}: ${reason}` } };
  }
}

function treeFailure(problem: TreeProblem, doing: string): Failure {
  const message = `${doing}: it ${problem.message}`;
  switch (problem.kind) {
    case "too-many":
    case "too-much":
      return {
        kind: "git-too-large",
        message,
        next: "keep declarations, charts and values in a repository of their own",
      };
    case "bad-name":
      return { kind: "git-invalid", message, next: "rename it in the repository" };
    case "unreadable":
      return { kind: "git-invalid", message };
  }
}

function placeOf(mirror: Mirror, places: Places): GitPlace {
  return { repository: mirror.folder, launcher: places.launcher };
}

/** One pack out of many, without what no kept commit leads to. Where that fails, the mirror is made anew some time. */
async function pack(mirror: Mirror, places: Places, limits: FetchLimits): Promise<void> {
  const argv = ["gc", "--quiet", "--prune=now"];
  const end = await runGit(placeOf(mirror, places), argv, { timeMs: limits.fetchMs });
  if (end.kind !== "done") await discardMirror(mirror);
}
