// What a recovery depends on, for people and for programs (schemas/recovery.schema.json). What it means is
// core/recovery-inputs.ts.
import { exitCodeOfInputs, type RecoveryInput } from "../core/recovery-inputs.ts";
import { jsonText, yamlText } from "./data-output.ts";
import type { CheckFormat } from "./doctor-view.ts";
import { renderLines, type Line, type Span, type Style, type Tone } from "./style.ts";
import { tableLines } from "./table.ts";

/** `name` prints those without an origin. */
export function renderRecoveryInputs(
  inputs: readonly RecoveryInput[],
  stack: string,
  { format, style }: { readonly format: CheckFormat; readonly style: Style },
): string {
  switch (format) {
    case "table":
      return renderLines(inputLines(inputs, stack, style), style);
    case "json":
      return jsonText(inputDocument(inputs, stack));
    case "yaml":
      return yamlText(inputDocument(inputs, stack));
    case "name":
      return inputs
        .filter(({ verdict }) => verdict === "missing")
        .map(({ name }) => `${name}\n`)
        .join("");
  }
}

type Verdict = RecoveryInput["verdict"];

const signs: Readonly<Record<Verdict, readonly [unicode: string, ascii: string, tone: Tone]>> = {
  declared: ["✓", "+", "good"],
  note: ["▲", "!", "warn"],
  missing: ["✕", "x", "bad"],
};

const mostUsers = 3;

function inputLines(inputs: readonly RecoveryInput[], stack: string, style: Style): readonly Line[] {
  if (inputs.length === 0) return [[`${stack} needs nothing that is not in git.`]];
  const rows = inputs.map(({ kind, verdict, name, origin }): readonly Span[] => {
    const [unicode, ascii, tone] = signs[verdict];
    return [{ text: `${style.unicode ? unicode : ascii} ${verdict}`, tone }, kind, name, origin ?? ""];
  });
  const [, ...lines] = tableLines(["", "", "", ""], rows);
  return [
    ...lines.flatMap((line, index): readonly Line[] => [line, ...detailLines(inputs[index])]),
    [{ text: summaryWords(inputs, stack), tone: "strong" }],
  ];
}

function detailLines(input: RecoveryInput | undefined): readonly Line[] {
  if (input === undefined) return [];
  const { neededBy, meaning, next, declaredAt } = input;
  const more = neededBy.length - mostUsers;
  const users = `${neededBy.slice(0, mostUsers).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  return [
    [
      `    for ${users}${declaredAt === undefined ? "" : ` (${declaredAt})`}${meaning === undefined ? "" : `: ${meaning}`}`,
    ],
    ...(next === undefined ? [] : [[{ text: `    → ${next}`, tone: "dim" as const }]]),
  ];
}

function summaryWords(inputs: readonly RecoveryInput[], stack: string): string {
  const count = (verdict: Verdict): number => inputs.filter((input) => input.verdict === verdict).length;
  return `${stack}: ${[
    count("missing") === 0 ? [] : `${count("missing")} without a declared origin`,
    count("note") === 0 ? [] : `${count("note")} to know of`,
    `${count("declared")} declared`,
  ]
    .flat()
    .join(", ")}`;
}

function inputDocument(inputs: readonly RecoveryInput[], stack: string): unknown {
  return {
    apiVersion: "headway.dev/v1",
    kind: "RecoveryInputList",
    metadata: { name: stack },
    exitCode: exitCodeOfInputs(inputs),
    items: inputs,
  };
}
