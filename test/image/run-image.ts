// Runs a program of an image as its pod would be run: in the image's tree, which can't be written to, as the user that the
// chart names, with /cache and /tmp of its own; the network is this machine's.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { buildah, type ImageStore } from "./build-image.ts";

/** An image's tree, mounted. */
export type MountedImage = {
  readonly tree: string;
  /** What a pod starts where its chart names no command. */
  readonly entrypoint: readonly string[];
  /**
   * The words that start a program in it, before the program's own, in the image's environment and `env`; copies of `files` are in
   * its /tmp under their last names.
   */
  readonly within: (env: Readonly<Record<string, string>>, files?: readonly string[]) => readonly string[];
  readonly release: () => Promise<void>;
};

type Config = {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
};

/** Mounts an image of the store. */
export async function mountImage(store: ImageStore, image: string): Promise<MountedImage> {
  const container = await buildah(store, "from", "--pull-never", image);
  const tree = await buildah(store, "mount", container);
  const { OCIv1 } = JSON.parse(await buildah(store, "inspect", "--type", "image", image)) as {
    readonly OCIv1: { readonly config: Config };
  };
  const { config } = OCIv1;
  const folder = mkdtempSync(join(tmpdir(), "headway-image-"));
  const at = join(folder, "root");
  mkdirSync(at);
  return {
    tree,
    entrypoint: config.Entrypoint,
    within: (env, files = []) => {
      // In a mount namespace of its own, which ends with the program: nothing is left to unmount.
      const script = [
        "set -e",
        `mount --bind '${tree}' '${at}'`,
        `mount -t tmpfs -o mode=1777 tmpfs '${at}/tmp'`,
        ...files.map((file) => `install --mode=0444 '${file}' '${at}/tmp/${basename(file)}'`),
        `mount -t tmpfs -o mode=1777 tmpfs '${at}/cache'`,
        `mount -t proc proc '${at}/proc'`,
        `mount --bind /dev '${at}/dev'`,
        `mount --bind /etc/resolv.conf '${at}/etc/resolv.conf'`,
        `mount -o remount,ro,bind '${at}'`,
        `exec chroot --userspec=${config.User} '${at}' "$@"`,
      ].join("\n");
      const set = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
      return ["unshare", "--mount", "sh", "-c", script, "sh", "env", "-i", ...set];
    },
    release: async () => {
      await buildah(store, "umount", container);
      await buildah(store, "rm", container);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a program of it to its end. */
export async function runWithin(image: MountedImage, ...argv: readonly string[]) {
  const [file = "", ...words] = [...image.within({}), ...argv];
  return await execa(file, words, { reject: false });
}
