// Chart repositories over http: the index, read whole but only when it has changed, and packaged charts by their address.
import { gunzipSync } from "node:zlib";
import type { IndexedChart } from "../../../core/charts/chart-index.ts";
import { failed, succeeded, type Failure, type Result } from "../../../core/failure.ts";
import type { ChartServer } from "../../../engine/ports.ts";
import type { Access } from "./access.ts";
import { exchange, type HttpReply, type Patience } from "./http-exchange.ts";
import { refusalOf, shownUrl } from "./http-failure.ts";
import { toIndexedChart } from "./indexed-chart.ts";
import type { IndexCache, KnownIndex } from "./index-cache.ts";
import type { Trust } from "./trust.ts";
import { readUpstreamIndex } from "./upstream-index.ts";

/** Largest index, as it comes and unpacked. */
export const maxIndexBytes = 100_000_000;
/** Largest packaged chart. */
export const maxArchiveBytes = 100 * 1024 * 1024;

/** What a request to a server needs beside its address. */
export type Way = { readonly access: Access; readonly trust: Trust; readonly patience: Patience };

/** Every chart of the repository that is described as it should be. One request, answered 304 where nothing changed. */
export async function listRepository(
  server: ChartServer,
  way: Way,
  cache: IndexCache,
): Promise<Result<readonly IndexedChart[]>> {
  const doing = `Reading the charts of ${server.alias === undefined ? server.url : `${server.alias} (${server.url})`}`;
  const base = new URL(`${server.url.replace(/\/+$/, "")}/`);
  const url = new URL("index.yaml", base);
  const known = await cache.read(url.href);
  const reply = await exchange({
    doing,
    url: url.href,
    headers: { accept: "*/*", "accept-encoding": "gzip", ...conditions(known) },
    ...authorizationOf(way.access),
    maxBytes: maxIndexBytes,
    tooLarge: "chart-index",
    trust: way.trust,
    patience: way.patience,
  });
  if (!reply.ok) return reply;
  const { status, headers } = reply.value;
  if (status === 304 && known !== undefined) return succeeded(known.charts);
  if (status !== 200) return failed(refusalOf(doing, reply.value, way.access.looked));
  const text = unpack(reply.value);
  const entries = text === undefined ? "is not packed as the server says" : readUpstreamIndex(text);
  if (typeof entries === "string") return failed(badIndex(doing, reply.value, entries));
  const charts = distinct(entries.flatMap((entry) => toIndexedChart(entry, base) ?? []));
  const { etag, "last-modified": lastModified } = headers;
  // Without either there is no way to ask whether it has changed.
  if (etag !== undefined || lastModified !== undefined)
    await cache.write(url.href, {
      ...(etag === undefined ? {} : { etag }),
      ...(lastModified === undefined ? {} : { lastModified }),
      charts,
    });
  return succeeded(charts);
}

/** A packaged chart's bytes, as they came. */
export async function fetchArchive(doing: string, url: string, way: Way): Promise<Result<Buffer>> {
  const reply = await exchange({
    doing,
    url,
    // Else a server might pack the archive once more.
    headers: { accept: "*/*", "accept-encoding": "identity" },
    ...authorizationOf(way.access),
    maxBytes: maxArchiveBytes,
    tooLarge: "chart-archive",
    trust: way.trust,
    patience: way.patience,
  });
  if (!reply.ok) return reply;
  return reply.value.status === 200
    ? succeeded(reply.value.body)
    : failed(refusalOf(doing, reply.value, way.access.looked));
}

function authorizationOf({ credentials }: Access): { readonly authorization?: string } {
  if (credentials === undefined) return {};
  return {
    authorization: credentials.kind === "password" ? basic(credentials) : `Bearer ${credentials.token}`,
  };
}

/** The header of basic authentication. */
export function basic(credentials: { readonly username: string; readonly password: string }): string {
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

function conditions(known: KnownIndex | undefined): Record<string, string> {
  return {
    ...(known?.etag === undefined ? {} : { "if-none-match": known.etag }),
    ...(known?.lastModified === undefined ? {} : { "if-modified-since": known.lastModified }),
  };
}

function unpack({ headers, body }: HttpReply): Buffer | undefined {
  const coding = headers["content-encoding"] ?? "identity";
  if (coding === "identity" || coding === "") return body;
  if (coding !== "gzip" && coding !== "x-gzip") return undefined;
  try {
    return gunzipSync(body, { maxOutputLength: maxIndexBytes });
  } catch {
    return undefined;
  }
}

function badIndex(doing: string, reply: HttpReply, what: string): Failure {
  return {
    kind: "chart-index",
    message: `${doing}: ${shownUrl(reply.url)} ${what}`,
    next: "check that the url in headway.yaml is the one of a chart repository, as helm repo add takes it",
  };
}

/** The first of each name and version, as in Helm. */
function distinct(charts: readonly IndexedChart[]): readonly IndexedChart[] {
  const seen = new Set<string>();
  return charts.filter(({ name, version }) => {
    const key = `${name} ${version}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
