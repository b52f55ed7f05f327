// Chart versions and ranges: the table was made by running github.com/Masterminds/semver 3.5.0, which Helm 4.3 uses.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkChartVersion, isChartVersion, satisfiesRange } from "../../../src/core/charts/chart-version.ts";

const versions =
  "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.2.3-alpha.1 1.3.0-rc.1 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0 not-a-version".split(
    " ",
  );

/** A range and which of `versions` the Go library accepts for it. */
const table: readonly (readonly [string, string])[] = [
  ["^1.2", "1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["^1.2.3", "1.2.3 1.3.0 1.4.9 v1.2.3 1.2.3+build.7"],
  ["^1", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["^0.2.3", "0.2.3"],
  ["^0.0.3", "0.0.3"],
  ["^0.0", "0.0.0 0.0.3 0.0.4"],
  ["^0", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0"],
  ["^*", "0.0.0"],
  ["~1.2", "1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["~1.2.3", "1.2.3 v1.2.3 1.2.3+build.7"],
  ["~1", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  [
    "~0.0.0",
    "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0",
  ],
  ["~>1.2", "1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  [">=1.0.0, <2.0.0", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  [">=1.0.0 <2.0.0", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  [">=1.0.0,<2.0.0", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["1.x", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["1.2.x", "1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["1.X.3", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  [
    "*",
    "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0",
  ],
  [
    "x",
    "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0",
  ],
  ["", "bad-range"],
  ["1", "1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["1.2", "1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["1.2.3", "1.2.3 v1.2.3 1.2.3+build.7"],
  ["=1.2.3", "1.2.3 v1.2.3 1.2.3+build.7"],
  ["= 1.2", "1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["!=1.2.3", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.3.0 1.4.9 2.0.0 2.1.0 1.2 10.0.0"],
  ["!=1.2", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.3.0 1.4.9 2.0.0 2.1.0 10.0.0"],
  ["!=1.x", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 2.0.0 2.1.0 10.0.0"],
  [
    "!=*",
    "0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0",
  ],
  [">1", "2.0.0 2.1.0 10.0.0"],
  [">1.2", "1.3.0 1.4.9 2.0.0 2.1.0 10.0.0"],
  [">1.2.3", "1.3.0 1.4.9 2.0.0 2.1.0 10.0.0"],
  ["<2", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["<1.2.3", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2"],
  ["<=1.2", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["<=1.2.3", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["=>1.2", "1.2.0 1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0"],
  ["=<1.2", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 1.0.0 1.2.0 1.2.3 v1.2.3 1.2 1.2.3+build.7"],
  ["1.2 - 1.4", "1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["1.2.3 - 2", "1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2.3+build.7"],
  ["1.2 - 1.4, !=1.3.0", "1.2.0 1.2.3 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["^1 1.2 - 1.4", "bad-range"],
  ["^1, 1.2 - 1.4", "1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["<1.0.0 || ^2.1", "0.0.0 0.0.3 0.0.4 0.2.3 0.3.0 2.1.0"],
  ["^1||1.2 - 2", "bad-range"],
  ["1.0.0 || 2.0.0", "1.0.0 2.0.0"],
  ["^1.2-0", "1.2.0 1.2.3 1.2.3-alpha.1 1.3.0-rc.1 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  [">=1.2.3-alpha", "1.2.3 1.2.3-alpha.1 1.3.0-rc.1 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2.3+build.7 10.0.0"],
  ["~1.2.0-rc.1", "1.2.0 1.2.3 1.2.3-alpha.1 v1.2.3 1.2 1.2.3+build.7"],
  [
    ">=1.0.0-0 || 2.x",
    "1.0.0 1.2.0 1.2.3 1.2.3-alpha.1 1.3.0-rc.1 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7 10.0.0",
  ],
  ["v1.2.3", "1.2.3 v1.2.3 1.2.3+build.7"],
  ["^v1.2", "1.2.0 1.2.3 1.3.0 1.4.9 v1.2.3 1.2 1.2.3+build.7"],
  ["1.2.3+build", "1.2.3 v1.2.3 1.2.3+build.7"],
  [">= 1.2, < 3.0.0, != 1.4.2", "1.2.0 1.2.3 1.3.0 1.4.9 2.0.0 2.1.0 v1.2.3 1.2 1.2.3+build.7"],
  ["latest", "bad-range"],
  ["1.2.3.4", "bad-range"],
  [">>1", "bad-range"],
  ["^1,", "bad-range"],
  [",^1", "bad-range"],
  ["^1,,^2", "bad-range"],
  ["^1.2 || ", "bad-range"],
  ["==1.2.3", "bad-range"],
  ["1.2.3-01", "bad-range"],
  ["1.0.0 - 2.0.0 - 3.0.0", "bad-range"],
  ["^1.2 | ^2", "bad-range"],
  ["**", "bad-range"],
];

describe("a range is read as Helm reads it", () => {
  test.each(table)("%j accepts %s", (range, accepted) => {
    if (accepted === "bad-range") {
      for (const version of versions) expect(satisfiesRange(version, range)).toBe("bad-range");
    } else {
      expect(versions.filter((version) => satisfiesRange(version, range) === true).join(" ")).toBe(accepted);
    }
  });

  test("a range that is too long or has too many alternatives is refused, as in Helm", () => {
    expect(satisfiesRange("1.0.0", `>=1.0.0${" ".repeat(600)}`)).toBe("bad-range");
    expect(satisfiesRange("1.0.0", Array.from({ length: 33 }, () => "1.x").join("||"))).toBe("bad-range");
    expect(satisfiesRange("1.0.0", Array.from({ length: 32 }, () => "1.x").join("||"))).toBe(true);
  });

  test("any text gets an answer", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string({ unit: fc.constantFrom(...Array.from("0123.x*^~<>=!|,- v")) }),
        (version, range) => {
          expect([true, false, "bad-range"]).toContain(satisfiesRange(version, range));
        },
      ),
    );
  });

  test("a version satisfies itself, and the tilde and caret ranges that start at it", () => {
    const numbers = fc.tuple(fc.nat(50), fc.nat(50), fc.nat(50));
    fc.assert(
      fc.property(
        numbers,
        fc.constantFrom("", "-rc.1"),
        fc.constantFrom("", "=", "~", "^", ">="),
        (core, pre, operator) => {
          const version = core.join(".") + pre;
          expect(satisfiesRange(version, operator + version)).toBe(true);
        },
      ),
    );
  });
});

test.each([
  ["1.2.3", true],
  ["v1.2", true],
  ["1", true],
  ["1.2.3-rc.1+b.2", true],
  ["01.2.3", true],
  ["1.2.3-01", false],
  ["1.2.3.4", false],
  ["latest", false],
  ["", false],
  ["1..2", false],
])("%j is a chart version: %s", (text, expected) => {
  expect(isChartVersion(text)).toBe(expected);
});

describe("the version that a declaration asks for", () => {
  const chart = { name: "orders", version: "1.4.0" };
  const declaration = {
    chart: { kind: "path", path: "charts/orders", written: "./charts/orders" } as const,
    versionRange: { file: "orders.yaml", line: 7, column: 12 },
  };

  test("is fine where the chart fits, and where none is asked for", () => {
    expect(checkChartVersion({ ...declaration, version: "^1.2" }, chart)).toBeUndefined();
    expect(checkChartVersion(declaration, chart)).toBeUndefined();
  });

  test("is an error at its place where the chart's version lies outside", () => {
    expect(checkChartVersion({ ...declaration, version: "^2" }, chart)).toMatchObject({
      severity: "error",
      code: "chart-version-mismatch",
      message: "the chart orders at ./charts/orders has version 1.4.0, but ^2 is asked for",
      range: declaration.versionRange,
    });
  });

  test("is an error of its own where Helm could not read it", () => {
    expect(checkChartVersion({ ...declaration, version: "newest" }, chart)?.code).toBe("bad-version-range");
  });
});
