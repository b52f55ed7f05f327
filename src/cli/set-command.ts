// `headway set`: edits a release's declaration in place, comments and layout kept, for people and for a service's own CI.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { parseAssignment, type Assignment } from "../core/declarations/assignment.ts";
import type { Declaration } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { indexOfDocument, setField } from "../core/declarations/edit-declaration.ts";
import { resolveGraph } from "../core/graph.ts";
import { readLock, whyStale } from "../core/charts/lock.ts";
import { readStack } from "../core/declarations/read-declarations.ts";
import { nameOf } from "../core/declarations/schema-words.ts";
import type { StackFolder } from "../engine/ports.ts";
import { renderTextChange } from "../views/text-change-view.ts";
import { chooseStyle } from "../views/style.ts";
import { exitCodes } from "./exit.ts";
import { splitFolder } from "./folder-argument.ts";
import { loadStack, tellDiagnostics, type LoadedStack } from "./load-stack.ts";
import { findNamed, isBroken } from "./select-releases.ts";
import type { World } from "./world.ts";
import { writeInOneStep } from "./write-file.ts";

type SetFlags = { readonly string?: boolean };

export function registerSetCommand(program: Command, world: World): void {
  program
    .command("set")
    .description("change fields of a release's declaration in its file; comments and layout stay")
    .argument("<release>", "the release (NS/NAME)")
    .argument("<key=value...>", "fields of spec: version=1.4.3 values.image.tag=x; then the stack's folder")
    .option("--string", "every value is text, as helm --set-string")
    .addHelpText(
      "after",
      `
Keys are fields of spec, as in version=1.4.3 or values.image.tag=1.4.3. A dot that belongs to a name is written \\.
and a place in a list [0]. Values are typed as helm --set types them; --string makes all of them text.
`,
    )
    .action(async (release: string, args: readonly string[], flags: SetFlags) => {
      process.exitCode = await setFields(world, release, args, flags);
    });
}

async function setFields(
  world: World,
  release: string,
  args: readonly string[],
  flags: SetFlags,
): Promise<number> {
  const { names, dir } = splitFolder(args, (argument) => argument.includes("="));
  const assignments: Assignment[] = [];
  for (const argument of names) {
    const read = parseAssignment(argument, flags.string ?? false);
    if (typeof read !== "string") assignments.push(read);
    else
      refuse(
        world,
        `${JSON.stringify(argument.split("=", 1)[0])} ${read}`,
        "write it as in version=1.4.3 or values.image.tag=1.4.3",
      );
  }
  if (assignments.length < names.length || names.length === 0) return exitCodes.invalid;
  const loaded = await loadStack(world, dir);
  if (typeof loaded === "number") return loaded;
  const declaration = findDeclaration(world, loaded, release);
  if (typeof declaration === "number") return declaration;
  const file = loaded.folder.files.find(({ path }) => path === declaration.range.file);
  const path = join(loaded.folder.stackRoot, declaration.range.file);
  const onDisk = await readFile(path, "utf8").catch(() => undefined);
  if (file === undefined || onDisk === undefined || onDisk !== file.text)
    return refuse(
      world,
      `${declaration.id} does not stand in ${declaration.range.file} as it is: it is built from there`,
      `change ${declaration.range.file}, or the overlay's patches, by hand`,
    );
  const edited = editAll(world, loaded, declaration, file.text, assignments);
  if (typeof edited === "number") return edited;
  if (edited.text !== file.text) await writeInOneStep(path, edited.text);
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(
    edited.text === file.text
      ? `${declaration.range.file}: ${declaration.id} is like that already\n`
      : edited.steps
          .map(({ before, after, name }) =>
            renderTextChange(declaration.range.file, before, after, name, style),
          )
          .join(""),
  );
  hintAtLock(world, loaded.folder, edited.declaration);
  return exitCodes.done;
}

function refuse(world: World, message: string, next: string): number {
  world.stderr.write(`error: ${message}\n  try: ${next}\n`);
  return exitCodes.invalid;
}

