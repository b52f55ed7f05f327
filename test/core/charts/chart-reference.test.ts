// What `chart` and a repository's `url` may say, and what is told of everything else.
import { describe, expect, test } from "vitest";
import { readChartReference, readRepositoryLocation } from "../../../src/core/charts/chart-reference.ts";
import type { ChartReference, Repository } from "../../../src/core/declaration.ts";
import type { Diagnostic } from "../../../src/core/diagnostic.ts";

const range = { file: "releases/a.yaml", line: 6, column: 10 };
const place = { stackPath: "clusters/prod", range };

function repositories(...aliases: readonly string[]): ReadonlyMap<string, Repository> {
  return new Map(
    aliases.map((alias) => [alias, { alias, location: { kind: "folder", path: alias }, range }] as const),
  );
}

/** What is read, or what is told. */
function read(written: string, known = repositories("catalog")): ChartReference | string {
  const told: Diagnostic[] = [];
  const found = readChartReference(written, place, known, (diagnostic) => void told.push(diagnostic));
  expect(told.length).toBe(found === undefined ? 1 : 0);
  for (const diagnostic of told) expect(diagnostic).toMatchObject({ severity: "error", range });
  return found ?? `${told[0]?.message ?? ""} → ${told[0]?.suggestion ?? ""}`;
}

function readUrl(written: string): Repository["location"] | string {
  const told: Diagnostic[] = [];
  const found = readRepositoryLocation("url", written, place, (diagnostic) => void told.push(diagnostic));
  return found ?? `${told[0]?.message ?? ""} → ${told[0]?.suggestion ?? ""}`;
}

describe("a chart can be", () => {
  test.each([
    ["./orders", { kind: "path", path: "clusters/prod/releases/orders" }],
    ["../../../charts/orders", { kind: "path", path: "charts/orders" }],
    ["..", { kind: "path", path: "clusters/prod" }],
    ["catalog/orders", { kind: "repository", alias: "catalog", name: "orders" }],
    ["catalog/team/orders", { kind: "repository", alias: "catalog", name: "team/orders" }],
    ["oci://registry.example/charts/orders", { kind: "oci", url: "oci://registry.example/charts/orders" }],
    ["oci://registry.example:5000/orders", { kind: "oci", url: "oci://registry.example:5000/orders" }],
    ["oci://registry.example/a/b_c/d-e/", { kind: "oci", url: "oci://registry.example/a/b_c/d-e" }],
    ["https://example.com/a-1.0.0.tgz", { kind: "archive", url: "https://example.com/a-1.0.0.tgz" }],
    ["https://example.com/a.tgz?token=1", { kind: "archive", url: "https://example.com/a.tgz?token=1" }],
  ] as const)("%s", (written, expected) => {
    expect(read(written)).toEqual({ ...expected, written });
  });
});

describe("a chart can't be", () => {
  test.each([
    ["a path out of the repository", "../../../../charts/a", "leaves the repository"],
    [
      "a path with backslashes",
      ".\\charts\\a",
      "is not a chart → for a folder beside this file write ./charts/a",
    ],
    ["an absolute path", "/charts/a", "write it relative to this file"],
    [
      "a bare name",
      "orders",
      "for a folder beside this file write ./orders; for a repository's chart ALIAS/NAME",
    ],
    [
      "a registry's chart with a tag",
      "oci://registry.example/charts/a:1.0.0",
      "has a tag → write the version in spec.version",
    ],
    [
      "a registry's chart with a digest",
      "oci://registry.example/charts/a@sha256:00",
      "is not the address of a chart",
    ],
    ["a registry without a path", "oci://registry.example", "write it as oci://HOST/PATH/NAME"],
    [
      "a registry with capitals in its path",
      "oci://registry.example/Charts/a",
      "is not the address of a chart",
    ],
    ["a registry with a user", "oci://me:secret@registry.example/a", "is not the address of a chart"],
    ["an address of no archive", "https://example.com/charts", "has to end in .tgz"],
    ["an address with a password", "https://me:secret@example.com/a-1.0.0.tgz", "hold no user name"],
    ["an unknown repository", "catalgo/orders", "did you mean catalog/orders?"],
    [
      "a repository far from any",
      "stable/orders",
      "the repositories are catalog; for a folder of this name write ./stable/orders",
    ],
  ])("%s", (_name, written, told) => {
    expect(read(written)).toContain(told);
  });

  test("a repository's where headway.yaml has none", () => {
    expect(read("stable/orders", repositories())).toContain(
      "declare it: `spec: { repositories: { stable: { url: … } } }`",
    );
  });
});

test("an alias is not called unknown where the list of repositories is broken itself", () => {
  const told: Diagnostic[] = [];
  const found = readChartReference("any/orders", place, undefined, (one) => void told.push(one));
  expect({ found, told }).toEqual({
    found: { kind: "repository", alias: "any", name: "orders", written: "any/orders" },
    told: [],
  });
});

describe("a repository is at", () => {
  test.each([
    ["./charts-index", { kind: "folder", path: "clusters/prod/releases/charts-index" }],
    ["https://charts.example.com/stable/", { kind: "http", url: "https://charts.example.com/stable" }],
    ["oci://registry.example", { kind: "oci", url: "oci://registry.example" }],
    ["oci://registry.example/charts", { kind: "oci", url: "oci://registry.example/charts" }],
    ["charts-index", "write ./FOLDER, https://HOST/PATH or oci://HOST/PATH"],
    ["https://me:secret@charts.example.com", "use secretRef"],
    ["oci://registry.example/UPPER", "is not the address of a registry"],
    ["../../../..", "leaves the repository"],
  ] as const)("%s", (written, expected) => {
    if (typeof expected === "string") expect(readUrl(written)).toContain(expected);
    else expect(readUrl(written)).toEqual(expected);
  });
});
