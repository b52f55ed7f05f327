// Signatures of commits and tags, made and checked by the real gpg and ssh-keygen: only a trusted key's clear yes counts.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { GitRef } from "../../../src/core/git/git-ref.ts";
import type { SigningKey } from "../../../src/engine/git-ports.ts";
import { failureOf } from "../../kit/chart-server-fixture.ts";
import { useGitServer, valueOf } from "./git-fixture.ts";

const { server, wish, remote, open } = await useGitServer();
const home = dirname(server.repository);
const gpgHome = join(home, "gnupg");
mkdirSync(gpgHome, { mode: 0o700 });

function gpg(...argv: readonly string[]): string {
  return execFileSync("gpg", ["--homedir", gpgHome, "--batch", "--quiet", ...argv], {
    encoding: "utf8",
    stdio: "pipe",
  });
}

/** A key pair in the server's own gpg home. */
function gpgKey(name: string, expires: string): SigningKey {
  gpg(
    "--passphrase",
    "",
    "--quick-generate-key",
    `${name} <${name}@example.com>`,
    "ed25519",
    "sign",
    expires,
  );
  return { kind: "gpg", text: gpg("--armor", "--export", `${name}@example.com`) };
}

/** An SSH key pair; git signs with the private half's file. */
function sshKey(name: string): SigningKey & { readonly file: string } {
  const file = join(home, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `${name}@laptop`, "-f", file]);
  return { kind: "ssh", text: readFileSync(`${file}.pub`, "utf8"), file };
}

const ada = gpgKey("ada", "0");
const eve = gpgKey("eve", "0");
const bob = sshKey("bob");
const mallory = sshKey("mallory");

const withGpg = (name: string): readonly string[] => [`-S${name}@example.com`];
/** A commit signed with an SSH key. */
function commitWithSsh(key: { readonly file: string }, content: string): string {
  server.git("config", "gpg.format", "ssh");
  server.git("config", "user.signingKey", `${key.file}.pub`);
  const sha = server.commit({ "a.yaml": content }, { argv: ["-S"] });
  server.git("config", "--unset", "gpg.format");
  server.git("config", "--unset", "user.signingKey");
  return sha;
}

const main: GitRef = { kind: "branch", name: "main" };
const verified = (keys: readonly SigningKey[], ref: GitRef = main) => wish({ ref, verify: { keys } });

