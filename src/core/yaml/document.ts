// A YAML file as documents with positions: syntax errors in words, aliases bound to their anchors. What the scalars
// mean is yaml-scalar.ts, what the documents mean is read-declarations.ts.
import {
  isAlias,
  isCollection,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  type YAMLError,
} from "yaml";
import { didYouMean, type Diagnostic, type SourceRange } from "../diagnostic.ts";

/** The parts of the YAML library's nodes that are read here; ranges are offsets. */
export type YamlNode = {
  readonly range?: readonly [number, number, number] | null | undefined;
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
};

/** One document. `root` is what could be read of it, errors or not. */
export type YamlDocument = {
  readonly root: YamlNode | null;
  /** What each alias stands for, where that is known and not the alias's own surroundings. */
  readonly targets: ReadonlyMap<YamlNode, YamlNode>;
  readonly errors: readonly Diagnostic[];
  readonly rangeOf: (start: number, end: number) => SourceRange;
  readonly text: string;
};

/** Collections nest at most this deep; deeper ones would exhaust the stack of this and other readers. */
export const deepestNesting = 200;

const mostErrorsPerDocument = 5;

/** Reads all documents of a file, also those after a broken one. Never throws. */
export function parseDocuments(file: string, rawText: string): readonly YamlDocument[] {
  const text = rawText.startsWith("\uFEFF") ? rawText.slice(1) : rawText;
  const lines = new LineCounter();
  const rangeOf = (start: number, end: number): SourceRange => {
    const from = lines.linePos(start);
    const to = lines.linePos(Math.max(start, end));
    return {
      file,
      line: from.line || 1,
      column: from.col || 1,
      endLine: to.line || 1,
      endColumn: to.col || 1,
    };
  };
  const refused = refuseCharacters(file, text) ?? refuseNesting(file, text);
  if (refused !== undefined) return [{ root: null, targets: new Map(), errors: [refused], rangeOf, text }];
  try {
    const parsed = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      // Every scalar stays text: Helm's reading of it is yaml-scalar.ts's.
      schema: "failsafe",
      resolveKnownTags: false,
      merge: false,
      // The library compares each key with each other one; yaml-tree.ts does it in linear time.
      uniqueKeys: false,
    });
    if (!Array.isArray(parsed)) return [];
    return parsed.map((document) => {
      const bound = bindAliases(document.contents, rangeOf);
      const syntax = firstOfEachLine(document.errors.map((error) => describe(error, rangeOf)));
      return {
        root: document.contents,
        targets: bound.targets,
        errors: [...syntax, ...bound.errors],
        rangeOf,
        text,
      };
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const message = `collections nest more than ${deepestNesting} deep`;
    const errors = [{ severity: "error", code: "yaml-too-deep", message, range: rangeOf(0, 0) } as const];
    return [{ root: null, targets: new Map(), errors, rangeOf, text }];
  }
}

const namesOfCharacters: Readonly<Record<string, string>> = {
  "\r": "a carriage return without a line feed",
  "\u0085": "a next-line character (U+0085)",
  "\u2028": "a line separator (U+2028)",
  "\u2029": "a paragraph separator (U+2029)",
  "\uFEFF": "a byte order mark inside the text",
};

