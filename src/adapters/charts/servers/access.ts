// Which credentials and authorities a request to a chart server may use, from where they are kept, in a fixed order.
// Nothing is read before a request needs it, and no secret ever gets into a message.
import type { ChartServer, ReadSystemSecret } from "../../../engine/ports.ts";
import { readAuthorities, readAuthorityFile } from "./authorities.ts";
import { dockerConfigCredentials, dockerConfigPaths, entryOfDockerConfig } from "./docker-config.ts";
import type { Surroundings } from "./environment.ts";
import { helmRepositoryEntry } from "./helm-repositories.ts";

/** What a server is convinced with; `source` says in words where it came from. */
export type Credentials = { readonly source: string } & (
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  /** Docker's identity token: exchanged for a bearer token at the realm. */
  | { readonly kind: "identity-token"; readonly token: string }
  | { readonly kind: "bearer"; readonly token: string }
);

/** All that is known about how to reach one server. */
export type Access = {
  readonly credentials?: Credentials;
  /** PEM texts, one certificate each. */
  readonly authorities: readonly string[];
  /** For a refusal: which credentials were used, or where there were none. */
  readonly looked: string;
};

/** One place that may hold credentials: what it has, or in a few words why it has none. */
export type Found = { readonly credentials: Credentials } | { readonly nothing: string };

/** A server as credentials are looked for: `host` with its port where it is not the usual one. */
type Wanted = { readonly server: ChartServer; readonly host: string };

export type FindAccess = {
  /** For a server; kept, so that each place is looked at once. */
  of(server: ChartServer): Promise<Access>;
  /** For a host that is nobody's server: the authorities of the surroundings alone. */
  ofNobody(): Promise<Access>;
};

/** Where credentials are looked for: `readSecret` is called only for a server that names a Secret. */
export function openAccess(surroundings: Surroundings, readSecret: ReadSystemSecret | undefined): FindAccess {
  const known = new Map<string, Promise<Access>>();
  return {
    of: (server) => {
      const key = JSON.stringify([server.kind, server.url, server.secretRef, server.alias]);
      const pending = known.get(key) ?? findAccess(surroundings, readSecret, server);
      known.set(key, pending);
      return pending;
    },
    ofNobody: async () => ({
      authorities: await environmentAuthorities(surroundings),
      looked:
        "without credentials: it is another server than the repository's, whose credentials are not sent to it",
    }),
  };
}

async function findAccess(
  surroundings: Surroundings,
  readSecret: ReadSystemSecret | undefined,
  server: ChartServer,
): Promise<Access> {
  const wanted: Wanted = { server, host: new URL(server.url).host };
  const authorities = [...(await environmentAuthorities(surroundings))];
  const nothing: string[] = [];
  for (const place of placesFor(surroundings, readSecret, wanted)) {
    const { found, authorities: more } = await place();
    authorities.push(...more);
    if ("credentials" in found)
      return {
        credentials: found.credentials,
        authorities,
        looked: `with the credentials from ${found.credentials.source}`,
      };
    if (found.nothing !== "") nothing.push(found.nothing);
  }
  return {
    authorities,
    looked: `without credentials: ${nothing.length === 0 ? "there is no place to look for them" : nothing.join("; ")}`,
  };
}

type Look = { readonly found: Found; readonly authorities: readonly string[] };

function placesFor(
  surroundings: Surroundings,
  readSecret: ReadSystemSecret | undefined,
  wanted: Wanted,
): readonly (() => Promise<Look>)[] {
  const withoutAuthorities = (found: Found): Look => ({ found, authorities: [] });
  const places: (() => Promise<Look>)[] = [];
  const { secretRef } = wanted.server;
  if (secretRef !== undefined) places.push(() => lookIntoSecret(readSecret, secretRef, wanted));
  places.push(() => Promise.resolve(withoutAuthorities(lookIntoEnvironment(surroundings, wanted))));
  // Docker's and Helm's logins are for registries, repositories.yaml is for the others; neither tool mixes them.
  if (wanted.server.kind === "oci")
    for (const path of dockerConfigPaths(surroundings))
      places.push(async () =>
        withoutAuthorities(await dockerConfigCredentials(surroundings, path, wanted.host)),
      );
  else places.push(() => helmRepositoryEntry(surroundings, wanted.server.url));
  return places;
}

async function lookIntoSecret(
  readSecret: ReadSystemSecret | undefined,
  name: string,
  wanted: Wanted,
): Promise<Look> {
  const nothing = (why: string): Look => ({
    found: { nothing: `the Secret ${name} ${why}` },
    authorities: [],
  });
  if (readSecret === undefined) return nothing("can't be read without a cluster");
  const read = await readSecret(name);
  if (!read.ok) return nothing(`can't be read: ${read.failure.message}`);
  if (read.value === undefined) return nothing("does not exist in Headway's system namespace");
  const text = (key: string): string | undefined => read.value?.get(key)?.toString("utf8");
  const authorities = readAuthorities(text("ca.crt") ?? "");
  const source = `the Secret ${name}`;
  const username = text("username");
  const password = text("password");
  if (username !== undefined && password !== undefined)
    return {
      found: { credentials: { kind: "password", username, password, source } },
      authorities,
    };
  const config = text(".dockerconfigjson");
  const entry = config === undefined ? undefined : entryOfDockerConfig(config, wanted.host, source);
  return {
    found: entry ?? {
      nothing:
        config === undefined
          ? `the Secret ${name} has neither username and password nor .dockerconfigjson`
          : `the Secret ${name} has no login for ${wanted.host}`,
    },
    authorities,
  };
}

function lookIntoEnvironment({ env }: Surroundings, { server }: Wanted): Found {
  if (server.alias === undefined) return { nothing: "" };
  const stem = `HEADWAY_REPOSITORY_${server.alias.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_")}`;
  const username = env[`${stem}_USERNAME`];
  const password = env[`${stem}_PASSWORD`];
  if (username !== undefined && username !== "" && password !== undefined && password !== "")
    return {
      credentials: { kind: "password", username, password, source: `${stem}_USERNAME and …_PASSWORD` },
    };
  return { nothing: `${stem}_USERNAME and …_PASSWORD are not both set` };
}

async function environmentAuthorities({ env }: Surroundings): Promise<readonly string[]> {
  const files = [env["HEADWAY_CA_FILE"], env["SSL_CERT_FILE"]];
  const [path] = files.filter((file) => file !== undefined && file !== "");
  return path === undefined ? [] : await readAuthorityFile(path);
}
