// .helmignore, and that what is left out is what the real helm leaves out.
import { describe, expect, test } from "vitest";
import { parseIgnoreRules } from "../../../src/adapters/charts/chart-ignore.ts";
import { openCharts } from "../../../src/adapters/charts/chart-pins.ts";
import { runHelm, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";

/** Rules, a path, whether it is a folder, whether Helm's own code (pkg/ignore of 4.3.1) ignores it. */
const table: readonly (readonly [string, string, boolean, boolean])[] = [
  ["*.md", "README.md", false, true],
  ["*.md", "docs/README.md", false, true],
  ["docs/*.md", "docs/README.md", false, true],
  ["docs/*.md", "a/docs/README.md", false, false],
  ["/README.md", "README.md", false, true],
  ["/README.md", "docs/README.md", false, false],
  ["docs/", "docs", true, true],
  ["docs/", "docs", false, false],
  ["docs", "docs", false, true],
  ["a*", "b/a1", false, true],
  ["a/*", "a/b/c", false, false],
  ["?.txt", "a.txt", false, true],
  ["?.txt", "ab.txt", false, false],
  ["[a-c].txt", "b.txt", false, true],
  ["[^a-c].txt", "b.txt", false, false],
  ["\\*.txt", "*.txt", false, true],
  ["\\*.txt", "a.txt", false, false],
  ["# a comment\n\n  *.bak  ", "x.bak", false, true],
  ["!keep.txt", "keep.txt", false, false],
  ["!keep.txt", "other.txt", false, true],
  ["!keep.txt\n*.txt", "keep.txt", false, true],
  ["", "templates/.hidden.yaml", false, true],
  ["", "charts/x/templates/.hidden.yaml", false, false],
  ["", ".hidden", false, false],
  [".*", ".hidden", false, true],
];

test.each(table)(
  "with the rules %j, %s (a folder: %s) is left out: %s",
  (rules, path, isFolder, expected) => {
    const parsed = parseIgnoreRules(rules);
    expect(typeof parsed === "function" && parsed(path, isFolder)).toBe(expected);
  },
);

test.each(["a/**", "[", "[a", "a\\"])("the line %j is refused, as by helm", (line) => {
  expect(parseIgnoreRules(`*.md\n${line}\n`)).toEqual({ badLine: line });
});

describe("a private copy", () => {
  const listing = `{{- range $path, $_ := .Files.Glob "**" }}\n# {{ $path }}\n{{- end }}\n`;

  test("shows templates the files that the folder shows them under the real helm", async () => {
    const root = temporaryFolder();
    writeTree(root, {
      "app/.helmignore": "*.md\n/secret/\n.git*\nnotes-?.txt\nassets/[a-c]*\n",
      "app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.0.0\n",
      "app/README.md": "left out",
      "app/secret/key": "left out",
      "app/deep/secret/key": "kept",
      "app/.gitignore": "left out",
      "app/.dotfile": "kept",
      "app/notes-1.txt": "left out",
      "app/notes-10.txt": "kept",
      "app/assets/apple": "left out",
      "app/assets/melon": "kept",
      "app/assets/linked": { link: "../../shared.txt" },
      "shared.txt": "kept",
      "app/templates/list.yaml": `kind: ConfigMap\napiVersion: v1\nmetadata: { name: list }\n${listing}`,
      "app/templates/.ignored.yaml": "{{ fail `hidden` }}",
    });
    const chart = await openCharts({ repositoryRoot: root, cacheDir: `${root}/cache` }).resolve({
      chart: { kind: "path", path: "app", written: "./app" },
      chartRange: { file: "a.yaml", line: 1, column: 1 },
    });
    if (!chart.ok) throw new Error(chart.failure.message);
    const fromFolder = await runHelm("template", "app", `${root}/app`);
    expect(fromFolder).toContain("# notes-10.txt");
    expect(fromFolder).toContain("# assets/linked");
    expect(fromFolder).not.toContain("README.md");
    expect(await runHelm("template", "app", chart.value.folder)).toBe(fromFolder);
  });
});
