// When a holder counts as dead: proved by the kernel alone, in doubt never.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { introduceSelf, judgeHolder } from "../../src/adapters/process-proof.ts";
import type { Holder } from "../../src/core/holder.ts";
import { eventually } from "../kit/sandbox.ts";

/** A holder that lives: this process. */
async function aliveHolder(): Promise<Holder> {
  const holder = await introduceSelf();
  onTestFinished(() => {
    rmSync(holder.runFolder, { recursive: true, force: true });
  });
  return holder;
}

/** A holder whose process id is in use by another process than the one it names. */
async function deadHolder(changes: Partial<Holder> = {}): Promise<Holder> {
  return { ...(await aliveHolder()), startTime: "1", ...changes };
}

describe("a holder on this host", () => {
  it("is alive while its process is the one that it names", async () => {
    const holder = await aliveHolder();
    expect(await judgeHolder(holder)).toBe("alive");
    expect(existsSync(holder.runFolder)).toBe(true);
  });

  it("is gone when its process id has been used again, and so is its folder", async () => {
    const holder = await deadHolder();
    writeFileSync(join(holder.runFolder, "values.yaml"), "password: x\n");
    expect(await judgeHolder(holder)).toBe("gone");
    expect(existsSync(holder.runFolder)).toBe(false);
  });

  it("is gone when it was killed", async () => {
    const child = spawn("sleep", ["60"]);
    await once(child, "spawn");
    const holder = await deadHolder({ pid: child.pid ?? 0 });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(await judgeHolder(holder)).toBe("gone");
  });

  it("is gone when it was of an earlier boot", async () => {
    const holder = await deadHolder({ bootId: "00000000-0000-0000-0000-000000000000/pid:[1]" });
    expect(await judgeHolder(holder)).toBe("gone");
    expect(existsSync(holder.runFolder)).toBe(false);
  });

  it("counts as alive as long as a helm of it works", async () => {
    const holder = await deadHolder();
    const helm = spawn("sleep", ["60"], { cwd: holder.runFolder });
    await once(helm, "spawn");
    expect(await judgeHolder(holder)).toBe("alive");
    expect(existsSync(holder.runFolder)).toBe(true);
    rmSync(holder.runFolder, { recursive: true });
    expect(await judgeHolder(holder)).toBe("alive");
    helm.kill("SIGKILL");
    await once(helm, "exit");
    expect(await judgeHolder(holder)).toBe("gone");
  });

  it("is given the moment that its helm takes to die", async () => {
    const holder = await deadHolder();
    const helm = spawn("sleep", ["0.3"], { cwd: holder.runFolder });
    await once(helm, "spawn");
    expect(await judgeHolder(holder)).toBe("gone");
  });
});

describe("a holder of which nothing can be proved", () => {
  it.each([
    ["another host", { host: "elsewhere" }],
    ["no boot id", { bootId: "" }],
    ["another pid namespace", { bootId: "KEEP/pid:[1]" }],
  ])("is unknown: %s", async (_why, changes: Partial<Holder>) => {
    const holder = await deadHolder();
    const bootId = (changes.bootId ?? holder.bootId).replace("KEEP", holder.bootId.split("/")[0] ?? "");
    expect(await judgeHolder({ ...holder, ...changes, bootId })).toBe("unknown");
    expect(existsSync(holder.runFolder)).toBe(true);
  });

  it("is one of another machine with the same name: another boot, and its folder is not here", async () => {
    const holder = await deadHolder({ bootId: "00000000-0000-0000-0000-000000000000/pid:[1]" });
    rmSync(holder.runFolder, { recursive: true });
    expect(await judgeHolder(holder)).toBe("unknown");
  });

  it("is one that does not know when it was started", async () => {
    expect(await judgeHolder(await deadHolder({ startTime: "" }))).not.toBe("gone");
  });
});

describe("a run folder that a dead run left", () => {
  it("is removed by the next run, also where the dead one had told nobody of it", async () => {
    const dead = await deadHolder();
    writeFileSync(join(dead.runFolder, "holder.json"), JSON.stringify(dead));
    const living = await aliveHolder();
    await aliveHolder();
    await eventually(() => Promise.resolve(!existsSync(dead.runFolder)), 5_000);
    expect(existsSync(living.runFolder)).toBe(true);
  });

  it("stays where it says that it is another one", async () => {
    const dead = await deadHolder();
    const other = await deadHolder();
    writeFileSync(join(dead.runFolder, "holder.json"), JSON.stringify({ ...other, startTime: "1" }));
    writeFileSync(join(other.runFolder, "holder.json"), "{");
    await aliveHolder();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(existsSync(dead.runFolder)).toBe(true);
    expect(existsSync(other.runFolder)).toBe(true);
  });
});

describe("a run folder that no Headway made", () => {
  const outside = (): string => {
    const folder = mkdtempSync(join(tmpdir(), "precious-"));
    mkdirSync(join(folder, "headway-run-x"));
    onTestFinished(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    return folder;
  };

  it("is never deleted, whatever the lease says", async () => {
    const precious = outside();
    for (const runFolder of [
      precious,
      join(precious, "headway-run-x"),
      `${tmpdir()}/headway-run-x/../${precious.slice(tmpdir().length + 1)}`,
      `${tmpdir()}/headway-run-/../..`,
      "/",
      "",
      "headway-run-x",
    ])
      for (const bootId of [undefined, "00000000-0000-0000-0000-000000000000/pid:[1]"]) {
        const holder = await deadHolder({ runFolder, ...(bootId === undefined ? {} : { bootId }) });
        expect(await judgeHolder(holder), runFolder).toBe("unknown");
      }
    expect(existsSync(join(precious, "headway-run-x"))).toBe(true);
  });

  it("is not followed where it is a link", async () => {
    const precious = outside();
    const link = join(tmpdir(), `headway-run-link-${process.pid}`);
    symlinkSync(precious, link);
    onTestFinished(() => {
      rmSync(link, { force: true });
    });
    await judgeHolder(await deadHolder({ runFolder: link }));
    expect(existsSync(join(precious, "headway-run-x"))).toBe(true);
  });

  it("is told to others in the holder's own words", async () => {
    const holder = await aliveHolder();
    expect(holder).toMatchObject({ host: hostname(), pid: process.pid });
    expect(holder.bootId).toMatch(/^[0-9a-f-]{36}\/pid:\[\d+\]$/);
    expect(holder.startTime).toMatch(/^\d+$/);
  });
});