/** YAML 1.1, which Helm reads, and YAML 1.2 disagree about these: they break lines in one and not in the other. */
function refuseCharacters(file: string, text: string): Diagnostic | undefined {
  const match =
    /\r(?!\n)|[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/.exec(text);
  if (match === null) return undefined;
  const before = text.slice(0, match.index).split("\n");
  const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
  const name = namesOfCharacters[match[0]] ?? `a control character (U+${code})`;
  return {
    severity: "error",
    code: "yaml-character",
    message: `the file holds ${name}, which YAML readers treat differently or refuse`,
    suggestion: `remove it, or write it as "\\u${code}" in double quotes`,
    range: { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 },
  };
}

/** The library takes seconds to give up on a million brackets. */
function refuseNesting(file: string, text: string): Diagnostic | undefined {
  const match = /(?:[[{][ \t\r\n]*){1000}/.exec(text);
  if (match === null) return undefined;
  const line = text.slice(0, match.index).split("\n").length;
  const message = `collections nest more than ${deepestNesting} deep`;
  return { severity: "error", code: "yaml-too-deep", message, range: { file, line, column: 1 } };
}

/** What the reader says of the rest of a line, after its first error, is seldom true. */
function firstOfEachLine(errors: readonly Diagnostic[]): readonly Diagnostic[] {
  const lines = new Set<number | undefined>();
  return errors
    .filter(({ range }) => !lines.has(range?.line) && lines.add(range?.line))
    .slice(0, mostErrorsPerDocument);
}

type Bound = { readonly targets: ReadonlyMap<YamlNode, YamlNode>; readonly errors: readonly Diagnostic[] };

/** An alias means the latest anchor of its name before it. */
function bindAliases(root: YamlNode | null, rangeOf: YamlDocument["rangeOf"]): Bound {
  const anchors = new Map<string, YamlNode>();
  const open = new Set<YamlNode>();
  const targets = new Map<YamlNode, YamlNode>();
  const errors: Diagnostic[] = [];
  const report = (node: YamlNode, code: string, message: string, suggestion?: string): void => {
    const range = rangeOf(node.range?.[0] ?? 0, node.range?.[1] ?? 0);
    errors.push({
      severity: "error",
      code,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
      range,
    });
  };
  const visit = (node: unknown, depth: number): void => {
    if (isPair(node)) {
      visit(node.key, depth);
      visit(node.value, depth);
    } else if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target === undefined) {
        const near = didYouMean(node.source, anchors.keys());
        const known = near === undefined ? "define it before with &" + node.source : `did you mean *${near}?`;
        report(node, "yaml-unknown-anchor", `the alias *${node.source} has no anchor before it`, known);
      } else if (open.has(target))
        report(node, "yaml-alias-cycle", `the alias *${node.source} stands inside its own anchor`);
      else targets.set(node, target);
    } else if (isScalar(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    } else if (isCollection(node)) {
      if (depth > deepestNesting) {
        report(node, "yaml-too-deep", `collections nest more than ${deepestNesting} deep`);
        return;
      }
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      open.add(node);
      for (const item of node.items) visit(item, depth + 1);
      open.delete(node);
    }
  };
  visit(root, 1);
  return { targets, errors };
}

function describe(error: YAMLError, rangeOf: YamlDocument["rangeOf"]): Diagnostic {
  const [message, suggestion] = wordsFor(error);
  return {
    severity: "error",
    code: "yaml-syntax",
    message,
    ...(suggestion === undefined ? {} : { suggestion }),
    range: rangeOf(error.pos[0], error.pos[1]),
  };
}

/** What the library's message means to the person who wrote the file, and what to try. */
function wordsFor(error: YAMLError): readonly [string, string?] {
  switch (error.code) {
    case "TAB_AS_INDENT":
      return ["a tab is used for indentation", "YAML is indented with spaces only"];
    case "BLOCK_AS_IMPLICIT_KEY":
      return /sequence/i.test(error.message)
        ? ["a list item stands among the keys of a map", "indent it below its key, or remove the -"]
        : [
            "a second `key:` follows on the same line",
            "put the value in quotes, or the inner key on a line of its own",
          ];
    case "MULTILINE_IMPLICIT_KEY":
      return ["a key must stand on one line", "is a `:` missing after the key, or a quote open?"];
    case "BAD_SCALAR_START":
      return ["a plain text can't begin with this character", "put the value in quotes"];
    case "BAD_DQ_ESCAPE":
      return ["this escape is not one of YAML's", "write \\\\ for a backslash, or use single quotes"];
    case "KEY_OVER_1024_CHARS":
      return ["a key is longer than 1024 characters"];
    case "BAD_ALIAS":
      return ["an alias is not written as *name", "put a text that begins with * in quotes"];
    case "MULTIPLE_ANCHORS":
      return ["a node has more than one anchor"];
    case "BAD_DIRECTIVE":
      return [`a directive is not understood: ${lowerFirst(error.message)}`];
    case "BAD_INDENT":
    case "BLOCK_IN_FLOW":
    case "MISSING_CHAR":
    case "UNEXPECTED_TOKEN":
      return wordsForStructure(error.message);
    case "ALIAS_PROPS":
    case "BAD_PROP_ORDER":
    case "DUPLICATE_KEY":
    case "IMPOSSIBLE":
    case "MULTIPLE_DOCS":
    case "MULTIPLE_TAGS":
    case "NON_STRING_KEY":
    case "RESOURCE_EXHAUSTION":
    case "TAG_RESOLVE_FAILED":
    case "BAD_COLLECTION_TYPE":
      return [lowerFirst(error.message)];
  }
}

/** The library's codes do not tell these apart; its texts do. */
function wordsForStructure(message: string): readonly [string, string?] {
  if (/must be sufficiently indented and end with|expected flow/i.test(message))
    return ["a bracket is not closed, or its content is not indented", "close it with ] or }"];
  if (/missing closing/i.test(message))
    return ["a quote is not closed", "close it, or put the text on one line"];
  if (/implicit (?:map )?keys need/i.test(message))
    return [
      "this is neither `key: value` nor a list item",
      "is a `:` missing, or the line before it cut short?",
    ];
  if (/block scalar|more-indented/i.test(message))
    return [`the indentation of this block of text does not fit: ${lowerFirst(message)}`];
  if (/indent|aligned|same column/i.test(message))
    return ["this line's indentation does not fit the lines around it", "indent it like its neighbours"];
  return [`this does not belong here: ${lowerFirst(message)}`, "is a quote or bracket left open before it?"];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
