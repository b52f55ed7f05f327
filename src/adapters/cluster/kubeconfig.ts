// Finds the cluster and the user that a kubeconfig (or the pod's service account) names, merged as kubectl merges
// several files. What the credentials become on the wire is credentials.ts.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import {
  newClusters,
  newContexts,
  newUsers,
  type Cluster,
  type Context,
  type User,
} from "@kubernetes/client-node/dist/config_types.js";
import { parse } from "yaml";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { fieldOf, isRecord } from "../../core/json.ts";
import { messageOf } from "./refusal.ts";

/** The cluster and the user of one context; `cluster.server` has no slash at its end. */
export type Access = {
  /** Empty for a pod's service account, which no kubeconfig names. */
  readonly context: string;
  readonly cluster: Cluster;
  readonly user: User;
  /** Groups and other headers of an impersonated user, which client-node does not read. */
  readonly impersonatedGroups: readonly string[];
  /** Set where the kubeconfig names a file that holds the token and is read again as it changes. */
  readonly tokenFile?: string;
};

type Entries = {
  readonly clusters: readonly Cluster[];
  readonly users: readonly User[];
  readonly contexts: readonly Context[];
  readonly current: string | undefined;
  readonly groups: ReadonlyMap<string, readonly string[]>;
  readonly tokenFiles: ReadonlyMap<string, string>;
};

const accountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Reads `kubeconfig` (one path), else the list in KUBECONFIG, else ~/.kube/config, else the pod's service account.
 * Of entries with one name the first counts, as with kubectl. A failure is of kind `program`: the set-up is at fault.
 */
export async function loadAccess(wanted: {
  readonly kubeconfig?: string;
  readonly context?: string;
}): Promise<Result<Access>> {
  const { files, mustExist, named } = kubeconfigFiles(wanted.kubeconfig);
  const all: Entries[] = [];
  for (const file of files) {
    const text = await readText(file);
    if (!text.ok && mustExist) return text;
    if (!text.ok) continue;
    const read = readEntries(text.value, file);
    if (!read.ok) return read;
    all.push(read.value);
  }
  if (all.length === 0 && !named && wanted.context === undefined) {
    const inCluster = serviceAccount(
      process.env.KUBERNETES_SERVICE_HOST,
      process.env.KUBERNETES_SERVICE_PORT,
    );
    if (inCluster !== undefined) return succeeded(inCluster);
  }
  if (all.length === 0)
    return failed({
      kind: "unreachable",
      message: `Looking for a cluster: there is no kubeconfig at ${files.join(", ")}.`,
      next: "Name one with --kubeconfig or KUBECONFIG, or start a local cluster with `headway sandbox up`.",
    });
  return chooseContext(all, wanted.context);
}

function kubeconfigFiles(flag: string | undefined): {
  readonly files: readonly string[];
  readonly mustExist: boolean;
  readonly named: boolean;
} {
  if (flag !== undefined && flag !== "") return { files: [resolve(flag)], mustExist: true, named: true };
  const listed = (process.env.KUBECONFIG ?? "").split(delimiter).filter((file) => file !== "");
  if (listed.length > 0)
    return { files: listed.map((file) => resolve(file)), mustExist: listed.length === 1, named: true };
  return { files: [join(homedir(), ".kube", "config")], mustExist: false, named: false };
}

async function readText(file: string): Promise<Result<string>> {
  try {
    return succeeded(await readFile(file, "utf8"));
  } catch (error) {
    return failed({
      kind: "unreachable",
      message: `Reading the kubeconfig ${file}: ${messageOf(error)}.`,
      next: "Check --kubeconfig or KUBECONFIG.",
    });
  }
}

