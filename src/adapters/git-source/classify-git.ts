// What a git command's end means. git has one exit code for nearly everything, so its words decide; they are the same
// in every language environment because Headway sets it.
import { failed, type Failure, type FailureKind, type Result } from "../../core/failure.ts";
import { redact, shorten } from "../../core/redact.ts";
import type { GitCredentials } from "../../engine/git-ports.ts";
import type { GitEnd } from "./run-git.ts";

/** A refusal of the world, or `broken`: none that is known, so it may be the cache's. */
export type GitRefusal =
  | { readonly kind: "refused"; readonly failure: Failure }
  | { readonly kind: "broken"; readonly failure: Failure };

type Rule = { readonly pattern: RegExp; readonly kind: FailureKind; readonly next?: string };

const rules: readonly Rule[] = [
  {
    pattern: /host key verification failed|no [a-z0-9-]+ host key is known|identification has changed/i,
    kind: "forbidden",
    next: "compare the server's key with the one it publishes, then put it into known_hosts of the Secret",
  },
  {
    pattern: /^Load key |error in libcrypto|incorrect passphrase|invalid format|identity.*not accessible/im,
    kind: "git-invalid",
    next: "put a private key without a passphrase into identity of the Secret, whole, with its first and last line",
  },
  {
    pattern:
      /permission denied \(|authentication failed|could not read (?:username|password)|returned error: 40[13]|HTTP Basic: Access denied/i,
    kind: "forbidden",
    next: "check the credentials in the Secret: they must be allowed to read this repository",
  },
  {
    pattern: /couldn't find remote ref|not our ref|does not allow request for unadvertised object/i,
    kind: "git-missing",
    next: "check the name of the branch, tag or commit; a single commit is handed out only while a ref leads to it",
  },
  {
    pattern:
      /repository '.*' not found|repository not found|returned error: 404|does not appear to be a git repository|project you were looking for could not be found/i,
    kind: "git-missing",
    next: "check the URL; many servers say the same where the credentials may not read it",
  },
  {
    pattern: /returned error: 3\d\d|redirect/i,
    kind: "git-invalid",
    next: "Headway follows no redirects, so that credentials stay where they belong: use the address it leads to",
  },
  {
    pattern: /certificate|SSL|TLS|CAfile/,
    kind: "unreachable",
    next: "put the certificate authority of the server into ca.crt of the Secret",
  },
  {
    pattern: /out of memory|cannot allocate memory|unable to create thread/i,
    kind: "git-too-large",
    next: "keep declarations, charts and values in a repository of their own",
  },
  {
    pattern: /fsck error|gitmodules.*(?:blob|symlink)/i,
    kind: "git-invalid",
    next: "see what is wrong with it: git fsck in a clone of it",
  },
  {
    pattern:
      /dumb http transport|not valid: is this a git repository|invalid server response|expected service|protocol error|bad line length|does not support --?shallow/i,
    kind: "git-invalid",
    next: "check that the URL is the one of a git repository, at a server that speaks git's smart protocol",
  },
  {
    pattern:
      /exec: git: not found|git: not found|cannot run (?:ssh|gpg)|remote-https?' is not a git command/i,
    kind: "program",
    next: "install git, and ssh for SSH URLs",
  },
  {
    pattern: /no space left on device|disk quota exceeded|read-only file system/i,
    kind: "unknown",
    next: "make room for the cache",
  },
  {
    pattern:
      /could ?n[o']t resolve host|could not resolve|failed to connect|unable to connect|connection (?:refused|timed out|reset|closed)|no route to host|network is unreachable|operation (?:timed out|too slow)|returned error: (?:5\d\d|429|408)|RPC failed|early EOF|hung up unexpectedly|unexpected disconnect|empty reply|recv failure|send failure|transfer closed|expected flush|kex_exchange_identification|broken pipe|couldn't connect/i,
    kind: "unreachable",
  },
];

const nextWhenUnreachable = "check the URL, the network and the server; what was fetched last stays in force";

/** What a command that did not end well means; `doing` says what it was for, as in "branch main of URL could not be read". */
export function refusalOf(
  end: Exclude<GitEnd, { kind: "done" }>,
  doing: string,
  credentials: GitCredentials,
): GitRefusal {
  if (end.kind === "cut") return { kind: "refused", failure: cutFailure(end.reason, doing) };
  const said = cleanWords(end.stderr, credentials);
  const rule = rules.find(({ pattern }) => pattern.test(end.stderr));
  const message = `${doing}: ${said === "" ? "git ended without a word" : said}`;
  if (rule === undefined) return { kind: "broken", failure: { kind: "unknown", message } };
  const next = rule.next ?? nextWhenUnreachable;
  return { kind: "refused", failure: { kind: rule.kind, message, next } };
}

/** The refusal as the port tells it. */
export function refusedBy(refusal: GitRefusal): Result<never> {
  return failed(refusal.failure);
}

function cutFailure(reason: "time" | "stopped" | "output", doing: string): Failure {
  switch (reason) {
    case "time":
      return {
        kind: "unreachable",
        message: `${doing}: the server did not finish in time`,
        next: nextWhenUnreachable,
      };
    case "stopped":
      return { kind: "interrupted", message: `${doing}: stopped` };
    case "output":
      return {
        kind: "git-too-large",
        message: `${doing}: the server says more than Headway listens to`,
        next: "check that the URL is the one of a git repository",
      };
  }
}

/** The line of git's words that says most, without secrets and control characters. */
function cleanWords(stderr: string, credentials: GitCredentials): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map((line) => line.replace(/\p{Cc}+/gu, " ").replace(/^[@\s]+|[@\s]+$/g, ""))
    .filter((line) => line !== "" && !/^(?:warning|hint):/.test(line));
  const isKnown = (line: string): boolean => rules.some(({ pattern }) => pattern.test(line));
  const best = lines.find(isKnown) ?? lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines[0] ?? "";
  return redact(shorten(best.replace(/^(?:fatal|error|remote): ?/, "")), secretsOf(credentials));
}

function secretsOf(credentials: GitCredentials): ReadonlySet<string> {
  switch (credentials.kind) {
    case "none":
      return new Set();
    case "basic": {
      const { username, password } = credentials;
      return new Set(
        [password, Buffer.from(`${username}:${password}`).toString("base64")].filter(isLongEnough),
      );
    }
    case "bearer":
      return new Set([credentials.token].filter(isLongEnough));
    case "ssh":
      return new Set(credentials.identity.split("\n").filter((line) => line.length > 20));
  }
}

function isLongEnough(secret: string): boolean {
  return secret.length >= 4;
}
