// Runs `kustomize build` on a private copy of the files that an overlay needs, so that it can read nothing else, and
// hands back what it printed. What the documents mean is core's.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { BuiltStack } from "../../core/kustomize/built-stack.ts";
import { hasErrors, type Checked, type Diagnostic } from "../../core/diagnostic.ts";
import type { Result } from "../../core/failure.ts";
import { explainKustomize } from "../../core/kustomize/kustomize-words.ts";
import { patchesInOrder } from "../../core/kustomize/kustomize-tree.ts";
import { relativePath } from "../../core/declarations/stack-files.ts";
import type { BuildOverlay } from "../../engine/ports.ts";
import { collectFiles, type CollectedFiles } from "./collect-files.ts";

export type KustomizeOptions = {
  /** The program's absolute path; asked for only when there is something to build. */
  readonly findProgram: () => Promise<Result<string>>;
  /** 60,000 by default. */
  readonly deadlineMs?: number;
};

const mostOutputBytes = 64 * 1024 * 1024;

/** Makes the function that builds overlays. */
export function overlayBuilder(options: KustomizeOptions): BuildOverlay {
  return async ({ read, stackPath }) => {
    const diagnostics: Diagnostic[] = [];
    const collected = await collectFiles(read, stackPath, (diagnostic) => void diagnostics.push(diagnostic));
    const found = onceEach(diagnostics);
    if (collected === undefined || hasErrors(found)) return { value: undefined, diagnostics: found };
    const program = await options.findProgram();
    if (!program.ok) {
      const { message, next } = program.failure;
      const told = { severity: "error", code: "no-kustomize", message } as const;
      const known = next === undefined ? {} : { suggestion: next };
      return { value: undefined, diagnostics: [...found, { ...told, ...known }] };
    }
    const built = await buildCopy(program.value, collected, stackPath, options.deadlineMs ?? 60_000);
    return { value: built.value, diagnostics: [...found, ...built.diagnostics] };
  };
}

// A patch that several kustomizations use is wrong once.
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}

async function buildCopy(
  program: string,
  collected: CollectedFiles,
  stackPath: string,
  deadlineMs: number,
): Promise<Checked<BuiltStack | undefined>> {
  // Made for its owner alone; a link in the way to it would show in kustomize's words.
  const copy = await realpath(await mkdtemp(join(tmpdir(), "headway-kustomize-")));
  try {
    const { kustomization } = collected.root;
    const overlay = join(copy, "files", stackPath);
    writeFiles(join(copy, "files"), collected, stackPath);
    const end = await runKustomize(program, overlay, copy, deadlineMs);
    const patches = patchesInOrder(collected.root);
    const stack: BuiltStack = { output: end.output, sources: collected.sources, patches, kustomization };
    if (end.problem === undefined) return { value: stack, diagnostics: [] };
    const words = inPersonsPaths(end.problem, join(copy, "files"), stackPath);
    return { value: undefined, diagnostics: explainKustomize(words, stack, collected.kustomizations) };
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

// One after the other without a thread for each: several times as fast for hundreds of small files.
function writeFiles(root: string, { files, root: node }: CollectedFiles, stackPath: string): void {
  for (const folder of new Set([...files.keys()].map((path) => dirname(join(root, path)))))
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [path, bytes] of files) {
    const isOverlays = relativePath(stackPath, path) === node.kustomization.file;
    writeFileSync(join(root, path), isOverlays ? withoutNotes(bytes) : bytes, { mode: 0o600 });
  }
}

/** Origin and transformer annotations would be thrown away, and take minutes for some hundred patches. */
function withoutNotes(bytes: Uint8Array): string | Uint8Array {
  const text = new TextDecoder().decode(bytes);
  if (!/(?:origin|transformer)Annotations/.test(text)) return bytes;
  const document = parseDocument(text);
  const asked = isMap(document.contents) ? document.get("buildMetadata") : undefined;
  if (!isSeq(asked)) return bytes;
  const kept = asked.items.filter(
    (item) =>
      !isScalar(item) || (item.value !== "originAnnotations" && item.value !== "transformerAnnotations"),
  );
  if (kept.length === asked.items.length) return bytes;
  asked.items = kept;
  return String(document);
}

type KustomizeEnd = { readonly output: string; readonly problem?: string };

async function runKustomize(
  program: string,
  overlay: string,
  home: string,
  deadlineMs: number,
): Promise<KustomizeEnd> {
  const result = await execa(program, ["build", "--load-restrictor", "LoadRestrictionsNone", "."], {
    cwd: overlay,
    reject: false,
    stdin: "ignore",
    timeout: deadlineMs,
    killSignal: "SIGKILL",
    maxBuffer: mostOutputBytes,
    stripFinalNewline: false,
    // No PATH: it has nothing to start. No HOME of the person's: it has nothing to read there.
    extendEnv: false,
    env: { HOME: home, XDG_CONFIG_HOME: home, TMPDIR: home },
  });
  if (result.timedOut) return { output: "", problem: `it did not end within ${deadlineMs / 1000} s` };
  if (result.isMaxBuffer)
    return { output: "", problem: `it printed more than ${mostOutputBytes / 1024 / 1024} MiB` };
  if (result.exitCode === 0) return { output: result.stdout };
  const said = result.stderr.replace(/^# Warning:.*\n?/gm, "").trim();
  return { output: "", problem: said === "" ? (result.shortMessage ?? "it failed without a word") : said };
}

/** The private copy's paths as the person knows them. */
function inPersonsPaths(words: string, copy: string, stackPath: string): string {
  return words
    .split(copy)
    .map((part, index) => {
      if (index === 0) return part;
      const path = /^[^'"`\s:,)]*/.exec(part)?.[0] ?? "";
      return relativePath(stackPath, path) + part.slice(path.length);
    })
    .join("");
}
