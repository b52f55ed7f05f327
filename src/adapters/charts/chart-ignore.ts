// .helmignore: which files of a chart's folder Helm leaves out. Rules are Helm's (pkg/ignore), patterns are those of
// Go's filepath.Match; neither is gitignore.

type Rule = {
  /** A rule that begins with `!` ignores everything it does not match. */
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** Matched against the last part of a path, not the whole. */
  readonly nameOnly: boolean;
  readonly pattern: readonly PatternPart[];
};

type PatternPart =
  | { readonly kind: "literal"; readonly character: string }
  | { readonly kind: "any-one" }
  | { readonly kind: "any-many" }
  | {
      readonly kind: "class";
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    };

/** Answers for one path below the chart's folder, with `/`; a folder that is ignored takes its contents with it. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** Reads a .helmignore (empty text where there is none); the string names a line that Helm would refuse. */
export function parseIgnoreRules(text: string): IgnoreRules | { readonly badLine: string } {
  const rules: Rule[] = [];
  // Helm's own last rule: hidden files in templates/ are no templates.
  for (const line of [...text.replace(/^\uFEFF/, "").split("\n"), "templates/.?*"]) {
    const written = line.trim();
    if (written === "" || written.startsWith("#")) continue;
    if (written.includes("**") || parsePattern(written) === undefined) return { badLine: written };
    const rule = parseRule(written);
    if (rule === undefined) return { badLine: written };
    rules.push(rule);
  }
  return (path, isFolder) => {
    if (path === "" || path === ".") return false;
    const name = path.slice(path.lastIndexOf("/") + 1);
    for (const rule of rules) {
      const applies = isFolder || !rule.foldersOnly;
      const hit = applies && matches(rule.pattern, rule.nameOnly ? name : path);
      if (hit !== rule.negated) return true;
    }
    return false;
  };
}

function parseRule(written: string): Rule | undefined {
  const negated = written.startsWith("!");
  const unsigned = negated ? written.slice(1) : written;
  const foldersOnly = unsigned.endsWith("/");
  const body = foldersOnly ? unsigned.slice(0, -1) : unsigned;
  const anchored = body.startsWith("/");
  const pattern = parsePattern(anchored ? body.slice(1) : body);
  return pattern && { negated, foldersOnly, nameOnly: !body.includes("/"), pattern };
}

/** Undefined where the pattern is malformed. */
function parsePattern(text: string): readonly PatternPart[] | undefined {
  const characters = Array.from(text);
  const parts: PatternPart[] = [];
  let at = 0;
  while (at < characters.length) {
    const character = characters[at++] ?? "";
    if (character === "*") parts.push({ kind: "any-many" });
    else if (character === "?") parts.push({ kind: "any-one" });
    else if (character === "\\") {
      const escaped = characters[at++];
      if (escaped === undefined) return undefined;
      parts.push({ kind: "literal", character: escaped });
    } else if (character === "[") {
      const parsed = parseClass(characters, at);
      if (parsed === undefined) return undefined;
      parts.push(parsed.part);
      at = parsed.end;
    } else parts.push({ kind: "literal", character });
  }
  return parts;
}

function parseClass(
  characters: readonly string[],
  start: number,
): { readonly part: PatternPart; readonly end: number } | undefined {
  let at = start;
  const negated = characters[at] === "^";
  if (negated) at++;
  const ranges: [string, string][] = [];
  const next = (): string | undefined => {
    const character = characters[at++];
    if (character === "-" || character === "]") return undefined;
    return character === "\\" ? characters[at++] : character;
  };
  while (characters[at] !== "]" || ranges.length === 0) {
    const low = next();
    if (low === undefined) return undefined;
    let high: string | undefined = low;
    if (characters[at] === "-") {
      at++;
      high = next();
    }
    if (high === undefined || at >= characters.length) return undefined;
    ranges.push([low, high]);
  }
  return { part: { kind: "class", negated, ranges }, end: at + 1 };
}

/** Goes back to the last `*` only, so the time is at most pattern × text. */
function matches(pattern: readonly PatternPart[], text: string): boolean {
  const characters = Array.from(text);
  let at = 0;
  let part = 0;
  let star: { readonly part: number; at: number } | undefined;
  while (at < characters.length || part < pattern.length) {
    const wanted = pattern[part];
    if (wanted?.kind === "any-many") {
      star = { part, at };
      part++;
      continue;
    }
    const character = characters[at];
    if (wanted !== undefined && character !== undefined && matchesOne(wanted, character)) {
      at++;
      part++;
      continue;
    }
    const eaten = star && characters[star.at];
    if (star === undefined || eaten === undefined || eaten === "/") return false;
    star.at++;
    at = star.at;
    part = star.part + 1;
  }
  return true;
}

function matchesOne(part: PatternPart, character: string): boolean {
  switch (part.kind) {
    case "literal":
      return part.character === character;
    case "any-one":
      return character !== "/";
    case "any-many":
      return false;
    case "class": {
      const point = character.codePointAt(0) ?? 0;
      const inside = part.ranges.some(
        ([low, high]) => (low.codePointAt(0) ?? 0) <= point && point <= (high.codePointAt(0) ?? 0),
      );
      return inside !== part.negated;
    }
  }
}