describe("a commit that has to be signed", () => {
  it("is taken with the signature of a trusted GPG or SSH key, and says whose", async () => {
    const { source } = await open();
    const keys = [bob, ada];
    const first = server.commit({ "a.yaml": "gpg\n" }, { argv: withGpg("ada") });
    expect(valueOf(await source.fetch(verified(keys)))).toMatchObject({
      sha: first,
      signedBy: "ada <ada@example.com>",
    });
    const second = commitWithSsh(bob, "ssh\n");
    expect(valueOf(await source.fetch(verified(keys)))).toMatchObject({
      sha: second,
      signedBy: "bob@laptop",
    });
    const named = { ...bob, principal: "Bob of the platform team" };
    expect(valueOf(await source.fetch(verified([named]))).signedBy).toBe("Bob of the platform team");
  });

  it("is refused without a signature, or with one of a stranger, and nothing is trusted where no key is", async () => {
    const { source } = await open();
    const keys = [bob, ada];
    const good = server.commit({ "a.yaml": "good\n" }, { argv: withGpg("ada") });
    valueOf(await source.fetch(verified(keys)));
    server.commit({ "a.yaml": "unsigned\n" });
    const unsigned = failureOf(await source.fetch(verified(keys)));
    expect(unsigned.kind).toBe("git-signature");
    expect(unsigned.message).toMatch(/is not signed$/);
    server.commit({ "a.yaml": "eve\n" }, { argv: withGpg("eve") });
    expect(failureOf(await source.fetch(verified(keys))).message).toMatch(/not among the trusted ones$/);
    commitWithSsh(mallory, "mallory\n");
    expect(failureOf(await source.fetch(verified(keys))).message).toMatch(/not among the trusted ones$/);
    commitWithSsh(bob, "bob\n");
    expect(failureOf(await source.fetch(verified([]))).kind).toBe("git-signature");
    // The key of one kind is none for the other.
    expect(failureOf(await source.fetch(verified([ada]))).kind).toBe("git-signature");
    // What was verified before can still be read.
    const exported = valueOf(await source.export(remote(), good));
    expect(readFileSync(join(exported.root, "a.yaml"), "utf8")).toBe("good\n");
    await exported.release();
  });

  it("is refused where its signature is of another commit", async () => {
    const { source } = await open();
    server.commit({ "a.yaml": "signed\n" }, { argv: withGpg("ada") });
    const signed = server.git("cat-file", "commit", "HEAD");
    const tree = server.git("rev-parse", "HEAD~1^{tree}").trim();
    const forged = signed.replace(/^tree [0-9a-f]+/, `tree ${tree}`);
    const sha = execFileSync("git", ["hash-object", "-t", "commit", "-w", "--stdin"], {
      cwd: server.work,
      input: forged,
      encoding: "utf8",
    }).trim();
    server.git("push", "--quiet", "--force", server.repository, `${sha}:refs/heads/main`);
    expect(failureOf(await source.fetch(verified([ada]))).message).toMatch(/does not fit what it holds$/);
  });

  it("is refused once its key has expired or was revoked", async () => {
    const { source } = await open();
    const brief = gpgKey("brief", "seconds=2");
    server.commit({ "a.yaml": "brief\n" }, { argv: withGpg("brief") });
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(failureOf(await source.fetch(verified([brief]))).message).toMatch(/has expired$/);
    const gone = gpgKey("gone", "0");
    server.commit({ "a.yaml": "gone\n" }, { argv: withGpg("gone") });
    expect((await source.fetch(verified([gone]))).ok).toBe(true);
    const fingerprint =
      /^fpr:+([0-9A-F]+):/m.exec(gpg("--with-colons", "--list-keys", "gone@example.com"))?.[1] ?? "";
    const certificate = readFileSync(join(gpgHome, "openpgp-revocs.d", `${fingerprint}.rev`), "utf8");
    execFileSync("gpg", ["--homedir", gpgHome, "--batch", "--quiet", "--import"], {
      input: certificate.replace(/^:-/m, "-"),
      stdio: "pipe",
    });
    const revoked: SigningKey = { kind: "gpg", text: gpg("--armor", "--export", "gone@example.com") };
    expect(failureOf(await source.fetch(verified([revoked]))).message).toMatch(/was revoked$/);
  });

  it("needs keys that can be read, and a private one is none", async () => {
    const { source } = await open();
    for (const text of [
      "",
      "ssh-ed25519",
      readFileSync(bob.file, "utf8"),
      "bob cert-authority ssh-ed25519 AAAA",
      `${bob.text}\n${mallory.text}`,
    ])
      expect(
        failureOf(await source.fetch(verified([{ kind: "ssh", text }])), text.slice(50, 90) || "\0").kind,
      ).toBe("git-invalid");
    for (const text of ["", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbroken\n", bob.text])
      expect(failureOf(await source.fetch(verified([{ kind: "gpg", text }]))).kind).toBe("git-invalid");
  });
});

describe("a tag that has to be signed", () => {
  const tag = (name: string): GitRef => ({ kind: "tag", name });
  const push = (): string => server.git("push", "--quiet", "--force", "--tags", server.repository);

  it("is taken by its own signature, under its own name, as long as it names that commit", async () => {
    const { source } = await open();
    const sha = server.commit({ "a.yaml": "release\n" });
    server.git("tag", "--force", "-u", "ada@example.com", "-m", "v1", "v1");
    push();
    expect(valueOf(await source.fetch(verified([ada], tag("v1"))))).toMatchObject({
      sha,
      signedBy: "ada <ada@example.com>",
    });
    // The same signed object under another name would sell an old release as a new one.
    server.git("update-ref", "refs/tags/v2", "refs/tags/v1");
    push();
    expect(failureOf(await source.fetch(verified([ada], tag("v2")))).message).toMatch(/under another name$/);
    server.commit({ "a.yaml": "moved\n" });
    server.git("tag", "--force", "v1");
    push();
    expect(failureOf(await source.fetch(verified([ada], tag("v1")))).message).toMatch(/is not signed$/);
  });

  it("is taken by its commit's signature too", async () => {
    const { source } = await open();
    const sha = server.commit({ "a.yaml": "light\n" }, { argv: withGpg("ada") });
    server.git("tag", "--force", "light");
    push();
    expect(valueOf(await source.fetch(verified([ada], tag("light")))).sha).toBe(sha);
    expect(failureOf(await source.fetch(verified([eve], tag("light")))).kind).toBe("git-signature");
  });
});
