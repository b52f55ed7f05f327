// Label selectors as Kubernetes writes them (`a=b, c!=d, e in (f,g), h notin (i), j, !k`): reading and matching them, and
// what a label may be. Which releases a command then acts on is the command's matter.

/** One condition of a selector; all of them have to hold. */
type Requirement = {
  readonly key: string;
  /** `not-in` also holds where the label is not there, as in Kubernetes. */
  readonly is: "in" | "not-in" | "there" | "not-there";
  readonly values: readonly string[];
};

export type LabelSelector = { readonly text: string; readonly requirements: readonly Requirement[] };

/** `at` counts characters from 1; `problem` completes "at character N: …". */
export type ParsedSelector =
  | { readonly ok: true; readonly selector: LabelSelector }
  | { readonly ok: false; readonly at: number; readonly problem: string };

type Token = { readonly kind: "word" | "sign" | "end"; readonly text: string; readonly at: number };

/**
 * Reads a selector as `kubectl -l` does, but for two things: an empty one is refused (an unset variable must not mean
 * everything), and so are `<` and `>`.
 */
export function parseLabelSelector(text: string): ParsedSelector {
  const tokens = tokenise(text);
  const requirements: Requirement[] = [];
  const end: Token = { kind: "end", text: "", at: text.length + 1 };
  const tokenAt = (index: number): Token => tokens[index] ?? end;
  if (tokens.length === 0) return { ok: false, at: 1, problem: "it is empty" };
  for (let index = 0; ;) {
    const read = readRequirement(tokenAt, index);
    if ("problem" in read) return { ok: false, ...read };
    requirements.push(read.requirement);
    const next = tokenAt(read.next);
    if (next.kind === "end") return { ok: true, selector: { text, requirements } };
    if (next.text !== ",") return { ok: false, ...expected("a comma", next) };
    index = read.next + 1;
  }
}

/** True where labels meet every condition. */
export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return selector.requirements.every(({ key, is, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (is) {
      case "there":
        return value !== undefined;
      case "not-there":
        return value === undefined;
      case "in":
        return value !== undefined && values.includes(value);
      case "not-in":
        return value === undefined || !values.includes(value);
    }
  });
}

/** What is wrong with the key of a label, as Kubernetes sees it; undefined where nothing is. */
export function labelKeyProblem(key: string): string | undefined {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  if (prefix !== undefined && (prefix.length > 253 || !prefix.split(".").every(isDnsLabel)))
    return `${quote(prefix)} is no DNS name`;
  const name = key.slice(slash + 1);
  if (name === "") return "a label has no empty name";
  return wordProblem(name);
}

/** What is wrong with the value of a label, as Kubernetes sees it; undefined where nothing is. */
export function labelValueProblem(value: string): string | undefined {
  return value === "" ? undefined : wordProblem(value);
}

function wordProblem(word: string): string | undefined {
  if (word.length > 63) return `${quote(word)} has more than 63 characters`;
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(word)
    ? undefined
    : `${quote(word)} is not made of letters, digits, "-", "_" and ".", with a letter or digit at both ends`;
}

function isDnsLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text);
}

function tokenise(text: string): readonly Token[] {
  return [...text.matchAll(/[^\s,()=!<>]+|==|!=|[,()=!<>]/g)].map((match) => ({
    kind: /^[,()=!<>]/.test(match[0]) ? "sign" : "word",
    text: match[0],
    at: match.index + 1,
  }));
}

type Problem = { readonly at: number; readonly problem: string };
type Read = { readonly requirement: Requirement; readonly next: number };

function readRequirement(tokenAt: (index: number) => Token, start: number): Read | Problem {
  const isNegated = tokenAt(start).text === "!";
  const keyAt = isNegated ? start + 1 : start;
  const key = tokenAt(keyAt);
  if (key.kind !== "word") return expected("the key of a label", key);
  const wrong = labelKeyProblem(key.text);
  if (wrong !== undefined) return { at: key.at, problem: wrong };
  const done = (is: Requirement["is"], next: number, values: readonly string[] = []): Read => ({
    requirement: { key: key.text, is, values },
    next,
  });
  if (isNegated) return done("not-there", keyAt + 1);
  const operator = tokenAt(keyAt + 1);
  switch (operator.text) {
    case "=":
    case "==":
    case "!=": {
      const value = tokenAt(keyAt + 2);
      const is = operator.text === "!=" ? "not-in" : "in";
      // `a=` asks for an empty value.
      if (value.kind === "end" || value.text === ",") return done(is, keyAt + 2, [""]);
      return valueProblem(value) ?? done(is, keyAt + 3, [value.text]);
    }
    case "in":
    case "notin": {
      const list = readValues(tokenAt, keyAt + 2);
      return "problem" in list
        ? list
        : done(operator.text === "in" ? "in" : "not-in", list.next, list.values);
    }
    case ",":
    case "":
      return done("there", keyAt + 1);
    default:
      return expected('"=", "!=", "in", "notin" or a comma', operator);
  }
}

function readValues(
  tokenAt: (index: number) => Token,
  start: number,
): { readonly values: readonly string[]; readonly next: number } | Problem {
  const open = tokenAt(start);
  if (open.text !== "(") return expected('"("', open);
  const values: string[] = [];
  for (let index = start + 1; ; index += 2) {
    const value = tokenAt(index);
    // Between two commas, or within empty parentheses, stands the empty value.
    const isEmpty = value.text === "," || value.text === ")";
    const wrong = isEmpty ? undefined : valueProblem(value);
    if (wrong !== undefined) return wrong;
    values.push(isEmpty ? "" : value.text);
    if (isEmpty) index -= 1;
    const next = tokenAt(index + 1);
    if (next.text === ")") return { values, next: index + 2 };
    if (next.text !== ",") return expected('a comma or ")"', next);
  }
}

function valueProblem(token: Token): Problem | undefined {
  if (token.kind !== "word") return expected("a value", token);
  const problem = labelValueProblem(token.text);
  return problem === undefined ? undefined : { at: token.at, problem };
}

function expected(what: string, found: Token): Problem {
  return {
    at: found.at,
    problem: `expected ${what}, found ${found.kind === "end" ? "the end" : quote(found.text)}`,
  };
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
