// Whether credentials fit the address they are for, and can be written into git's configuration without changing it.
import type { GitUrl } from "./git-url.ts";

/** Credentials as far as they can be judged without a server. */
export type JudgedCredentials =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string }
  | { readonly kind: "ssh"; readonly identity: string; readonly knownHosts: string };

/** What is wrong with them, as a sentence without their content; undefined where nothing is. */
export function credentialsProblem(url: GitUrl, credentials: JudgedCredentials): string | undefined {
  const isSsh = url.transport === "ssh";
  if (isSsh !== (credentials.kind === "ssh"))
    return isSsh
      ? "an SSH URL needs identity and known_hosts in the Secret"
      : "identity and known_hosts are for SSH URLs: this one needs username and password, or bearerToken";
  switch (credentials.kind) {
    case "none":
      return undefined;
    case "basic":
      if (credentials.username === "" && credentials.password === "")
        return "username and password are empty";
      if (credentials.username.includes(":")) return "username holds a colon";
      return /\p{Cc}/u.test(credentials.username + credentials.password)
        ? "username or password holds a line feed or another control character"
        : undefined;
    case "bearer":
      return /^[!-~]+$/.test(credentials.token)
        ? undefined
        : "bearerToken is empty, or holds a blank, a line feed or a letter beyond ASCII";
    case "ssh":
      return (
        identityProblem(credentials.identity) ??
        (credentials.knownHosts.split("\n").some((line) => /^[^#\s]+ +\S+/.test(line))
          ? undefined
          : "known_hosts names no key of a server")
      );
  }
}

/** "openssh-key-v1", and that nothing encrypts it. */
const openIdentity = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";

function identityProblem(identity: string): string | undefined {
  const [, format, body = ""] = /^-----BEGIN ([A-Z0-9 ]*)PRIVATE KEY-----\s+([^]*)$/m.exec(identity) ?? [];
  if (format === undefined) return "identity is no private key";
  const isLocked =
    format === "OPENSSH " ? !body.startsWith(openIdentity) : /ENCRYPTED/.test(format + body.slice(0, 200));
  return isLocked ? "identity has a passphrase: nobody is there to type it" : undefined;
}
