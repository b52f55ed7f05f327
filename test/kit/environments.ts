// The example of three environments in a git repository of its own, with its charts on a chart server and a registry that
// want a login: what the test of a re-created cluster and the demonstration of it both stand on.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { findPrograms } from "../../src/sandbox/programs.ts";
import { makeAuthority, makeIndex, packageChart, startChartServer, startRegistry } from "./chart-servers.ts";
import { headway, type CliEnd } from "./cli.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const login = { username: "reader", password: "correct-horse-battery" };

/** A person's machine: a checkout of the repository and a cache folder that nobody else uses. */
export type Desk = {
  /** Where the checkout is. */
  readonly folder: string;
  /** The folder of an environment's overlay in it. */
  readonly overlay: (name: string) => string;
  /** Runs the built program in an environment's overlay. */
  readonly headway: (environment: string, argv: readonly string[], kubeconfig?: string) => Promise<CliEnd>;
  /** Runs git in the checkout; what it printed. */
  readonly git: (...argv: readonly string[]) => Promise<string>;
};

export type Environments = {
  /** Knows the chart servers, their authority and their logins. */
  readonly desk: Desk;
  /** Puts another version of one of the example's charts on the chart server; its archive. */
  readonly publish: (name: string, version?: string) => Promise<Buffer>;
  /** A fresh clone on a machine that knows no server, no authority and no login, and has an empty cache. */
  readonly cloneElsewhere: (name: string) => Promise<Desk>;
  readonly stopServers: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** The aliases of headway.yaml whose charts are not a folder here, and the charts that each of them has. */
const served = {
  upstream: ["postgres", "redis"],
  platform: ["baseline", "gateway", "metrics"],
};

/** Starts the servers, publishes the charts, and writes the repository, with nothing indexed and nothing committed. */
export async function openEnvironments(): Promise<Environments> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "headway-environments-")));
  const authority = makeAuthority();
  const upstream = await startChartServer(authority);
  upstream.login = login;
  const registry = await startRegistry(authority);
  const programs = await namedPrograms();

  const publish: Environments["publish"] = async (name, version) => {
    const archive = await packCopy(folder, name, version);
    upstream.files.set(`/${archive.file}`, archive.bytes);
    const archives = [...upstream.files].filter(([path]) => path.endsWith(".tgz"));
    const index = await makeIndex(new Map(archives.map(([path, bytes]) => [path.slice(1), bytes])));
    upstream.files.set("/index.yaml", index);
    return archive.bytes;
  };
  for (const name of served.upstream) await publish(name);
  for (const name of served.platform)
    await registry.push((await packCopy(folder, name)).bytes, "shop/platform");

  const repository = join(folder, "repository");
  writeRepository(repository, { upstream: upstream.url, platform: `oci://${registry.host}/shop/platform` });
  let stopped: Promise<unknown> | undefined;
  const stopServers = async (): Promise<void> => {
    stopped ??= Promise.all([upstream.close(), registry.close()]);
    await stopped;
  };
  return {
    desk: openDesk(repository, {
      ...programs,
      XDG_CACHE_HOME: join(folder, "cache"),
      HEADWAY_CA_FILE: authority.caFile,
      HELM_REGISTRY_CONFIG: registry.loginFile,
      HEADWAY_REPOSITORY_UPSTREAM_USERNAME: login.username,
      HEADWAY_REPOSITORY_UPSTREAM_PASSWORD: login.password,
    }),
    publish,
    cloneElsewhere: async (name) => {
      const clone = join(folder, name, "repository");
      await execa("git", ["clone", "--quiet", repository, clone]);
      await execa("git", ["remote", "set-url", "origin", remote], { cwd: clone });
      return openDesk(clone, { ...programs, XDG_CACHE_HOME: join(folder, name, "cache") });
    },
    stopServers,
    close: async () => {
      await stopServers();
      authority.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// It is part of a stack's identity, and the same wherever the repository is cloned.
const remote = "https://git.example.com/shop/system.git";

/** A cache of its own has no programs in it, and to get them is not what is shown here. */
async function namedPrograms(): Promise<Readonly<Record<string, string>>> {
  const found = await findPrograms(["helm", "kustomize"]);
  if (!found.ok) throw new Error(found.failure.message);
  return Object.fromEntries(found.value.map(({ name, path }) => [`HEADWAY_${name.toUpperCase()}`, path]));
}

/** One of the example's charts as the real helm packs it, under a version of its own where one is given. */
async function packCopy(
  folder: string,
  name: string,
  version?: string,
): Promise<{ readonly file: string; readonly bytes: Buffer }> {
  const copy = join(folder, "charts", name);
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(root, "charts-index", name), copy, { recursive: true });
  if (version !== undefined)
    edit(join(copy, "Chart.yaml"), (text) => text.replace(/^version: .*/m, `version: ${version}`));
  const path = await packageChart(copy, folder);
  return { file: path.slice(path.lastIndexOf("/") + 1), bytes: readFileSync(path) };
}

function writeRepository(repository: string, urls: Readonly<Record<keyof typeof served, string>>): void {
  mkdirSync(repository, { recursive: true });
  const folders = ["examples/environments", "charts-index"];
  for (const part of folders) cpSync(join(root, part), join(repository, part), { recursive: true });
  edit(join(repository, "examples/environments/base/headway.yaml"), (text) =>
    Object.entries(urls).reduce(
      (changed, [alias, url]) =>
        changed.replace(`${alias}: { url: ../../../charts-index }`, `${alias}: { url: "${url}" }`),
      text,
    ),
  );
  // What is served is nowhere else.
  for (const name of Object.values(served).flat())
    rmSync(join(repository, "charts-index", name), { recursive: true });
}

function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`there is nothing to change in ${file}`);
  writeFileSync(file, after);
}

function openDesk(folder: string, env: Readonly<Record<string, string>>): Desk {
  const overlay = (name: string): string => join(folder, "examples/environments/overlays", name);
  return {
    folder,
    overlay,
    headway: (environment, argv, kubeconfig) =>
      headway(argv, {
        cwd: overlay(environment),
        env,
        // A kubeconfig of whoever runs this is never used.
        kubeconfig: kubeconfig ?? join(folder, "no-kubeconfig"),
      }),
    git: async (...argv) => {
      const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
      return (await execa("git", [...identity, ...argv], { cwd: folder })).stdout;
    },
  };
}
