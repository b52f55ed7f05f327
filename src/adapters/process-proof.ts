// Who this process is, told so that another one can prove it dead; and that proof. It rests on the kernel alone: boot id,
// pid namespace, pid and start time name one process for ever.
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, readdir, readlink, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Holder } from "../engine/ports.ts";

const runFolderPrefix = "headway-run-";

/** Makes the private folder of one run and says who holds it. */
export async function introduceSelf(): Promise<Holder> {
  const runFolder = await mkdtemp(join(tmpdir(), runFolderPrefix));
  return {
    identity: `${hostname()}_${process.pid}_${randomUUID().slice(0, 8)}`,
    host: hostname(),
    bootId: await bootIdentity(),
    pid: process.pid,
    startTime: (await startTimeOf(process.pid)) ?? "",
    runFolder,
  };
}

/**
 * Whether a holder and every helm that it started are gone. `unknown` where nothing can be proved from here: another
 * host, another pid namespace, a system without /proc. What a dead holder left in its run folder is removed.
 */
export async function judgeHolder(holder: Holder): Promise<"gone" | "alive" | "unknown"> {
  const here = await bootIdentity();
  if (here === "" || holder.bootId === "" || holder.host !== hostname()) return "unknown";
  const [hereBoot, hereNamespace] = here.split("/");
  const [theirBoot, theirNamespace] = holder.bootId.split("/");
  if (hereBoot === theirBoot) {
    if (hereNamespace !== theirNamespace) return "unknown";
    if (holder.startTime === "" || (await startTimeOf(holder.pid)) === holder.startTime) return "alive";
    if (!isRunFolder(holder.runFolder)) return "unknown";
    if (await hasLivingHelm(holder.runFolder)) return "alive";
  } else if (!isRunFolder(holder.runFolder)) return "unknown";
  await rm(holder.runFolder, { recursive: true, force: true });
  return "gone";
}

/** A helm dies with its holder within moments; it is given these before it counts as alive. */
const lookTimes = 20;
const lookEveryMs = 100;

async function hasLivingHelm(runFolder: string): Promise<boolean> {
  for (let look = 0; look < lookTimes; look++) {
    if (!(await anyHelm(runFolder))) return false;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  return true;
}

async function anyHelm(runFolder: string): Promise<boolean> {
  const notes = await readdir(join(runFolder, "helm")).catch(() => []);
  for (const note of notes) {
    const pid = Number(await readFile(join(runFolder, "helm", note), "utf8").catch(() => ""));
    if (!Number.isSafeInteger(pid) || pid <= 0) continue;
    // A pid may have been used again: a helm of that run works in its folder.
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if (folder === runFolder) return true;
  }
  return false;
}

// The folder's name comes out of the cluster, and it is about to be deleted: only what introduceSelf makes will do.
function isRunFolder(folder: string): boolean {
  return (
    dirname(folder) === tmpdir() && basename(folder).startsWith(runFolderPrefix) && !folder.includes("..")
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
