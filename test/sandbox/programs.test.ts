// Getting programs, against a mirror server of this test and small scripts in place of programs: the real ones take minutes.
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identifyProcess } from "../../src/sandbox/process-identity.ts";
import { findChecksum, mirroredUrl } from "../../src/sandbox/program-download.ts";
import { PROGRAM_NAMES, programSources, type ProgramSource } from "../../src/sandbox/program-sources.ts";
import { eventually } from "../kit/sandbox.ts";
import { findProgram, type ProgramEnvironment } from "../../src/sandbox/programs.ts";

const TOOL = "#!/bin/sh\necho tool v1.2.3\n";
const DIGEST = createHash("sha256").update(TOOL).digest("hex");
const KEY = `tool-v1.2.3-linux-${process.arch === "x64" ? "amd64" : process.arch}`;

const source: ProgramSource = {
  version: "v1.2.3",
  file: "tool",
  fits: ">=1.2.0 <2.0.0",
  versionArgs: ["version"],
  download: () => ({
    url: "https://releases.example/v1.2.3/tool",
    checksumUrl: "https://releases.example/v1.2.3/tool.sha256",
  }),
  go: { kind: "install", package: "example.com/cmd/tool", version: "v1.2.3" },
};

let folder: string;
let mirror: Server;
let asked: string[];
let files: Record<string, string | Buffer | ((reply: ServerResponse) => void)>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "headway-programs-"));
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "system"));
  // All that the code under test may need of the system, and in particular no Go.
  for (const name of ["sh", "cat", "tar", "gzip"]) symlinkSync(`/bin/${name}`, join(folder, "system", name));
  asked = [];
  files = {
    "/releases.example/v1.2.3/tool": TOOL,
    "/releases.example/v1.2.3/tool.sha256": `${DIGEST}\n`,
  };
  mirror = createServer((request, reply) => {
    const path = request.url ?? "";
    asked.push(path);
    const file = files[path];
    if (file === undefined) reply.writeHead(404).end();
    else if (typeof file === "function") file(reply);
    else reply.end(file);
  });
  await new Promise<void>((resolve) => {
    mirror.listen(0, "127.0.0.1", resolve);
  });
});

