// The whole test command: schemas in step with their types, lint, format, types, the build, then every test. Ends with
// a line `N passed, N failed`. Names given on the command line are handed to vitest instead of running all of it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string): string => join(root, "node_modules", ".bin", name);
const only = process.argv.slice(2);

const checks: readonly (readonly [string, string, readonly string[]])[] = [
  ["generated types are in step with schemas/", process.execPath, ["scripts/generate.ts", "--check"]],
  ["types", bin("tsc"), ["--noEmit"]],
  ["lint", bin("eslint"), ["--cache", "--cache-location", "node_modules/.cache/eslint/", "."]],
  ["format", bin("prettier"), ["--check", "--log-level", "warn", "."]],
  ["build", process.execPath, ["scripts/build.ts"]],
  ["programs that the tests run", process.execPath, ["scripts/get-programs.ts"]],
];

let passed = 0;
let failed = 0;

function run(file: string, argv: readonly string[]): boolean {
  return spawnSync(file, argv, { cwd: root, stdio: "inherit" }).status === 0;
}

for (const [name, file, argv] of checks) {
  const startedAtMs = Date.now();
  const ok = run(file, argv);
  console.log(`${ok ? "ok    " : "FAILED"} ${name} (${((Date.now() - startedAtMs) / 1000).toFixed(1)} s)`);
  if (ok) passed += 1;
  else failed += 1;
}

const folder = mkdtempSync(join(tmpdir(), "headway-test-"));
const report = join(folder, "report.json");
try {
  const ok = run(bin("vitest"), [
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...only,
  ]);
  const counts: unknown = JSON.parse(readFileSync(report, "utf8"));
  const count = (name: string): number => {
    const value: unknown =
      typeof counts === "object" && counts !== null ? Reflect.get(counts, name) : undefined;
    return typeof value === "number" ? value : 0;
  };
  passed += count("numPassedTests");
  // A file that can't even be loaded has no failed test of its own.
  failed += Math.max(count("numFailedTests"), ok ? 0 : 1);
} catch (error) {
  console.log(`FAILED tests: ${String(error)}`);
  failed += 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
