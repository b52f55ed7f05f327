// Which files of a folder can declare releases: names, globs and paths. Reading them is an adapter's matter, what is in
// them read-declarations.ts's.

/** The name of the file that describes a stack, at the stack's root. */
export const stackFileName = "headway.yaml";

/** The names that kustomize looks for in a folder. */
export const kustomizationNames: readonly string[] = [
  "kustomization.yaml",
  "kustomization.yml",
  "Kustomization",
];

export function isKustomization(path: string): boolean {
  return kustomizationNames.includes(path.slice(path.lastIndexOf("/") + 1));
}

/** Files above this many bytes (1 MiB) are not read. */
export const largestFileBytes = 1_048_576;

export function isYamlFile(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

/** A file that is named as files of chart values are: `values.yaml`, `values-prod.yaml`, `prod.values.yaml`. */
export function isValuesFile(path: string): boolean {
  return /(?:^|\/)(?:[^/]*[-._])?values(?:[-._][^/]*)?\.ya?ml$/i.test(path);
}

/** A folder that never holds declarations, by its own name or, for a chart, by the names in it. */
export function isSkippedFolder(name: string, entries: Iterable<string>): boolean {
  if (name.startsWith(".") || name === "node_modules") return true;
  for (const entry of entries) if (entry === "Chart.yaml") return true;
  return false;
}

/**
 * True where `path` fits `pattern`: `*` and `?` within one name, `**` for any number of folders, `{a,b}` for choices.
 * Time grows with the lengths' product, not exponentially.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  const segments = path.split("/");
  return expandBraces(pattern.replace(/^(?:\.\/)+/, "")).some((choice) =>
    matchesSegments(segments, choice.split("/")),
  );
}

/** At most 64 choices; a brace without its partner is an ordinary character. */
function expandBraces(pattern: string): readonly string[] {
  let choices = [pattern];
  for (;;) {
    const next = choices.flatMap((choice) => {
      const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(choice);
      if (match === null) return [choice];
      const [, before = "", inside = "", after = ""] = match;
      return inside.split(",").map((one) => before + one + after);
    });
    if (next.length > 64 || next.every((choice, index) => choice === choices[index])) return choices;
    choices = next;
  }
}

function matchesSegments(path: readonly string[], pattern: readonly string[]): boolean {
  // reachable[j]: the path's segments so far fit the first j of the pattern.
  let reachable = pattern.map(() => false);
  reachable.unshift(true);
  reachable = skipStars(reachable, pattern);
  for (const segment of path) {
    const next = reachable.map(() => false);
    for (const [index, part] of pattern.entries()) {
      if (part === "**" && reachable[index] === true && !segment.startsWith(".")) next[index] = true;
      if (part !== "**" && reachable[index] === true && matchesName(segment, part)) next[index + 1] = true;
    }
    reachable = skipStars(next, pattern);
  }
  return reachable.at(-1) === true;
}

function skipStars(reachable: readonly boolean[], pattern: readonly string[]): boolean[] {
  const result = [...reachable];
  for (const [index, part] of pattern.entries())
    if (part === "**" && result[index] === true) result[index + 1] = true;
  return result;
}

function matchesName(name: string, pattern: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  let at = 0;
  let star: { readonly pattern: number; name: number } | undefined;
  let position = 0;
  while (position < name.length) {
    if (pattern[at] === "*") {
      star = { pattern: at, name: position };
      at++;
    } else if (pattern[at] === "?" || (at < pattern.length && pattern[at] === name[position])) {
      at++;
      position++;
    } else if (star !== undefined) {
      star.name++;
      position = star.name;
      at = star.pattern + 1;
    } else return false;
  }
  while (pattern[at] === "*") at++;
  return at === pattern.length;
}

/** Joins and normalises paths with `/`; undefined where the result would be above the start. `.` is the start itself. */
export function joinPath(...parts: readonly string[]): string | undefined {
  const result: string[] = [];
  for (const name of parts.flatMap((part) => part.split("/"))) {
    if (name === "" || name === ".") continue;
    if (name !== "..") result.push(name);
    else if (result.pop() === undefined) return undefined;
  }
  return result.length === 0 ? "." : result.join("/");
}

/** The folder part of a path with `/`; empty for a bare name. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The way from a folder to a file or folder, both from the same start and without `..` in them; `.` for itself. */
export function relativePath(fromFolder: string, to: string): string {
  const from = fromFolder.split("/").filter((name) => name !== "" && name !== ".");
  const target = to.split("/").filter((name) => name !== "" && name !== ".");
  let shared = 0;
  while (shared < from.length && shared < target.length && from[shared] === target[shared]) shared++;
  const steps = [...from.slice(shared).map(() => ".."), ...target.slice(shared)];
  return steps.length === 0 ? "." : steps.join("/");
}
