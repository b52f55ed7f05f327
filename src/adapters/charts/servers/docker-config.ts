// Logins of `docker login` and `helm registry login`: one JSON file with logins or the names of programs that keep them.
// https://docs.docker.com/reference/cli/docker/login/#credential-stores says how those programs are asked.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { Credentials, Found } from "./access.ts";
import type { Surroundings } from "./environment.ts";

const helperTimeoutMs = 15_000;
const maxConfigBytes = 4 * 1024 * 1024;

/** The files to look into, in this order. */
export function dockerConfigPaths({ env, homeDir }: Surroundings): readonly string[] {
  const folder = env["DOCKER_CONFIG"];
  const helms = env["HELM_REGISTRY_CONFIG"];
  return [
    join(folder !== undefined && folder !== "" ? folder : join(homeDir, ".docker"), "config.json"),
    helms !== undefined && helms !== ""
      ? helms
      : join(helmConfigFolder({ env, homeDir }), "registry", "config.json"),
  ];
}

/** Where helm keeps its configuration (its pkg/helmpath, on Linux). */
export function helmConfigFolder({ env, homeDir }: Surroundings): string {
  const own = env["HELM_CONFIG_HOME"];
  if (own !== undefined && own !== "") return own;
  const xdg = env["XDG_CONFIG_HOME"];
  return join(xdg !== undefined && xdg !== "" ? xdg : join(homeDir, ".config"), "helm");
}

/** A registry's login from one file; a program that keeps logins is asked where the file says so. */
export async function dockerConfigCredentials(
  surroundings: Surroundings,
  path: string,
  host: string,
): Promise<Found> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return { nothing: `${path} does not exist` };
  }
  const config = text.length > maxConfigBytes ? undefined : parseObject(text);
  if (config === undefined) return { nothing: `${path} can't be read as JSON` };
  const helper = helperFor(config, host);
  if (helper !== undefined) {
    const asked = await askHelper(surroundings, helper, host);
    if (asked !== undefined) return asked;
  }
  return entryOfDockerConfig(text, host, path) ?? { nothing: `${path} has no login for ${host}` };
}

/** A registry's login in the text of such a file; undefined where there is none. */
export function entryOfDockerConfig(
  text: string,
  host: string,
  source: string,
): { readonly credentials: Credentials } | undefined {
  const auths = objectAt(parseObject(text), "auths");
  for (const [key, entry] of Object.entries(auths ?? {})) {
    if (!isForHost(key, host)) continue;
    const credentials = credentialsOf(entry, source);
    if (credentials !== undefined) return { credentials };
  }
  return undefined;
}

function credentialsOf(entry: unknown, source: string): Credentials | undefined {
  const token = textOf(entry, "identitytoken");
  if (token !== "") return { kind: "identity-token", token, source };
  const bearer = textOf(entry, "registrytoken");
  if (bearer !== "") return { kind: "bearer", token: bearer, source };
  const pair = Buffer.from(textOf(entry, "auth"), "base64").toString("utf8");
  const colon = pair.indexOf(":");
  const username = colon > 0 ? pair.slice(0, colon) : textOf(entry, "username");
  // Docker pads what it stores with zero bytes.
  const password = colon > 0 ? pair.slice(colon + 1).replace(/\0+$/, "") : textOf(entry, "password");
  return username === "" || password === "" ? undefined : { kind: "password", username, password, source };
}

/** Keys are a host, or an address of it as `https://index.docker.io/v1/`. */
function isForHost(key: string, host: string): boolean {
  return namesOf(host).includes(hostOfKey(key));
}

function hostOfKey(key: string): string {
  return (
    key
      .replace(/^https?:\/\//, "")
      .split("/", 1)[0]
      ?.toLowerCase() ?? ""
  );
}

/** The keys under which a host's login stands: Docker Hub's three hosts count as one. */
function namesOf(host: string): readonly string[] {
  const hub = ["docker.io", "index.docker.io", "registry-1.docker.io"];
  return hub.includes(host) ? hub : [host];
}

function helperFor(config: Record<string, unknown>, host: string): string | undefined {
  const helpers = Object.entries(objectAt(config, "credHelpers") ?? {});
  const own = helpers.find(([key]) => isForHost(key, host))?.[1];
  const helper = typeof own === "string" ? own : config["credsStore"];
  // It becomes a part of a program's name.
  return typeof helper === "string" && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(helper) ? helper : undefined;
}

/** Undefined where the program knows no login, so that one in the file may count. */
async function askHelper(
  surroundings: Surroundings,
  helper: string,
  host: string,
): Promise<Found | undefined> {
  const program = `docker-credential-${helper}`;
  const isHub = namesOf(host).length > 1;
  const result = await execa(program, ["get"], {
    input: isHub ? "https://index.docker.io/v1/" : host,
    env: { ...surroundings.env },
    extendEnv: false,
    reject: false,
    timeout: helperTimeoutMs,
    maxBuffer: 1024 * 1024,
  });
  if (result.code === "ENOENT") return { nothing: `${program} is not on PATH` };
  if (result.timedOut) return { nothing: `${program} did not answer` };
  if (result.exitCode !== 0) return undefined;
  const said = parseObject(result.stdout);
  const username = textOf(said, "Username");
  const secret = textOf(said, "Secret");
  if (secret === "") return undefined;
  return {
    credentials:
      username === "<token>"
        ? { kind: "identity-token", token: secret, source: program }
        : { kind: "password", username, password: secret, source: program },
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return asObject(value);
  } catch {
    return undefined;
  }
}

function objectAt(
  value: Record<string, unknown> | undefined,
  key: string,
): Record<string, unknown> | undefined {
  return asObject(value?.[key]);
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? // Objects of JSON have texts as keys.
      (value as Record<string, unknown>)
    : undefined;
}

function textOf(value: unknown, key: string): string {
  const text = asObject(value)?.[key];
  return typeof text === "string" ? text : "";
}
