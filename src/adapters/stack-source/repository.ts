// Where a folder belongs in git: the repository, its remote, and the commit that is checked out.
import { lstat, realpath } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import type { Diagnostic } from "../../core/diagnostic.ts";

type Repository =
  | {
      readonly ok: true;
      readonly root: string;
      readonly remote: string | undefined;
      /** What is checked out; undefined where nothing was committed. */
      readonly commit?: string;
    }
  | { readonly ok: false; readonly problem: Diagnostic };

/** The repository that a folder belongs to; the folder itself, or the package's root above it, where there is none. */
export async function findRepository(folder: string, packageRoot: string | undefined): Promise<Repository> {
  if (!(await hasGitAbove(folder))) {
    const realPackage = packageRoot === undefined ? undefined : await realpath(packageRoot);
    const isPackaged = realPackage !== undefined && isInside(folder, realPackage);
    return { ok: true, root: isPackaged ? realPackage : folder, remote: undefined };
  }
  try {
    const git = await openGit(folder);
    const [top = "", commit] = (await git.revparse(["--show-toplevel", "--revs-only", "HEAD"]))
      .trim()
      .split("\n");
    const root = await realpath(top);
    const lines = await git.raw(["config", "--local", "--null", "--get-regexp", "^remote\\..*\\.url$"]);
    return { ok: true, root, remote: chooseRemote(lines), ...(commit === undefined ? {} : { commit }) };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.trim().split("\n")[0] ?? "") : String(error);
    const suggestion = /dubious ownership/.test(reason)
      ? `let git read it: git config --global --add safe.directory ${folder}`
      : "the repository's remote is part of the stack's identity, so git has to be installed and able to read it";
    const message = `git can't say which repository ${folder} belongs to: ${reason}`;
    return { ok: false, problem: { severity: "error", code: "git-failed", message, suggestion } };
  }
}

/**
 * Whether the checkout of this repository holds more or less than the commit: changes, and files that git does not know and
 * is not told to ignore. True where another commit is checked out by now or git does not say.
 */
export async function isDirty(root: string, commit: string): Promise<boolean> {
  try {
    const git = await openGit(root);
    const [head, changes] = await Promise.all([
      git.revparse(["HEAD"]),
      git.raw(["--no-optional-locks", "status", "--porcelain", "--untracked-files=normal"]),
    ]);
    return head.trim() !== commit || changes !== "";
  } catch {
    return true;
  }
}

/** What a checkout follows; nothing where git says nothing. */
export async function describeCheckout(
  root: string,
): Promise<{ readonly remote?: string; readonly branch?: string; readonly isPushed?: boolean }> {
  if (!(await hasGitAbove(root))) return {};
  try {
    const git = await openGit(root);
    const ask = async (...words: readonly string[]): Promise<string | undefined> => {
      try {
        return (await git.raw([...words])).trim() || undefined;
      } catch {
        return undefined;
      }
    };
    const lines = await ask("config", "--local", "--null", "--get-regexp", "^remote\\..*\\.url$");
    const remote = lines === undefined ? undefined : chooseRemote(lines);
    const own = await ask("symbolic-ref", "--quiet", "--short", "HEAD");
    const followed = own === undefined ? undefined : await ask("config", "--local", `branch.${own}.merge`);
    const branch = followed?.replace(/^refs\/heads\//, "") ?? own;
    const ahead = await ask("rev-list", "--count", "@{upstream}..HEAD");
    return {
      ...(remote === undefined ? {} : { remote }),
      ...(branch === undefined ? {} : { branch }),
      ...(ahead === undefined ? {} : { isPushed: ahead === "0" }),
    };
  } catch {
    return {};
  }
}

async function openGit(folder: string) {
  const { simpleGit } = await import("simple-git");
  return simpleGit({ baseDir: folder, timeout: { block: 10_000 } }).env(gitEnvironment());
}

async function hasGitAbove(folder: string): Promise<boolean> {
  for (let current = folder; ; current = dirname(current)) {
    try {
      await lstat(join(current, ".git"));
      return true;
    } catch {
      if (dirname(current) === current) return false;
    }
  }
}

/** git's own variables could point it to another repository or another program. */
function gitEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SYSTEMROOT"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), LC_ALL: "C" };
}

/** `origin` where it exists, else the first by name. Each record is KEY, line feed, VALUE, NUL. */
function chooseRemote(text: string): string | undefined {
  const remotes = text.split("\0").flatMap((record) => {
    const at = record.indexOf("\n");
    return at < 0 ? [] : [{ key: record.slice(0, at), url: record.slice(at + 1) }];
  });
  const origin = remotes.find(({ key }) => key === "remote.origin.url");
  return (origin ?? remotes.toSorted((a, b) => (a.key < b.key ? -1 : 1))[0])?.url;
}

/** True for the folder itself and all below it; both real paths. */
export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