function findDeclaration(world: World, loaded: LoadedStack, release: string): Declaration | number {
  if (isBroken(loaded.stack, release)) {
    tellDiagnostics(world, loaded.diagnostics);
    return exitCodes.invalid;
  }
  const named = findNamed(world, loaded.stack.declarations, [release]);
  if (typeof named === "number") return named;
  const found = loaded.stack.declarations.find(({ id }) => named.has(id));
  return found ?? exitCodes.invalid;
}

type EditedFile = {
  readonly text: string;
  readonly declaration: Declaration;
  readonly steps: readonly { readonly before: string; readonly after: string; readonly name: string }[];
};

function editAll(
  world: World,
  loaded: LoadedStack,
  declaration: Declaration,
  original: string,
  assignments: readonly Assignment[],
): EditedFile | number {
  const { file: path } = declaration.range;
  const index = indexOfDocument(declaration.range, original);
  let text = original;
  const steps: { before: string; after: string; name: string }[] = [];
  let current = declaration;
  for (const assignment of assignments) {
    const result = editOne(loaded, current, text, index, assignment);
    if ("problem" in result)
      return refuse(world, `${declaration.id}: ${result.problem}`, `see ${path}:${declaration.range.line}`);
    if ("diagnostics" in result) {
      tellDiagnostics(world, result.diagnostics);
      world.stderr.write(`nothing was changed\n`);
      return exitCodes.invalid;
    }
    if (result.text !== text) steps.push({ before: text, after: result.text, name: nameOf(assignment.path) });
    ({ text, declaration: current } = result);
  }
  return { text, declaration: current, steps };
}

type EditedOnce =
  | { readonly text: string; readonly declaration: Declaration }
  | { readonly problem: string }
  | { readonly diagnostics: readonly Diagnostic[] };

/** A field that must be text, as version, is written as text whatever it looks like. */
function editOne(
  loaded: LoadedStack,
  declaration: Declaration,
  text: string,
  index: number,
  { path, value, written }: Assignment,
): EditedOnce {
  const typed = setField(text, index, path, value);
  if (!typed.ok) return typed;
  const first = validate(loaded, declaration, typed.text);
  const isMistyped =
    "diagnostics" in first &&
    typeof value.json !== "string" &&
    first.diagnostics.some(({ code }) => code === "wrong-type");
  if (!isMistyped) return first;
  const asText = setField(text, index, path, { json: written });
  const second = asText.ok ? validate(loaded, declaration, asText.text) : asText;
  return "text" in second ? second : first;
}

/** What the stack says of the file with this text; only mistakes that were not there before count. */
function validate(
  { folder, diagnostics: known }: LoadedStack,
  declaration: Declaration,
  text: string,
): EditedOnce {
  const { file: path } = declaration.range;
  const replaced = folder.files.map((file) => (file.path === path ? { ...file, text } : file));
  const read = readStack({ ...folder, files: replaced });
  const graph = resolveGraph(read.value);
  const keyOf = ({ code, message, range }: Diagnostic): string =>
    JSON.stringify([code, message, range?.file]);
  const before = new Set(known.map(keyOf));
  const fresh = [...read.diagnostics, ...graph.diagnostics].filter(
    (one) => one.severity === "error" && !before.has(keyOf(one)),
  );
  if (fresh.length > 0) return { diagnostics: fresh };
  const after = read.value.declarations.find(({ id }) => id === declaration.id);
  if (after === undefined) return { problem: "it would no longer be the release it is" };
  return { text, declaration: after };
}

/** Who has a lock would be stopped by it later. */
function hintAtLock(world: World, folder: StackFolder, declaration: Declaration): void {
  if (folder.lockFile === undefined) return;
  const entry = readLock(folder.lockFile).value?.releases.get(declaration.id);
  const why = entry === undefined ? undefined : whyStale(declaration, entry);
  if (why !== undefined) world.stderr.write(`note: ${why}\n  next: headway lock\n`);
}
