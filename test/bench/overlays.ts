// An overlay on an overlay on a base, each with patches, and three overlays beside each other: what reading a stack through
// kustomize costs.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { appChart } from "../kit/stack-folder.ts";
import type { Bench } from "./bench.ts";
import { median, rowOf, type Row } from "./rows.ts";
import { memory } from "./scenarios.ts";

const releaseCount = 300;

const environments = ["dev", "staging", "live"];

/**
 * `validate` of 300 declarations in a base, with 100 patches in a region and 150 in an environment above it: the median.
 * And of the same base in three environments with 150 patches each, one after the other: the sum of the medians.
 */
export async function runOverlays(bench: Bench): Promise<readonly Row[]> {
  const folder = join(bench.scratch, "overlays");
  writeOverlays(folder);
  const validate = async (overlay: string): Promise<number> => {
    const walls: number[] = [];
    for (let round = 0; round < 5; round++) {
      const end = await bench.headway(["validate", join(folder, overlay)]);
      walls.push(end.wallMs);
      if (round === 0) bench.say(`overlays: ${end.stdout.trim()}; ${memory(end)}`);
    }
    return median(walls);
  };
  const chain = await validate("prod");
  let all = 0;
  for (const environment of environments) all += await validate(environment);
  const asked = { unit: "s", target: 1 } as const;
  return [
    rowOf({
      ...asked,
      scenario: `validate ${releaseCount} declarations through a chain of 3 kustomizations`,
      measured: chain,
      comparedTo: 3_000,
      comparedToWhat: "asked for",
    }),
    rowOf({
      ...asked,
      scenario: `validate ${releaseCount} declarations in each of 3 overlays`,
      measured: all,
      comparedTo: 9_000,
      comparedToWhat: "asked for, 3 s each",
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
  for (const [index, environment] of environments.entries()) patched(environment, "base", 2, index + 1);
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
