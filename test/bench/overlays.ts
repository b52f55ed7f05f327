// An overlay on an overlay on a base, each with patches: what reading a stack through kustomize costs.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appChart } from "../kit/stack-folder.ts";
import type { Bench } from "./bench.ts";
import { median, rowOf, type Row } from "./rows.ts";
import { memory } from "./scenarios.ts";

const releaseCount = 300;

/** `validate` of 300 declarations in a base, with 100 patches in a region and 150 in an environment above it: the median. */
export async function runOverlays(bench: Bench): Promise<readonly Row[]> {
  const folder = join(bench.scratch, "overlays");
  writeOverlays(folder);
  const walls: number[] = [];
  for (let round = 0; round < 5; round++) {
    const end = await bench.headway(["validate", join(folder, "prod")]);
    walls.push(end.wallMs);
    if (round === 0) bench.say(`overlays: ${end.stdout.trim()}; ${memory(end)}`);
  }
  return [
    rowOf({
      scenario: `validate ${releaseCount} declarations through 3 kustomizations`,
      measured: median(walls),
      comparedTo: 3_000,
      target: 1,
      unit: "s",
      comparedToWhat: "asked for",
    }),
  ];
}

function writeOverlays(folder: string): void {
  const names = Array.from({ length: releaseCount }, (_, index) => `unit-${String(index).padStart(3, "0")}`);
  const files: Record<string, string> = { ...appChart };
  const patched = (level: string, below: string, every: number, replicas: number): void => {
    const wanted = names.filter((_, index) => index % every === 0);
    for (const name of wanted)
      files[`${level}/${name}.yaml`] = document(
        name,
        `  values: { replicas: ${replicas}, config: { from: ${level} } }\n`,
      );
    files[`${level}/kustomization.yaml`] =
      `resources: [../${below}]\npatches:\n${wanted.map((name) => `  - path: ${name}.yaml\n`).join("")}`;
  };
  for (const [index, name] of names.entries())
    files[`base/${name}.yaml`] = document(
      name,
      `  chart: ../charts/app\n  version: ^1.0.0\n  dependsOn: [${index % 10 === 0 ? "" : (names[index - 1] ?? "")}]\n  values:\n    replicas: 1\n    config: { name: ${name} }\n`,
    );
  files["base/kustomization.yaml"] = `resources:\n${names.map((name) => `  - ${name}.yaml\n`).join("")}`;
  patched("region", "base", 3, 2);
  patched("prod", "region", 2, 3);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  // A base beside the overlay is in reach only where both are in one repository.
  execFileSync("git", ["init", "-q", folder]);
}

function document(name: string, spec: string): string {
  return `apiVersion: headway.dev/v1\nkind: HelmRelease\nmetadata: { name: ${name}, namespace: shop }\nspec:\n${spec}`;
}
