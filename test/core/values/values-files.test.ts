// Files of values: what helm is given of them must be what helm reads itself, and what is wrong is told at its place.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Declaration } from "../../../src/core/declaration.ts";
import { readStack } from "../../../src/core/declarations/read-declarations.ts";
import { mergeLayers } from "../../../src/core/values/merge-values.ts";
import {
  readValuesFiles,
  shownPath,
  type FoundValuesFile,
} from "../../../src/core/values/read-values-file.ts";
import { runHelm, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";
import { layersOf } from "../../kit/values.ts";

/** A release in releases/orders.yaml with these files of values, and `own` values on top. */
function declare(files: readonly string[], own = "{}"): readonly Declaration[] {
  const text = `apiVersion: headway.dev/v1
kind: HelmRelease
metadata: { name: orders, namespace: shop }
spec:
  chart: ./orders
  valuesFiles: ${JSON.stringify(files)}
  values: ${own}
`;
  const read = readStack({ files: [{ path: "releases/orders.yaml", text }], folderName: "s", stackPath: "" });
  expect(read.diagnostics).toEqual([]);
  return read.value.declarations;
}

function read(texts: Readonly<Record<string, string | FoundValuesFile>>, own?: string) {
  const declarations = declare(
    Object.keys(texts).map((name) => `values/${name}`),
    own,
  );
  const found = new Map(
    Object.entries(texts).map(([name, text]): [string, FoundValuesFile] => [
      `releases/values/${name}`,
      typeof text === "string" ? { kind: "text", text } : text,
    ]),
  );
  const checked = readValuesFiles(declarations, found, "");
  return { layers: layersOf(checked.value[0]), diagnostics: checked.diagnostics };
}

/** What a chart with `defaults` sees of these files, in this order. */
async function seenByChart(texts: readonly string[], defaults = "{}\n"): Promise<unknown> {
  const folder = temporaryFolder();
  const names = texts.map((_, index) => `file-${index}`);
  writeTree(folder, {
    "echo/Chart.yaml": "apiVersion: v2\nname: echo\nversion: 1.0.0\n",
    "echo/values.yaml": defaults,
    "echo/templates/echo.yaml": "seen: {{ .Values | toJson | b64enc }}\n",
    ...Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ""])),
  });
  const flags = names.flatMap((name) => ["-f", join(folder, name)]);
  const shown = await runHelm("template", "echo", join(folder, "echo"), ...flags);
  const encoded = /^seen: (\S+)$/m.exec(shown)?.[1] ?? "";
  return JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
}

type Row = { readonly of: string; readonly texts: readonly string[]; readonly defaults?: string };
const row = (of: string, texts: readonly string[], defaults?: string): Row => ({
  of,
  texts,
  ...(defaults === undefined ? {} : { defaults }),
});

const stacks: readonly Row[] = [
  row("maps merge, key by key", ["a: { x: 1, y: 2 }\n", "a: { y: 3, z: 4 }\n"]),
  row("a list replaces", ["a: [1, 2, 3]\n", "a: [4]\n"]),
  row("a scalar replaces a map, and a map a scalar", ["a: { x: 1 }\nb: 2\n", "a: 1\nb: { y: 2 }\n"]),
  row("null takes a default away", ["a: { x: null }\n"], "a: { x: 1, y: 2 }\n"),
  row("null takes a weaker file's value away", ["a: { x: 1, y: 2 }\nb: 3\n", "a: { x: null }\nb: ~\n"]),
  row("null over a whole map", ["a: { x: 1 }\n", "a: null\n", "a: { z: 1 }\n"], "a: { w: 1 }\n"),
  row("an empty file is nothing", ["", "a: 1\n", "# only words\n"]),
  row("a file of one empty document", ["---\n", "---\na: 1\n...\n"]),
  row("anchors and merge keys stay in their file", [
    "x: &x { a: 017, b: on }\ny: { <<: *x, b: off }\n",
    "x: { a: 1 }\n",
  ]),
  row("JSON is YAML", ['{"a": {"b": [1, "on", null]}}\n', "a: { c: 1 }\n"]),
  row("windows line ends and a byte order mark", ["\uFEFFa: 1\r\nb: |\r\n  x\r\n  y\r\n"]),
  row("traps", [
    "on: yes\nn: 0x1F\no: 0o17\nf: 1e3\nbig: 9007199254740993\nt: 12:30:45\n",
    "on: { no: 1 }\n",
  ]),
];

