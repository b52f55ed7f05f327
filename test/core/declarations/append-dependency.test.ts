// A dependency that is added to a declaration's text: in the list's own style, everything else as it was.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendDependency } from "../../../src/core/declarations/append-dependency.ts";

const head = "apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: web }\n";

function appended(spec: string, entry = "data/postgres"): string {
  const edited = appendDependency(`${head}${spec}`, 0, entry);
  return edited.ok ? edited.text.slice(head.length) : `refused: ${edited.problem}`;
}

describe("a dependency that is added", () => {
  it.each([
    ["a flow list", "spec:\n  dependsOn: [a]\n", "spec:\n  dependsOn: [a, data/postgres]\n"],
    ["an empty list", "spec:\n  dependsOn: []\n", "spec:\n  dependsOn: [data/postgres]\n"],
    ["nothing", "spec:\n  dependsOn:\n  chart: ./a\n", "spec:\n  dependsOn: [data/postgres]\n  chart: ./a\n"],
    [
      "a list with a comment behind it",
      "spec:\n  dependsOn: [a] # why\n",
      "spec:\n  dependsOn: [a, data/postgres] # why\n",
    ],
    [
      "a flow list of several lines",
      "spec:\n  dependsOn: [\n    a, # one\n    b,\n  ]\n",
      "spec:\n  dependsOn: [\n    a, # one\n    b,\n    data/postgres,\n  ]\n",
    ],
    [
      "a block list",
      "spec:\n  dependsOn:\n    - a # one\n    # two\n    - b\n  chart: ./a\n",
      "spec:\n  dependsOn:\n    - a # one\n    # two\n    - b\n    - data/postgres\n  chart: ./a\n",
    ],
    [
      "a block list that is not indented",
      "spec:\n  dependsOn:\n  - a\n  chart: ./a\n",
      "spec:\n  dependsOn:\n  - a\n  - data/postgres\n  chart: ./a\n",
    ],
    [
      "a list with maps",
      "spec:\n  dependsOn:\n    - name: a\n      readyExpr: 'true'\n  chart: ./a\n",
      "spec:\n  dependsOn:\n    - name: a\n      readyExpr: 'true'\n    - data/postgres\n  chart: ./a\n",
    ],
    [
      "a map that ends the file without a line feed",
      "spec:\n  dependsOn: [{ name: a }]",
      "spec:\n  dependsOn: [{ name: a }, data/postgres]",
    ],
    [
      "no list: below what is said of the chart",
      "spec:\n  chart: ./a\n  version: ^1.0 # newest\n\n  # more\n  values:\n    a: b\n",
      "spec:\n  chart: ./a\n  version: ^1.0 # newest\n  dependsOn: [data/postgres]\n\n  # more\n  values:\n    a: b\n",
    ],
    ["a spec on one line", "spec: { chart: ./a }\n", "spec: { chart: ./a, dependsOn: [data/postgres] }\n"],
    [
      "carriage returns",
      "spec:\r\n  chart: ./a\r\n",
      "spec:\r\n  chart: ./a\r\n  dependsOn: [data/postgres]\r\n",
    ],
  ])("goes into %s", (_, before, after) => {
    expect(appended(before)).toBe(after);
  });

  it("is refused where the list stands somewhere else, too", () => {
    expect(appended("spec:\n  chart: ./a\n  dependsOn: &deps [a]\n  x: *deps\n")).toMatch(/^refused: /);
    expect(appended("spec:\n  chart: ./a\n  x: &deps [a]\n  dependsOn: *deps\n")).toMatch(/^refused: /);
  });

  it("goes into the document that is meant, and changes no other", () => {
    const text = `${head}spec: { chart: ./a }\n---\n${head}spec: { chart: ./b }\n`;
    const edited = appendDependency(text, 1, "db");
    expect(edited.ok && edited.text).toBe(
      `${head}spec: { chart: ./a }\n---\n${head}spec: { chart: ./b, dependsOn: [db] }\n`,
    );
  });

  it("changes nothing else, whatever the list looks like", () => {
    const names = fc.array(fc.constantFrom("a", "b/c", "'d'", '"e"', "{ name: f }"), { maxLength: 4 });
    fc.assert(
      fc.property(names, fc.boolean(), fc.constantFrom("", " # c"), (list, isBlock, comment) => {
        const written =
          isBlock && list.length > 0
            ? `${comment}\n${list.map((one) => `    - ${one}${comment}\n`).join("")}`
            : ` [${list.join(", ")}]${comment}\n`;
        const before = `spec:\n  chart: ./a\n  dependsOn:${written}  values: { a: 1 }\n`;
        const after = appended(before);
        expect(after).toContain("data/postgres");
        expect(after.replace(/(?:, |\n {4}- )?data\/postgres/, "")).toBe(before);
      }),
    );
  });
});
