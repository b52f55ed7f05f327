// Where a stack comes from, as text: releases belong to a stack of one name and one source. Asking git is an adapter's
// matter.

/**
 * HOST/OWNER/REPOSITORY and the stack's folder in it, without scheme, credentials, port and `.git`; `local:` and a path
 * where the remote is a folder. `https://user@host/o/r.git`, `git@host:o/r` and `ssh://git@host:22/o/r` are the same.
 */
export function sourceIdentity(remote: string, repositoryRoot: string, stackPath: string): string {
  const base = withoutSuffix(readRemote(remote.trim(), repositoryRoot));
  return stackPath === "" || stackPath === "." ? base : `${base}/${stackPath}`;
}

/** The identity of a stack that has no remote: its folder's real path. */
export function localIdentity(stackRoot: string): string {
  return `local:${stackRoot}`;
}

function readRemote(remote: string, repositoryRoot: string): string {
  const address = /^([a-z][a-z0-9+.-]*):\/\/(?:[^@/]*@)*([^/:@]*|\[[^\]]*\])(?::[0-9]*)?(\/.*)?$/i.exec(
    remote,
  );
  if (address !== null) {
    const [, scheme = "", host = "", path = ""] = address;
    if (scheme.toLowerCase() === "file" || host === "") return localIdentity(path);
    return host.toLowerCase() + path.replace(/\/{2,}/g, "/");
  }
  // git's short form for ssh: a colon before the first slash.
  const short = /^(?:[^@/:]*@)?(\[[^\]]*\]|[^/:@]+):(.*)$/.exec(remote);
  if (short !== null) return `${(short[1] ?? "").toLowerCase()}/${(short[2] ?? "").replace(/^\/+/, "")}`;
  return localIdentity(remote.startsWith("/") ? remote : `${repositoryRoot}/${remote}`);
}

function withoutSuffix(text: string): string {
  return text.replace(/\/+$/, "").replace(/\.git$/, "");
}
