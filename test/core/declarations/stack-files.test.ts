// Globs, paths and the names of files that can declare releases.
import { describe, expect, it } from "vitest";
import {
  isSkippedFolder,
  isValuesFile,
  joinPath,
  matchesGlob,
} from "../../../src/core/declarations/stack-files.ts";

describe("a glob", () => {
  it.each([
    ["releases/**/*.yaml", "releases/a.yaml", true],
    ["releases/**/*.yaml", "releases/x/y/a.yaml", true],
    ["releases/**/*.yaml", "other/a.yaml", false],
    ["releases/**", "releases/x/a.yaml", true],
    ["**/a.yaml", "a.yaml", true],
    ["**/x/**/a.yaml", "p/x/q/r/a.yaml", true],
    ["*.yaml", "x/a.yaml", false],
    ["./*.yaml", "a.yaml", true],
    ["*", "a.yaml", true],
    ["?.yaml", "ab.yaml", false],
    ["{a,b/c}.yaml", "b/c.yaml", true],
    ["{a,{b,c}}.yaml", "c.yaml", true],
    ["a*b*c.yaml", "aXbYbZc.yaml", true],
    ["a*b*c.yaml", "aXbYbZ.yaml", false],
    ["**/*.yaml", ".hidden/a.yaml", false],
    ["*.yaml", ".a.yaml", false],
    [".hidden/*.yaml", ".hidden/a.yaml", true],
    ["a[b].yaml", "a[b].yaml", true],
    ["{open.yaml", "{open.yaml", true],
    ["a.yaml", "aXyaml", false],
  ])("%s and the path %s: %s", (pattern, path, fits) => {
    expect(matchesGlob(path, pattern)).toBe(fits);
  });

  it("takes no exponential time", () => {
    expect(matchesGlob("a/".repeat(200) + "b", "**/a/".repeat(50) + "c")).toBe(false);
    expect(matchesGlob("a".repeat(5000), "a*".repeat(500) + "b")).toBe(false);
    expect(matchesGlob("x", "{a,b}".repeat(40))).toBe(false);
  });
});

describe("a path", () => {
  it.each([
    [["", "apps", "./chart"], "apps/chart"],
    [["clusters/prod", "apps", "../../../charts/a"], "charts/a"],
    [["", "", "."], "."],
    [["a", "..", "b//c/"], "b/c"],
    [["", "", "../x"], undefined],
    [["a", "", "../../x/../y"], undefined],
  ])("%j is %s", (parts, joined) => {
    expect(joinPath(...parts)).toBe(joined);
  });
});

describe("a file of values", () => {
  it.each([
    ["values.yaml", true],
    ["x/values.yml", true],
    ["values-prod.yaml", true],
    ["values.prod.yaml", true],
    ["prod.values.yaml", true],
    ["prod-values.yaml", true],
    ["myvalues.yaml", false],
    ["valuesx.yaml", false],
    ["values/orders.yaml", false],
  ])("%s: %s", (path, is) => {
    expect(isValuesFile(path)).toBe(is);
  });
});

it("charts, hidden folders and node_modules are skipped", () => {
  expect(isSkippedFolder("orders", ["Chart.yaml"])).toBe(true);
  expect(isSkippedFolder(".git", [])).toBe(true);
  expect(isSkippedFolder("node_modules", [])).toBe(true);
  expect(isSkippedFolder("orders", ["values.yaml", "chart.yaml"])).toBe(false);
});
