// Installs the project's dependencies when the lockfile has moved since the last install, builds when asked to with
// --build, then runs what stands behind `--` on the Node that the project brings. Runs before node_modules exists, so it
// uses nothing but Node's own modules and any Node from 20 on.
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "node_modules", ".headway-bootstrap");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

// Ctrl-C reaches the child too, which has something to put in order; its exit code is ours.
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => undefined);

function run(file, argv, stdio) {
  return new Promise((resolve) => {
    const bin = join(root, "node_modules", ".bin");
    const child = spawn(file, argv, {
      cwd: root,
      stdio,
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` },
    });
    child.on("error", (error) => {
      process.stderr.write(`bootstrap: ${file}: ${error.message}\n`);
      resolve(1);
    });
    child.on("exit", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
  });
}

/** The project's own Node where it could be installed, else the one that runs this, if it is new enough for the libraries. */
function projectNode() {
  const own = join(root, "node_modules", ".bin", "node");
  return existsSync(own) ? own : process.execPath;
}

async function main() {
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    process.stderr.write("bootstrap: installing dependencies with npm ci …\n");
    const code = await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel", "error"], ["ignore", 2, 2]);
    if (code !== 0) return code;
    writeFileSync(stamp, wanted);
  }
  if (process.argv.includes("--build")) {
    const code = await run(projectNode(), ["scripts/build.ts"], ["ignore", 2, 2]);
    if (code !== 0) return code;
  }
  const command = process.argv.indexOf("--");
  return command < 0 ? 0 : run(projectNode(), process.argv.slice(command + 1), "inherit");
}

process.exitCode = await main();
