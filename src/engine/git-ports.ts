// What the engine needs of git: the commit that a ref names at a remote, how commits stand to each other, and a commit's
// files. Credentials and keys are values here; where they come from is the caller's matter.
import type { Result } from "../core/failure.ts";
import type { CommitRelation } from "../core/git/commit-relation.ts";
import type { LeftOutLink } from "../core/git/left-out-link.ts";
import type { GitRef } from "../core/git/git-ref.ts";

/** How a git server is spoken to; `ca` is PEM text of the authorities that are trusted instead of the system's. */
export type GitCredentials =
  | { readonly kind: "none"; readonly ca?: string }
  | { readonly kind: "basic"; readonly username: string; readonly password: string; readonly ca?: string }
  | { readonly kind: "bearer"; readonly token: string; readonly ca?: string }
  /** `identity` is a private key without a passphrase, `knownHosts` the server's keys as in a known_hosts file. */
  | { readonly kind: "ssh"; readonly identity: string; readonly knownHosts: string };

/** A repository at a server: https://, ssh:// or USER@HOST:PATH, without credentials in it. */
export type GitRemote = { readonly url: string; readonly credentials: GitCredentials };

/** A public key that may sign: an armored GPG key block, or one line of an SSH public key (`ssh-ed25519 AAAA… name`). */
export type SigningKey = {
  readonly kind: "gpg" | "ssh";
  readonly text: string;
  /** Whom to name when this SSH key has signed; the comment beside the key where there is none. */
  readonly principal?: string;
};

export type GitWish = GitRemote & {
  readonly ref: GitRef;
  /** Where set, only commits (or tags that name them) signed by one of these keys will do; with no keys, none will. */
  readonly verify?: { readonly keys: readonly SigningKey[] };
};

/** A commit that is in the cache, verified where that was wished. Texts are one line, without control characters. */
export type FetchedCommit = {
  readonly sha: string;
  readonly author: string;
  readonly subject: string;
  readonly committedAtMs: number;
  /** Whose key has signed it, or the tag; absent where nothing was to be verified. */
  readonly signedBy?: string;
};

/** A commit's regular files in a private folder: `root` is an absolute real path. */
export type ExportedCommit = {
  readonly root: string;
  /** What the folder does not hold, sorted by path: symbolic links, and submodules by their paths. */
  readonly leftOut: {
    readonly links: readonly LeftOutLink[];
    readonly submodules: readonly string[];
  };
  /** Removes the folder; to call it again does nothing. */
  readonly release: () => Promise<void>;
};

/**
 * Git repositories through a cache that can be lost at any time: a broken one is made anew by itself. Calls for one
 * repository wait for each other. One process at a time may use a cache's folder.
 */
export type GitSource = {
  /**
   * The commit that the ref names at the remote now, brought into the cache where it is not there yet; one question to
   * the server where it is. Fails `unreachable`, `forbidden`, `git-invalid`, `git-missing`, `git-signature`,
   * `git-too-large`, `interrupted` or `program`.
   */
  fetch(wish: GitWish, signal?: AbortSignal): Promise<Result<FetchedCommit>>;
  /** How `to` stands to `from`, as far as the cache knows; asks no server. */
  relate(remote: GitRemote, from: string, to: string): Promise<Result<CommitRelation>>;
  /** The files of a commit that was fetched. Asks the server only where the cache was lost or is broken. */
  export(remote: GitRemote, sha: string, signal?: AbortSignal): Promise<Result<ExportedCommit>>;
  /** Waits until nothing of it runs; removes what was exported and not released. Later calls fail `interrupted`. */
  close(): Promise<void>;
};
