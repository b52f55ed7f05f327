// The checks of `headway doctor` for people and for programs (schemas/doctor.schema.json). What they mean is core/doctor.ts.
import { exitCodeOfChecks, type Check } from "../core/doctor.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { renderLines, type Line, type Span, type Style, type Tone } from "./style.ts";
import { tableLines } from "./table.ts";

export type CheckFormat = "table" | "json" | "yaml" | "name";

/** `name` prints the checks that are not ok. */
export function renderChecks(
  checks: readonly Check[],
  { format, style }: { readonly format: CheckFormat; readonly style: Style },
): string {
  switch (format) {
    case "table":
      return renderLines(checkLines(checks, style), style);
    case "json":
      return jsonText(checkDocument(checks));
    case "yaml":
      return yamlText(checkDocument(checks));
    case "name":
      return checks
        .filter(({ verdict }) => verdict !== "ok")
        .map(({ check }) => `${check}\n`)
        .join("");
  }
}

const signs: Readonly<Record<Check["verdict"], readonly [unicode: string, ascii: string, tone: Tone]>> = {
  ok: ["✓", "+", "good"],
  warning: ["▲", "!", "warn"],
  error: ["✕", "x", "bad"],
};

function checkLines(checks: readonly Check[], style: Style): readonly Line[] {
  const rows = checks.map(({ check, verdict, found }): readonly Span[] => {
    const [unicode, ascii, tone] = signs[verdict];
    return [{ text: `${style.unicode ? unicode : ascii} ${verdict}`, tone }, check, found];
  });
  const [, ...lines] = tableLines(["", "", ""], rows);
  return [
    ...lines.flatMap((line, index): readonly Line[] => {
      const { meaning, next } = checks[index] ?? {};
      return [
        line,
        ...(meaning === undefined ? [] : [[`    ${meaning}`]]),
        ...(next === undefined ? [] : [[{ text: `    → ${next}`, tone: "dim" as const }]]),
      ];
    }),
    [{ text: summaryWords(checks), tone: "strong" }],
  ];
}

function summaryWords(checks: readonly Check[]): string {
  const count = (verdict: Check["verdict"]): number =>
    checks.filter((check) => check.verdict === verdict).length;
  const parts = [
    count("error") === 0 ? [] : `${count("error")} to be mended`,
    count("warning") === 0 ? [] : `${count("warning")} to know of`,
    `${count("ok")} ok`,
  ].flat();
  return parts.join(", ");
}

function checkDocument(checks: readonly Check[]): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "CheckList",
    exitCode: exitCodeOfChecks(checks),
    items: checks,
  };
}