describe("files of values", () => {
  it.each(stacks)("give helm what it reads of the files: $of", async ({ texts, defaults }) => {
    const { layers, diagnostics } = read(
      Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text])),
    );
    expect(diagnostics).toEqual([]);
    expect(
      await seenByChart(
        layers.map((layer) => layer.text),
        defaults,
      ),
    ).toEqual(await seenByChart(texts, defaults));
  });

  it("stand below the release's own values, the last file strongest", () => {
    const { layers } = read({ "a.yaml": "a: 1\nb: 1\nc: 1\n", "b.yaml": "b: 2\nc: 2\n" }, "{ c: 3 }");
    expect(mergeLayers(layers)).toEqual({ a: 1, b: 2, c: 3 });
    expect(layers.map(({ origin }) => origin)).toEqual([
      { kind: "file", path: "releases/values/a.yaml" },
      { kind: "file", path: "releases/values/b.yaml" },
      { kind: "release" },
    ]);
  });

  it("know the place of each value", () => {
    const { layers } = read({ "a.yaml": "# words\ndb:\n  hosts:\n    - one\n    - two\n" });
    expect(layers[0]?.rangeOf?.(["db", "hosts", 1])).toMatchObject({
      file: "releases/values/a.yaml",
      line: 5,
      column: 7,
    });
  });

  it.each([
    ["a key twice", "a: 1\nb: 2\na: 3\n", ["yaml-duplicate-key"], 3],
    ["broken YAML", "a: [1\nb: 2\n", ["yaml-syntax"], 2],
    ["two documents", "a: 1\n---\nb: 2\n", ["values-documents"], 3],
    ["a list", "- a\n", ["values-not-a-map"], 1],
    ["a text", "just words\n", ["values-not-a-map"], 1],
  ])("are refused at their place: %s", (_, text, codes, line) => {
    const { diagnostics } = read({ "a.yaml": text });
    expect(diagnostics.map(({ code }) => code)).toEqual(codes);
    expect(diagnostics[0]?.range).toMatchObject({ file: "releases/values/a.yaml", line });
  });

  it.each(["missing", "too-large", "not-utf8", "unreadable", "outside-repository"] as const)(
    "that can't be read (%s) are told at the line that names them",
    (problem) => {
      const { diagnostics } = read({ "prod.yaml": { kind: "problem", problem, neighbours: [] } });
      expect(diagnostics).toHaveLength(1);
      expect(diagnostics[0]?.message).toContain("values/prod.yaml");
      expect(diagnostics[0]?.range).toMatchObject({ file: "releases/orders.yaml", line: 6 });
    },
  );

  it("that are missing are told with the nearest name beside them", () => {
    const neighbours = ["releases/values/prod.yaml", "releases/values/readme.md"];
    const { diagnostics } = read({ "prd.yaml": { kind: "problem", problem: "missing", neighbours } });
    expect(diagnostics[0]?.suggestion).toBe("did you mean values/prod.yaml?");
  });

  it("that several releases name are wrong once", () => {
    const declarations = [...declare(["v.yaml"]), ...declare(["v.yaml"])];
    const found = new Map([["releases/v.yaml", { kind: "text", text: "- a\n" }]] as const);
    expect(readValuesFiles(declarations, found, "").diagnostics).toHaveLength(1);
  });

  it.each([
    ["values/a.yaml", "", "values/a.yaml"],
    ["values/a.yaml", "stacks/prod", "../../values/a.yaml"],
    ["stacks/values/a.yaml", "stacks/prod", "../values/a.yaml"],
    ["stacks/prod/a.yaml", "stacks/prod", "a.yaml"],
  ])("are shown as seen from the stack's folder: %s from %j", (path, stackPath, shown) => {
    expect(shownPath(path, stackPath)).toBe(shown);
  });
});

const encrypted = `db:
    password: ENC[AES256_GCM,data:aa==,iv:bb=,tag:cc==,type:str]
    plain_unencrypted: shown
sops:
    age:
        - recipient: age1qqqq
          enc: x
    mac: ENC[AES256_GCM,data:dd=,iv:ee=,tag:ff==,type:str]
    version: 3.13.3
`;

describe("a file that sops has encrypted", () => {
  it("is a secret layer with placeholders, which knows whom it is encrypted for", () => {
    const { layers, diagnostics } = read({ "a.yaml": encrypted });
    expect(diagnostics).toEqual([]);
    expect(layers[0]).toMatchObject({
      isSecret: true,
      tree: { db: { password: "«encrypted»", plain_unencrypted: "«encrypted»" } },
      locked: { path: "releases/values/a.yaml", recipients: ["age1qqqq"] },
    });
  });

  it("has a digest that other recipients do not change, and other data do", () => {
    const digestOf = (text: string) => read({ "a.yaml": text }).layers[0]?.digest;
    expect(digestOf(encrypted.replace("age1qqqq", "age1zzzz").replace("data:dd=", "data:d2="))).toBe(
      digestOf(encrypted),
    );
    expect(digestOf(encrypted.replace("data:aa==", "data:a2=="))).not.toBe(digestOf(encrypted));
    expect(digestOf(encrypted.replace("shown", "other"))).not.toBe(digestOf(encrypted));
  });

  it("for no age key is refused at its metadata", () => {
    const { diagnostics } = read({ "a.yaml": encrypted.replace("age:", "pgp:") });
    expect(diagnostics).toMatchObject([{ code: "values-encrypted", range: { line: 4 } }]);
  });
});
