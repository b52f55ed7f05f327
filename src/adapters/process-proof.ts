// Who this process is, told so that another one can prove it dead; and that proof. It rests on the kernel alone: boot id,
// pid namespace, pid and start time name one process for ever.
import { randomUUID } from "node:crypto";
import { lstat, mkdtemp, readFile, readdir, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { podOf, readHolder } from "../core/holder.ts";
import type { Holder } from "../core/holder.ts";

const runFolderPrefix = "headway-run-";

/** In each run folder: whose it is, for runs that were killed before they had told anybody. */
const holderFile = "holder.json";

/** Makes the private folder of one run and says who holds it. Folders that dead runs left are removed beside. */
export async function introduceSelf(): Promise<Holder> {
  const temporary = await realpath(tmpdir());
  const { HEADWAY_POD_NAMESPACE, HEADWAY_POD_NAME, HEADWAY_POD_UID } = process.env;
  const pod = podOf(HEADWAY_POD_NAMESPACE, HEADWAY_POD_NAME, HEADWAY_POD_UID);
  const runFolder = await mkdtemp(join(temporary, runFolderPrefix));
  const holder: Holder = {
    identity: `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`,
    host: hostname(),
    bootId: await bootIdentity(),
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? "",
    runFolder,
    ...(pod === undefined ? {} : { pod }),
  };
  await writeFile(join(runFolder, holderFile), JSON.stringify(holder), { mode: 0o600 });
  void sweep(temporary, runFolder);
  return holder;
}

async function sweep(temporary: string, own: string): Promise<void> {
  const names = await readdir(temporary).catch(() => []);
  for (const name of names.filter((each) => each.startsWith(runFolderPrefix))) {
    const folder = join(temporary, name);
    if (folder === own || (await ownerOf(folder)) !== "self") continue;
    const holder = readHolder(await readFile(join(folder, holderFile), "utf8").catch(() => ""));
    if (holder?.runFolder === folder) await judgeHolder(holder).catch(() => undefined);
  }
}

/**
 * Whether a holder and every helm that it started are gone. `unknown` where nothing can be proved from here: another
 * host, another pid namespace, a system without /proc. Two machines may have one name (localhost): a holder of an earlier
 * boot was of this machine only if its run folder lies here. What a dead holder left in that folder is removed.
 */
export async function judgeHolder(holder: Holder): Promise<"gone" | "alive" | "unknown"> {
  const here = await bootIdentity();
  if (here === "" || holder.bootId === "" || holder.host !== hostname()) return "unknown";
  const [hereBoot, hereNamespace] = here.split("/");
  const [theirBoot, theirNamespace] = holder.bootId.split("/");
  if (hereBoot === theirBoot) {
    if (hereNamespace !== theirNamespace) return "unknown";
    if (holder.startTime === "" || (await startTimeOf(holder.pid)) === holder.startTime) return "alive";
    if (!(await isRunFolder(holder.runFolder)) || (await ownerOf(holder.runFolder)) === "another")
      return "unknown";
    if (await hasLivingHelm(holder.runFolder)) return "alive";
  } else if (!(await isRunFolder(holder.runFolder)) || (await ownerOf(holder.runFolder)) !== "self")
    return "unknown";
  await rm(holder.runFolder, { recursive: true, force: true });
  return "gone";
}

/** A helm dies with its holder within moments; it is given these before it counts as alive. */
const lookTimes = 20;
const lookEveryMs = 100;

async function hasLivingHelm(runFolder: string): Promise<boolean> {
  for (let look = 0; look < lookTimes; look++) {
    if (!(await anyProcessIn(runFolder))) return false;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return true;
}

/** Every helm of a run, and what supervises it, works in the run's folder; the kernel knows it by that, also once it is removed. */
async function anyProcessIn(runFolder: string): Promise<boolean> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => "")));
  return folders.some((folder) => folder === runFolder || folder === `${runFolder} (deleted)`);
}

/** Whose folder it is; what another user's processes do can't be seen from here. */
async function ownerOf(runFolder: string): Promise<"self" | "another" | "missing"> {
  try {
    const found = await lstat(runFolder);
    return found.isDirectory() && found.uid === process.getuid?.() ? "self" : "another";
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? "missing" : "another";
  }
}

// The folder's name comes out of the cluster, and it is about to be deleted: only what introduceSelf makes will do.
async function isRunFolder(folder: string): Promise<boolean> {
  return (
    dirname(folder) === (await realpath(tmpdir())) &&
    basename(folder).startsWith(runFolderPrefix) &&
    !folder.includes("..")
  );
}

/** `BOOTID/PIDNAMESPACE`; empty where the system does not tell (no Linux). */
async function bootIdentity(): Promise<string> {
  try {
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    return `${boot}/${await readlink("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

/** Field 22 of /proc/PID/stat, in clock ticks since boot; undefined where there is no such process, or only a zombie. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
