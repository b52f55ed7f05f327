// The text of a Go template as tokens, by the rules of Go's text/template with its standard delimiters. Takes time in
// proportion to the text, whatever the text is.

/** Where a template can't be understood: `at` counts characters from the text's start. */
export class NotATemplate extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** `value` is the text of a text, the meaning of a constant, the name of a name (without its dot or dollar). */
export type Token = {
  readonly kind:
    | "text"
    | "open"
    | "close"
    | "identifier"
    | "field"
    | "variable"
    | "dot"
    | "string"
    | "number"
    | "pipe"
    | "left"
    | "right"
    | "comma"
    | "declare"
    | "assign";
  readonly value: string;
  readonly at: number;
  readonly isAfterSpace: boolean;
};

/** Every token; throws NotATemplate where Go would refuse the text. */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimsNext = false;
  while (at <= text.length) {
    const start = text.indexOf("{{", at);
    const end = start < 0 ? text.length : start;
    const trimsBefore = start >= 0 && isTrimMark(text, start + 2);
    const from = trimsNext ? skipSpace(text, at, end) : at;
    const to = trimsBefore ? skipSpaceBack(text, from, end) : end;
    if (to > from) tokens.push(token("text", text.slice(from, to), from));
    if (start < 0) break;
    const inside = start + (trimsBefore ? 4 : 2);
    const closed = text.startsWith("/*", inside)
      ? endOfComment(text, inside)
      : readAction(text, start, inside, tokens);
    at = closed.at;
    trimsNext = closed.trims;
  }
  return tokens;
}

function token(kind: Token["kind"], value: string, at: number, isAfterSpace = false): Token {
  return { kind, value, at, isAfterSpace };
}

type Closed = { readonly at: number; readonly trims: boolean };

/** `- ` behind `{{`. */
function isTrimMark(text: string, at: number): boolean {
  return text[at] === "-" && isSpace(text[at + 1]);
}

function isSpace(character: string | undefined): boolean {
  return character === " " || character === "\t" || character === "\r" || character === "\n";
}

function skipSpace(text: string, from: number, end: number): number {
  let at = from;
  while (at < end && isSpace(text[at])) at++;
  return at;
}

function skipSpaceBack(text: string, start: number, end: number): number {
  let at = end;
  while (at > start && isSpace(text[at - 1])) at--;
  return at;
}

function endOfComment(text: string, start: number): Closed {
  const end = text.indexOf("*/", start + 2);
  if (end < 0) throw new NotATemplate("the comment does not end", start);
  const closed = closeAt(text, end + 2);
  if (closed === undefined) throw new NotATemplate("the comment ends before its action does", end);
  return closed;
}

/** What closes an action here, if something does. */
function closeAt(text: string, at: number): Closed | undefined {
  if (text.startsWith("}}", at)) return { at: at + 2, trims: false };
  if (isSpace(text[at]) && text.startsWith("-}}", at + 1)) return { at: at + 4, trims: true };
  return undefined;
}

/** Reads from behind `{{` to behind `}}`. */
function readAction(text: string, start: number, inside: number, tokens: Token[]): Closed {
  tokens.push(token("open", "", start));
  let at = inside;
  let isAfterSpace = false;
  for (;;) {
    const closed = closeAt(text, at);
    if (closed !== undefined) {
      tokens.push(token("close", "", at));
      return closed;
    }
    if (at >= text.length) throw new NotATemplate("the action does not end", start);
    if (isSpace(text[at])) {
      isAfterSpace = true;
      at++;
      continue;
    }
    const read = readToken(text, at);
    tokens.push(token(read.kind, read.value, at, isAfterSpace));
    isAfterSpace = false;
    at = read.end;
  }
}

type ReadToken = { readonly kind: Token["kind"]; readonly value: string; readonly end: number };

const signs: Readonly<Record<string, Token["kind"]>> = {
  "|": "pipe",
  "(": "left",
  ")": "right",
  ",": "comma",
  "=": "assign",
};

