// Charts in OCI registries as Helm stores them (https://helm.sh/docs/topics/registries): a repository per chart, a tag per
// version, a manifest with Chart.yaml as its config and the packaged chart as its layer.
import type { IndexedChart } from "../../../core/charts/chart-index.ts";
import { failed, succeeded, type Failure, type Result } from "../../../core/failure.ts";
import type { ChartServer, ChartServers } from "../../../engine/ports.ts";
import type { FindAccess } from "./access.ts";
import { digestOf } from "./archive-cache.ts";
import type { Patience } from "./http-exchange.ts";
import { maxArchiveBytes } from "./http-repository.ts";
import { isShownVersion, tagOf, toIndexedChart } from "./indexed-chart.ts";
import { readManifest, readConfig, type ChartManifest } from "./oci-manifest.ts";
import { openRegistry, type Registry } from "./oci-registry.ts";
import { openRegistryNotes, type RegistryNotes } from "./registry-notes.ts";
import { readTags } from "./oci-tags.ts";
import type { openTrust } from "./trust.ts";

/** Largest manifest, config or list of tags. */
const maxManifestBytes = 4 * 1024 * 1024;
const requestsAtOnce = 8;
const pathPattern = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;

export type Registries = {
  /** Every version of the named charts below the registry's address. */
  list(server: ChartServer, names: readonly string[]): Promise<Result<readonly IndexedChart[]>>;
  /** A packaged chart's bytes, as they came. */
  fetch(doing: string, wanted: Parameters<ChartServers["fetch"]>[0]): Promise<Result<Buffer>>;
};

export type RegistryDesk = {
  readonly access: FindAccess;
  readonly trust: ReturnType<typeof openTrust>;
  readonly patience: { readonly small: Patience; readonly archive: Patience };
  /** Where what manifests say is kept. */
  readonly folder: string;
};

/** One chart's repository in a registry. */
type Repository = {
  readonly registry: Registry;
  readonly path: string;
  /** oci://HOST/PATH/NAME. */
  readonly url: string;
  readonly patience: RegistryDesk["patience"];
};

/** Charts of any registry; a registry's own demands are learned once. */
export function openRegistries(desk: RegistryDesk): Registries {
  const open = new Map<string, Promise<Registry>>();
  const notes = openRegistryNotes(desk.folder);
  const repositoryAt = async (url: string, server: ChartServer | undefined): Promise<Repository> => {
    const address = new URL(url);
    const host = address.host;
    // A repository's credentials are for its own host.
    const own: ChartServer =
      server?.kind === "oci" && new URL(server.url).host === host
        ? server
        : { kind: "oci", url: `oci://${host}` };
    const key = JSON.stringify([host, own.secretRef, own.alias]);
    const registry = open.get(key) ?? openOne(desk, host, own);
    open.set(key, registry);
    return {
      registry: await registry,
      path: address.pathname.replace(/^\/+|\/+$/g, ""),
      url,
      patience: desk.patience,
    };
  };
  return {
    list: async (server, names) => {
      const charts: IndexedChart[] = [];
      for (const name of names) {
        const url = `${server.url.replace(/\/+$/, "")}/${name}`;
        const doing = `Reading the versions of ${url}`;
        if (!pathPattern.test(name)) return failed(badName(doing, name));
        const listed = await listVersions(doing, await repositoryAt(url, server), name, notes);
        if (!listed.ok) return listed;
        charts.push(...listed.value);
      }
      return succeeded(charts);
    },
    fetch: async (doing, { url, version, digest, server }) => {
      const repository = await repositoryAt(url, server);
      if (!pathPattern.test(repository.path)) return failed(badName(doing, repository.path));
      if (digest !== undefined) return fetchBlob(doing, repository, digest);
      if (version !== undefined && !isShownVersion(version)) return failed(badVersion(doing, version));
      if (version === undefined) throw new Error(`${url} is asked for without a version or a digest`);
      const manifest = await fetchManifest(doing, repository, tagOf(version));
      if (!manifest.ok) return manifest;
      if (typeof manifest.value === "string") return failed(noChart(doing, manifest.value));
      const blob = await fetchBlob(doing, repository, manifest.value.layer);
      return blob.ok ? checkBlob(doing, blob.value, manifest.value.layer) : blob;
    },
  };
}

async function openOne(desk: RegistryDesk, host: string, server: ChartServer): Promise<Registry> {
  const access = await desk.access.of(server);
  // Docker Hub's name is not where its registry is.
  const base = new URL(
    `https://${host === "docker.io" || host === "index.docker.io" ? "registry-1.docker.io" : host}/`,
  );
  return openRegistry(base, access, desk.trust.trusting(access.authorities));
}

