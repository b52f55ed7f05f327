// The agent's part of the composition root: its world out of adapters. Loaded by `headway agent` alone.
import { join } from "node:path";
import { receiversOf } from "./agent-receivers.ts";
import { systemClock } from "./adapters/clock.ts";
import { connectCluster, type Cluster } from "./adapters/cluster/connect.ts";
import { openGitSource } from "./adapters/git-source/git-source.ts";
import { checkHelm } from "./adapters/helm/check-helm.ts";
import { openHelm } from "./adapters/helm/helm-cli.ts";
import { introduceSelf, judgeHolder } from "./adapters/process-proof.ts";
import type { ExportedRepository } from "./adapters/stack-source/read-folder.ts";
import type { AgentOptions, OpenAgentWorld } from "./cli/agent-world.ts";
import { newRunId } from "./cli/run-id.ts";
import type { World } from "./cli/world.ts";
import { failed, succeeded, type Result } from "./core/failure.ts";
import type { StackSync, StackSyncSpec } from "./core/stack-sync/stack-sync.ts";
import type { SyncConnection, SyncSource } from "./engine/agent-ports.ts";
import type { GitCredentials, GitSource, GitWish, SigningKey } from "./engine/git-ports.ts";
import type { StackReader } from "./engine/ports.ts";
import { makeRunMessageView } from "./views/run-message.ts";

/** What the composition root gives besides. */
export type AgentParts = Pick<World, "version" | "forgetSelf"> & {
  readonly cacheFolder: string;
  findHelm(): Promise<Result<string>>;
  /** How the stack in a folder of a commit's files is read. */
  readerOf(folder: string, repository: ExportedRepository): StackReader;
};

/** Opens it; fails where there is no cluster to be found. Throws where the cache can't be used. */
export async function openAgentWorld(
  options: AgentOptions,
  parts: AgentParts,
): Promise<Result<OpenAgentWorld>> {
  const { flags, log, watchNamespace } = options;
  const connected = await connectCluster(flags);
  if (!connected.ok) return connected;
  const cluster = connected.value;
  const holder = await introduceSelf();
  const git = await openGitSource({
    cacheDir: join(options.cacheFolder ?? parts.cacheFolder, "git"),
    allowsPlainHttp: options.allowsPlainHttp,
  });
  return succeeded({
    server: cluster.server,
    world: {
      version: parts.version,
      clock: systemClock(),
      chance: Math.random,
      syncs: cluster.stackSyncs(watchNamespace, holder.host),
      seeds: cluster.seeds,
      leadership: cluster.leadership(judgeHolder, holder, (message) => {
        log.info(`waiting for the leadership: ${message}`, {});
      }),
      openSource: (sync, spec) => openSource(cluster, git, parts, sync, spec),
      connect: (sync, spec) => connectFor(cluster, options, parts, sync, spec),
      introduceSelf,
      forgetSelf: parts.forgetSelf,
      newRunId: () => newRunId(Date.now()),
      clusterName: options.clusterName,
      receiversOf: (sync, spec) =>
        receiversOf(cluster, { allowsPlainHttp: options.allowsPlainHttp }, sync, spec),
      messageView: makeRunMessageView,
      onTold: options.onTold,
      viewsOf: options.viewsOf,
      onStatus: options.onStatus,
      onFetched: options.onFetched,
      onFreshness: options.onFreshness,
      onEnded: options.onEnded,
      log,
    },
    readHookToken: async (sync) => {
      const name = sync.spec.ok ? sync.spec.value.webhookSecretName : undefined;
      if (name === undefined) return succeeded(undefined);
      const secret = await cluster.readSecret(sync.namespace, name);
      return secret.ok ? succeeded(secret.value?.get("token")?.toString("utf8").trim()) : secret;
    },
    helmVersion: async () => {
      const program = await parts.findHelm();
      return program.ok ? checkHelm(program.value) : program;
    },
    close: async () => {
      await git.close();
      cluster.close();
      await parts.forgetSelf(holder);
    },
  });
}

/** The agent's own connection observes and keeps; what is written of releases is written as the StackSync's account. */
async function connectFor(
  own: Cluster,
  { flags, defaultServiceAccount, concurrency, onHelm }: AgentOptions,
  parts: AgentParts,
  sync: StackSync,
  spec: StackSyncSpec,
): Promise<Result<SyncConnection>> {
  const account = spec.serviceAccountName ?? defaultServiceAccount;
  const actAs = account === undefined ? undefined : `system:serviceaccount:${sync.namespace}:${account}`;
  const connected = await connectCluster({ ...flags, ...(actAs === undefined ? {} : { actAs }) });
  if (!connected.ok) return connected;
  const acting = connected.value;
  return succeeded({
    records: {
      ...own.records,
      label: (...about) => acting.records.label(...about),
      mark: (...about) => acting.records.mark(...about),
    },
    objects: acting.objects,
    values: acting.values,
    states: own.states,
    journal: own.journal,
    locks: own.locks(judgeHolder),
    readSystemSecret: own.readSystemSecret,
    openHelm: (holder) =>
      Promise.resolve(
        openHelm({
          runFolder: holder.runFolder,
          decode: (release) => own.decode(release),
          findProgram: () => parts.findHelm(),
          onProcess: onHelm,
          ...(own.context === "" ? {} : { context: own.context }),
          ...(actAs === undefined ? {} : { actAs }),
          ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
          ...(concurrency === undefined ? {} : { concurrency }),
        }),
      ),
    close: () => {
      acting.close();
    },
  });
}

