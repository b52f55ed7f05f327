// Servers that stall, lie or break off, and caches that are broken: nothing is left behind, and what was fetched stays.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failureOf } from "../../kit/chart-server-fixture.ts";
import { useGitServer, valueOf } from "./git-fixture.ts";

const { server, wish, remote, open } = await useGitServer();

/** Bytes of every file below. */
function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** The command lines of processes that work below the folder. */
function processesIn(folder: string): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return execFileSync("readlink", [`/proc/${pid}/cwd`], { encoding: "utf8", stdio: "pipe" }).startsWith(
          folder,
        );
      } catch {
        return false;
      }
    });
}

const big = (): Buffer => randomBytes(600_000);

describe("a fetch that does not come to its end", () => {
  it("leaves nothing: no file, no process, no byte more", async () => {
    const { source, cacheDir } = await open();
    server.commit({ "a.yaml": "a\n" });
    valueOf(await source.fetch(wish()));
    const before = bytesIn(cacheDir);
    // By hand: HEADWAY_ABORTED_FETCHES=500.
    const times = Number(process.env["HEADWAY_ABORTED_FETCHES"] ?? 4);
    for (let time = 0; time < times; time++) {
      server.setMode({ kind: "normal" });
      // Another content each time, so that nothing could be there already.
      server.commit({ "big.bin": big() });
      server.setMode({ kind: time % 2 === 0 ? "cut" : "stall", afterBytes: 400_000 });
      const stop = new AbortController();
      const fetching = source.fetch(wish(), stop.signal);
      if (time % 2 === 1) {
        await expect.poll(() => packsArriving(cacheDir), { timeout: 30_000, interval: 20 }).toBe(true);
        stop.abort();
      }
      expect(failureOf(await fetching).kind).toBe(time % 2 === 0 ? "unreachable" : "interrupted");
    }
    expect(readdirSync(join(cacheDir, "visits"))).toEqual([]);
    expect(bytesIn(cacheDir)).toBe(before);
    expect(processesIn(cacheDir)).toEqual([]);
    server.setMode({ kind: "normal" });
    expect((await source.fetch(wish())).ok).toBe(true);
    server.git("rm", "--quiet", "big.bin");
  }, 3_600_000);

  it("ends in time where the server says nothing, and where it never answers", async () => {
    const { source, cacheDir } = await open({ limits: { questionMs: 2000, fetchMs: 2000 } });
    server.commit({ "big.bin": big() });
    server.setMode({ kind: "late", ms: 60_000 });
    const silent = failureOf(await source.fetch(wish()));
    expect(silent.kind).toBe("unreachable");
    expect(silent.next).toMatch(/stays in force/);
    server.setMode({ kind: "stall", afterBytes: 100_000 });
    expect(failureOf(await source.fetch(wish())).message).toMatch(/in time/);
    expect(processesIn(cacheDir)).toEqual([]);
    server.git("rm", "--quiet", "big.bin");
  });

  it("is stopped by the kernel where a pack is larger than may be written", async () => {
    const { source, cacheDir } = await open({ limits: { fileBytes: 300_000 } });
    server.commit({ "big.bin": big() }, { branch: "big" });
    const failure = failureOf(await source.fetch(wish({ ref: { kind: "branch", name: "big" } })));
    expect(failure.kind).toBe("git-too-large");
    expect(bytesIn(join(cacheDir, "mirrors"))).toBeLessThan(10_000);
    server.git("rm", "--quiet", "big.bin");
  });

  it("is a refusal in plain words, whatever the server says, and nothing that was fetched is lost", async () => {
    const { source } = await open();
    const sha = server.commit({ "a.yaml": "stays\n" });
    valueOf(await source.fetch(wish()));
    const advertisement = "application/x-git-upload-pack-advertisement";
    for (const mode of [
      { kind: "down" },
      { kind: "status", status: 500 },
      { kind: "status", status: 429 },
      { kind: "answer", contentType: "text/html", body: "<html>sign in</html>" },
      { kind: "answer", contentType: advertisement, body: "zzzz" },
      { kind: "answer", contentType: advertisement, body: `0011refs/heads/../../x\n`.repeat(1000) },
      { kind: "answer", contentType: advertisement, body: "x".repeat(8_000_000) },
    ] as const) {
      server.setMode(mode);
      const failure = failureOf(await source.fetch(wish()));
      expect(failure.message).toContain(server.url);
      expect(failure.message).not.toMatch(/\p{Cc}/u);
      expect(failure.message.length).toBeLessThan(1200);
    }
    const exported = valueOf(await source.export(remote(), sha));
    expect(readFileSync(join(exported.root, "a.yaml"), "utf8")).toBe("stays\n");
    await exported.release();
  });

  it("takes no object that git finds malformed", async () => {
    const { source } = await open();
    const blob = server.git("rev-parse", "HEAD:a.yaml").trim();
    // git writes no such tree itself.
    const entry = Buffer.concat([Buffer.from("100644 .git\0"), Buffer.from(blob, "hex")]);
    const write = (type: string, input: Buffer | string): string =>
      execFileSync("git", ["hash-object", "-t", type, "-w", "--stdin", "--literally"], {
        cwd: server.work,
        input,
        encoding: "utf8",
      }).trim();
    const who = "Eve <eve@example.com> 1700000000 +0000";
    const commit = write("commit", `tree ${write("tree", entry)}\nauthor ${who}\ncommitter ${who}\n\nevil\n`);
    server.git("push", "--quiet", "--force", server.repository, `${commit}:refs/heads/evil`);
    const failure = failureOf(await source.fetch(wish({ ref: { kind: "branch", name: "evil" } })));
    expect(failure.kind).toBe("git-invalid");
    expect(failure.next).toMatch(/fsck/);
  });
});

