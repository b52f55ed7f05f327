// One visit to a git server: a private repository that borrows the mirror's objects and holds the credentials in its own
// configuration. What a fetch brings comes into it first and into the mirror only when it is whole; then it is removed,
// with all that a fetch that was cut has left in it.
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitUrl } from "../../core/git/git-url.ts";
import type { GitCredentials } from "../../engine/git-ports.ts";
import { makeBareRepository, type GitSetting } from "./bare-repository.ts";
import { endProcessesIn } from "./end-processes.ts";
import { keptObjects, type Mirror } from "./mirror.ts";

export type Visit = {
  /** The repository, and git's work folder. */
  readonly folder: string;
  /** Ends what still works in it, and removes it. */
  end(): Promise<void>;
};

/** Where fetched refs stand in a visit's repository. */
export const fetchedRef = "refs/fetched/it";

/** The file of SSH keys that may sign, in the visit's folder. */
export const allowedSignersName = "allowed_signers";

/** Begins a visit; `visits` is the folder that visits are made in. */
export async function beginVisit(
  visits: string,
  mirror: Mirror,
  url: GitUrl,
  credentials: GitCredentials,
): Promise<Visit> {
  const outer = await mkdtemp(join(visits, "visit-"));
  const folder = join(outer, "repository");
  const end = async (): Promise<void> => {
    endProcessesIn(outer);
    await rm(outer, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  };
  try {
    await makeBareRepository(folder, [...fetchSettings, ...settingsFor(url, credentials)]);
    await writeFile(join(folder, "objects", "info", "alternates"), `${join(mirror.folder, "objects")}\n`);
    const kept = await keptObjects(mirror);
    const refs = kept.toSorted().map((object) => `${object} refs/kept/${object}\n`);
    await writeFile(join(folder, "packed-refs"), `# pack-refs with: sorted \n${refs.join("")}`);
    await copyIfThere(join(mirror.folder, "shallow"), join(folder, "shallow"));
    for (const [name, text] of Object.entries(filesFor(credentials)))
      await writeFile(join(folder, name), text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
    return { folder, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Mistakes in names and dates of old commits: no harm, and whoever follows a repository can't take them back. */
const toleratedFindings = [
  "badDate",
  "badDateOverflow",
  "badEmail",
  "badName",
  "badTimezone",
  "missingEmail",
  "missingNameBeforeEmail",
  "missingSpaceBeforeDate",
  "missingSpaceBeforeEmail",
  "zeroPaddedDate",
  "zeroPaddedFilemode",
];

const fetchSettings: readonly GitSetting[] = [
  { section: "transfer", key: "fsckObjects", value: "true" },
  { section: "transfer", key: "unpackLimit", value: "1" },
  { section: "transfer", key: "bundleURI", value: "false" },
  { section: "transfer", key: "credentialsInUrl", value: "die" },
  { section: "fetch", key: "writeCommitGraph", value: "false" },
  { section: "fetch", key: "recurseSubmodules", value: "false" },
  ...toleratedFindings.map((key) => ({ section: "fetch", subsection: "fsck", key, value: "ignore" })),
  { section: "protocol", key: "version", value: "2" },
  { section: "http", key: "followRedirects", value: "false" },
  { section: "http", key: "sslVerify", value: "true" },
  // A server that sends less than this many bytes a second, for so many seconds, is given up.
  { section: "http", key: "lowSpeedLimit", value: "200" },
  { section: "http", key: "lowSpeedTime", value: "30" },
  { section: "credential", key: "helper", value: "" },
  { section: "gpg", key: "minTrustLevel", value: "fully" },
  // Nobody's certificates are asked for.
  { section: "gpg", subsection: "x509", key: "program", value: "false" },
  { section: "gpg", subsection: "ssh", key: "allowedSignersFile", value: allowedSignersName },
];

// All paths are relative to git's work folder.
const sshCommand = [
  "ssh",
  "-F /dev/null",
  "-i identity",
  ...[
    "IdentitiesOnly=yes",
    "IdentityAgent=none",
    "StrictHostKeyChecking=yes",
    "UserKnownHostsFile=known_hosts",
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "BatchMode=yes",
    "PreferredAuthentications=publickey",
    "ForwardAgent=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "ControlMaster=no",
    "ControlPath=none",
    "ConnectTimeout=15",
    "ServerAliveInterval=10",
    "ServerAliveCountMax=3",
    "LogLevel=ERROR",
  ].map((option) => `-o ${option}`),
].join(" ");

function settingsFor(url: GitUrl, credentials: GitCredentials): readonly GitSetting[] {
  if (credentials.kind === "ssh")
    return [
      { section: "core", key: "sshCommand", value: sshCommand },
      { section: "ssh", key: "variant", value: "ssh" },
    ];
  const authorities =
    credentials.ca === undefined ? [] : [{ section: "http", key: "sslCAInfo", value: "authorities.pem" }];
  const header = authorization(credentials);
  if (header === undefined) return authorities;
  // Bound to the server's scheme, host and port: git sends it nowhere else.
  const value = `Authorization: ${header}`;
  return [...authorities, { section: "http", subsection: url.origin, key: "extraHeader", value }];
}

function authorization(credentials: Exclude<GitCredentials, { kind: "ssh" }>): string | undefined {
  switch (credentials.kind) {
    case "none":
      return undefined;
    case "basic":
      return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64")}`;
    case "bearer":
      return `Bearer ${credentials.token}`;
  }
}

function filesFor(credentials: GitCredentials): Readonly<Record<string, string>> {
  if (credentials.kind === "ssh")
    return { identity: credentials.identity, known_hosts: credentials.knownHosts };
  return credentials.ca === undefined ? {} : { "authorities.pem": credentials.ca };
}

async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
