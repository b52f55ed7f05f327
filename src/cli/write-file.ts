// Writes a file of the repository in one step: a reader sees the old text or the new one.
import { randomUUID } from "node:crypto";
import { chmod, mkdir, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes the file, and its folder where there is none. A link stays one; the mode stays as it is. */
export async function writeInOneStep(path: string, content: string | Buffer): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const mode = await stat(target).then(
    (status) => status.mode & 0o777,
    () => undefined,
  );
  await mkdir(dirname(target), { recursive: true });
  const fresh = join(dirname(target), `.${randomUUID()}`);
  try {
    await writeFile(fresh, content);
    if (mode !== undefined) await chmod(fresh, mode);
    await rename(fresh, target);
  } finally {
    await rm(fresh, { force: true });
  }
}
