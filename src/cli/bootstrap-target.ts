// Where the agent is to read a stack from: what flags say, else what git says of the folder where a cluster can reach that.
import { gitSecretName, readRef, type SyncWish } from "../core/bootstrap/stack-sync-object.ts";
import { isInKit } from "../core/bootstrap/kit.ts";
import { sourceIdentity } from "../core/declarations/source-identity.ts";
import { parseDuration } from "../core/duration.ts";
import { credentialsProblem, type JudgedCredentials } from "../core/git/credentials-problem.ts";
import { readGitUrl, type GitUrl } from "../core/git/git-url.ts";
import type { LoadedStack } from "../engine/load-stack.ts";
import { safeText } from "../views/terminal-text.ts";
import type { BootstrapInputs } from "./bootstrap-inputs.ts";
import { exitCodes } from "./exit.ts";
import type { Checkout, World } from "./world.ts";

export type TargetFlags = {
  readonly url?: string;
  readonly ref?: string;
  readonly path?: string;
  readonly interval?: string;
  readonly secret?: string;
  readonly serviceAccount?: string;
  readonly allowHttp?: boolean;
};

export type Target = {
  readonly sync: SyncWish;
  /** Whose the stack's releases are, as the agent will know it. */
  readonly source: string;
  /** Whether nothing can be read without credentials. */
  readonly needsSecret: boolean;
  readonly warnings: readonly string[];
};

type Problem = { readonly problem: string; readonly next: string };

/** The exit code where something is missing or can't be taken, after that has been told. */
export async function findTarget(
  world: World,
  { stack, folder }: LoadedStack,
  flags: TargetFlags,
  inputs: BootstrapInputs,
  systemNamespace: string,
): Promise<Target | number> {
  const checkout = await world.readCheckout(folder);
  const commit = await world.readCommit(folder);
  const problems: Problem[] = [];
  const keep = <T extends object>(read: T | Problem): T | undefined => {
    if (!("problem" in read)) return read;
    problems.push(read);
    return undefined;
  };
  if (!stack.hasDocument)
    problems.push({
      problem: "bootstrap needs a headway.yaml: by its name the stack is the same to everybody",
      next: "add a headway.yaml with metadata.name to the stack's folder",
    });
  const url = keep(chooseUrl(flags, checkout));
  const ref = keep(chooseRef(flags, checkout));
  const path = flags.path ?? folder.stackPath;
  if (/(?:^|\/)\.\.(?:\/|$)|\\/.test(path))
    problems.push({ problem: "--path leaves the repository", next: "name the stack's folder from its root" });
  const interval = flags.interval === undefined ? undefined : parseDuration(flags.interval);
  if (interval?.ok === false || (interval?.ok === true && interval.ms < 5_000))
    problems.push({ problem: "--interval is no duration of 5s or more", next: "write 1m, for example" });
  const secretName =
    flags.secret ??
    (inputs.credentials !== undefined || isInKit(inputs.kit, gitSecretOf(stack.name, systemNamespace))
      ? gitSecretName(stack.name)
      : undefined);
  if (inputs.credentials !== undefined && flags.secret !== undefined)
    problems.push({
      problem: "--secret names a Secret that is there, and credentials were handed over as well",
      next: "leave one of the two out",
    });
  const wrong = url === undefined ? undefined : judge(url, inputs.credentials);
  if (wrong !== undefined)
    problems.push({
      problem: `these credentials do not fit: ${wrong}`,
      next: "see headway bootstrap --help",
    });
  for (const { problem, next } of problems)
    world.stderr.write(`error: ${safeText(problem)}\n  try: ${safeText(next)}\n`);
  if (url === undefined || ref === undefined || problems.length > 0) return exitCodes.invalid;
  const cleanPath = path
    .split("/")
    .filter((step) => step !== "" && step !== ".")
    .join("/");
  return {
    sync: {
      name: stack.name,
      namespace: systemNamespace,
      url: url.text,
      ref,
      path: cleanPath,
      ...(flags.interval === undefined ? {} : { interval: flags.interval }),
      ...(secretName === undefined ? {} : { secretName }),
      ...(flags.serviceAccount === undefined ? {} : { serviceAccountName: flags.serviceAccount }),
    },
    source: sourceIdentity(url.text, folder.repositoryRoot, cleanPath),
    needsSecret: url.transport === "ssh",
    warnings: [
      ...(commit?.dirty === true
        ? ["the checkout holds changes that are not committed: the agent will not know them"]
        : []),
      ...(checkout.isPushed === false
        ? ["the checkout holds commits that the remote does not have, as far as git knows: push them"]
        : []),
    ],
  };
}

/** The Secret that is used for a stack's repository where nothing else is said. */
export function gitSecretOf(stack: string, namespace: string) {
  return { kind: "Secret", namespace, name: gitSecretName(stack) } as const;
}

function chooseUrl(flags: TargetFlags, { remote }: Checkout): GitUrl | Problem {
  const next = "name the repository's address, as the cluster reaches it, with --url";
  if (flags.url === undefined && remote === undefined)
    return {
      problem: "the folder's repository has no remote, so nobody knows where the agent is to read it",
      next,
    };
  // What stands before an @ is this person's login.
  const text = flags.url ?? (remote ?? "").replace(/^(https?:\/\/)[^/]*@/, "$1");
  const url = readGitUrl(text, { allowsPlainHttp: flags.allowHttp ?? false });
  if (typeof url !== "string") return url;
  const what = flags.url === undefined ? "the address of the folder's remote" : "--url";
  return { problem: `${what} ${url}`, next };
}

function chooseRef(
  flags: TargetFlags,
  { branch }: Checkout,
): Exclude<ReturnType<typeof readRef>, string> | Problem {
  const next = "name a branch, refs/tags/NAME or a commit with --ref";
  const text = flags.ref ?? branch;
  if (text === undefined) return { problem: "no branch is checked out that the agent could follow", next };
  const ref = readRef(text);
  return typeof ref === "string" ? { problem: `the ref ${text} ${ref}`, next } : ref;
}

function judge(url: GitUrl, texts: BootstrapInputs["credentials"]): string | undefined {
  if (texts === undefined) return undefined;
  const { identity, known_hosts: knownHosts, bearerToken, username, password } = texts;
  const credentials: JudgedCredentials =
    identity !== undefined && knownHosts !== undefined
      ? { kind: "ssh", identity, knownHosts }
      : bearerToken !== undefined
        ? { kind: "bearer", token: bearerToken }
        : username !== undefined && password !== undefined
          ? { kind: "basic", username, password }
          : { kind: "none" };
  return credentialsProblem(url, credentials);
}
