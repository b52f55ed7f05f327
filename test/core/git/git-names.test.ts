// Addresses and refs that Headway hands to git: what it takes, and that nothing else gets through.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { credentialsProblem } from "../../../src/core/git/credentials-problem.ts";
import { refProblem } from "../../../src/core/git/git-ref.ts";
import { readGitUrl, type GitUrl } from "../../../src/core/git/git-url.ts";

const strict = { allowsPlainHttp: false };

function taken(url: string, rules = strict): GitUrl {
  const read = readGitUrl(url, rules);
  if (typeof read === "string") throw new Error(`${url} ${read}`);
  return read;
}

describe("the URL of a repository", () => {
  it.each([
    ["https://github.com/acme/shop.git", "https", "github.com", "https://github.com/"],
    ["https://Git.Example:8443/a/b/", "https", "git.example", "https://git.example:8443/"],
    ["https://dev.azure.com/acme/My%20Project/_git/shop", "https", "dev.azure.com", "https://dev.azure.com/"],
    ["https://[2001:db8::1]:443/r", "https", "[2001:db8::1]", "https://[2001:db8::1]:443/"],
    ["ssh://git@git.example:2222/~ops/shop.git", "ssh", "git.example", ""],
    ["git@github.com:acme/shop.git", "ssh", "github.com", ""],
  ])("%s is taken", (url, transport, host, origin) => {
    expect(taken(url)).toEqual({ transport, host, origin, text: url });
  });

  it.each([
    ["ext::sh -c touch% /tmp/pwn", /blank/],
    ["ext::sh%20-c%20id", /no address/],
    ["EXT::x", /no address/],
    ["fd::3", /no address/],
    ["file:///etc", /file:\/\//],
    ["FILE:///etc", /FILE/],
    ["HTTPS://github.com/a/b", /HTTPS/],
    ["git://github.com/a/b", /git:\/\//],
    ["http://git.example/a", /not encrypted/],
    ["/srv/git/shop.git", /no address/],
    ["../shop.git", /no address/],
    ["shop", /no address/],
    ["ssh://-oProxyCommand=x/y", /no user/],
    ["ssh://git@-oProxyCommand=x/y", /host/],
    ["ssh://-git@host/y", /user/],
    ["ssh://git:hunter2@host/y", /password/],
    ["git@-oProxyCommand=x:r", /host/],
    ["-git@host:r", /user/],
    ["git@host:-r", /path/],
    ["git@host:a/../b", /path/],
    ["git@host:ext::x", /path/],
    ["git@host://x", /no address/],
    [" https://git.example/a", /blank/],
    ["https://git.example/a\r\nb", /blank/],
    ["https://git.example/a\u0000b", /blank/],
    ["https://gït.example/a", /ASCII/],
    ["https://user:hunter2@git.example/a", /Secret/],
    ["https://user@git.example/a", /Secret/],
    ["https://git.example@evil.example/a", /Secret/],
    ["https://git.example", /no repository/],
    ["https://git.example/", /no repository/],
    ["https:///a/b", /host/],
    ["https://git.example:0/a", /port/],
    ["https://git.example:99999/a", /port/],
    ["https://git.example:x/a", /host/],
    ["https://git.example/a?b=c", /query/],
    ["https://git.example/a#b", /fragment/],
    ["https://git.example/a/../../b", /path/],
    ["https://git.example/a//b", /path/],
    ["https://git.example/a%2e%2e/b", /path/],
    ["https://git.example/a%00", /path/],
    ["https://git.example/a\\b", /path/],
    ["https://git.example/--upload-pack=x", /path/],
    [`https://git.example/${"a".repeat(2000)}`, /longer/],
    ["", /empty/],
  ])("%j is refused", (url, why) => {
    const read = readGitUrl(url, strict);
    expect(read).toMatch(why);
    expect(read).not.toContain("hunter2");
  });

  it("may be http:// only where that was asked for", () => {
    expect(taken("http://127.0.0.1:8080/r.git", { allowsPlainHttp: true }).origin).toBe(
      "http://127.0.0.1:8080/",
    );
  });

  it("never begins with a dash, names another transport, or holds anything that a shell or git reads, whatever was typed", () => {
    const piece = fc.constantFrom(
      "https://",
      "ssh://",
      "git@",
      "host",
      ":",
      "/",
      "-",
      "a.b",
      "..",
      "::",
      "%",
      "ext",
      " ",
      "\n",
      "'",
      "$(x)",
      "`",
      ";",
      "@",
      "[",
      "]",
      "é",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
        ),
        (url) => {
          const read = readGitUrl(url, strict);
          if (typeof read === "string") return;
          expect(read.text).toMatch(
            /^(?:https:\/\/|ssh:\/\/[A-Za-z0-9_]|[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9])/,
          );
          expect(read.text).not.toMatch(/[\s'"`;|&<>(){}\\*?#]|::(?![0-9a-f:.]*\])|\/\.\.?(?:\/|$)|\/-/i);
          expect(read.host).not.toMatch(/^-/);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe("a ref", () => {
  it.each(["main", "release/1.2", "feature/ABC-123_x", "v1.2.3-rc.1+build", "überall/ok", "a@b", "#12"])(
    "%s is taken",
    (name) => {
      expect(refProblem({ kind: "branch", name })).toBeUndefined();
      expect(refProblem({ kind: "tag", name })).toBeUndefined();
    },
  );

  it.each([
    "",
    "-h",
    "--upload-pack=touch /tmp/pwn",
    "-c core.sshCommand=x",
    "a b",
    "a..b",
    "@{-1}",
    "a@{1}",
    "@",
    "a~1",
    "a^",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a\r",
    "a\u0000",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.",
    "a.lock",
    "a/b.lock/c",
    "a/-b",
    "refs/heads/main",
    "HEAD; id",
    "x".repeat(300),
  ])("%j is refused", (name) => {
    expect(refProblem({ kind: "branch", name })).toEqual(expect.any(String));
  });

  it("is a commit by its whole name alone", () => {
    expect(refProblem({ kind: "commit", sha: "0123456789abcdef0123456789abcdef01234567" })).toBeUndefined();
    for (const sha of ["HEAD", "abc123", "0123456789ABCDEF0123456789abcdef01234567", "HEAD; id", ""])
      expect(refProblem({ kind: "commit", sha })).toMatch(/40/);
  });

  it("of any text that is taken can't be read as an option, a range, a pattern or another ref", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        if (refProblem({ kind: "branch", name }) !== undefined) return;
        expect(name).not.toMatch(/^-|\.\.|@\{|[\s~^:?*[\\\p{Cc}]|\.lock(?:\/|$)|^\/|\/$/u);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("credentials", () => {
  const https = taken("https://git.example/r");
  const ssh = taken("git@git.example:r");
  const opensshKey = (cipher: string): string => {
    const length = String.fromCharCode(cipher.length);
    const bytes = Buffer.from(`openssh-key-v1\0\0\0\0${length}${cipher}\0\0\0\u0004none`, "latin1");
    return `-----BEGIN OPENSSH PRIVATE KEY-----\n${bytes.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
  };
  const identity = opensshKey("none");

  it("have to be of the URL's kind", () => {
    expect(credentialsProblem(ssh, { kind: "none" })).toMatch(/known_hosts/);
    expect(credentialsProblem(https, { kind: "ssh", identity, knownHosts: "h ssh-ed25519 A" })).toMatch(
      /SSH URLs/,
    );
    expect(credentialsProblem(https, { kind: "none" })).toBeUndefined();
    expect(credentialsProblem(ssh, { kind: "ssh", identity, knownHosts: "h ssh-ed25519 A" })).toBeUndefined();
  });

  it("for SSH name the server's keys: without them nobody is spoken to", () => {
    for (const knownHosts of ["", "\n\n", "# h ssh-ed25519 A\n"])
      expect(credentialsProblem(ssh, { kind: "ssh", identity, knownHosts })).toMatch(/known_hosts/);
  });

  it("need no person: a key with a passphrase is none, nor is anything else", () => {
    const problem = (text: string): string | undefined =>
      credentialsProblem(ssh, { kind: "ssh", identity: text, knownHosts: "h ssh-ed25519 A" });
    expect(problem("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n")).toBeUndefined();
    expect(problem(opensshKey("aes256-ctr"))).toMatch(/passphrase/);
    expect(problem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n")).toMatch(/passphrase/);
    expect(problem("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n")).toMatch(/passphrase/);
    for (const text of ["", "ssh-ed25519 AAAA", "-----BEGIN CERTIFICATE-----\n"])
      expect(problem(text)).toMatch(/no private key/);
  });

  it("can't bring a line of their own into git's configuration", () => {
    expect(credentialsProblem(https, { kind: "bearer", token: 'x"\n[core]\n\tsshCommand = id' })).toMatch(
      /bearerToken/,
    );
    expect(credentialsProblem(https, { kind: "basic", username: "a\n", password: "b" })).toMatch(/control/);
    expect(credentialsProblem(https, { kind: "basic", username: "a:b", password: "c" })).toMatch(/colon/);
  });
});
