// Packaged charts by where they are: an archive in the repository, a vendored one, or a server (whose adapter keeps what
// it fetched). Each is read once, and its content is what it has to be or it is refused.
import { createHash } from "node:crypto";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import PQueue from "p-queue";
import type { ChartDigest } from "../../core/charts/chart-index.ts";
import type { ResolvedChart } from "../../core/charts/chart-resolution.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import type { ChartServers } from "../../engine/ports.ts";
import { checkPackagedDependencies, type AssembledChart } from "./chart-dependencies.ts";
import { chartLimits, isWithin } from "./chart-files.ts";
import { readChartPackage } from "./chart-package.ts";
import { found, wrong, type ChartProblem, type Read } from "./chart-problem.ts";

export type ArchiveContent = { readonly archive: Buffer; readonly digest: ChartDigest };

export type Archives = {
  /** The bytes of a resolved chart that is packaged; `name` is what people call it. Each is read once. */
  read(resolved: ResolvedChart, name: string): Promise<Result<Read<ArchiveContent>>>;
  /** What was read of servers' repositories, by where it is when it is vendored. */
  readonly used: () => ReadonlyMap<string, Buffer>;
};

const fetchesAtOnce = 8;
/** Fetching that takes longer than this is told of, and then again as often as `repeatMs`. */
const [quietMs, repeatMs] = [1_000, 5_000];

/** `root` is the repository's real path. `servers` is asked for when a chart has to be fetched. */
export function openArchives(options: {
  readonly root: string;
  readonly ignoresVendored: boolean;
  readonly servers: () => Promise<ChartServers>;
  readonly say: (text: string) => void;
}): Archives {
  const pending = new Map<string, Promise<Result<Read<ArchiveContent>>>>();
  const used = new Map<string, Buffer>();
  const queue = new PQueue({ concurrency: fetchesAtOnce });
  const progress = showProgress(options.say);

  const readAny = async (resolved: ResolvedChart, name: string): Promise<Result<Read<ArchiveContent>>> => {
    const { place } = resolved;
    if (place.kind === "folder") throw new Error(`${place.path} is no packaged chart`);
    const vendored = options.ignoresVendored || place.kind === "archive" ? undefined : place.vendored;
    const local = place.kind === "archive" ? place.path : vendored;
    const there = local === undefined ? undefined : readInside(options.root, local);
    if (there !== undefined && local !== undefined)
      return succeeded(checkDigest(there, resolved, `the archive ${local}`, local));
    if (place.kind === "archive")
      return succeeded(
        wrong({
          code: "chart-missing",
          message: `${name}: there is no archive at ${place.path}`,
          suggestion: "run `headway index`",
        }),
      );
    return progress(name, () => queue.add(() => fetchOne(resolved, place, name)));
  };

  const fetchOne = async (
    resolved: ResolvedChart,
    place: Extract<ResolvedChart["place"], { kind: "server" }>,
    name: string,
  ): Promise<Result<Read<ArchiveContent>>> => {
    const { version, digest } = resolved;
    const servers = await options.servers();
    const fetched = await servers.fetch({
      url: place.url,
      ...(version === undefined ? {} : { version }),
      ...(digest === undefined ? {} : { digest }),
      ...(place.server === undefined ? {} : { server: place.server }),
    });
    if (fetched.ok) return succeeded(checkDigest(fetched.value.archive, resolved, name, undefined));
    return refusedContent(fetched.failure, resolved) ?? fetched;
  };

  const readAndNote = async (resolved: ResolvedChart, name: string): ReturnType<typeof readAny> => {
    const content = await readAny(resolved, name);
    const vendored = resolved.place.kind === "server" ? resolved.place.vendored : undefined;
    if (vendored !== undefined && content.ok && content.value.ok)
      used.set(vendored, content.value.value.archive);
    return content;
  };

  return {
    used: () => used,
    read: (resolved, name) => {
      const { place, version, digest } = resolved;
      const where = place.kind === "server" ? `${place.url} ${version ?? ""}` : place.path;
      const key = `${digest ?? ""} ${where}`;
      const known = pending.get(key) ?? readAndNote(resolved, name);
      pending.set(key, known);
      return known;
    },
  };
}

