// Packaged charts that came from elsewhere: what is taken, and every way in which an archive is refused.
import { createWriteStream, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readChartPackage } from "../../../src/adapters/charts/chart-package.ts";
import { packageChart } from "../../kit/chart-servers.ts";
import { packChart, temporaryFolder, writeTree } from "../../kit/chart-trees.ts";
import { packTar, paxRecord, type TarSketch } from "../../kit/tar-archives.ts";

const head = "apiVersion: v2\nname: api\nversion: 1.0.0\n";
const chartYaml: TarSketch = { path: "api/Chart.yaml", content: head };

function refusal(archive: Buffer): string {
  const read = readChartPackage(archive);
  return read.ok ? `taken: ${[...read.value.files.keys()].join(", ")}` : read.problems[0].message;
}

function pathsOf(archive: Buffer): readonly string[] {
  const read = readChartPackage(archive);
  if (!read.ok) throw new Error(read.problems[0].message);
  return [...read.value.files.keys()];
}

describe("a packaged chart", () => {
  test("as helm packages it is read whole, its dependencies too", async () => {
    const folder = temporaryFolder();
    const long = `files/${"long-".repeat(30)}name.txt`;
    writeTree(folder, {
      "api/Chart.yaml": `${head}dependencies: [{ name: db, version: 1.0.0 }]\n`,
      "api/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
      "api/templates/a.yaml": "a: 1\n",
      [`api/${long}`]: "long\n",
    });
    const archive = readFileSync(await packageChart(join(folder, "api"), folder));
    expect(pathsOf(archive)).toEqual(
      ["Chart.yaml", "charts/db/Chart.yaml", long, "templates/a.yaml"].toSorted(),
    );
  });

  test("as GNU tar packs a folder is read, folders and long names included", () => {
    const folder = temporaryFolder();
    const long = `files/${"long-".repeat(30)}name.txt`;
    writeTree(folder, { "api/Chart.yaml": head, [`api/${long}`]: "long\n" });
    for (const format of ["gnu", "pax", "ustar"]) {
      const name = format === "ustar" ? "Chart.yaml" : ".";
      mkdirSync(join(folder, "out"), { recursive: true });
      const out = join(folder, "out", `${format}.tgz`);
      execFileSync("tar", ["czf", out, `--format=${format}`, name === "." ? "api" : "api/Chart.yaml"], {
        cwd: folder,
      });
      expect(pathsOf(readFileSync(out))).toEqual(format === "ustar" ? ["Chart.yaml"] : ["Chart.yaml", long]);
    }
  });

  test("says its name and version", () => {
    const read = readChartPackage(packTar([chartYaml]));
    expect(read.ok && read.value.metadata).toMatchObject({ name: "api", version: "1.0.0" });
  });
});

