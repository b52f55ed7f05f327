// `headway validate --fix`: writes the dependencies that foresight misses into the files of their declarations.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Declaration } from "../core/declaration.ts";
import { appendDependency } from "../core/declarations/append-dependency.ts";
import { indexOfDocument } from "../core/declarations/edit-declaration.ts";
import { readStack } from "../core/declarations/read-declarations.ts";
import { hasErrors } from "../core/diagnostic.ts";
import { writtenDependency, type Finding } from "../core/foresight/finding.ts";
import { resolveGraph } from "../core/graph.ts";
import { renderTextChange } from "../views/text-change-view.ts";
import { chooseStyle } from "../views/style.ts";
import type { LoadedStack } from "./load-stack.ts";
import type { World } from "./world.ts";
import { writeInOneStep } from "./write-file.ts";

/** How many dependencies were written; every change, and what can't be written, is told on stderr. */
export async function fixDependencies(
  world: World,
  loaded: LoadedStack,
  findings: readonly Finding[],
): Promise<number> {
  const declarations = new Map(loaded.stack.declarations.map((one) => [one.id, one]));
  const texts = new Map<string, string>();
  const style = chooseStyle({ isTerminal: world.stderr.isTerminal, env: world.env });
  const steps: string[] = [];
  for (const finding of findings) {
    const declaration =
      finding.kind === "missing-dependency" ? declarations.get(finding.needs[0].release) : undefined;
    if (finding.kind !== "missing-dependency" || declaration === undefined) continue;
    const { file } = declaration.range;
    const entry = writtenDependency(declaration, finding.provider);
    const before = texts.get(file) ?? (await textOnDisk(loaded, declaration));
    const edited =
      before === undefined
        ? { ok: false as const, problem: `it does not stand in ${file} as it is, but is built from there` }
        : appendDependency(before, indexOfDocument(declaration.range, original(loaded, file)), entry);
    if (!edited.ok || before === undefined) {
      const problem = edited.ok ? "" : `: ${edited.problem}`;
      world.stderr.write(`note: ${entry} was not added to ${declaration.id}${problem}\n`);
      continue;
    }
    texts.set(file, edited.text);
    steps.push(renderTextChange(file, before, edited.text, "dependsOn", style));
  }
  if (texts.size === 0) return 0;
  if (!isStillValid(loaded, texts)) {
    world.stderr.write("note: nothing was written: with these dependencies the stack would not be valid\n");
    return 0;
  }
  for (const [file, text] of texts) await writeInOneStep(join(loaded.folder.stackRoot, file), text);
  world.stderr.write(steps.join(""));
  return steps.length;
}

function original({ folder }: LoadedStack, file: string): string {
  return folder.files.find(({ path }) => path === file)?.text ?? "";
}

/** The file's text, where it is still the one that was read. */
async function textOnDisk(loaded: LoadedStack, { range }: Declaration): Promise<string | undefined> {
  const file = loaded.folder.files.find(({ path }) => path === range.file);
  const onDisk = await readFile(join(loaded.folder.stackRoot, range.file), "utf8").catch(() => undefined);
  return file !== undefined && onDisk === file.text ? onDisk : undefined;
}

function isStillValid({ folder }: LoadedStack, texts: ReadonlyMap<string, string>): boolean {
  const files = folder.files.map((file) => ({ ...file, text: texts.get(file.path) ?? file.text }));
  const read = readStack({ ...folder, files });
  return !hasErrors([...read.diagnostics, ...resolveGraph(read.value).diagnostics]);
}
