// The reader of templates: what Go takes and refuses, and that no text whatever makes it throw or go on forever.
import { describe, expect, it } from "vitest";
import { parseTemplate } from "../../../../src/core/foresight/values/parse-template.ts";
import { readTemplates } from "../../../../src/core/foresight/values/read-templates.ts";
import { Trial } from "../../../../src/core/foresight/values/trial.ts";
import { givenJson, givenMap } from "../../../../src/core/foresight/values/trial-values.ts";
import { seededRandom } from "../../../kit/random.ts";

function problemOf(text: string): string | undefined {
  const parsed = parseTemplate(text);
  return "problem" in parsed ? parsed.problem : undefined;
}

describe("the text of a template", () => {
  it.each([
    ["{{ .Values.a }}"],
    ["{{- .Values.a -}}"],
    ["{{-3}}"],
    ["{{ -3 | int }}{{ +1.5e-3 }}{{ 0x1F }}{{ 1_000 }}{{ 'a' }}{{ '\\n' }}"],
    ['{{ "a }} \\" b" }}{{ `raw "x" }}` }}'],
    ["{{/* a comment }} with }} all */}}"],
    ["{{- /* a comment */ -}}"],
    ["{{ if .a }}b{{ else if .c }}d{{ else }}e{{ end }}"],
    ["{{ with $x := .a }}{{ $x }}{{ else with .b }}{{ . }}{{ end }}"],
    ["{{ range $i, $e := .a }}{{ break }}{{ continue }}{{ else }}{{ end }}"],
    ["{{ range $i, $e = .a }}{{ end }}"],
    ['{{ define "a" }}{{ end }}{{ template "a" }}{{ template "a" . }}{{ block "b" . }}x{{ end }}'],
    ["{{ (.a).b.c }}{{ ((index .a 0).b) }}{{ $.a }}{{ $ }}{{ . }}{{ nil | quote }}"],
    ['{{ .a\n  | default\n  (dict "b" 1) }}'],
    ['{{ printf "%s" .a | trunc 63 | trimSuffix "-" }}'],
    ['{{ .Files.Get "a" }}{{ .größe }}'],
    ["} } { {"],
    [""],
  ])("is read: %s", (text) => {
    expect(problemOf(text)).toBeUndefined();
  });

  it.each([
    ["{{", "the action does not end"],
    ["{{ .a", "the action does not end"],
    ["{{ end }}", "{{ end }} belongs to nothing"],
    ["{{ if .a }}", "{{ if }} has no {{ end }}"],
    ["{{ range .a }}{{ else }}", "{{ range }} has no {{ end }}"],
    ['{{ define "a" }}', 'the definition of "a" does not end'],
    ["{{ /* a */ }}", '"/" does not belong there'],
    ["{{/* a", "the comment does not end"],
    ['{{ "a }}', "the quoted text does not end"],
    ["{{ `a }}", "the raw string does not end"],
    ["{{ }}", "a value is missing"],
    ["{{ .a | }}", "a value is missing"],
    ["{{ (.a }}", "a right is missing"],
    ["{{ .a # }}", '"#" does not belong there'],
  ])("is refused: %s", (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  it("trims what stands before and behind an action", () => {
    const parsed = parseTemplate("a \n {{- .b -}} \t c {{ .d }} e");
    if ("problem" in parsed) throw new Error(parsed.problem);
    expect(parsed.body.flatMap((node) => (node.kind === "text" ? node.text : []))).toEqual(["a", "c ", " e"]);
  });

  it("is refused where it nests so deep that nobody could follow", () => {
    expect(problemOf("{{ if .a }}".repeat(5000))).toMatch(/nests more than/);
    expect(problemOf(`{{ ${"(".repeat(5000)} }}`)).toMatch(/nests more than/);
    expect(problemOf(`{{ .a${" | b".repeat(5000)} }}`)).toMatch(/too long/);
    expect(problemOf(`{{ ${".a".repeat(5000)} }}`)).toMatch(/too long/);
    expect(problemOf("x".repeat(2_000_000))).toMatch(/larger than/);
  });

  it("is read in one go, however its parts repeat", () => {
    for (const part of [
      "{{",
      "{{-",
      "{{/*",
      "{{ `",
      '{{ "',
      "{{ (",
      " ",
      "{{ . }} ",
      "{{ $a := .b }}\n",
      "\\",
      "{{ 1e",
    ])
      parseTemplate(part.repeat(Math.floor(1_000_000 / part.length)));
  });

  it("never throws, nor do those that follow it", () => {
    const random = seededRandom(7);
    const words = [
      "{{",
      "}}",
      "{{-",
      "-}}",
      " ",
      ".",
      ".Values",
      ".a",
      "$",
      "$x",
      ":=",
      "=",
      ",",
      "|",
      "(",
      ")",
      '"',
      "`",
      "'",
      "\\",
    ]
      .concat([
        "if ",
        "else ",
        "end",
        "with ",
        "range ",
        "define ",
        "template ",
        "include ",
        "tpl ",
        "index ",
        "set ",
        "merge ",
        "dict ",
      ])
      .concat(['"x"', '"a"', "/*", "*/", "\n", "1", "-", "nil", "true", "break", "é", "\0", "\ud800"]);
    const pick = (): string => words[Math.floor(random() * words.length)] ?? "";
    for (let round = 0; round < 3000; round++) {
      const inside = Array.from({ length: 1 + Math.floor(random() * 12) }, pick).join(
        random() < 0.5 ? " " : "",
      );
      const text =
        random() < 0.5 ? inside : `{{ define "x" }}${inside}{{ end }}{{ ${inside} }}{{ include "x" . }}`;
      const parsed = parseTemplate(text);
      if (!("problem" in parsed)) {
        const bodies = [...parsed.definitions].map(
          ([name, nodes]) => [name, [{ nodes, file: "a.yaml" }]] as const,
        );
        const values = givenJson({ a: { b: [1, "x", { c: null }] }, x: "y" }, [], "");
        new Trial(new Map(bodies)).run(
          { nodes: parsed.body, file: "a.yaml" },
          givenMap([["Values", values]]),
        );
      }
      readTemplates(
        {
          name: "a",
          version: "1",
          isLibrary: false,
          templates: [{ path: "templates/a.yaml", text }],
          texts: [],
          defaults: { a: text },
          dependencies: [],
          subcharts: [],
        },
        [],
        new Map(),
      );
    }
  });

  it("is not followed to its end where it would go on forever", () => {
    const calls = Array.from(
      { length: 40 },
      (_, index) =>
        `{{ define "t${index}" }}${Array.from({ length: 8 }, (__, arg) => `{{ include "t${index + 1}" (dict "a" . "b" "${arg}") }}`).join("")}{{ end }}`,
    );
    const reading = readTemplates(
      {
        name: "a",
        version: "1",
        isLibrary: false,
        templates: [{ path: "templates/a.yaml", text: `${calls.join("")}{{ include "t0" . }}` }],
        texts: [],
        defaults: {},
        dependencies: [],
        subcharts: [],
      },
      [],
      new Map(),
    );
    expect(reading).toMatchObject({ kind: "withheld" });
  });
});