describe("an archive is refused", () => {
  test.each<[string, readonly TarSketch[], string]>([
    ["with a path that climbs", [chartYaml, { path: "api/../../evil" }], "leads out of its folder"],
    ["with a path that climbs within", [chartYaml, { path: "api/x/../y" }], "leads out of its folder"],
    ["with .. as its folder", [{ path: "../Chart.yaml", content: head }], "leads out of its folder"],
    ["with . as its folder", [{ path: "./Chart.yaml", content: head }], "without a folder"],
    ["with an absolute path", [chartYaml, { path: "/etc/passwd" }], "an absolute path"],
    ["with a drive", [chartYaml, { path: "C:/x" }], "an absolute path"],
    ["with a backslash", [chartYaml, { path: "api\\..\\evil" }], "forbidden characters"],
    ["with a terminal's escape", [chartYaml, { path: "api/\u001b[2J" }], 'forbidden characters: "api/?[2J"'],
    [
      "with a path that only its pax header has",
      [
        chartYaml,
        { path: "pax", type: "x", content: paxRecord("path", "api/../../evil") },
        { path: "api/good" },
      ],
      "leads out of its folder",
    ],
    [
      "with a path that only a long name has",
      [chartYaml, { path: "././@LongLink", type: "L", content: "/etc/passwd\0" }, { path: "api/good" }],
      "an absolute path",
    ],
    [
      "with a symbolic link",
      [chartYaml, { path: "api/values.yaml", type: "2", linkTo: "/etc/passwd" }],
      'a link: "api/values.yaml"',
    ],
    [
      "with a hard link",
      [chartYaml, { path: "api/values.yaml", type: "1", linkTo: "api/Chart.yaml" }],
      'a link: "api/values.yaml"',
    ],
    ["with a device", [chartYaml, { path: "api/null", type: "3" }], "neither a file nor a folder"],
    ["with a pipe", [chartYaml, { path: "api/pipe", type: "6" }], "neither a file nor a folder"],
    ["with a second Chart.yaml", [chartYaml, { path: "api/Chart.yaml", content: head }], "twice"],
    ["with a second Chart.yaml by a detour", [chartYaml, { path: "api//./Chart.yaml" }], "twice"],
    ["with a second chart", [chartYaml, { path: "web/Chart.yaml" }], 'more than one folder: "api", "web"'],
    ["with a file beside its folder", [chartYaml, { path: "README" }], "more than one folder"],
    ["with a file alone", [{ path: "Chart.yaml", content: head }], "outside of a folder"],
    [
      "with a file as a folder",
      [chartYaml, { path: "api/x" }, { path: "api/x/y" }],
      "as a file and as a folder",
    ],
    ["without a Chart.yaml", [{ path: "api/values.yaml" }], "no Chart.yaml"],
    ["with nothing in it", [], "no Chart.yaml"],
    ["with a Chart.yaml that is none", [{ ...chartYaml, content: "- a\n" }], "is not a YAML mapping"],
    ["with no name", [{ ...chartYaml, content: "version: 1.0.0\n" }], "has no name"],
    [
      "with .. as its name",
      [{ ...chartYaml, content: head.replace("name: api", 'name: ".."') }],
      "is not a chart name",
    ],
    [
      "with a path as its name",
      [{ ...chartYaml, content: head.replace("name: api", "name: ../x") }],
      "is not a chart name",
    ],
    ["with a nonsense version", [{ ...chartYaml, content: head.replace("1.0.0", "one") }], "not a version"],
    [
      "with a terminal's escape for a name, which is not repeated",
      [{ ...chartYaml, content: head.replace("name: api", 'name: "a/\\e[2J"') }],
      "a/?[2J is not a chart name",
    ],
    [
      "with a file beyond 5 MiB",
      [chartYaml, { path: "api/big", content: Buffer.alloc(5 * 1024 * 1024 + 1) }],
      "larger than 5 MiB",
    ],
    [
      "with more files than a chart has",
      [chartYaml, ...Array.from({ length: 20_000 }, (_, index) => ({ path: `api/${index}` }))],
      "too many files",
    ],
  ])("%s", (_, entries, words) => {
    expect(refusal(packTar(entries))).toContain(words);
  });

  test("that ends early, as gzip or as tar", () => {
    const archive = packChart("api", { "Chart.yaml": head, "big.txt": "x".repeat(100_000) });
    expect(refusal(archive.subarray(0, archive.length - 20))).toContain("ends too early");
    expect(refusal(Buffer.alloc(0))).toContain("no gzipped archive");
    expect(refusal(Buffer.from("<html>"))).toContain("no gzipped archive");
    const header = Buffer.alloc(512);
    header.write("api/Chart.yaml");
    expect(refusal(gzipSync(header))).toContain("is no tar archive");
  });

  test("that unpacks to gigabytes, before it does", async () => {
    const path = join(temporaryFolder(), "bomb.tgz");
    const zeros = Buffer.alloc(1024 * 1024);
    await pipeline(
      function* () {
        for (let count = 0; count < 300; count++) yield zeros;
      },
      createGzip(),
      createWriteStream(path),
    );
    const before = process.memoryUsage().rss;
    expect(refusal(readFileSync(path))).toContain("too large when unpacked");
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024);
    writeFileSync(path, "");
  });
});