function readToken(text: string, at: number): ReadToken {
  const character = text[at] ?? "";
  const sign = signs[character];
  if (sign !== undefined) return { kind: sign, value: character, end: at + 1 };
  if (text.startsWith(":=", at)) return { kind: "declare", value: ":=", end: at + 2 };
  if (character === '"' || character === "'") return readQuoted(text, at, character);
  if (character === "`") return readRaw(text, at);
  if (isDigit(character) || ((character === "+" || character === "-") && isNumberAt(text, at + 1)))
    return readNumber(text, at);
  if (character === "$") return readName(text, at, "variable");
  if (character === ".") {
    if (isDigit(text[at + 1])) return readNumber(text, at);
    return isWord(text[at + 1]) ? readName(text, at, "field") : { kind: "dot", value: ".", end: at + 1 };
  }
  if (isWord(character)) return readName(text, at, "identifier");
  throw new NotATemplate(`${JSON.stringify(character)} does not belong there`, at);
}

function readName(text: string, at: number, kind: "variable" | "field" | "identifier"): ReadToken {
  const start = kind === "identifier" ? at : at + 1;
  let end = start;
  while (isWord(text[end])) end++;
  return { kind, value: text.slice(start, end), end };
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= "0" && character <= "9";
}

function isNumberAt(text: string, at: number): boolean {
  return isDigit(text[at]) || (text[at] === "." && isDigit(text[at + 1]));
}

const lettersBeyondAscii = /^[\p{L}\p{Nd}]$/u;

/** What Go takes for a part of a name. */
function isWord(character: string | undefined): boolean {
  if (character === undefined) return false;
  if ((character >= "a" && character <= "z") || (character >= "A" && character <= "Z")) return true;
  return (
    character === "_" || isDigit(character) || (character > "\u007f" && lettersBeyondAscii.test(character))
  );
}

function readNumber(text: string, at: number): ReadToken {
  let end = at + 1;
  // A sign belongs to it behind the exponent's letter.
  while (isWord(text[end]) || text[end] === "." || (isSign(text[end]) && isExponent(text[end - 1]))) end++;
  return { kind: "number", value: text.slice(at, end), end };
}

function isSign(character: string | undefined): boolean {
  return character === "+" || character === "-";
}

function isExponent(character: string | undefined): boolean {
  return character === "e" || character === "E" || character === "p" || character === "P";
}

function readRaw(text: string, at: number): ReadToken {
  const end = text.indexOf("`", at + 1);
  if (end < 0) throw new NotATemplate("the raw string does not end", at);
  return { kind: "string", value: text.slice(at + 1, end).replaceAll("\r", ""), end: end + 1 };
}

const escapes: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const escapedDigits: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A string in double quotes, or a character in single ones, which is a number. */
function readQuoted(text: string, start: number, quote: string): ReadToken {
  let value = "";
  let at = start + 1;
  for (;;) {
    const character = text[at];
    if (character === undefined || character === "\n")
      throw new NotATemplate("the quoted text does not end", start);
    if (character === quote) break;
    if (character !== "\\") {
      value += character;
      at++;
      continue;
    }
    const next = text[at + 1] ?? "";
    const digits = escapedDigits[next] ?? (isDigit(next) ? 3 : 0);
    if (digits === 0) {
      value += escapes[next] ?? next;
      at += 2;
      continue;
    }
    const first = isDigit(next) ? at + 1 : at + 2;
    const code = Number.parseInt(text.slice(first, first + digits), isDigit(next) ? 8 : 16);
    if (!(code >= 0 && code <= 0x10ffff)) throw new NotATemplate("the escape is none of Go's", at);
    value += String.fromCodePoint(code);
    at = first + digits;
  }
  return quote === '"'
    ? { kind: "string", value, end: at + 1 }
    : { kind: "number", value: String(value.codePointAt(0) ?? 0), end: at + 1 };
}
