// Values as helm is given them, against the real helm: what a chart sees must be what `helm template -f` of the same text shows.
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/core/declaration.ts";
import { readStack } from "../../../src/core/declarations/read-declarations.ts";
import { runHelm, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";
import { layersOf } from "../../kit/values.ts";

type Reading = { readonly text: string; readonly tree: Json } | { readonly codes: readonly string[] };

/** The values of a declaration whose `spec.values` holds `text`, indented. */
function readValues(text: string): Reading {
  const indented = text
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
  const declaration = `apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: echo, namespace: test }
spec:
  chart: ./echo
  values:
${indented}`;
  const { value, diagnostics } = readStack({
    files: [{ path: "echo.yaml", text: declaration }],
    folderName: "test",
    stackPath: "",
  });
  const [layer] = layersOf(value.declarations[0]);
  return diagnostics.length > 0 || layer === undefined
    ? { codes: diagnostics.map(({ code }) => code) }
    : { text: layer.text, tree: layer.tree };
}

/** What a chart sees of a values file. */
async function seenByChart(text: string): Promise<unknown> {
  const folder = temporaryFolder();
  writeTree(folder, {
    "echo/Chart.yaml": "apiVersion: v2\nname: echo\nversion: 1.0.0\n",
    "echo/templates/echo.yaml": "seen: {{ .Values | toJson | b64enc }}\n",
    "values.yaml": text,
  });
  const shown = await runHelm("template", "echo", join(folder, "echo"), "-f", join(folder, "values.yaml"));
  const encoded = /^seen: (\S+)$/m.exec(shown)?.[1] ?? "";
  return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
}

const traps: readonly string[] = [
  ..."on off On OFF yes no Yes NO y Y n N oN yEs true True TRUE tRue false null Null NULL ~ nULL".split(" "),
  ..."0 -0 +0 -0.0 7 017 0o17 0O17 018 08 09.5 0x1F 0X1f -0x1F 0b101 0B11 -0b11 0b+1 0b-1 0b2 0x 0o 0b 00 007".split(
    " ",
  ),
  ..."1_000 1__0 0_17 0x_1F 1_ _1 +5 -5 ++5 --5 +-5 1e3 1E3 1e+3 1.e3 .5 -.5 +.5 .5e3 .e3 . .. ... 1. 1.5. 1.10".split(
    " ",
  ),
  ..."9007199254740993 9223372036854775807 9223372036854775808 18446744073709551615 18446744073709551616".split(
    " ",
  ),
  ..."-9223372036854775808 -9223372036854775809 +9223372036854775808 1e400 1e-400 1e21 123456789.123456789".split(
    " ",
  ),
  ..."0777777777777777777777777 0xFFFFFFFFFFFFFFFF 0xFFFFFFFFFFFFFFFFF 1:30 1:30:00 190:20:30.15 12:30:45".split(
    " ",
  ),
  ..."2026-01-01 2026-1-2 2026-01-01T00:00:00Z 2001-12-14t21:59:43.10-05:00 0.0.1 v1.2 1.2.3 1-2 -foo -1a 1a inf nan".split(
    " ",
  ),
  ..."NaN Infinity 0d1 1f 0x1p3 1_0.5_0 .5_0 = <= << <<x a<< a=b $x a:b http://x/y?z=1#a a%b !x@ x&y x*y a|b".split(
    " ",
  ),
  "2001-12-14 21:59:43",
  "a # comment",
  "a#b",
  "'on'",
  '"on"',
  '"017"',
  "'it''s'",
  '"\\x41\\u00e9\\U0001F600\\t\\0\\e\\_\\N\\L\\P"',
  '"a\\\n  b"',
  '"a\n\n  b\n  c"',
  "'a\n\n  b\n  c'",
  "plain\n  over\n\n  lines",
  "!!str 12",
  "!!str on",
  "!!str",
  "!!int 017",
  '!!int "12"',
  "!!float 3",
  "!!bool yes",
  "!!null ~",
  "!!timestamp 2026-01-01",
  "!!binary aGVsbG8=",
  "! 12",
  '! "12"',
  "!custom 12",
  "!!set { a, b }",
  "!!omap [a: 1]",
  "|\n  literal\n   more\n\n  end\n",
  "|-\n  strip\n",
  "|+\n  keep\n\n",
  ">\n  folded\n  text\n\n  para\n   more\n  back\n",
  ">-\n\n  lead\n  ing\n",
  "|2\n   indented\n  less\n",
  "|\n  on\n",
  "|",
  "",
  "&anchor",
  "[on, 017, ~, 'x', a b, {q: no}, ]",
  "{a: on, b: , c, 'd':1, \"e\": 2, ? f : 3}",
  "[a: 1, b]",
  "[[], {}, [{}]]",
  "{on: 1, 017: 2, 1.5: 3, 1e6: 4, 1234567.5: 5, 0.00001: 6, .inf: 7, x y: 8, 'q': 9, ~x: 10, -0.0: 11, 16777217.0: 12}",
  "{__proto__: {x: 1}, constructor: 2, toString: 3}",
  "\n- a\n- - b\n  - c\n-\n  d: e\n",
  "\n? complex\n: value\n? on\n",
  `{"${"k".repeat(300)}": 1}`,
  '"\u00a0\u3000 é 😀 \u200b"',
  "日本語",
  '"quote \\" back \\\\"',
  "{a: {b: {c: {d: [1, [2, [3]]]}}}}",
];

function asDocument(rows: readonly string[]): string {
  return rows.map((row, index) => `k${index}: ${row.split("\n").join("\n  ")}\n`).join("");
}

describe("values", () => {
  it("reach the chart exactly as helm reads the same text, whatever YAML trap is in it", async () => {
    const document = asDocument(traps);
    const read = readValues(document);
    if (!("text" in read)) throw new Error(`refused: ${read.codes.join(", ")}`);
    const wanted = (await seenByChart(document)) as Record<string, unknown>;
    const seen = (await seenByChart(read.text)) as Record<string, unknown>;
    const tree = read.tree as Record<string, unknown>;
    const row = (from: Record<string, unknown>): readonly (readonly [string, string | undefined])[] =>
      traps.map((trap, index) => [trap, JSON.stringify(from[`k${index}`])]);
    expect(row(seen)).toEqual(row(wanted));
    expect(sorted(tree)).toEqual(sorted(wanted));
    expect(Object.keys(wanted).length).toBeGreaterThan(traps.length / 2);
  });

  it("keep merges as helm merges them: in order, a later key over an earlier one", async () => {
    const document = `base: &base { a: 1, b: 2, deep: { x: 1 } }
other: &other { b: 3, c: 4 }
before: { a: 0, <<: *base }
after: { <<: *base, a: 0 }
both: { <<: [*base, *other] }
inline: { <<: { q: on }, r: 1 }
quoted: { "<<": 1 }
block:
  <<: *base
  deep: { y: 2 }
list: [*base, *other]
name: &key 017
? *key
: here
`;
    const read = readValues(document);
    if (!("text" in read)) throw new Error(`refused: ${read.codes.join(", ")}`);
    const wanted = await seenByChart(document);
    expect(await seenByChart(read.text)).toEqual(wanted);
    expect(sorted(read.tree)).toEqual(sorted(wanted));
  });

  it.each([
    ["CRLF line ends", "a: |\r\n  x\r\n  y\r\nb: 'p\r\n\r\n  q'\r\nc: 1 # z\r\n"],
    ["no line end at the end", "a: 1\nb: |\n  text"],
    ["no line end and blanks kept", "a: 1\nb: |+\n  text\n\n"],
    ["a folded text at the end", "b: >\n  text\n  more"],
    ["a key of more than 1024 characters in the flow form", `? ${"k".repeat(1500)}\n: 1\n`],
  ])("reach the chart as helm reads them with %s", async (_, document) => {
    const read = readValues(document);
    if (!("text" in read)) throw new Error(`refused: ${read.codes.join(", ")}`);
    const wanted = await seenByChart(document);
    expect(await seenByChart(read.text)).toEqual(wanted);
    expect(sorted(read.tree)).toEqual(sorted(wanted));
  });

  it("may use anchors that stand outside of them", () => {
    const read = readValues("a: *tag\n");
    expect(read).toEqual({ codes: ["yaml-unknown-anchor"] });
    const declared = readStack({
      files: [
        {
          path: "a.yaml",
          text: "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: &n echo, namespace: test }\nspec: { chart: ./echo, values: { name: *n } }\n",
        },
      ],
      folderName: "test",
      stackPath: "",
    });
    expect(layersOf(declared.value.declarations[0])[0]?.text).toBe('{"name": "echo"}\n');
  });

  it(
    "reach the chart exactly as helm reads the same text, for made-up documents",
    { timeout: 300_000 },
    async () => {
      const documents = fc.sample(fc.array(entry(2), { minLength: 1, maxLength: 6 }), {
        numRuns: 300,
        seed: 20260730,
      });
      const entries = documents.map((lines, index) => `d${index}:\n${indent(uniqueKeys(lines), 2)}`);
      const usable = entries.filter((text) => "text" in readValues(text));
      expect(usable.length).toBeGreaterThan(entries.length * 0.9);
      const document = usable.join("");
      const read = readValues(document);
      if (!("text" in read)) throw new Error(`refused: ${read.codes.join(", ")}`);
      const wanted = (await seenByChart(document)) as Record<string, unknown>;
      const seen = (await seenByChart(read.text)) as Record<string, unknown>;
      const tree = read.tree as Record<string, unknown>;
      for (const text of usable) {
        const key = text.slice(0, text.indexOf(":"));
        expect({ text, seen: sorted(seen[key]) }).toEqual({ text, seen: sorted(wanted[key]) });
        expect({ text, tree: sorted(tree[key]) }).toEqual({ text, tree: sorted(wanted[key]) });
      }
    },
  );
});

/** As text with sorted keys: tells -0 from 0 no more than JSON does, and sees a key named __proto__. */
function sorted(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value !== "object" || value === null)
    return value === undefined ? "absent" : JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${sorted(one)}`).join(",")}}`;
}

