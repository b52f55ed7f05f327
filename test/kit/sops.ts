// Files that a real sops has encrypted for a real age key.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { execa } from "execa";
import { findProgram } from "../../src/sandbox/programs.ts";
import { temporaryFolder } from "./chart-trees.ts";

export type AgeKey = { readonly secret: string; readonly recipient: string };

/** A fresh age key. */
export async function makeAgeKey(): Promise<AgeKey> {
  const secret = await generateIdentity();
  return { secret, recipient: await identityToRecipient(secret) };
}

/** The program itself. */
export async function sopsProgram(): Promise<string> {
  const found = await findProgram("sops", () => undefined);
  if (!found.ok) throw new Error(found.failure.message);
  return found.value.path;
}

/** The text as sops writes it for these recipients; `format` is yaml or json. */
export async function encrypt(
  text: string,
  recipients: readonly string[],
  format: "yaml" | "json" = "yaml",
): Promise<string> {
  const file = join(temporaryFolder(), `plain.${format}`);
  writeFileSync(file, text);
  const end = await execa(await sopsProgram(), ["encrypt", "--age", recipients.join(","), file], {
    stripFinalNewline: false,
  });
  return end.stdout;
}
