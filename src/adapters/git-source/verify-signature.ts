// Whether a commit, or the tag that names it, is signed by one of the keys that are trusted: git checks the signature
// with gpg or ssh-keygen, in a home that holds these keys alone. Whatever is not a clear yes is a no.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { readTagObject } from "../../core/git/commit-object.ts";
import { describeRef, type GitRef } from "../../core/git/git-ref.ts";
import { readSignatureWords } from "../../core/git/signature-words.ts";
import type { SigningKey } from "../../engine/git-ports.ts";
import { runGit, type GitBounds, type GitPlace } from "./run-git.ts";
import { allowedSignersName } from "./visit.ts";

export type Signed = {
  readonly url: string;
  readonly ref: GitRef;
  readonly commit: string;
  /** What the ref names: the commit itself, or a tag object. */
  readonly object: string;
};

/** Whose key has signed the commit or the tag that names it; fails `git-signature`, `git-invalid` or `program`. */
export async function verifySignature(
  place: GitPlace,
  signed: Signed,
  keys: readonly SigningKey[],
  bounds: GitBounds,
): Promise<Result<string>> {
  const ready = await prepareKeys(place.repository, keys);
  if (!ready.ok) return ready;
  const nameOf = ready.value;
  const onTag = signed.object === signed.commit ? undefined : await verifyTag(place, signed, bounds);
  if (onTag?.ok === true) return succeeded(nameOf(onTag.value));
  const onCommit = await verifyObject(place, "verify-commit", signed.commit, bounds);
  if (onCommit.ok) return succeeded(nameOf(onCommit.value));
  const what = `${describeRef(signed.ref)} of ${signed.url} (${signed.commit.slice(0, 12)})`;
  const { failure } = onTag ?? onCommit;
  if (failure.kind !== "git-signature") return failed(failure);
  const message = `${what} was not taken: ${onTag === undefined ? "the commit" : "the tag"} ${failure.message}`;
  return failed({ kind: "git-signature", message, next: adviceOnSignatures });
}

const adviceOnSignatures =
  "sign it with a trusted key, or add the key to those that may sign; what was verified last stays in force";

/** A tag counts only under the name that was signed, for the commit that it names now. */
async function verifyTag(place: GitPlace, signed: Signed, bounds: GitBounds): Promise<Result<string>> {
  const shown = await runGit(place, ["cat-file", "tag", signed.object], bounds);
  const tag = shown.kind === "done" ? readTagObject(shown.stdout) : undefined;
  if (tag?.object !== signed.commit || signed.ref.kind !== "tag")
    return notSigned("does not name this commit");
  if (tag.name !== signed.ref.name) return notSigned(`was signed under another name`);
  return await verifyObject(place, "verify-tag", signed.object, bounds);
}

function notSigned(message: string): {
  readonly ok: false;
  readonly failure: { kind: "git-signature"; message: string };
} {
  return { ok: false, failure: { kind: "git-signature", message } };
}

async function verifyObject(
  place: GitPlace,
  command: "verify-commit" | "verify-tag",
  object: string,
  bounds: GitBounds,
): Promise<Result<string>> {
  const end = await runGit(place, [command, "--raw", "--end-of-options", object], {
    ...bounds,
    answers: [0, 1],
  });
  if (end.kind === "cut") return notSigned("could not be verified in time");
  if (/cannot run|not found/.test(end.stderr) && !/^\[GNUPG:\]/m.test(end.stderr))
    return failed({
      kind: "program",
      message: "a signature could not be verified: gpg or ssh-keygen is missing",
      next: "install gnupg and openssh-client",
    });
  const verdict = readSignatureWords(end.stderr, end.kind === "done" && end.exitCode === 0);
  return verdict.kind === "good" ? succeeded(verdict.by) : notSigned(verdict.reason);
}

/** Puts the keys where git's programs look for them. Returns how a signer is to be called. */
async function prepareKeys(
  folder: string,
  keys: readonly SigningKey[],
): Promise<Result<(signer: string) => string>> {
  const home = join(folder, "gnupg");
  await mkdir(home, { mode: 0o700, recursive: true });
  const options = [
    "batch",
    "no-tty",
    "no-autostart",
    "trust-model always",
    "no-auto-key-retrieve",
    "weak-digest SHA1",
  ];
  await writeFile(join(home, "gpg.conf"), `${options.join("\n")}\n`, { mode: 0o600 });
  const signers = new Map<string, string>();
  const lines: string[] = [];
  for (const [index, key] of keys.entries()) {
    if (key.kind === "gpg") {
      if (!(await importGpgKey(home, key.text))) return unreadableKey("GPG", index);
      continue;
    }
    const parts = /^((?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+) ([A-Za-z0-9+/]+={0,2})(?: ([^\r\n]*))?$/.exec(
      key.text.trim(),
    );
    if (parts === null) return unreadableKey("SSH", index);
    const [, type = "", base64 = "", comment = ""] = parts;
    signers.set(`key-${index}`, key.principal ?? (comment.trim() || `SSH key ${index + 1}`));
    lines.push(`key-${index} namespaces="git" ${type} ${base64}\n`);
  }
  await writeFile(join(folder, allowedSignersName), lines.join(""), { mode: 0o600 });
  return succeeded((signer) =>
    (signers.get(signer) ?? signer).replace(/[\p{Cc}\p{Cf}]+/gu, " ").slice(0, 200),
  );
}

function unreadableKey(kind: string, index: number): Result<never> {
  return failed({
    kind: "git-invalid",
    message: `signatures could not be verified: key ${index + 1} of those that may sign is no ${kind} public key`,
    next: kind === "GPG" ? "write what gpg --armor --export KEY prints" : "write the line of the .pub file",
  });
}

async function importGpgKey(home: string, text: string): Promise<boolean> {
  if (!text.includes("-----BEGIN PGP PUBLIC KEY BLOCK-----") || text.includes("PRIVATE KEY")) return false;
  const imported = await execa("gpg", ["--batch", "--status-fd", "1", "--import"], {
    env: { PATH: process.env["PATH"], LC_ALL: "C", HOME: home, GNUPGHOME: home },
    extendEnv: false,
    cwd: home,
    input: text,
    timeout: 20_000,
    reject: false,
  });
  return imported.stdout.includes("[GNUPG:] IMPORT_OK ");
}
