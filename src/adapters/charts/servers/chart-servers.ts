// Charts from repositories and registries: which server a request goes to, what it may use there, and the cache in front of
// all. How each kind of server is talked to is in the files beside this one.
import { join } from "node:path";
import { failed, succeeded, type Failure, type Result } from "../../../core/failure.ts";
import type { ChartServer, ChartServers, ReadSystemSecret } from "../../../engine/ports.ts";
import { readChartPackage } from "../chart-package.ts";
import { openAccess, type FindAccess } from "./access.ts";
import { digestOf, openArchiveCache, type ArchiveDigest } from "./archive-cache.ts";
import type { Environment } from "./environment.ts";
import type { Patience } from "./http-exchange.ts";
import { shownUrl } from "./http-failure.ts";
import { fetchArchive, listRepository, type Way } from "./http-repository.ts";
import { openIndexCache } from "./index-cache.ts";
import { isShownVersion } from "./indexed-chart.ts";
import { openRegistries, type Registries } from "./oci-charts.ts";
import { openTrust } from "./trust.ts";

export type ChartServersOptions = {
  /** Archives and indexes are kept below it; absolute. */
  readonly cacheDir: string;
  readonly env: Environment;
  readonly homeDir: string;
  /** How a repository's secretRef is read; absent where there is no cluster. */
  readonly readSecret?: ReadSystemSecret;
  /** Shorter than usual, for tests. */
  readonly patience?: Partial<Record<keyof typeof usualPatience, Partial<Patience>>>;
};

const usualPatience = {
  /** Manifests, lists of tags, tokens. */
  small: { idleMs: 20_000, deadlineMs: 60_000, longestPauseMs: 15_000 },
  index: { idleMs: 30_000, deadlineMs: 180_000, longestPauseMs: 15_000 },
  archive: { idleMs: 30_000, deadlineMs: 300_000, longestPauseMs: 15_000 },
} as const satisfies Record<string, Patience>;

type Wanted = Parameters<ChartServers["fetch"]>[0];
type Fetched = Awaited<ReturnType<ChartServers["fetch"]>>;

type Desk = {
  readonly access: FindAccess;
  readonly trust: ReturnType<typeof openTrust>;
  readonly patience: Record<keyof typeof usualPatience, Patience>;
  readonly registries: Registries;
};

/** Opens the way to chart servers; nothing is read or connected before the first request. */
export function openChartServers(options: ChartServersOptions): ChartServers & { close(): void } {
  const { cacheDir, env, homeDir } = options;
  const patience = {
    small: { ...usualPatience.small, ...options.patience?.small },
    index: { ...usualPatience.index, ...options.patience?.index },
    archive: { ...usualPatience.archive, ...options.patience?.archive },
  };
  const trust = openTrust(env);
  const access = openAccess({ env, homeDir }, options.readSecret);
  const registries = openRegistries({ access, trust, patience, folder: join(cacheDir, "registries") });
  const desk: Desk = { access, trust, patience, registries };
  const archives = openArchiveCache(join(cacheDir, "archives"));
  const indexes = openIndexCache(join(cacheDir, "indexes"));

  const list: ChartServers["list"] = async (server, names) => {
    if (server.kind === "oci") return registries.list(server, names);
    return listRepository(server, await wayTo(desk, server, "index"), indexes);
  };
  const fetch = async (wanted: Wanted): Promise<Fetched> => {
    const digest = archiveDigest(wanted);
    const kept = digest === undefined ? undefined : await archives.read(digest);
    const doing = `Fetching the chart ${shownUrl(new URL(wanted.url))}${wanted.version === undefined ? "" : ` ${wanted.version}`}`;
    if (kept !== undefined && digest !== undefined) return checked(doing, kept, digest);
    const came = await fetchFrom(desk, doing, wanted);
    if (!came.ok) return came;
    const result = checked(doing, came.value, digest);
    if (result.ok) await archives.write(digestOf(came.value), came.value);
    return result;
  };
  return {
    list: shared(list, (server, names) => JSON.stringify([server, names])),
    fetch: shared(
      fetch,
      ({ url, version, digest, server }) => digest ?? JSON.stringify([url, version, server]),
    ),
    close: () => {
      trust.close();
    },
  };
}

/** Asks once for what is asked for while the answer is under way. */
function shared<Args extends readonly unknown[], T>(
  ask: (...args: Args) => Promise<T>,
  keyOf: (...args: Args) => string,
): (...args: Args) => Promise<T> {
  const pending = new Map<string, Promise<T>>();
  return (...args) => {
    const key = keyOf(...args);
    const known = pending.get(key);
    if (known !== undefined) return known;
    const answer = ask(...args).finally(() => pending.delete(key));
    pending.set(key, answer);
    return answer;
  };
}

/** A folder's digest is never an archive's: asking for one is a bug. */
function archiveDigest({ url, digest }: Wanted): ArchiveDigest | undefined {
  if (digest === undefined) return undefined;
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw new Error(`${digest} is not the digest of an archive (${url})`);
  return `sha256:${hex}`;
}

async function wayTo(desk: Desk, server: ChartServer, what: keyof typeof usualPatience): Promise<Way> {
  const access = await desk.access.of(server);
  return { access, trust: desk.trust.trusting(access.authorities), patience: desk.patience[what] };
}

async function fetchFrom(desk: Desk, doing: string, wanted: Wanted): Promise<Result<Buffer>> {
  const { server } = wanted;
  const url = new URL(wanted.url);
  if (url.protocol === "oci:") return desk.registries.fetch(doing, wanted);
  if (server?.kind === "http" && new URL(server.url).origin === url.origin)
    return fetchArchive(doing, wanted.url, await wayTo(desk, server, "archive"));
  // What an index names on another host gets the repository's authorities, and no credentials.
  const own = server === undefined ? undefined : await desk.access.of(server);
  const access = await desk.access.ofNobody();
  const authorities = own?.authorities ?? access.authorities;
  return fetchArchive(doing, wanted.url, {
    access: {
      authorities,
      looked: own?.credentials === undefined ? "without credentials" : access.looked,
    },
    trust: desk.trust.trusting(authorities),
    patience: desk.patience.archive,
  });
}

function checked(doing: string, archive: Buffer, expected: ArchiveDigest | undefined): Fetched {
  const digest = digestOf(archive);
  if (expected !== undefined && digest !== expected)
    return failed({
      kind: "chart-digest",
      message: `${doing}: ${expected} was expected, and ${digest} came`,
      next: "the chart was published anew under the same version, or somebody tampered with it: find out which; `headway lock` pins what is there now",
    });
  const read = readChartPackage(archive);
  if (!read.ok) return failed(badArchive(doing, read.problems[0]));
  if (!isShownVersion(read.value.metadata.version))
    return failed(badArchive(doing, { message: "has a Chart.yaml with a version that is none" }));
  return succeeded({ archive, digest });
}

function badArchive(
  doing: string,
  problem: { readonly message: string; readonly suggestion?: string },
): Failure {
  return {
    kind: "chart-archive",
    message: `${doing}: the archive ${problem.message}`,
    next: problem.suggestion ?? "package the chart anew (helm package FOLDER) and publish it again",
  };
}
