// The files of values of one repository, each read once, and decrypted where sops has encrypted it.
import { realpathSync } from "node:fs";
import type { FoundValuesFile } from "../../core/values/read-values-file.ts";
import type { Result } from "../../core/failure.ts";
import type { ValuesFiles } from "../../engine/ports.ts";
import { readValuesFiles } from "./read-files.ts";
import { openSops } from "./sops.ts";

/** Files below `root`; `findSops` is asked once, where something is to be decrypted and a key is there. */
export function openValues(options: {
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly findSops: () => Promise<Result<string>>;
}): ValuesFiles {
  const root = realpathSync(options.root);
  const known = new Map<string, FoundValuesFile>();
  const sops = openSops({ env: options.env, findProgram: options.findSops });
  return {
    async read(paths) {
      const wanted = paths.filter((path) => !known.has(path));
      for (const [path, found] of await readValuesFiles(root, wanted)) known.set(path, found);
      return new Map(
        paths.flatMap((path) => {
          const found = known.get(path);
          return found === undefined ? [] : [[path, found] as const];
        }),
      );
    },
    async decrypt(path, keys) {
      const found = known.get(path);
      if (found?.kind !== "text") throw new Error(`${path} has not been read`);
      return await sops.decrypt(path, found.text, keys);
    },
  };
}
