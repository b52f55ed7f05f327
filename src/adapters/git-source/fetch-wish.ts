// One attempt to bring the commit that a ref names into the mirror: the server is asked what the ref is, and sends what
// the mirror has not.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readCommitObject } from "../../core/git/commit-object.ts";
import { describeRef, fullRefName, isCommitSha } from "../../core/git/git-ref.ts";
import type { GitUrl } from "../../core/git/git-url.ts";
import type { FetchedCommit, GitWish } from "../../engine/git-ports.ts";
import { refusalOf, type GitRefusal } from "./classify-git.ts";
import { keep, keptObjects, takeFetched, type Mirror } from "./mirror.ts";
import { runGit, type GitBounds, type GitEnd, type GitPlace } from "./run-git.ts";
import { verifySignature } from "./verify-signature.ts";
import { beginVisit, fetchedRef } from "./visit.ts";

/** How an attempt ended; a broken one may be better off with a new mirror. */
export type Attempt<T> = { readonly kind: "done"; readonly value: T } | GitRefusal;

export type FetchLimits = {
  /** For a question to the server, and for a look into the mirror. */
  readonly questionMs: number;
  readonly fetchMs: number;
  /** How many commits of a history are fetched, from the ref back. */
  readonly depth: number;
  /** Where git may not write on, see GitLimits. */
  readonly fileBytes: number;
};

export type FetchPlaces = { readonly visits: string; readonly launcher: string };

/** The commit of the wish, in the mirror and verified. Throws what the file system throws. */
export async function fetchWish(
  mirror: Mirror,
  wish: GitWish,
  url: GitUrl,
  places: FetchPlaces,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<Attempt<FetchedCommit>> {
  const visit = await beginVisit(places.visits, mirror, url, wish.credentials);
  try {
    const place = { repository: visit.folder, launcher: places.launcher };
    const talk: Talk = { place, wish, url, limits, signal };
    const found = await fetchObject(talk, mirror);
    if (found.kind !== "done") return found;
    const { object, commit } = found.value;
    const shown = await runGit(place, ["cat-file", "commit", commit], boundsOf(talk));
    if (shown.kind !== "done") return refusedTo(talk, shown, "read");
    const fetched = { sha: commit, ...readCommitObject(shown.stdout) };
    if (wish.verify === undefined) return { kind: "done", value: fetched };
    const signed = { url: wish.url, ref: wish.ref, commit, object };
    const signedBy = await verifySignature(place, signed, wish.verify.keys, boundsOf(talk));
    if (!signedBy.ok) return { kind: "refused", failure: signedBy.failure };
    return { kind: "done", value: { ...fetched, signedBy: signedBy.value } };
  } finally {
    await visit.end();
  }
}

type Talk = {
  readonly place: GitPlace;
  readonly wish: GitWish;
  readonly url: GitUrl;
  readonly limits: FetchLimits;
  readonly signal: AbortSignal;
};

type Found = { readonly object: string; readonly commit: string };

async function fetchObject(talk: Talk, mirror: Mirror): Promise<Attempt<Found>> {
  const { wish } = talk;
  const advertised = await askRemote(talk);
  if (advertised.kind !== "done") return advertised;
  const wanted = advertised.value;
  if ((await keptObjects(mirror)).includes(wanted)) {
    const found = await peel(talk, wanted);
    if (found.kind === "done") await keep(mirror, wanted);
    return found;
  }
  const name = wish.ref.kind === "commit" ? wish.ref.sha : fullRefName(wish.ref);
  const argv = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-auto-gc",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    `--depth=${talk.limits.depth}`,
    "--refmap=",
    "--end-of-options",
    talk.url.text,
    `+${name}:${fetchedRef}`,
  ];
  const bounds = { ...boundsOf(talk), timeMs: talk.limits.fetchMs, transport: talk.url.transport };
  const fetched = await runGit(talk.place, argv, bounds);
  if (fetched.kind === "failed" && (await hasFullPack(talk))) return tooLarge(talk);
  if (fetched.kind !== "done") return refusedTo(talk, fetched, "fetched");
  const found = await peel(talk, fetchedRef);
  if (found.kind === "done") await takeFetched(mirror, talk.place.repository, found.value.object);
  return found;
}

/** git has no words for it: the kernel ends whoever writes on. */
async function hasFullPack({ place, limits }: Talk): Promise<boolean> {
  const folder = join(place.repository, "objects", "pack");
  const names = (await readdir(folder)).filter((name) => name.startsWith("tmp_"));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.some((size) => size >= limits.fileBytes);
}

function tooLarge({ wish, limits }: Talk): GitRefusal {
  const mebibytes = Math.floor(limits.fileBytes / 1024 / 1024);
  const message = `${describeRef(wish.ref)} of ${wish.url} could not be fetched: it is more than ${mebibytes} MiB, packed`;
  const next = "keep declarations, charts and values in a repository of their own";
  return { kind: "refused", failure: { kind: "git-too-large", message, next } };
}

/** What the ref is at the server now. A commit's name is known; the question is whether the server lets us in. */
async function askRemote(talk: Talk): Promise<Attempt<string>> {
  const { ref } = talk.wish;
  const pattern = fullRefName(ref) ?? "HEAD";
  const argv = ["ls-remote", "--quiet", "--end-of-options", talk.url.text, pattern];
  const listed = await runGit(talk.place, argv, { ...boundsOf(talk), transport: talk.url.transport });
  // Whatever it is, it is not the mirror: that has no part in this.
  if (listed.kind !== "done") return { ...refusedTo(talk, listed, "read"), kind: "refused" };
  if (ref.kind === "commit") return { kind: "done", value: ref.sha };
  // git takes the name for the end of one, too: a/refs/heads/main is another ref.
  const lines = listed.stdout.split("\n").map((line) => line.split("\t"));
  const object = lines.find(([, name]) => name === pattern)?.[0];
  if (object !== undefined && isCommitSha(object)) return { kind: "done", value: object };
  return {
    kind: "refused",
    failure: {
      kind: "git-missing",
      message: `${talk.wish.url} has no ${describeRef(ref)}`,
      next: `check the name, and whether somebody has deleted it; nothing is changed as long as it is missing`,
    },
  };
}

/** The object under a name, and the commit that it is or that it names. */
async function peel(talk: Talk, name: string): Promise<Attempt<Found>> {
  const end = await runGit(talk.place, ["rev-parse", name, `${name}^{commit}`, "--"], boundsOf(talk));
  if (end.kind === "cut") return refusedTo(talk, end, "read");
  const [object = "", commit = ""] = end.kind === "done" ? end.stdout.split("\n") : [];
  if (isCommitSha(object) && isCommitSha(commit)) return { kind: "done", value: { object, commit } };
  // What has just come is whole, or git would have said so.
  if (name !== fetchedRef && end.kind === "failed") return refusedTo(talk, end, "read");
  const message = `${describeRef(talk.wish.ref)} of ${talk.wish.url} is no commit`;
  return { kind: "refused", failure: { kind: "git-missing", message } };
}

function boundsOf({ limits, signal }: Talk): GitBounds {
  return { timeMs: limits.questionMs, signal };
}

function refusedTo(talk: Talk, end: Exclude<GitEnd, { kind: "done" }>, act: string): GitRefusal {
  const doing = `${describeRef(talk.wish.ref)} of ${talk.wish.url} could not be ${act}`;
  return refusalOf(end, doing, talk.wish.credentials);
}
