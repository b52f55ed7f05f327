// Publishers' release files, accepted only with the checksum that the publisher states. A mirror may stand in for the publishers'
// hosts; where a program goes afterwards is program-cache.ts.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { Download } from "./program-sources.ts";

/**
 * How it went. `unreachable`: no answer, no such file, or cut off, so another way to the program may be tried. `refused`: what came
 * is not what the publisher states, and nothing else may be tried in its place.
 */
export type DownloadOutcome =
  | { readonly kind: "downloaded" }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

const CONNECT_MS = 3000;
const STALL_MS = 30_000;
const ATTEMPTS = 2;

/** The URL at which a publisher's file is asked for: itself, or `MIRROR/HOST/PATH` where there is a mirror. */
export function mirroredUrl(url: string, mirror: string | undefined): URL {
  if (mirror === undefined || mirror === "") return new URL(url);
  const { host, pathname } = new URL(url);
  return new URL(`${mirror.replace(/\/+$/, "")}/${host}${pathname}`);
}

/** Downloads, verifies and unpacks one program to `folder/file`. */
export async function downloadProgram(
  download: Download,
  target: { readonly folder: string; readonly file: string; readonly mirror: string | undefined },
  onProgress: (text: string) => void,
): Promise<DownloadOutcome> {
  const url = mirroredUrl(download.url, target.mirror);
  const unreachable = await probe(url);
  if (unreachable !== undefined) return { kind: "unreachable", reason: unreachable };
  let reason = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      return await attemptDownload(download, target, onProgress);
    } catch (error) {
      reason = describe(error);
    }
  }
  return { kind: "unreachable", reason: `${url.href}: ${reason}` };
}

async function attemptDownload(
  download: Download,
  target: { readonly folder: string; readonly file: string; readonly mirror: string | undefined },
  onProgress: (text: string) => void,
): Promise<DownloadOutcome> {
  const name = download.url.slice(download.url.lastIndexOf("/") + 1);
  const checksumUrl = mirroredUrl(download.checksumUrl, target.mirror);
  const stated = findChecksum(await fetchText(checksumUrl), name);
  if (stated === undefined) {
    return { kind: "refused", reason: `${checksumUrl.href} states no SHA-256 for ${name}` };
  }
  const url = mirroredUrl(download.url, target.mirror);
  const release = join(target.folder, ".download");
  const found = await fetchFile(url, release, onProgress);
  if (found !== stated) {
    await rm(release, { force: true });
    const reason = `${url.href} has the SHA-256 ${found}, but ${checksumUrl.href} states ${stated}`;
    return { kind: "refused", reason };
  }
  const program = join(target.folder, target.file);
  if (download.member === undefined) await rename(release, program);
  else await extractMember(release, download.member, program);
  await rm(release, { force: true });
  await chmod(program, 0o755);
  return { kind: "downloaded" };
}

/**
 * The SHA-256 stated for a file: in lines of `DIGEST  NAME`, as a bare digest, or as the `digest` of a GitHub release's asset (for
 * publishers that attach no checksum file of their own).
 */
export function findChecksum(text: string, name: string): string | undefined {
  const release = parseRelease(text);
  if (release !== undefined) {
    const digest = release.assets.find((asset) => asset.name === name)?.digest ?? "";
    return /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  }
  const lines = text.split("\n").map((line) => line.trim().split(/\s+/));
  const isDigest = (word: string | undefined): boolean =>
    word !== undefined && /^[0-9a-fA-F]{64}$/.test(word);
  const named = lines.find(([digest, file]) => isDigest(digest) && file?.replace(/^\*/, "") === name);
  const bare = lines.find((words) => words.length === 1 && isDigest(words[0]));
  return (named ?? bare)?.[0]?.toLowerCase();
}

type Release = { readonly assets: readonly { readonly name: string; readonly digest?: string | null }[] };

function parseRelease(text: string): Release | undefined {
  try {
    const read: unknown = JSON.parse(text);
    const isRelease =
      typeof read === "object" && read !== null && "assets" in read && Array.isArray(read.assets);
    // The shape of GitHub's answer; a name or digest of another type matches nothing.
    return isRelease ? (read as Release) : undefined;
  } catch {
    return undefined;
  }
}

const probes = new Map<string, Promise<string | undefined>>();

/** Why the host can't be connected to, asked once per host and process; a machine without internet must not wait per program. */
async function probe(url: URL): Promise<string | undefined> {
  // A proxy does the connecting then.
  if (process.env["HTTPS_PROXY"] !== undefined || process.env["https_proxy"] !== undefined) return undefined;
  const known = probes.get(url.host);
  if (known !== undefined) return await known;
  const asked = tryConnect(url);
  probes.set(url.host, asked);
  return await asked;
}

async function tryConnect(url: URL): Promise<string | undefined> {
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return await new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port });
    const finish = (reason: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    // Not the socket's own timeout: that one does not run while the name is looked up.
    const timer = setTimeout(() => {
      finish(`${url.host} did not answer in ${CONNECT_MS / 1000} s`);
    }, CONNECT_MS);
    socket.once("connect", () => {
      finish(undefined);
    });
    socket.once("error", (error) => {
      finish(`${url.host} can't be reached: ${error.message}`);
    });
  });
}

async function fetchText(url: URL): Promise<string> {
  const reply = await fetch(url, { signal: AbortSignal.timeout(STALL_MS) });
  if (!reply.ok) throw new Error(`${url.href} was answered with ${reply.status}`);
  return await reply.text();
}

/** Streams a file to disk and returns its SHA-256; throws where it ends early or stalls. */
async function fetchFile(url: URL, path: string, onProgress: (text: string) => void): Promise<string> {
  const stall = new AbortController();
  const expire = (): void => {
    stall.abort(new Error(`nothing came for ${STALL_MS / 1000} s`));
  };
  let timer = setTimeout(expire, STALL_MS);
  try {
    const reply = await fetch(url, { signal: stall.signal });
    if (!reply.ok || reply.body === null) throw new Error(`the answer was ${reply.status}`);
    const expected = Number(reply.headers.get("content-length") ?? Number.NaN);
    const hash = createHash("sha256");
    const share = shareReporter(expected, onProgress);
    let received = 0;
    const count = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunks) {
        clearTimeout(timer);
        timer = setTimeout(expire, STALL_MS);
        received += chunk.length;
        hash.update(chunk);
        share(received);
        yield chunk;
      }
    };
    await pipeline(reply.body as AsyncIterable<Uint8Array>, count, createWriteStream(path, { mode: 0o600 }));
    if (Number.isFinite(expected) && received < expected) {
      throw new Error(`it was cut off after ${received} of ${expected} bytes`);
    }
    return hash.digest("hex");
  } finally {
    clearTimeout(timer);
  }
}

function shareReporter(expected: number, onProgress: (text: string) => void): (received: number) => void {
  let reported = 0;
  return (received) => {
    const quarters = Math.floor((received / expected) * 4);
    if (!(quarters > reported) || quarters > 3) return;
    reported = quarters;
    onProgress(`${quarters * 25} % of ${Math.round(expected / 1_000_000)} MB`);
  };
}

async function extractMember(archive: string, member: string, program: string): Promise<void> {
  const unpacked = `${program}.unpacked`;
  await mkdir(unpacked);
  await promisify(execFile)("tar", ["-xzf", archive, "-C", unpacked, member]);
  await rename(join(unpacked, member), program);
  await rm(unpacked, { recursive: true, force: true });
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