/** A packaged chart's files, complete with what it depends on; `name` is what findings call it. */
export function unpackChart({ archive }: ArchiveContent, name: string): Read<AssembledChart> {
  const read = readChartPackage(archive);
  if (!read.ok) {
    const [{ code, message, suggestion }] = read.problems;
    return wrong({ code, message: `${name}: the archive ${message}`, suggestion });
  }
  const { metadata, files } = read.value;
  const [problem, ...others] = checkPackagedDependencies(files, metadata, name);
  return problem === undefined ? found({ metadata, files }) : wrong(problem, ...others);
}

/** Places inside of an archive are none that an editor could open. */
export function placeless({ code, message, suggestion }: ChartProblem, name: string): ChartProblem {
  return { code, message: `${name}: ${message}`, suggestion };
}

/** SHA-256 of an archive's bytes, as indexes and the lock have it. */
export function digestArchive(archive: Buffer): ChartDigest {
  return `sha256:${createHash("sha256").update(archive).digest("hex")}`;
}

function checkDigest(
  archive: Buffer,
  resolved: Pick<ResolvedChart, "digest" | "digestFrom">,
  what: string,
  local: string | undefined,
): Read<ArchiveContent> {
  const digest = digestArchive(archive);
  const { digest: wanted } = resolved;
  if (wanted === undefined || wanted === digest) return found({ archive, digest });
  return wrong(otherDigest(`${what}: ${wanted} was expected, and it is ${digest}`, resolved, local));
}

function otherDigest(
  message: string,
  { digestFrom }: Pick<ResolvedChart, "digestFrom">,
  local: string | undefined,
): ChartProblem {
  const line = digestFrom?.range === undefined ? "" : `:${digestFrom.range.line}`;
  return {
    code: "chart-digest",
    message: `${message} (pinned in ${digestFrom?.file ?? "the index"}${line})`,
    suggestion:
      local === undefined
        ? "find out who published it again; if that is right, run `headway index`, then `headway lock --update`"
        : "take the archive from git again, or let `headway index --vendor` fetch it",
  };
}

/** What a person has to decide about is told at the place that names the chart; undefined for all else. */
function refusedContent(
  { kind, message, next }: Failure,
  resolved: ResolvedChart,
): Result<Read<ArchiveContent>> | undefined {
  if (kind === "chart-digest") return succeeded(wrong(otherDigest(message, resolved, undefined)));
  if (kind !== "chart-archive" && kind !== "chart-missing") return undefined;
  return succeeded(wrong({ code: kind, message, suggestion: next ?? "ask who runs the server" }));
}

/** A file below the repository's root; undefined where there is none. */
function readInside(root: string, path: string): Buffer | undefined {
  const file = join(root, path);
  const status = statSync(file, { throwIfNoEntry: false });
  if (status?.isFile() !== true || status.size > chartLimits.chartBytes) return undefined;
  return isWithin(realpathSync(file), root) ? readFileSync(file) : undefined;
}

/** Runs fetches, and tells how far they are while they take long. */
function showProgress(say: (text: string) => void): <T>(name: string, fetch: () => Promise<T>) => Promise<T> {
  const running = new Set<string>();
  let done = 0;
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    const [first] = running;
    const others = running.size > 1 ? ` and ${running.size - 1} more` : "";
    say(`fetching charts: ${done} of ${done + running.size} are here; waiting for ${first ?? ""}${others}`);
    timer = setTimeout(tell, repeatMs).unref();
  };
  return async (name, fetch) => {
    running.add(name);
    timer ??= setTimeout(tell, quietMs).unref();
    try {
      return await fetch();
    } finally {
      running.delete(name);
      done++;
      if (running.size === 0) {
        clearTimeout(timer);
        timer = undefined;
      }
    }
  };
}

/** A failure of the file system while a chart was read; what is none is a bug and is thrown on. */
export function fileFailure(doing: string, error: unknown): ReturnType<typeof failed> {
  if (!(error instanceof Error) || !("code" in error)) throw error;
  return failed({
    kind: "unknown",
    message: `${doing}: ${error.message}`,
    next: "check that the files can be read and that there is room in the cache folder",
  });
}