async function listVersions(
  doing: string,
  repository: Repository,
  name: string,
  notes: RegistryNotes,
): Promise<Result<readonly IndexedChart[]>> {
  const tags = await readTags(repository.registry, doing, repository.path, repository.patience.small);
  if (!tags.ok) return tags;
  const wanted = tags.value.filter((tag) => isShownVersion(versionOf(tag)));
  const known = await notes.read(repository.url);
  const charts: IndexedChart[] = [];
  for (let at = 0; at < wanted.length; at += requestsAtOnce) {
    const some = await Promise.all(
      wanted.slice(at, at + requestsAtOnce).map((tag) => describe(doing, repository, name, tag, known)),
    );
    for (const described of some) {
      if (!described.ok) return described;
      if (described.value !== undefined) charts.push(described.value);
    }
  }
  await notes.write(repository.url, known);
  return succeeded(charts);
}

/** What a tag stands for; undefined where it is no chart, another one, or has gone meanwhile. */
async function describe(
  doing: string,
  repository: Repository,
  name: string,
  tag: string,
  known: Map<string, IndexedChart>,
): Promise<Result<IndexedChart | undefined>> {
  const manifest = await fetchManifest(doing, repository, tag);
  if (!manifest.ok) return manifest.failure.kind === "chart-missing" ? succeeded(undefined) : manifest;
  if (typeof manifest.value === "string") return succeeded(undefined);
  const { digest, config, layer } = manifest.value;
  const version = versionOf(tag);
  const noted = known.get(digest);
  if (noted?.version === version && noted.name === name) return succeeded(noted);
  const blob = await fetchBlob(doing, repository, config, maxManifestBytes);
  if (!blob.ok) return blob.failure.kind === "chart-missing" ? succeeded(undefined) : blob;
  const said = digestOf(blob.value) === config ? readConfig(blob.value) : undefined;
  if (said?.version !== version || said.name !== name.split("/").at(-1)) return succeeded(undefined);
  const base = new URL(repository.url);
  const chart = toIndexedChart({ ...said, digest: layer, urls: [repository.url] }, base);
  if (chart === undefined) return succeeded(undefined);
  const indexed = { ...chart, name };
  known.set(digest, indexed);
  return succeeded(indexed);
}

async function fetchManifest(
  doing: string,
  { registry, path, patience }: Repository,
  tag: string,
): Promise<Result<ChartManifest | string>> {
  const reply = await registry.get({
    doing,
    repository: path,
    path: `/v2/${path}/manifests/${tag}`,
    accept: "application/vnd.oci.image.manifest.v1+json",
    maxBytes: maxManifestBytes,
    tooLarge: "chart-archive",
    patience: patience.small,
  });
  return reply.ok ? succeeded(readManifest(reply.value.body)) : reply;
}

async function fetchBlob(
  doing: string,
  { registry, path, patience }: Repository,
  digest: string,
  maxBytes = maxArchiveBytes,
): Promise<Result<Buffer>> {
  const reply = await registry.get({
    doing,
    repository: path,
    path: `/v2/${path}/blobs/${digest}`,
    accept: "*/*",
    maxBytes,
    tooLarge: "chart-archive",
    patience: patience.archive,
  });
  return reply.ok ? succeeded(reply.value.body) : reply;
}

function checkBlob(doing: string, blob: Buffer, expected: string): Result<Buffer> {
  const digest = digestOf(blob);
  if (digest === expected) return succeeded(blob);
  return failed({
    kind: "chart-digest",
    message: `${doing}: the registry's manifest says ${expected}, and ${digest} came`,
    next: "try again; if it stays so, the registry is damaged: publish the chart again",
  });
}

/** Helm writes `_` for `+`, and no version has a `_`. */
function versionOf(tag: string): string {
  return tag.replaceAll("_", "+");
}

function noChart(doing: string, what: string): Failure {
  return {
    kind: "chart-archive",
    message: `${doing}: ${what}`,
    next: "check the address: it has to be a chart that was published with `helm push`",
  };
}

function badVersion(doing: string, version: string): Failure {
  return {
    kind: "chart-missing",
    message: `${doing}: ${JSON.stringify(version)} is not a chart's version`,
    next: "write a version such as 1.4.0",
  };
}

function badName(doing: string, name: string): Failure {
  return {
    kind: "chart-missing",
    message: `${doing}: ${JSON.stringify(name)} is not a name that a registry can have`,
    next: "names in a registry are of lower-case letters, digits, and . _ - between them",
  };
}
