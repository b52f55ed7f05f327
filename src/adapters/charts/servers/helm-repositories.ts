// What `helm repo add` has noted about http repositories: user name, password and authority, by address.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Found } from "./access.ts";
import { readAuthorityFile } from "./authorities.ts";
import { helmConfigFolder } from "./docker-config.ts";
import type { Surroundings } from "./environment.ts";

const maxBytes = 4 * 1024 * 1024;

/** The entry of helm's repositories.yaml whose address is `url`, a slash at the end aside. */
export async function helmRepositoryEntry(
  surroundings: Surroundings,
  url: string,
): Promise<{ readonly found: Found; readonly authorities: readonly string[] }> {
  const named = surroundings.env["HELM_REPOSITORY_CONFIG"];
  const path =
    named !== undefined && named !== "" ? named : join(helmConfigFolder(surroundings), "repositories.yaml");
  const nothing = (why: string): { found: Found; authorities: readonly string[] } => ({
    found: { nothing: `${path} ${why}` },
    authorities: [],
  });
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return nothing("does not exist");
  const entry = text.length > maxBytes ? undefined : findEntry(text, url);
  if (entry === undefined) return nothing(`has no entry for ${url}`);
  const caFile = textOf(entry, "caFile");
  const authorities = caFile === "" ? [] : await readAuthorityFile(caFile);
  const username = textOf(entry, "username");
  const password = textOf(entry, "password");
  return username === "" || password === ""
    ? { ...nothing(`has no password for ${url}`), authorities }
    : { found: { credentials: { kind: "password", username, password, source: path } }, authorities };
}

function findEntry(text: string, url: string): unknown {
  let document: unknown;
  try {
    document = parse(text, { logLevel: "error" });
  } catch {
    return undefined;
  }
  const list: unknown =
    typeof document === "object" && document !== null && "repositories" in document
      ? document.repositories
      : undefined;
  const wanted = url.replace(/\/+$/, "");
  return Array.isArray(list)
    ? list.find((entry: unknown) => textOf(entry, "url").replace(/\/+$/, "") === wanted)
    : undefined;
}

function textOf(entry: unknown, key: string): string {
  if (typeof entry !== "object" || entry === null) return "";
  // Asked for by name alone.
  const value = (entry as Record<string, unknown>)[key];
  return typeof value === "string" ? value : "";
}
