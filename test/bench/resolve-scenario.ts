// 200 releases with charts of ten indexed repositories, their archives vendored, resolved and pinned by the built program:
// no server and no cluster is there to ask.
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { archiveName, type IndexedChart } from "../../src/core/charts/chart-index.ts";
import { chartIndexText } from "../../src/core/charts/chart-index-text.ts";
import { packChart } from "../kit/chart-trees.ts";
import type { Bench } from "./bench.ts";
import { median, rowOf, type Row } from "./rows.ts";

const [repositoryCount, chartsPerRepository, versionsPerChart] = [10, 20, 50];
const rounds = 5;

/** `validate`, the second and later times that these charts are seen; less `graph`, which reads the same declarations. */
export async function runResolve(bench: Bench): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "headway-bench-resolve-"));
  try {
    writeResolvable(folder);
    const time = async (...argv: readonly string[]): Promise<number> => (await bench.headway(argv)).wallMs;
    const first = await time("validate", folder);
    const walls: number[] = [];
    const starts: number[] = [];
    for (let round = 0; round < rounds; round++) {
      walls.push(await time("validate", folder));
      starts.push(await time("graph", folder));
    }
    bench.say(
      `resolve: 200 releases, the first time in ${first.toFixed(0)} ms, then ${walls.map((ms) => ms.toFixed(0)).join(", ")} ms; graph ${starts.map((ms) => ms.toFixed(0)).join(", ")} ms`,
    );
    return [
      rowOf({
        scenario: "resolve 200 of 10 repositories",
        measured: median(walls) - median(starts),
        comparedTo: 500,
        target: 1,
        unit: "ms",
        comparedToWhat: "asked for, beyond what graph takes",
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the stack into `folder`. */
export function writeResolvable(folder: string): void {
  const put = (path: string, content: string | Buffer): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const aliases = Array.from({ length: repositoryCount }, (_, index) => `repo-${index}`);
  put(
    "headway.yaml",
    `apiVersion: headway.dev/v1\nkind: Stack\nmetadata: { name: resolve }\nspec:\n  defaults: { namespace: shop }\n  repositories:\n${aliases.map((alias) => `    ${alias}: { url: "https://${alias}.example.invalid" }\n`).join("")}`,
  );
  for (const alias of aliases) {
    const charts = Array.from({ length: chartsPerRepository }, (_, index) => `${alias}-chart-${index}`);
    const versions: IndexedChart[] = [];
    for (const name of charts) {
      const newest = `1.${versionsPerChart - 1}.0`;
      const archive = packChart(name, timedChart(name, newest));
      put(`charts-index/${alias}/${archiveName(name, newest)}`, archive);
      put(
        `releases/${name}.yaml`,
        `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: ${name} }\nspec: { chart: ${alias}/${name}, version: ^1.2 }\n`,
      );
      for (let minor = 0; minor < versionsPerChart; minor++) {
        const bytes = minor === versionsPerChart - 1 ? archive : Buffer.from(`${name} ${minor}`);
        const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}` as const;
        const url = `https://${alias}.example.invalid/${archiveName(name, `1.${minor}.0`)}`;
        versions.push({ name, version: `1.${minor}.0`, appVersion: "1", digest, url });
      }
    }
    put(`charts-index/${alias}.yaml`, chartIndexText(versions));
  }
}

/** As large as a small service's chart is. */
function timedChart(name: string, version: string): Readonly<Record<string, string>> {
  const template = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata: {}\n`;
  return {
    "Chart.yaml": `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    "values.yaml": "replicas: 1\nimage: { tag: x }\n",
    ...Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`templates/part-${index}.yaml`, template.repeat(5)]),
    ),
  };
}
