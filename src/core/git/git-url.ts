// Addresses of git repositories that Headway takes, by what is allowed: https://, ssh:// and git's short form for ssh.
// Everything else that git understands (helpers such as ext::, local paths, file://, options in a host's place) is refused.

export type GitUrl = {
  readonly transport: "https" | "http" | "ssh";
  /** The address as git is given it. */
  readonly text: string;
  /** SCHEME://HOST[:PORT]/ for http and https: what credentials are bound to. */
  readonly origin: string;
  /** In lower case, an IPv6 address in brackets. */
  readonly host: string;
};

export type GitUrlRules = {
  /** True to take http:// too, where whatever is sent can be read and changed on its way. */
  readonly allowsPlainHttp: boolean;
};

const mostCharacters = 1024;

/** Reads an address; a text is what is wrong with it, in words that follow "the URL". It never repeats the address. */
export function readGitUrl(url: string, rules: GitUrlRules): GitUrl | string {
  if (url === "") return "is empty";
  if (url.length > mostCharacters) return `is longer than ${mostCharacters} characters`;
  if (!/^[!-~]+$/.test(url)) return "holds a blank, a control character or a letter beyond ASCII";
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(url)?.[1];
  if (scheme === undefined) return readShortForm(url);
  const rest = url.slice(scheme.length + 3);
  switch (scheme) {
    case "https":
      return readWeb("https", rest, url);
    case "http":
      return rules.allowsPlainHttp ? readWeb("http", rest, url) : "is not encrypted: use https:// or ssh://";
    case "ssh":
      return readSsh(rest, url);
    default:
      return `starts with ${scheme}://: Headway takes https://, ssh:// and USER@HOST:PATH`;
  }
}

function readWeb(transport: "https" | "http", rest: string, text: string): GitUrl | string {
  const { authority, path } = splitAuthority(rest);
  if (authority.includes("@")) return "holds a user name or a password: put them into the Secret instead";
  const problem = authorityProblem(authority) ?? pathProblem(path);
  if (problem !== undefined) return problem;
  const origin = `${transport}://${authority.toLowerCase()}/`;
  return { transport, text, origin, host: hostOf(authority) };
}

function readSsh(rest: string, text: string): GitUrl | string {
  const { authority, path } = splitAuthority(rest);
  const at = authority.lastIndexOf("@");
  const problem =
    userProblem(at < 0 ? undefined : authority.slice(0, at)) ??
    authorityProblem(authority.slice(at + 1)) ??
    pathProblem(path);
  if (problem !== undefined) return problem;
  return { transport: "ssh", text, origin: "", host: hostOf(authority.slice(at + 1)) };
}

/** USER@HOST:PATH; the colon stands before the first slash. */
function readShortForm(url: string): GitUrl | string {
  const parts = /^([^@:/]*)@([^@:/]*):(?!\/\/)\/?(.*)$/.exec(url);
  if (parts === null)
    return "is no address of a git server: write https://HOST/PATH, ssh:// or USER@HOST:PATH";
  const [, user = "", host = "", path = ""] = parts;
  const problem = userProblem(user) ?? hostProblem(host) ?? pathProblem(`/${path}`);
  return problem ?? { transport: "ssh", text: url, origin: "", host: host.toLowerCase() };
}

function splitAuthority(rest: string): { readonly authority: string; readonly path: string } {
  const slash = rest.indexOf("/");
  return slash < 0
    ? { authority: rest, path: "" }
    : { authority: rest.slice(0, slash), path: rest.slice(slash) };
}

function userProblem(user: string | undefined): string | undefined {
  if (user === undefined) return "names no user: write ssh://git@HOST/PATH";
  if (user.includes(":")) return "holds a password: put credentials into the Secret instead";
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(user)
    ? undefined
    : "names a user that Headway does not take";
}

function authorityProblem(authority: string): string | undefined {
  const parts = /^(.*?)(?::([0-9]{1,5}))?$/.exec(authority);
  const port = parts?.[2];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return "names a port that does not exist";
  return hostProblem(parts?.[1] ?? "");
}

function hostProblem(host: string): string | undefined {
  const isName =
    host.length <= 253 &&
    /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/.test(host);
  const isAddress = /^\[[0-9A-Fa-f:.]{2,45}\]$/.test(host);
  return isName || isAddress ? undefined : "names no host that Headway takes";
}

function hostOf(authority: string): string {
  return authority.replace(/:[0-9]*$/, "").toLowerCase();
}

function pathProblem(path: string): string | undefined {
  const names = path.replace(/\/$/, "").split("/").slice(1);
  if (names.length === 0) return "names no repository";
  if (/[?#]/.test(path)) return "holds a query or a fragment";
  const isTaken = names.every(
    (name) =>
      /^(?:[A-Za-z0-9._~+@$,=!-]|%[2-7][0-9A-Fa-f])+$/.test(name) &&
      !name.startsWith("-") &&
      !/^\.{1,2}$/.test(name) &&
      !/%(?:2[ef]|5c|7f)/i.test(name),
  );
  return isTaken ? undefined : "has a path that Headway does not take";
}