function readEntries(text: string, file: string): Result<Entries> {
  try {
    const root: unknown = parse(text);
    const users = listOf(root, "users");
    const folder = dirname(file);
    return succeeded({
      clusters: newClusters(listOf(root, "clusters")).map((cluster) => ({
        ...cluster,
        ...(cluster.caFile ? { caFile: against(folder, cluster.caFile) } : {}),
      })),
      users: newUsers(users).map((user) => withFullPaths(user, folder)),
      contexts: newContexts(listOf(root, "contexts")),
      current: stringOr(fieldOf(root, "current-context")),
      groups: new Map(
        users.map((entry) => [nameOf(entry), stringsOf(fieldOf(fieldOf(entry, "user"), "as-groups"))]),
      ),
      tokenFiles: new Map(
        users.flatMap((entry) => {
          const tokenFile = stringOr(fieldOf(fieldOf(entry, "user"), "tokenFile"));
          return tokenFile === undefined ? [] : [[nameOf(entry), against(folder, tokenFile)] as const];
        }),
      ),
    });
  } catch (error) {
    return failed({
      kind: "unreachable",
      // The parser's message quotes the source, which holds credentials: only its first line, which does not.
      message: `Reading the kubeconfig ${file}: ${messageOf(error).split("\n")[0] ?? ""}`,
      next: "Check the file with `kubectl config view`.",
    });
  }
}

/** Files named in a kubeconfig are relative to it, and so is an exec plugin written with a slash. */
function withFullPaths(user: User, folder: string): User {
  const exec: unknown = user.exec;
  const command = stringOr(fieldOf(exec, "command"));
  return {
    ...user,
    ...(user.certFile ? { certFile: against(folder, user.certFile) } : {}),
    ...(user.keyFile ? { keyFile: against(folder, user.keyFile) } : {}),
    ...(isRecord(exec) && command?.includes("/") === true
      ? { exec: { ...exec, command: against(folder, command) } }
      : {}),
  };
}

function chooseContext(all: readonly Entries[], wanted: string | undefined): Result<Access> {
  const name = wanted ?? all.map((entries) => entries.current).find((current) => current !== undefined);
  const contexts = all.flatMap((entries) => entries.contexts);
  const context = contexts.find((candidate) => candidate.name === name);
  if (context === undefined)
    return failed({
      kind: "unreachable",
      message:
        name === undefined
          ? "Looking for a cluster: the kubeconfig has no current context."
          : `Looking for a cluster: the kubeconfig has no context ${name}.`,
      next: `Choose one with --context: ${contexts.map((candidate) => candidate.name).join(", ") || "there are none"}.`,
    });
  const cluster = all
    .flatMap((entries) => entries.clusters)
    .find((candidate) => candidate.name === context.cluster);
  if (cluster === undefined)
    return failed({
      kind: "unreachable",
      message: `Looking for a cluster: context ${context.name} names the cluster ${context.cluster}, which the kubeconfig does not have.`,
      next: "Choose another with --context, or mend the kubeconfig.",
    });
  const owner = all.find((entries) => entries.users.some((candidate) => candidate.name === context.user));
  const user = owner?.users.find((candidate) => candidate.name === context.user) ?? { name: "" };
  const tokenFile = owner?.tokenFiles.get(context.user);
  return succeeded({
    context: context.name,
    cluster,
    user,
    impersonatedGroups: owner?.groups.get(context.user) ?? [],
    ...(tokenFile === undefined ? {} : { tokenFile }),
  });
}

function serviceAccount(host: string | undefined, port: string | undefined): Access | undefined {
  if (host === undefined || port === undefined) return undefined;
  const server = host.includes(":") ? `https://[${host}]:${port}` : `https://${host}:${port}`;
  return {
    context: "",
    cluster: { name: "in-cluster", server, skipTLSVerify: false, caFile: join(accountFolder, "ca.crt") },
    user: { name: "service-account" },
    impersonatedGroups: [],
    tokenFile: join(accountFolder, "token"),
  };
}

function against(folder: string, file: string): string {
  return isAbsolute(file) ? file : join(folder, file);
}

function listOf(root: unknown, key: string): readonly unknown[] {
  const list = fieldOf(root, key);
  return Array.isArray(list) ? list : [];
}

function nameOf(entry: unknown): string {
  return stringOr(fieldOf(entry, "name")) ?? "";
}

function stringOr(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function stringsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
