// Builds the project's Dockerfile with buildah, without a container engine and without the internet's registries: stand-ins for
// its base images are made from the distribution's packages, and a local mirror serves the programs with checksums as their
// publishers do.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { programSources } from "../../src/sandbox/program-sources.ts";
import { openMirror } from "./program-mirror.ts";

const root = join(import.meta.dirname, "../..");
const authorities = "/etc/ssl/certs/ca-certificates.crt";
const bases = { node: "localhost/headway-test/node", runtime: "localhost/headway-test/runtime" };

/** Storage of its own, so that nothing of this user's is touched: `folder` is kept between runs for the bases alone. */
export type ImageStore = { readonly folder: string };

/** What is missing on this machine for building and running an image; nothing where all is there. */
export async function missingForImages(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "root";
  for (const program of ["buildah", "debootstrap", "unshare", "chroot"])
    if ((await execa("which", [program], { reject: false })).exitCode !== 0) return program;
  return undefined;
}

/** Where bases are kept: the user's cache. */
export function openImageStore(): ImageStore {
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "headway", "image-test");
  mkdirSync(folder, { recursive: true });
  return { folder };
}

/** One command of buildah; its output without the last newline. */
export async function buildah(store: ImageStore, ...argv: readonly string[]): Promise<string> {
  const own = [
    "--storage-driver",
    "vfs",
    "--root",
    join(store.folder, "store"),
    "--runroot",
    join(store.folder, "run"),
  ];
  return (await execa("buildah", [...own, ...argv])).stdout;
}

/** Makes the stand-ins where they are not there: the distribution's smallest tree, and that with Node and npm. */
export async function makeBases(store: ImageStore): Promise<void> {
  if (!(await isThere(store, bases.runtime))) {
    const tree = join(store.folder, "tree");
    await makeTree(tree);
    const container = await buildah(store, "from", "scratch");
    await buildah(store, "copy", "--quiet", container, tree, "/");
    await commit(store, container, bases.runtime);
    rmSync(tree, { recursive: true, force: true });
  }
  if (await isThere(store, bases.node)) return;
  const container = await buildah(store, "from", "--pull-never", bases.runtime);
  await addNode(store, container);
  await commit(store, container, bases.node);
}

async function isThere(store: ImageStore, name: string): Promise<boolean> {
  return (await buildah(store, "images", "--quiet", "--filter", `reference=${name}`)) !== "";
}

async function commit(store: ImageStore, container: string, name: string): Promise<void> {
  await buildah(store, "commit", "--quiet", container, name);
  await buildah(store, "rm", container);
}

async function makeTree(tree: string): Promise<void> {
  rmSync(tree, { recursive: true, force: true });
  await execa("debootstrap", ["--variant=minbase", "bookworm", tree]);
  // Where this machine gets its packages, the image does too.
  rmSync(join(tree, "etc/apt/sources.list"), { force: true });
  cpSync("/etc/apt/sources.list.d", join(tree, "etc/apt/sources.list.d"), { recursive: true });
  if (existsSync("/etc/apt/sources.list"))
    cpSync("/etc/apt/sources.list", join(tree, "etc/apt/sources.list"));
  for (const file of readdirSync("/etc/apt/apt.conf.d").filter((name) => !name.includes("docker")))
    cpSync(join("/etc/apt/apt.conf.d", file), join(tree, "etc/apt/apt.conf.d", file));
}

async function addNode(store: ImageStore, container: string): Promise<void> {
  const { stdout: npm } = await execa("which", ["npm"]);
  const extra = join(store.folder, "node");
  rmSync(extra, { recursive: true, force: true });
  mkdirSync(join(extra, "usr/local/bin"), { recursive: true });
  cpSync(process.execPath, join(extra, "usr/local/bin/node"));
  // npm's own bin folder is one below its root.
  cpSync(join(realpathSync(npm), "../.."), join(extra, "usr/local/lib/node_modules/npm"), {
    recursive: true,
  });
  symlinkSync("../lib/node_modules/npm/bin/npm-cli.js", join(extra, "usr/local/bin/npm"));
  const { stdout: registry } = await execa("npm", ["config", "get", "registry"]);
  mkdirSync(join(extra, "usr/local/etc"));
  // Whom this machine trusts, the build does too: its registry may be a mirror with a certificate of its own.
  cpSync(authorities, join(extra, authorities));
  writeFileSync(join(extra, "usr/local/etc/npmrc"), `registry=${registry}\ncafile=${authorities}\n`);
  await buildah(store, "copy", "--quiet", container, extra, "/");
  rmSync(extra, { recursive: true, force: true });
}

/** Builds the image from the project's tree and gives its id. */
export async function buildImage(store: ImageStore, tag: string): Promise<string> {
  const mirror = await openMirror();
  try {
    await buildah(
      store,
      ...["bud", "--isolation", "chroot", "--layers=false", "--tag", tag],
      ...["--build-arg", `NODE_IMAGE=${bases.node}`, "--build-arg", `RUNTIME_IMAGE=${bases.runtime}`],
      ...["--build-arg", `HEADWAY_PROGRAM_MIRROR=${mirror.url}`],
      ...["--build-arg", `HELM_VERSION=${programSources.helm.version}`],
      root,
    );
  } finally {
    await mirror.close();
  }
  return tag;
}
