// Installs the project's dependencies when the lockfile has moved since the last install, and builds when asked to
// with --build. Runs before node_modules exists, so it uses nothing but Node's own modules and any Node from 20 on.
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".headway-bootstrap");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

function run(file, argv) {
  const result = spawnSync(file, argv, { cwd: root, stdio: ["ignore", 2, 2] });
  if (result.status !== 0) {
    process.stderr.write(`bootstrap: ${file} ${argv.join(" ")} failed\n`);
    process.exit(result.status ?? 1);
  }
}

if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  process.stderr.write("bootstrap: installing dependencies with npm ci …\n");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"]);
  writeFileSync(stamp, wanted);
}

if (process.argv.includes("--build")) run(join(root, "node_modules", ".bin", "node"), ["scripts/build.ts"]);