/** Its credentials are read anew each time: a Secret that was changed counts from the next look. */
async function openSource(
  cluster: Cluster,
  git: GitSource,
  parts: AgentParts,
  sync: StackSync,
  { source }: StackSyncSpec,
): Promise<Result<SyncSource>> {
  const credentials = await readCredentials(cluster, sync, source.secretName);
  if (!credentials.ok) return credentials;
  const keys = await readSigningKeys(cluster, sync, source.verifySecretName);
  if (!keys.ok) return keys;
  const remote = { url: source.url, credentials: credentials.value };
  const wish: GitWish = {
    ...remote,
    ref: source.ref,
    ...(keys.value === undefined ? {} : { verify: { keys: keys.value } }),
  };
  return succeeded({
    fetch: () => git.fetch(wish),
    relate: async (from, to) => {
      const known = await git.relate(remote, from, to);
      if (known.ok && known.value !== "unknown") return known.value;
      // With the cache the earlier one may be lost. A server that no longer has it, or gives it to nobody, says no.
      await git.fetch({ ...remote, ref: { kind: "commit", sha: from } });
      const related = await git.relate(remote, from, to);
      return related.ok ? related.value : "unknown";
    },
    open: async (commit) => {
      const exported = await git.export(remote, commit);
      if (!exported.ok) return exported;
      const { root, leftOut, release } = exported.value;
      const repository = { root, remote: source.url, commit, links: leftOut.links };
      return succeeded({ reader: parts.readerOf(join(root, source.path), repository), close: release });
    },
  });
}

async function readCredentials(
  cluster: Cluster,
  sync: StackSync,
  name: string | undefined,
): Promise<Result<GitCredentials>> {
  if (name === undefined) return succeeded({ kind: "none" });
  const secret = await readNeeded(cluster, sync, name);
  if (!secret.ok) return secret;
  const text = (key: string): string | undefined => secret.value.get(key)?.toString("utf8");
  const ca = text("ca.crt");
  const trusted = ca === undefined ? {} : { ca };
  const [identity, knownHosts] = [text("identity"), text("known_hosts")];
  if (identity !== undefined && knownHosts !== undefined)
    return succeeded({ kind: "ssh", identity, knownHosts });
  const token = text("bearerToken");
  if (token !== undefined) return succeeded({ kind: "bearer", token: token.trim(), ...trusted });
  const [username, password] = [text("username"), text("password")];
  if (username !== undefined && password !== undefined)
    return succeeded({ kind: "basic", username: username.trim(), password: password.trim(), ...trusted });
  if (identity === undefined && username === undefined && password === undefined)
    return succeeded({ kind: "none", ...trusted });
  return failed({
    kind: "git-invalid",
    message: `the Secret ${sync.namespace}/${name} holds only a part of a login`,
    next: "It needs username and password, or bearerToken, for https; identity and known_hosts for ssh.",
  });
}

async function readSigningKeys(
  cluster: Cluster,
  sync: StackSync,
  name: string | undefined,
): Promise<Result<readonly SigningKey[] | undefined>> {
  if (name === undefined) return succeeded(undefined);
  const secret = await readNeeded(cluster, sync, name);
  if (!secret.ok) return secret;
  return succeeded(
    [...secret.value].flatMap(([key, value]): readonly SigningKey[] => {
      const text = value.toString("utf8");
      if (key.endsWith(".asc")) return [{ kind: "gpg", text }];
      return key.endsWith(".pub") ? [{ kind: "ssh", text: text.trim() }] : [];
    }),
  );
}

async function readNeeded(
  cluster: Cluster,
  sync: StackSync,
  name: string,
): Promise<Result<ReadonlyMap<string, Buffer>>> {
  const secret = await cluster.readSecret(sync.namespace, name);
  if (!secret.ok) return secret;
  if (secret.value !== undefined) return succeeded(secret.value);
  return failed({
    kind: "git-missing",
    message: `the StackSync ${sync.key} names the Secret ${name}, and there is none of that name in its namespace`,
    next: `Create it: kubectl -n ${sync.namespace} create secret generic ${name} …`,
  });
}
