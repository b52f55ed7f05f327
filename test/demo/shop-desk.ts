// A desk with the example shop on it: a private copy of the stack in a git repository, a cluster of its own, and the built
// program. What is done here is shown as it was said, and checked: a step that does not show what it must throws.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa, execaSync } from "execa";
import { findProgram } from "../../src/sandbox/programs.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { startHeadway } from "../kit/cli.ts";
import { testCluster, type TestCluster } from "../kit/sandbox.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a command must have come to: its exit code (0), and words in the order in which they must stand. */
export type Must = { readonly code?: number; readonly show?: readonly RegExp[] };

type RunningProgram = ReturnType<typeof startHeadway>;

export type ShopDesk = {
  readonly cluster: TestCluster;
  readonly auditLog: string;
  /** Runs the built program in the stack's folder, shows it, and checks what it said; all that it said. */
  readonly headway: (command: string | readonly string[], must?: Must) => Promise<string>;
  /** Starts it without showing anything. */
  readonly start: (argv: readonly string[]) => RunningProgram;
  /** Starts the real helm in the stack's folder, as somebody does who does not know of Headway. */
  readonly startHelm: ReturnType<typeof helmStarter>;
  /** Replaces a text in a file of the stack, which must be there, and shows the changed lines. */
  readonly edit: (file: string, from: string, to: string) => void;
  readonly remove: (...releases: readonly string[]) => Promise<void>;
  readonly commit: (message: string) => Promise<void>;
  /** Takes the newest commit back. */
  readonly revert: () => Promise<void>;
  readonly close: () => void;
};

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function title(text: string): void {
  say(`\n── ${text}`);
}

export function sayIndented(text: string): void {
  say(text.trimEnd().replace(/^(?=.)/gm, "    "));
}

/** Copies the example into a repository and commits it. */
export async function openShopDesk(sandbox: Sandbox): Promise<ShopDesk> {
  const helm = await findProgram("helm");
  if (!helm.ok) throw new Error(helm.failure.message);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "headway-failures-")));
  const stack = join(folder, "repository/examples/shop");
  for (const part of ["examples/shop", "charts-index"])
    cpSync(join(root, part), join(folder, "repository", part), { recursive: true });
  const options = { cwd: stack, kubeconfig: sandbox.kubeconfig };
  const git = async (...argv: readonly string[]): Promise<string> => {
    const identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"];
    return (await execa("git", [...identity, ...argv], { cwd: stack })).stdout;
  };
  await git("init", "--quiet", "--initial-branch", "main", "../..");
  await git("remote", "add", "origin", "https://git.example.com/shop/system.git");
  const edit = (file: string, from: string, to: string): void => {
    const before = readFileSync(join(stack, file), "utf8");
    if (!before.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    writeFileSync(join(stack, file), before.replace(from, to));
    say(`$ $EDITOR ${file}`);
    sayIndented(
      changedLines(
        execaSync("git", ["diff", "--unified=0", "--relative", "--", file], { cwd: stack }).stdout,
      ),
    );
  };
  const commitAll = async (message: string): Promise<void> => {
    await git("add", "--all", "../..");
    await git("commit", "--quiet", "--message", message);
  };
  await commitAll("the shop");
  return {
    cluster: testCluster(sandbox),
    auditLog: sandbox.auditLog,
    headway: async (command, must = {}) => {
      const argv = typeof command === "string" ? command.split(" ") : command;
      const shown = `headway ${argv.map(quoted).join(" ")}`;
      say(`$ ${shown}`);
      const end = await startHeadway(argv, options);
      sayIndented(end.all);
      if (end.exitCode !== 0) say(`    (exit code ${String(end.exitCode)})`);
      check(shown, end.exitCode ?? -1, end.all, must);
      return end.all;
    },
    start: (argv) => startHeadway(argv, options),
    startHelm: helmStarter(helm.value.path, { ...options, home: join(folder, "helm") }),
    edit,
    remove: async (...releases) => {
      const files = releases.map((release) => `releases/${release}.yaml`);
      say(`$ git rm ${files.join(" ")}`);
      await git("rm", "--quiet", ...files);
    },
    commit: async (message) => {
      await commitAll(message);
      say(`$ git commit --all --message ${quoted(message)}`);
    },
    revert: async () => {
      say("$ git revert HEAD");
      await git("revert", "--no-edit", "HEAD");
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Helm finds nothing of the person's own: its home is a folder of the desk. */
function helmStarter(
  path: string,
  { cwd, kubeconfig, home }: { readonly cwd: string; readonly kubeconfig: string; readonly home: string },
) {
  mkdirSync(home, { recursive: true });
  const env = {
    KUBECONFIG: kubeconfig,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
  };
  return (...argv: readonly string[]) => {
    say(`$ helm ${argv.map(quoted).join(" ")}`);
    return execa(path, argv, { cwd, reject: false, all: true, env });
  };
}

function quoted(word: string): string {
  return /^[-\w./:=,@+~^]+$/.test(word) ? word : `'${word}'`;
}

/** The changed lines of a diff of one file. */
function changedLines(diff: string): string {
  return diff
    .split("\n")
    .filter((line) => /^[-+](?!-- |\+\+ )/.test(line))
    .join("\n");
}

function check(shown: string, code: number, text: string, must: Must): void {
  const wanted = must.code ?? 0;
  if (code !== wanted) throw new Error(`${shown} ended with ${code}, not with ${wanted}`);
  mustShow(shown, text, must.show ?? []);
}

/** Throws unless the text has all of these, each behind the one before. */
export function mustShow(shown: string, text: string, wanted: readonly RegExp[]): void {
  let rest = text;
  for (const words of wanted) {
    const found = words.exec(rest);
    if (found === null)
      throw new Error(
        `${shown} does not show ${String(words)}${rest === text ? "" : " behind what it has to follow"}`,
      );
    rest = rest.slice(found.index + found[0].length);
  }
}