describe("a cache", () => {
  it.each([
    [
      "its HEAD",
      (mirror: string) => {
        writeFileSync(join(mirror, "HEAD"), "zzz");
      },
    ],
    [
      "its HEAD, which is gone",
      (mirror: string) => {
        rmSync(join(mirror, "HEAD"));
      },
    ],
    [
      "its config",
      (mirror: string) => {
        writeFileSync(join(mirror, "config"), "[core");
      },
    ],
    [
      "its packs, cut short",
      (mirror: string) => {
        for (const file of packs(mirror)) truncateSync(file, 20);
      },
    ],
    [
      "its packs, which are gone",
      (mirror: string) => {
        for (const file of packs(mirror)) rmSync(file);
      },
    ],
    [
      "its packs, overwritten in the middle",
      (mirror: string) => {
        for (const file of packs(mirror)) {
          const bytes = readFileSync(file);
          bytes.fill(0, 20, bytes.length - 25);
          rmSync(file);
          writeFileSync(file, bytes);
        }
      },
    ],
    [
      "a ref of it",
      (mirror: string) => {
        for (const name of readdirSync(join(mirror, "refs/kept")))
          writeFileSync(join(mirror, "refs/kept", name), "0");
      },
    ],
    [
      "its list of where history ends",
      (mirror: string) => {
        writeFileSync(join(mirror, "shallow"), "zzz\n");
      },
    ],
    [
      "a lock that somebody has left",
      (mirror: string) => {
        writeFileSync(join(mirror, "shallow.lock"), "");
      },
    ],
    [
      "half a pack",
      (mirror: string) => {
        writeFileSync(join(mirror, "objects/pack/tmp_pack_x"), "x");
      },
    ],
  ])("is made anew where it is broken: %s", async (_what, damage) => {
    const { source, cacheDir } = await open();
    const sha = server.commit({ "a.yaml": `${_what}\n` });
    valueOf(await source.fetch(wish()));
    damage(mirrorOf(cacheDir));
    expect(valueOf(await source.fetch(wish())).sha).toBe(sha);
    const { root, release } = valueOf(await source.export(remote(), sha));
    expect(readFileSync(join(root, "a.yaml"), "utf8")).toBe(`${_what}\n`);
    await release();
    // And goes on from there.
    const next = server.commit({ "a.yaml": "next\n" });
    expect(valueOf(await source.fetch(wish())).sha).toBe(next);
    expect(valueOf(await source.relate(remote(), sha, next))).toBe("ahead");
  });

  it("that an earlier process has left in the middle of something is tidied up", async () => {
    const { source, cacheDir } = await open();
    const sha = server.commit({ "a.yaml": "early\n" });
    valueOf(await source.fetch(wish()));
    const { root } = valueOf(await source.export(remote(), sha));
    writeFileSync(join(cacheDir, "visits", "left-by-a-crash"), "a password");
    const { source: later } = await open({ cacheDir });
    expect(existsSync(root)).toBe(false);
    expect(readdirSync(join(cacheDir, "visits"))).toEqual([]);
    // The mirror is still good for it: nothing but the question is asked.
    server.log.length = 0;
    valueOf(await later.fetch(wish()));
    expect(server.log.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("is packed now and then, and does not grow with what nobody asks for any more", async () => {
    const { source, cacheDir } = await open({ limits: { mostPacks: 3 } });
    const shas: string[] = [];
    for (let n = 0; n < 8; n++) {
      shas.push(server.commit({ "a.yaml": `${n}\n` }));
      valueOf(await source.fetch(wish()));
    }
    expect(packs(mirrorOf(cacheDir)).length).toBeLessThanOrEqual(3);
    expect(valueOf(await source.relate(remote(), shas[0] ?? "", shas.at(-1) ?? ""))).toBe("ahead");
    const { root, release } = valueOf(await source.export(remote(), shas[0] ?? ""));
    expect(readFileSync(join(root, "a.yaml"), "utf8")).toBe("0\n");
    await release();
  });

  it("serves calls that come at once, one after the other, and none once it is closed", async () => {
    const { source } = await open();
    const sha = server.commit({ "a.yaml": "at once\n" });
    const fetched = await Promise.all([1, 2, 3, 4].map(() => source.fetch(wish())));
    expect(fetched.map((result) => valueOf(result).sha)).toEqual([sha, sha, sha, sha]);
    await source.close();
    expect(failureOf(await source.fetch(wish())).kind).toBe("interrupted");
  });

  it("knows no git but its own: not the person's configuration, variables, hooks or programs", async () => {
    const { source, cacheDir } = await open();
    const canary = join(cacheDir, "canary");
    const evil = join(cacheDir, "evil.gitconfig");
    writeFileSync(
      evil,
      `[core]\n\tsshCommand = touch ${canary}\n\tfsmonitor = touch ${canary}\n[credential]\n\thelper = "!touch ${canary}"\n[url "ext::touch ${canary}"]\n\tinsteadOf = http://\n`,
    );
    const preset = {
      GIT_CONFIG_GLOBAL: evil,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "protocol.ext.allow",
      GIT_CONFIG_VALUE_0: "always",
      GIT_SSH_COMMAND: `touch ${canary}`,
      GIT_TEMPLATE_DIR: cacheDir,
      GIT_EXEC_PATH: cacheDir,
      GIT_DIR: "/nowhere",
    };
    const kept = Object.keys(preset).map((name) => [name, process.env[name]] as const);
    Object.assign(process.env, preset);
    try {
      expect((await source.fetch(wish())).ok).toBe(true);
    } finally {
      for (const [name, value] of kept) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
    }
    expect(existsSync(canary)).toBe(false);
  });
});

function mirrorOf(cacheDir: string): string {
  const [name = ""] = readdirSync(join(cacheDir, "mirrors"));
  return join(cacheDir, "mirrors", name);
}

function packs(mirror: string): readonly string[] {
  const folder = join(mirror, "objects/pack");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".pack"))
    .map((name) => join(folder, name));
}

/** True while a visit is being sent a pack. */
function packsArriving(cacheDir: string): boolean {
  return readdirSync(join(cacheDir, "visits"), { recursive: true, encoding: "utf8" }).some((name) =>
    name.includes("tmp_pack_"),
  );
}
