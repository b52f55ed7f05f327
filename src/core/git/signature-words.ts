// What gpg and ssh-keygen say of a signature, through git. Nothing but a clear yes is one.

export type SignatureVerdict =
  | {
      readonly kind: "good";
      /** The user id of the GPG key, or the principal of the SSH key, as it was said. */
      readonly by: string;
    }
  | {
      readonly kind: "bad";
      /** In words that follow "the commit". */
      readonly reason: string;
    };

/**
 * Reads the words of `git verify-commit --raw` or `verify-tag --raw`. `isAccepted` is whether git itself took the
 * signature for good; both have to agree.
 */
export function readSignatureWords(words: string, isAccepted: boolean): SignatureVerdict {
  const lines = words.split("\n").map((line) => line.trimEnd());
  const status = lines.flatMap((line) => /^\[GNUPG:\] ([A-Z_0-9]+)(?: (.*))?$/.exec(line)?.slice(1) ?? []);
  const names = new Set(status);
  const problem = badWords.find(([word]) => names.has(word));
  if (problem !== undefined) return { kind: "bad", reason: problem[1] };
  if (words.trim() === "") return { kind: "bad", reason: "is not signed" };
  const good = lines.filter((line) => line.startsWith("[GNUPG:] GOODSIG "));
  const valid = lines.filter((line) => line.startsWith("[GNUPG:] VALIDSIG "));
  const ssh = lines.flatMap(
    (line) => /^Good "git" signature for (\S+) with \S+ key SHA256:\S+$/.exec(line)?.[1] ?? [],
  );
  const gpgSigner = /^\[GNUPG:\] GOODSIG [0-9A-F]+ (.+)$/.exec(good[0] ?? "")?.[1];
  if (isAccepted && good.length === 1 && valid.length === 1 && ssh.length === 0 && gpgSigner !== undefined)
    return { kind: "good", by: gpgSigner };
  if (isAccepted && ssh.length === 1 && ssh[0] !== undefined && status.length === 0)
    return { kind: "good", by: ssh[0] };
  if (/No principal matched|Good "git" signature with/.test(words))
    return { kind: "bad", reason: "is signed by a key that is not among the trusted ones" };
  return { kind: "bad", reason: "has a signature that can't be verified" };
}

const badWords: readonly (readonly [string, string])[] = [
  ["BADSIG", "has a signature that does not fit what it holds"],
  ["REVKEYSIG", "is signed by a key that was revoked"],
  ["EXPKEYSIG", "is signed by a key that has expired"],
  ["KEYREVOKED", "is signed by a key that was revoked"],
  ["EXPSIG", "has a signature that has expired"],
  ["NO_PUBKEY", "is signed by a key that is not among the trusted ones"],
  ["ERRSIG", "has a signature that can't be verified"],
];
