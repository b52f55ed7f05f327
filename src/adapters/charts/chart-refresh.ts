// What repositories hold now: servers are asked, folders are read whole. Nothing else looks beyond the index files.
import type { IndexedChart } from "../../core/charts/chart-index.ts";
import type { Catalogue, ChartSources } from "../../core/charts/chart-resolution.ts";
import type { Checked, Diagnostic } from "../../core/diagnostic.ts";
import { succeeded, type Result } from "../../core/failure.ts";
import type { ChartWish } from "../../core/charts/lock.ts";
import type { ChartServers } from "../../engine/ports.ts";
import { assembleComplete, type Opened } from "./chart-pin.ts";
import { sortFiles } from "./chart-files.ts";
import { digestFiles } from "./chart-store.ts";

type Options = { readonly servers?: () => Promise<ChartServers> };

/** What the index file of a repository is to say. What is wrong with a chart of a folder is a finding, and it is left out. */
export async function refreshIndex(
  opened: Opened,
  options: Options,
  alias: string,
  names: readonly string[],
): Promise<Result<Checked<readonly IndexedChart[]>>> {
  const repository = opened.sources.repositories.get(alias);
  if (repository === undefined) throw new Error(`there is no repository ${alias}`);
  const { location, secretRef } = repository;
  if (location.kind === "folder") return readFolder(opened, alias, location.path);
  if (options.servers === undefined) throw new Error("no servers were given");
  const servers = await options.servers();
  const secret = secretRef === undefined ? {} : { secretRef };
  const listed = await servers.list({ kind: location.kind, url: location.url, alias, ...secret }, names);
  return listed.ok ? succeeded({ value: listed.value, diagnostics: [] }) : listed;
}

async function readFolder(
  opened: Opened,
  alias: string,
  folder: string,
): Promise<Result<Checked<readonly IndexedChart[]>>> {
  const charts: IndexedChart[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const chart of opened.sources.catalogueOf(alias)?.charts ?? []) {
    if (chart.digest !== undefined) {
      charts.push({ ...chart, digest: chart.digest });
      continue;
    }
    const path = folder === "." ? chart.url : `${folder}/${chart.url}`;
    const assembled = await assembleComplete(opened, path, path);
    if (!assembled.ok) return assembled;
    if (assembled.value.ok)
      charts.push({ ...chart, digest: `tree-sha256:${digestFiles(sortFiles(assembled.value.value.files))}` });
    else
      for (const { place, ...words } of assembled.value.problems)
        diagnostics.push({
          severity: "error",
          ...words,
          message: `${chart.name} ${chart.version}: ${words.message}`,
          ...(place === undefined
            ? {}
            : { range: { file: opened.shown(place.path), line: place.line, column: place.column } }),
        });
  }
  return succeeded({ value: charts, diagnostics });
}

export type Registry = {
  readonly url: string;
  readonly name: string;
  readonly secret: { readonly alias?: string; readonly secretRef?: string };
};

/** Where a chart of a registry is. */
export function registryOf({ chart }: ChartWish, { repositories }: ChartSources): Registry {
  if (chart.kind === "oci") {
    const slash = chart.url.lastIndexOf("/");
    return { url: chart.url.slice(0, slash), name: chart.url.slice(slash + 1), secret: {} };
  }
  if (chart.kind !== "repository") throw new Error(`${chart.written} is not in a registry`);
  const repository = repositories.get(chart.alias);
  if (repository?.location.kind !== "oci") throw new Error(`${chart.alias} is no registry`);
  const { alias, secretRef } = repository;
  const secret = { alias, ...(secretRef === undefined ? {} : { secretRef }) };
  return { url: repository.location.url, name: chart.name, secret };
}

/** The versions of one chart of a registry. */
export async function askRegistry(
  options: Options,
  { url, name, secret }: Registry,
): Promise<Result<Catalogue>> {
  if (options.servers === undefined) throw new Error("no servers were given");
  const servers = await options.servers();
  const listed = await servers.list({ kind: "oci", url, ...secret }, [name]);
  return listed.ok ? succeeded({ file: url, charts: listed.value }) : listed;
}
