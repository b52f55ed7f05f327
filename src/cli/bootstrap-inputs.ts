// What a person hands to `headway bootstrap` in files beside the stack: the kit, credentials of the repository, values for the
// agent's chart. Secrets come by files alone, so that none stands in an argument.
import { readFile } from "node:fs/promises";
import { kitSecrets, readKit, type KitObject } from "../core/bootstrap/kit.ts";
import { readImage, type AgentImage } from "../core/bootstrap/agent-release.ts";
import type { Json } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { isMap } from "../core/values/merge-values.ts";
import { parseDocuments } from "../core/yaml/document.ts";
import { readTree } from "../core/yaml/yaml-tree.ts";
import { safeText } from "../views/terminal-text.ts";
import { exitCodes } from "./exit.ts";
import { tellDiagnostics } from "./load-stack.ts";
import type { World } from "./world.ts";

export type InputFlags = {
  readonly kit?: string;
  readonly sshKey?: string;
  readonly knownHosts?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  readonly image?: string;
  readonly values?: string;
};

export type BootstrapInputs = {
  readonly kit: readonly KitObject[];
  /** What the Secret for the repository is to hold, by key; undefined where none was handed over. */
  readonly credentials?: Readonly<Record<string, string>>;
  /** A map. */
  readonly values: Json;
  readonly image?: AgentImage;
};

const largestFileBytes = 8 * 1024 * 1024;

/** Reads and checks all of it; the exit code where something is wrong, after everything has been told. */
export async function readInputs(
  world: World,
  flags: InputFlags,
  systemNamespace: string,
): Promise<BootstrapInputs | number> {
  const problems: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const read = async (what: string, path: string | undefined): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    try {
      const bytes = await readFile(path);
      if (bytes.length > largestFileBytes) throw new Error("it is larger than 8 MiB");
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      problems.push(`${what} ${path} can't be read: ${why}`);
      return undefined;
    }
  };
  const kitText = await read("the kit", flags.kit);
  const kit = kitText === undefined ? undefined : readKit(flags.kit ?? "", kitText, systemNamespace);
  diagnostics.push(...(kit?.diagnostics ?? []));
  const valuesText = await read("the file of values", flags.values);
  const values = valuesText === undefined ? {} : readValues(flags.values ?? "", valuesText, diagnostics);
  const texts = {
    identity: await read("the SSH key", flags.sshKey),
    known_hosts: await read("the file of known hosts", flags.knownHosts),
    username: flags.username,
    password: (await read("the password's file", flags.passwordFile))?.trim(),
    bearerToken: (await read("the token's file", flags.tokenFile))?.trim(),
    "ca.crt": await read("the CA's file", flags.caFile),
  };
  const given = Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const image = flags.image === undefined ? undefined : readImage(flags.image);
  if (typeof image === "string") problems.push(`the image ${flags.image ?? ""} ${image}`);
  problems.push(...halves(flags));
  for (const problem of problems) world.stderr.write(`error: ${safeText(problem)}\n`);
  if (tellDiagnostics(world, diagnostics) || problems.length > 0) {
    world.stderr.write("nothing was changed\n");
    return exitCodes.invalid;
  }
  return {
    kit: kit?.value ?? [],
    values,
    ...(given.length === 0 ? {} : { credentials: Object.fromEntries(given) }),
    ...(image === undefined || typeof image === "string" ? {} : { image }),
  };
}

/** What is of no use alone. */
function halves(flags: InputFlags): readonly string[] {
  const missing = (a: string | undefined, b: string | undefined, words: string): readonly string[] =>
    (a === undefined) === (b === undefined) ? [] : [words];
  return [
    ...missing(
      flags.sshKey,
      flags.knownHosts,
      "--ssh-key and --known-hosts belong together; the server's keys: ssh-keyscan HOST > known_hosts",
    ),
    ...missing(flags.username, flags.passwordFile, "--username and --password-file belong together"),
  ];
}

function readValues(file: string, text: string, diagnostics: Diagnostic[]): Json {
  const documents = parseDocuments(file, text);
  const trees = documents.map(readTree);
  diagnostics.push(...documents.flatMap(({ errors }) => errors), ...trees.flatMap(({ errors }) => errors));
  const [tree, second] = trees.filter(({ value }) => value !== null);
  if (tree === undefined) return {};
  if (second !== undefined || !isMap(tree.value))
    diagnostics.push({
      severity: "error",
      code: "values-not-a-map",
      message: "values are one document that is a map of names",
      suggestion: "write `name: value` lines",
      range: (second ?? tree).valueRange([]),
    });
  return tree.value;
}

/** As `world`, but with repositories' Secrets from the kit, as they will be in the cluster. */
export function withKit(world: World, kit: readonly KitObject[], systemNamespace: string): World {
  const givenSecrets = kitSecrets(kit, systemNamespace);
  return {
    ...world,
    openCharts: (folder, options) => world.openCharts(folder, { ...options, givenSecrets }),
  };
}