afterEach(() => {
  mirror.close();
  mirror.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

function environment(more: ProgramEnvironment = {}): ProgramEnvironment {
  const { port } = mirror.address() as AddressInfo;
  return {
    PATH: `${join(folder, "bin")}:${join(folder, "system")}`,
    XDG_CACHE_HOME: join(folder, "cache"),
    HEADWAY_PROGRAM_MIRROR: `http://127.0.0.1:${port}/`,
    ...more,
  };
}

function script(name: string, text: string): string {
  const path = join(folder, "bin", name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** A stand-in for Go that writes down how it was called and leaves a program where `go install` would. */
function fakeGo(): string {
  const log = join(folder, "go.log");
  script(
    "go",
    `#!/bin/sh
if [ "$1" = env ]; then echo go1.26.8; exit 0; fi
echo "$@ toolchain=$GOTOOLCHAIN cgo=$CGO_ENABLED" >> ${log}
printf '#!/bin/sh\\necho built\\n' > "$GOBIN/tool"
/bin/chmod +x "$GOBIN/tool"
`,
  );
  return log;
}

function cached(): readonly string[] {
  const dir = join(folder, "cache", "headway", "programs");
  return existsSync(dir) ? readdirSync(dir) : [];
}

async function find(env = environment(), from = source) {
  const progress: string[] = [];
  const result = await findProgram("kwok", (text) => progress.push(text), env, from);
  return { result, progress };
}

function messageOf(result: Awaited<ReturnType<typeof find>>["result"]): string {
  return result.ok ? `found ${result.value.path}` : result.failure.message;
}

test("a program on PATH in a fitting version is used as it is", async () => {
  const path = script("tool", "#!/bin/sh\necho tool version v1.9.0 linux\n");
  const { result } = await find();
  expect(result).toEqual({ ok: true, value: { name: "kwok", version: "v1.9.0", path } });
  expect(asked).toEqual([]);
});

test("a program on PATH in a version that does not fit is passed over", async () => {
  script("tool", "#!/bin/sh\necho tool version v1.1.9\n");
  const { result } = await find();
  expect(result).toMatchObject({ ok: true, value: { version: "v1.2.3" } });
  expect(messageOf(result)).toContain(join("programs", KEY, "tool"));
});

test("a download with the stated checksum is put into the cache, runs, and is not asked for again", async () => {
  const first = await find();
  expect(messageOf(first.result)).toBe(`found ${join(folder, "cache/headway/programs", KEY, "tool")}`);
  if (first.result.ok)
    expect(execFileSync(first.result.value.path, { encoding: "utf8" })).toBe("tool v1.2.3\n");
  expect(first.progress[0]).toMatch(/^getting tool v1\.2\.3 from 127\.0\.0\.1:/);
  asked = [];
  expect((await find()).result).toEqual(first.result);
  expect(asked).toEqual([]);
  expect(cached()).toEqual([KEY]);
});

test("the program is taken out of an archive", async () => {
  mkdirSync(join(folder, "linux-x"));
  writeFileSync(join(folder, "linux-x", "tool"), TOOL);
  spawnSync("tar", ["-czf", join(folder, "tool.tar.gz"), "-C", folder, "linux-x/tool"]);
  const archive = readFileSync(join(folder, "tool.tar.gz"));
  const digest = createHash("sha256").update(archive).digest("hex");
  files["/releases.example/tool.tar.gz"] = archive;
  files["/releases.example/SHA256SUMS"] = `${"0".repeat(64)}  other.tar.gz\n${digest}  tool.tar.gz\n`;
  const { result } = await find(environment(), {
    ...source,
    download: () => ({
      url: "https://releases.example/tool.tar.gz",
      checksumUrl: "https://releases.example/SHA256SUMS",
      member: "linux-x/tool",
    }),
  });
  expect(messageOf(result)).toContain("found");
  expect(readFileSync(join(folder, "cache/headway/programs", KEY, "tool"), "utf8")).toBe(TOOL);
  expect(readdirSync(join(folder, "cache/headway/programs", KEY))).toEqual(["tool"]);
});

test("a wrong checksum is refused with both digests, nothing is kept, and nothing else is tried", async () => {
  const goLog = fakeGo();
  const stated = "a".repeat(64);
  files["/releases.example/v1.2.3/tool.sha256"] = `${stated}  tool\n`;
  const { result } = await find();
  expect(messageOf(result)).toContain(stated);
  expect(messageOf(result)).toContain(DIGEST);
  expect(cached()).toEqual([]);
  expect(existsSync(goLog)).toBe(false);
});

test("a checksum file that does not name the program is refused", async () => {
  fakeGo();
  files["/releases.example/v1.2.3/tool.sha256"] = `${DIGEST}  another\n`;
  expect(messageOf((await find()).result)).toContain("states no SHA-256 for tool");
  expect(cached()).toEqual([]);
});

test("a download that is cut off once is tried again", async () => {
  let times = 0;
  files["/releases.example/v1.2.3/tool"] = (reply) => {
    times += 1;
    if (times > 1) reply.end(TOOL);
    else {
      reply.writeHead(200, { "content-length": TOOL.length });
      reply.write(TOOL.slice(0, 10), () => reply.destroy());
    }
  };
  expect(messageOf((await find()).result)).toContain("found");
  expect(times).toBe(2);
  expect(readFileSync(join(folder, "cache/headway/programs", KEY, "tool"), "utf8")).toBe(TOOL);
});

test("a download that is always cut off leaves nothing half and says so", async () => {
  files["/releases.example/v1.2.3/tool"] = (reply) => {
    reply.writeHead(200, { "content-length": TOOL.length });
    reply.write(TOOL.slice(0, 10), () => reply.destroy());
  };
  const { result } = await find();
  expect(messageOf(result)).toContain("can't be downloaded");
  expect(messageOf(result)).toContain("there is no Go 1.26.0 or later on PATH");
  expect(cached()).toEqual([]);
});

test("an unreachable host leads to a build with Go", async () => {
  const log = fakeGo();
  const { result, progress } = await find(environment({ HEADWAY_PROGRAM_MIRROR: "http://127.0.0.1:1" }));
  expect(messageOf(result)).toContain("found");
  expect(progress.join("\n")).toMatch(
    /building tool v1\.2\.3 with Go .* because 127\.0\.0\.1:1 can't be reached/,
  );
  expect(readFileSync(log, "utf8")).toBe(
    "install -trimpath -ldflags -s -w example.com/cmd/tool@v1.2.3 toolchain=local cgo=0\n",
  );
  expect(readdirSync(join(folder, "cache/headway/programs", KEY))).toEqual(["tool"]);
});

test("a file that the host does not offer leads to a build with Go", async () => {
  fakeGo();
  files = {};
  expect(messageOf((await find()).result)).toContain("found");
});

test("a Go that is too old is named", async () => {
  script("go", "#!/bin/sh\necho go1.25.3\n");
  const { result } = await find(environment({ HEADWAY_PROGRAM_MIRROR: "http://127.0.0.1:1" }));
  expect(messageOf(result)).toContain("Go is go1.25.3, and 1.26.0 or later is needed");
});

test("a build that fails shows what Go said and leaves nothing", async () => {
  script(
    "go",
    '#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit 0; fi\necho "no such module" >&2\nexit 1\n',
  );
  const { result } = await find(environment({ HEADWAY_PROGRAM_MIRROR: "http://127.0.0.1:1" }));
  expect(messageOf(result)).toContain("no such module");
  expect(cached()).toEqual([]);
});

test("a build ends when the process that wants it is killed, and the next one gets the program", async () => {
  const pidFile = join(folder, "go.pid");
  script(
    "go",
    `#!/bin/sh\nif [ "$1" = env ]; then echo go1.26.8; exit 0; fi\necho $$ > ${pidFile}\nexec /bin/sleep 600\n`,
  );
  const env = environment({ HEADWAY_PROGRAM_MIRROR: "http://127.0.0.1:1" });
  const programs = new URL("../../src/sandbox/programs.ts", import.meta.url).href;
  const wanting = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `const { findProgram } = await import(${JSON.stringify(programs)});
       const url = "https://releases.example/tool";
       await findProgram("kwok", undefined, process.env, { ...${JSON.stringify(source)}, download: () => ({ url, checksumUrl: url }) });`,
    ],
    { env: { ...env } },
  );
  const pid = await eventually(() =>
    Promise.resolve(existsSync(pidFile) && Number(readFileSync(pidFile, "utf8"))),
  );
  expect(identifyProcess(pid)).toBeDefined();
  wanting.kill("SIGKILL");
  await eventually(() => Promise.resolve(identifyProcess(pid) === undefined));
  fakeGo();
  const again = await find(env);
  expect(messageOf(again.result)).toContain("found");
});

test("two that want the same program at once download it once", async () => {
  files["/releases.example/v1.2.3/tool"] = (reply) => void setTimeout(() => reply.end(TOOL), 300);
  const [first, second] = await Promise.all([find(), find()]);
  expect(second.result).toEqual(first.result);
  expect(first.result.ok).toBe(true);
  expect(asked.filter((path) => path.endsWith("/tool"))).toHaveLength(1);
  expect([...first.progress, ...second.progress].join()).toContain("waiting for another process");
});

test("the lock and the half-made folder of a process that was killed are cleared away", async () => {
  const dir = join(folder, "cache/headway/programs");
  mkdirSync(join(dir, `.${KEY}.making-abc`), { recursive: true });
  const dead = spawnSync("true").pid;
  writeFileSync(join(dir, `.${KEY}.lock`), JSON.stringify({ pid: dead, startedAt: "1", bootId: "gone" }));
  expect(messageOf((await find()).result)).toContain("found");
  expect(cached()).toEqual([KEY]);
});

test("the lock of a process that lives is respected", async () => {
  const dir = join(folder, "cache/headway/programs");
  mkdirSync(dir, { recursive: true });
  const lock = join(dir, `.${KEY}.lock`);
  writeFileSync(lock, JSON.stringify(identifyProcess(process.pid)));
  const waits = find();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(cached()).toEqual([`.${KEY}.lock`]);
  rmSync(lock);
  expect(messageOf((await waits).result)).toContain("found");
});

describe("a checksum is found", () => {
  const digest = "0123456789abcdef".repeat(4);
  test.each([
    ["as a bare digest", `${digest}\n`],
    ["in a line with the name", `${"f".repeat(64)}  b\n${digest}  a\n`],
    ["in a line for binary mode", `${digest} *a`],
    ["in capitals", digest.toUpperCase()],
    ["among a release's assets", JSON.stringify({ assets: [{ name: "a", digest: `sha256:${digest}` }] })],
  ])("%s", (_form, text) => {
    expect(findChecksum(text, "a")).toBe(digest);
  });
  test.each([
    ["of another file", `${digest}  b\n`],
    ["that is too short", digest.slice(1)],
    ["of another algorithm", JSON.stringify({ assets: [{ name: "a", digest: `md5:${digest}` }] })],
    ["that is missing", JSON.stringify({ assets: [{ name: "a", digest: null }] })],
    ["in an error page", "<html>not found</html>"],
  ])("never one %s", (_form, text) => {
    expect(findChecksum(text, "a")).toBeUndefined();
  });
});

test("every program names a release and a checksum over HTTPS, and a mirror holds them by host", () => {
  for (const name of PROGRAM_NAMES) {
    const { url, checksumUrl } = programSources[name].download(
      { os: "linux", arch: "arm64" },
      programSources[name].version,
    );
    for (const one of [url, checksumUrl]) {
      expect(new URL(one).protocol, name).toBe("https:");
      expect(mirroredUrl(one, "http://mirror/base").href).toBe(
        one.replace("https://", "http://mirror/base/"),
      );
    }
    expect(url, name).toContain("arm64");
  }
});
