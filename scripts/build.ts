// Builds the publishable package in dist/ (npm pack ./dist): one bundled program, so that what was tested is what users
// get and nothing is looked up at start-up, with a manifest that has no dependencies and no install scripts.
import { chmod, cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: ["src/headway.ts"],
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.19",
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "linked",
  chunkNames: "chunks/[name]-[hash]",
  // Bundled CommonJS asks for node's own modules through require.
  banner: {
    js: 'import { createRequire as headwayRequire } from "node:module"; const require = headwayRequire(import.meta.url);',
  },
  logLevel: "warning",
});

const { name, version, description, license, type, engines } = JSON.parse(
  await readFile(join(root, "package.json"), "utf8"),
) as Record<string, unknown>;
const manifest = { name, version, description, license, type, engines, bin: { headway: "headway.js" } };
await writeFile(join(dist, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await chmod(join(dist, "headway.js"), 0o755);
for (const path of ["README.md", "LICENSE", "CHANGELOG.md", "schemas", "examples", "charts-index", "deploy"])
  await cp(join(root, path), join(dist, path), { recursive: true });
