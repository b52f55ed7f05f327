// What a kubeconfig's credentials become on the wire: TLS options and headers, renewed when they run out. The work of
// the credential plugins is client-node's; only what a cluster needs of it is loaded, because all of it takes half a
// second to import.
import { readFile } from "node:fs/promises";
import { Agent as PlainAgent, type AgentOptions as PlainAgentOptions } from "node:http";
import { Agent, type AgentOptions, type RequestOptions } from "node:https";
import { ExecAuth } from "@kubernetes/client-node/dist/exec_auth.js";
import { FileAuth } from "@kubernetes/client-node/dist/file_auth.js";
import type { Access } from "./kubeconfig.ts";
import { isRecord, listAt, textAt } from "../../core/json.ts";

/** What a request needs: an agent that already knows about TLS, and headers. */
export type Prepared = {
  readonly agent: PlainAgent;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
};

export type Credentials = {
  /** Throws where a credential plugin or a file of the kubeconfig fails. */
  prepare(): Promise<Prepared>;
  /** Forgets what has been learnt: the API server refused it. */
  forget(): void;
  close(): void;
};

/** Makes credentials of an access; watches and requests share one agent, so that connections are used again. */
export function makeCredentials(access: Access): Credentials {
  const authenticate = makeAuthenticator(access);
  let agent: { readonly key: string; readonly value: PlainAgent } | undefined;
  let files: Promise<AgentOptions> | undefined;
  const retired: PlainAgent[] = [];
  return {
    async prepare() {
      files ??= tlsOptions(access);
      const tls = await files;
      const options: RequestOptions = { headers: {} };
      await authenticate.apply(options);
      const own = {
        ...tls,
        ...(options.cert ? { cert: options.cert } : {}),
        ...(options.key ? { key: options.key } : {}),
      };
      // Only a plugin gives another certificate later.
      const key = JSON.stringify([options.cert, options.key]);
      if (agent?.key !== key) {
        if (agent !== undefined) retired.push(agent.value);
        agent = { key, value: options.agent instanceof PlainAgent ? options.agent : makeAgent(access, own) };
      }
      return { agent: agent.value, headers: headersOf(access, options) };
    },
    forget() {
      files = undefined;
      authenticate.forget();
    },
    close() {
      for (const old of [...retired, ...(agent === undefined ? [] : [agent.value])]) old.destroy();
    },
  };
}

function makeAgent(access: Access, tls: AgentOptions): PlainAgent {
  const options: PlainAgentOptions = {
    keepAlive: true,
    keepAliveMsecs: 10_000,
    maxSockets: 256,
    scheduling: "lifo",
  };
  return access.cluster.server.startsWith("http:")
    ? new PlainAgent(options)
    : new Agent({ ...options, ...tls });
}

async function tlsOptions({ cluster, user }: Access): Promise<AgentOptions> {
  const [ca, cert, key] = await Promise.all([
    fileOrBase64(cluster.caFile, cluster.caData),
    fileOrBase64(user.certFile, user.certData),
    fileOrBase64(user.keyFile, user.keyData),
  ]);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(cluster.skipTLSVerify ? { rejectUnauthorized: false } : {}),
    ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
  };
}

/** In-line data wins over a file, as with kubectl. */
async function fileOrBase64(file: string | undefined, data: string | undefined): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, "base64");
  return file ? await readFile(file) : undefined;
}

function headersOf({ user, impersonatedGroups }: Access, options: RequestOptions): Prepared["headers"] {
  const basic =
    user.username && user.password
      ? { authorization: `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}` }
      : {};
  return {
    ...basic,
    ...(isRecord(options.headers)
      ? Object.fromEntries(
          Object.entries(options.headers).flatMap(([name, value]) =>
            typeof value === "string" ? [[name.toLowerCase(), value]] : [],
          ),
        )
      : {}),
    ...(user.token ? { authorization: `Bearer ${user.token}` } : {}),
    ...(user.impersonateUser ? { "impersonate-user": user.impersonateUser } : {}),
    ...(impersonatedGroups.length > 0 ? { "impersonate-group": impersonatedGroups } : {}),
  };
}

type Authenticator = { apply(options: RequestOptions): Promise<void>; forget(): void };

function makeAuthenticator(access: Access): Authenticator {
  const { user, cluster, tokenFile } = access;
  const provider: unknown = user.authProvider;
  if (cluster.proxyUrl || (isRecord(provider) && textAt(provider, "config", "tokenFile") === undefined))
    return wholeClient(access);
  if (user.exec) return execPlugin(access);
  if (tokenFile === undefined && !isRecord(provider))
    return { apply: () => Promise.resolve(), forget: () => undefined };
  const reader = tokenFile === undefined ? user : { ...user, authProvider: { config: { tokenFile } } };
  let file = new FileAuth();
  return {
    apply: async (options) => {
      await file.applyAuthentication(reader, options);
      const read = options.headers !== undefined && isRecord(options.headers) ? options.headers : {};
      // A token file may end in a line break, which no header may hold.
      if (typeof read.Authorization === "string")
        options.headers = { Authorization: read.Authorization.trim() };
    },
    forget: () => {
      file = new FileAuth();
    },
  };
}

function execPlugin({ user, cluster }: Access): Authenticator {
  // client-go tells plugins what is asked of them in this variable; client-node does not set it.
  const info = {
    apiVersion: textAt(user.exec, "apiVersion") ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(isRecord(user.exec) && user.exec.provideClusterInfo === true
        ? { cluster: { server: cluster.server, "certificate-authority-data": cluster.caData } }
        : {}),
    },
  };
  const env = [...listAt(user.exec, "env"), { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
  const told = { ...user, exec: { ...(isRecord(user.exec) ? user.exec : {}), env } };
  let plugin = new ExecAuth();
  return {
    apply: (options) => plugin.applyAuthentication(told, options),
    forget: () => {
      plugin = new ExecAuth();
    },
  };
}

/** Proxies and the providers of old kubeconfigs (OIDC, GCP, Azure) need all of client-node. */
function wholeClient({ cluster, user, context }: Access): Authenticator {
  const make = async () => {
    const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
    const config = new KubeConfig();
    config.loadFromOptions({
      clusters: [cluster],
      users: [user],
      contexts: [{ name: context, cluster: cluster.name, user: user.name }],
      currentContext: context,
    });
    return config;
  };
  let config: ReturnType<typeof make> | undefined;
  return {
    apply: async (options) => {
      config ??= make();
      await (await config).applyToHTTPSOptions(options);
      // Only a proxy needs its agent: the ordinary one would open a connection for each request.
      if (!cluster.proxyUrl) delete options.agent;
    },
    forget: () => {
      config = undefined;
    },
  };
}
