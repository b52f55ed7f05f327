// How a surface may look: with or without colour, with or without characters beyond ASCII; and lines of toned spans,
// which are the only way of text to a terminal. What the text says is made elsewhere.
import type { ShownState } from "../core/event.ts";
import { glyphOf } from "../core/shown-state.ts";
import { displayWidth, headOf, safeText } from "./terminal-text.ts";

export type Style = { readonly colour: boolean; readonly unicode: boolean };

/** What a piece of text means; colour only ever repeats what its words say. */
export type Tone = "good" | "bad" | "warn" | "busy" | "dim" | "strong";

export type Span = string | { readonly text: string; readonly tone: Tone };

/** One row. Text in it may come from anywhere: renderLine makes it harmless. */
export type Line = readonly Span[];

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * NO_COLOR wins over FORCE_COLOR, and both over what the stream is. Without a UTF-8 locale, glyphs are ASCII.
 */
export function chooseStyle(facts: { readonly isTerminal: boolean; readonly env: Environment }): Style {
  const { env } = facts;
  const locale = [env["LC_ALL"], env["LC_CTYPE"], env["LANG"]].find(
    (value) => value !== undefined && value !== "",
  );
  return { colour: isColoured(facts.isTerminal, env), unicode: /utf-?8/i.test(locale ?? "") };
}

function isColoured(isTerminal: boolean, env: Environment): boolean {
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  return isTerminal && env["TERM"] !== "dumb";
}

const SGR: Readonly<Record<Tone, string>> = {
  good: "32",
  bad: "31",
  warn: "33",
  busy: "36",
  dim: "2",
  strong: "1",
};

/** The tone that goes with a state. */
export function toneOf(state: ShownState): Tone {
  switch (state) {
    case "Ready":
    case "Removed":
      return "good";
    case "Running":
    case "Removing":
      return "busy";
    case "Failed":
    case "Blocked":
      return "bad";
    case "Degraded":
    case "Drifted":
    case "RolledBack":
    case "Quarantined":
      return "warn";
    case "Pending":
    case "Waiting":
    case "Suspended":
    case "Frozen":
    case "Cancelled":
    case "Unknown":
      return "dim";
  }
}

/** The state's glyph in its tone. */
export function glyphSpan(state: ShownState, style: Style): Span {
  return { text: glyphOf(state, style.unicode), tone: toneOf(state) };
}

// The characters beyond ASCII that Headway's own words use.
const ASCII: Readonly<Record<string, string>> = {
  "→": "->",
  "←": "<-",
  "…": "...",
  "≠": "!=",
  "│": "|",
  "·": "-",
  "×": "x",
  "✓": "+",
};

/** The line as text: harmless, in ASCII where the style asks for it, cut to `columns`, coloured. No line end. */
export function renderLine(line: Line, style: Style, columns = Infinity): string {
  const spans = line.map((span) => ({
    text: plainSpan(span, style),
    tone: typeof span === "string" ? undefined : span.tone,
  }));
  const ellipsis = headOf(style.unicode ? "…" : "...", columns);
  const fits = spans.reduce((sum, span) => sum + displayWidth(span.text), 0) <= columns;
  let room = fits ? columns : columns - displayWidth(ellipsis);
  let text = "";
  for (const span of spans) {
    const shown = fits ? span.text : headOf(span.text, room);
    if (shown !== "") text += style.colour && span.tone !== undefined ? paint(shown, span.tone) : shown;
    if (shown !== span.text) break;
    room -= displayWidth(shown);
  }
  return fits ? text : text + ellipsis;
}

function plainSpan(span: Span, style: Style): string {
  const text = safeText(typeof span === "string" ? span : span.text);
  return style.unicode ? text : text.replace(/[→←…≠│·×✓]/g, (character) => ASCII[character] ?? character);
}

function paint(text: string, tone: Tone): string {
  return `\u001b[${SGR[tone]}m${text}\u001b[0m`;
}

/** The lines as text, each with its line end. */
export function renderLines(lines: readonly Line[], style: Style, columns = Infinity): string {
  return lines.map((line) => `${renderLine(line, style, columns)}\n`).join("");
}
