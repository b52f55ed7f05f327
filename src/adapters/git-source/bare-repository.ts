// A bare repository laid out by hand: a few small files that every git reads, so that no git has to be started for it,
// and nothing in it (hooks, templates, attributes) was not written here.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One setting; a value is any text without line feeds and NUL. */
export type GitSetting = {
  readonly section: string;
  readonly subsection?: string;
  readonly key: string;
  readonly value: string;
};

/** Settings of every repository here: what git must not do by itself, and what it must check of what it is sent. */
const commonSettings: readonly GitSetting[] = [
  { section: "core", key: "repositoryformatversion", value: "0" },
  { section: "core", key: "bare", value: "true" },
  { section: "core", key: "hooksPath", value: "/dev/null" },
  { section: "core", key: "fsmonitor", value: "false" },
  { section: "core", key: "logAllRefUpdates", value: "false" },
  { section: "gc", key: "auto", value: "0" },
  // What is kept is read from the names of loose refs.
  { section: "gc", key: "packRefs", value: "false" },
  { section: "maintenance", key: "auto", value: "false" },
  { section: "pack", key: "threads", value: "1" },
  { section: "pack", key: "windowMemory", value: "64m" },
];

/** Makes the repository in a folder that does not exist yet, for its owner alone. */
export async function makeBareRepository(folder: string, settings: readonly GitSetting[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await mkdir(join(folder, "objects", "pack"), { recursive: true });
  await mkdir(join(folder, "objects", "info"));
  await mkdir(join(folder, "refs", "kept"), { recursive: true });
  await writeFile(join(folder, "config"), writeSettings([...commonSettings, ...settings]), { mode: 0o600 });
  // Without it git takes the folder for no repository: it comes last.
  await writeFile(join(folder, "HEAD"), "ref: refs/heads/none\n");
}

function writeSettings(settings: readonly GitSetting[]): string {
  const lines = settings.map(({ section, subsection, key, value }) => {
    const name = subsection === undefined ? section : `${section} "${escaped(subsection)}"`;
    return `[${name}]\n\t${key} = "${escaped(value)}"\n`;
  });
  return lines.join("");
}

function escaped(text: string): string {
  if (/[\n\r\0]/.test(text)) throw new Error("a git setting has more than one line");
  return text.replace(/[\\"]/g, "\\$&");
}
