// Ends what git has left running. git starts helpers of its own, and some outlive it when it is stopped; all of them work
// in the folder that it was given.
import { readdirSync, readlinkSync } from "node:fs";

/** Kills every process that works in this folder or below; where the system does not tell, none. */
export function endProcessesIn(folder: string): void {
  for (const name of processNames()) {
    if (!isInFolder(workFolderOf(name), folder)) continue;
    try {
      process.kill(Number(name), "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

function processNames(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function workFolderOf(name: string): string {
  try {
    return readlinkSync(`/proc/${name}/cwd`);
  } catch {
    return "";
  }
}

function isInFolder(workFolder: string, folder: string): boolean {
  return workFolder === folder || workFolder === `${folder} (deleted)` || workFolder.startsWith(`${folder}/`);
}