function indent(text: string, by: number): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(by) + line))
    .join("\n");
}

/** Gives each entry a key of its own; `@` stands for it. */
function uniqueKeys(lines: readonly string[]): string {
  return lines.map((line, index) => line.replaceAll("@", `k${index}`)).join("");
}

const word = fc.constantFrom(
  ..."a on no 017 0o17 1_000 ~ null 1e3 .5 -1 +2 x-y 2026-01-01 é 0x1F 1.10 v1 nginx:1.2 a/b".split(" "),
  "two words",
  "'q q'",
  '"d\\n\\u0041"',
  "'it''s on'",
  '"tab\\tquote\\""',
);
const textLine = fc.constantFrom(
  "on",
  "  more",
  "x: y",
  "# no comment",
  "017",
  "",
  "- a",
  "word word",
  "\\n",
  "end  ",
);
const block = fc
  .record({
    style: fc.constantFrom("|", ">"),
    chomp: fc.constantFrom("", "-", "+"),
    lines: fc.array(textLine, { minLength: 1, maxLength: 5 }),
  })
  // Less-indented or blank first lines would need an indentation indicator.
  .map(({ style, chomp, lines }) => `${style}${chomp}\n${indent(["first", ...lines].join("\n"), 2)}\n`);
const flow: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .array(tie("value"), { maxLength: 3 })
      .map((items) => `{${items.map((item, index) => `f${index}: ${item}`).join(", ")}}`),
  ),
})).value;

/** One entry of a block map; its key is `@`. */
function entry(depth: number): fc.Arbitrary<string> {
  const leaves = [
    word.map((text) => `@: ${text}\n`),
    flow.map((text) => `@: ${text} # comment\n`),
    block.map((text) => `@: ${text}`),
    fc.constant("@:\n"),
    fc
      .array(word, { minLength: 1, maxLength: 3 })
      .map((items) => `@:\n${items.map((item) => `- ${item}\n`).join("")}`),
    fc
      .array(block, { minLength: 1, maxLength: 2 })
      .map((items) => `@:\n${items.map((item) => `- ${item}`).join("")}`),
    word.map((text) => `# about @\n"key @": ${text}\n`),
  ];
  if (depth === 0) return fc.oneof(...leaves);
  const nested = fc
    .array(entry(depth - 1), { minLength: 1, maxLength: 3 })
    .map((lines) => `@:\n${indent(uniqueKeys(lines), 2)}`);
  const listed = fc
    .array(entry(depth - 1), { minLength: 1, maxLength: 2 })
    .map((lines) => `@:\n  - x: 1\n${indent(uniqueKeys(lines), 4)}`);
  return fc.oneof(...leaves, nested, listed);
}
