// Diagnostics as text for people: place, severity and message on a line, what to try below it, a count at the end.
import { hasErrors, placeOf, type Diagnostic } from "../core/diagnostic.ts";
import { renderLines, type Line, type Style, type Tone } from "./style.ts";
import { counted } from "./counted.ts";
import { safeText } from "./terminal-text.ts";

const tones: Readonly<Record<Diagnostic["severity"], Tone>> = { error: "bad", warning: "warn", hint: "busy" };

/** All findings and a count, each line ended by a line feed; empty where there are none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], style: Style): string {
  if (diagnostics.length === 0) return "";
  const lines: Line[] = diagnostics.flatMap((diagnostic) => [
    [
      ...(diagnostic.range === undefined
        ? []
        : [{ text: placeOf(diagnostic.range), tone: "strong" } as const, " "]),
      { text: diagnostic.severity, tone: tones[diagnostic.severity] },
      ` ${diagnostic.message}`,
    ],
    ...(diagnostic.related ?? []).map((one): Line => [
      { text: `    ${placeOf(one.range)} ${one.message}`, tone: "dim" },
    ]),
    ...(diagnostic.suggestion === undefined ? [] : [[`    → ${diagnostic.suggestion}`]]),
  ]);
  return renderLines([...lines, [countWords(diagnostics)]], style);
}

function countWords(diagnostics: readonly Diagnostic[]): string {
  const files = new Set(diagnostics.flatMap(({ range }) => range?.file ?? [])).size;
  const counts = (["error", "warning", "hint"] as const).flatMap((severity) => {
    const count = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return count === 0 ? [] : [counted(count, severity)];
  });
  return `${counts.join(", ")}${files === 0 ? "" : ` in ${counted(files, "file")}`}`;
}

/** What schemas/diagnostics.schema.json describes; the findings in the order given. */
export function diagnosticsDocument(
  diagnostics: readonly Diagnostic[],
  facts: {
    readonly stack: string;
    readonly releases: number;
    readonly waves: number;
    readonly ignoredDocuments: number;
  },
): unknown {
  const { stack, ...counts } = facts;
  return {
    apiVersion: "headway.dev/v1",
    kind: "DiagnosticList",
    metadata: { name: stack },
    valid: !hasErrors(diagnostics),
    ...counts,
    items: diagnostics.map(diagnosticItem),
  };
}

/** One finding as documents have it. */
export function diagnosticItem(diagnostic: Diagnostic): unknown {
  const { severity, code, message, suggestion, range, related, about } = diagnostic;
  return { severity, code, message, suggestion, range, related, about };
}

const mostInMarkdown = 30;

/** A list of findings for a comment on a change; empty where there are none. */
export function findingsMarkdown(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return "";
  const lines = diagnostics.slice(0, mostInMarkdown).map(({ severity, message, range, suggestion }) => {
    const place = range === undefined ? "" : `\`${placeOf(range)}\` `;
    return `- ${place}**${severity}** ${plainMarkdown(message)}${suggestion === undefined ? "" : `; ${plainMarkdown(suggestion)}`}`;
  });
  const more = diagnostics.length - mostInMarkdown;
  return `\n${lines.join("\n")}\n${more > 0 ? `- and ${more} more\n` : ""}`;
}

/** Nothing in the words becomes a link, an image or a tag. */
function plainMarkdown(text: string): string {
  return safeText(text).replace(/[[\]<>*_|!#]/g, "\\$&");
}
