// Sandboxes as processes and folders: up, down, side by side, failing to start, and what is left when their owner is killed.
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readState, sandboxesDir } from "../../src/sandbox/instance.ts";
import { isAlive, signalProcess } from "../../src/sandbox/process-identity.ts";
import { type Sandbox, sandboxStatus, startSandbox, stopSandbox } from "../../src/sandbox/sandbox.ts";
import { eventually, testCluster } from "../kit/sandbox.ts";

const CLI = fileURLToPath(new URL("sandbox-cli.ts", import.meta.url));

let stateHome: string;
let before: string | undefined;
const children: ChildProcessWithoutNullStreams[] = [];

beforeEach(() => {
  before = process.env["XDG_STATE_HOME"];
  stateHome = mkdtempSync(join(tmpdir(), "headway-state-"));
  process.env["XDG_STATE_HOME"] = stateHome;
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  const names = existsSync(sandboxesDir()) ? readdirSync(sandboxesDir()) : [];
  for (const name of names) await stopSandbox(name);
  rmSync(stateHome, { recursive: true, force: true });
  if (before === undefined) delete process.env["XDG_STATE_HOME"];
  else process.env["XDG_STATE_HOME"] = before;
});

type Ran = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly out: () => string;
  readonly err: () => string;
};

function cli(...args: readonly string[]): Ran {
  const child = spawn(process.execPath, [CLI, ...args], { env: process.env });
  children.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return { child, out: () => out, err: () => err };
}

async function finished(
  ...args: readonly string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const ran = cli(...args);
  const code = await new Promise<number | null>((resolve) => ran.child.once("close", resolve));
  return { code, out: ran.out(), err: ran.err() };
}

/** The processes that have the folder of this test's sandboxes in their command line. */
function processesOfSandboxes(): readonly string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((command) => command.includes(sandboxesDir()));
}

function foldersOfSandboxes(): readonly string[] {
  return existsSync(sandboxesDir()) ? readdirSync(sandboxesDir()) : [];
}

async function nothingIsLeft(): Promise<void> {
  await eventually(() =>
    Promise.resolve(processesOfSandboxes().length === 0 && foldersOfSandboxes().length === 0),
  );
}

async function started(name: string): Promise<Sandbox> {
  const result = await startSandbox({ name });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

async function takenPort(): Promise<{ readonly port: number; readonly free: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, free: () => server.close() };
}

test("up returns when ready and leaves a sandbox that another process sees, finds again and takes down", async () => {
  const up = await finished("sandbox", "up", "--name", "mine");
  expect(up).toMatchObject({ code: 0 });
  const { out } = await finished("sandbox", "status", "--name", "mine", "-o", "json");
  const status = JSON.parse(out) as {
    readonly server: string;
    readonly kubeconfig: string;
    readonly processes: readonly { readonly name: string; readonly pid: number }[];
  };
  expect(status).toMatchObject({ name: "mine", ready: true });
  expect(status.server).toMatch(/^https:\/\/127\.0\.0\.1:/);
  expect(status.processes.map((it) => it.name)).toEqual([
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
  ]);
  expect(up.out).toBe(`export KUBECONFIG=${status.kubeconfig}\n`);
  expect((await testCluster(status).kube("/readyz")).text).toBe("ok");
  expect((await finished("sandbox", "status", "--name", "mine")).out).toMatch(/^ready +yes$/m);
  const again = await finished("sandbox", "up", "--name", "mine");
  expect(again.out).toBe(up.out);
  const server = new URL(testCluster(status).server).port;
  expect(readState(join(sandboxesDir(), "mine"))?.ports.apiServer).toBe(Number(server));

  expect(await finished("sandbox", "down", "--name", "mine")).toMatchObject({ code: 0 });
  await nothingIsLeft();
  expect(await finished("sandbox", "status", "--name", "mine")).toMatchObject({ code: 4 });
  expect(await finished("sandbox", "down", "--name", "mine")).toMatchObject({ code: 0 });
});

test("a name that can't be a folder is a usage error", async () => {
  for (const name of ["../x", "A", "", "-"]) {
    const { code, err } = await finished("sandbox", "up", `--name=${name}`);
    expect(code, name).toBe(3);
    expect(err).toContain("Use up to 50 of a-z, 0-9 and -");
  }
  expect((await startSandbox({ name: "../x" })).ok).toBe(false);
});

test("two sandboxes run side by side, apart from each other", async () => {
  const [one, two] = await Promise.all([started("one"), started("two")]);
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name: "only-in-one" } };
  await testCluster(one).kube("/api/v1/namespaces", { method: "POST", body });
  expect((await testCluster(one).kube("/api/v1/namespaces/only-in-one")).status).toBe(200);
  expect((await testCluster(two).kube("/api/v1/namespaces/only-in-one")).status).toBe(404);
  await one.stop();
  expect((await testCluster(two).kube("/readyz")).text).toBe("ok");
  await two.stop();
  await nothingIsLeft();
});

test.each(["apiServer", "etcd"] as const)(
  "a taken port of %s is named, with the log, and nothing stays",
  async (which) => {
    const { port, free } = await takenPort();
    try {
      const result = await startSandbox({ name: "taken", ports: { [which]: port } });
      if (result.ok) throw new Error("it started");
      const { message } = result.failure;
      expect(message).toContain(`Port ${port} of 127.0.0.1 is taken`);
      const component = which === "etcd" ? "etcd" : "kube-apiserver";
      expect(message).toContain(`${component} stopped with exit code 1`);
      const log = /Its log is (\S+),/.exec(message)?.[1] ?? "";
      expect(log).toContain(`/${component}.log`);
      expect(readFileSync(log, "utf8")).toContain("address already in use");
    } finally {
      free();
    }
    expect(foldersOfSandboxes()).toEqual([".failed"]);
    expect(processesOfSandboxes()).toEqual([]);
  },
);

test("an etcd that dies at the start is named with its signal and its log's last lines", async () => {
  const result = await startSandbox({
    name: "dying",
    onProgress: () => {
      const etcd = readState(join(sandboxesDir(), "dying"))?.processes.find((it) => it.name === "etcd");
      if (etcd !== undefined) signalProcess(etcd, "SIGKILL");
    },
  });
  if (result.ok) throw new Error("it started");
  expect(result.failure.message).toMatch(
    /^etcd stopped with signal SIGKILL while the sandbox was starting\./,
  );
  expect(result.failure.message).toMatch(/Its log is \S+\/etcd\.log, and ends with:\n {2}\S/);
  expect(processesOfSandboxes()).toEqual([]);
  expect((await sandboxStatus("dying")).ready).toBe(false);
});

test("an owner that is killed leaves no process and no folder", async () => {
  const owner = cli("own", "owned");
  await eventually(() => Promise.resolve(owner.out().includes("\n")), 60_000);
  expect(JSON.parse(owner.out())).toMatchObject({ ok: true });
  expect(processesOfSandboxes().length).toBeGreaterThan(4);
  owner.child.kill("SIGKILL");
  await nothingIsLeft();
});

test.each(["SIGINT", "SIGKILL"] as const)("an up that ends by %s leaves nothing behind", async (signal) => {
  const up = cli("sandbox", "up", "--name", "hasty");
  await eventually(() => Promise.resolve(up.err().includes("starting etcd")));
  up.child.kill(signal);
  await nothingIsLeft();
});

test("of two that start the same name at once, one is refused or finds the other's", async () => {
  const results = await Promise.all([
    finished("sandbox", "up", "--name", "same"),
    finished("sandbox", "up", "--name", "same"),
  ]);
  const codes = results.map((it) => it.code).sort();
  expect(codes).toEqual([0, 1]);
  expect(results.find((it) => it.code === 1)?.err).toMatch(/(is being started by|is starting)/);
  expect((await sandboxStatus("same")).ready).toBe(true);
});

test("a program that dies later is named by status, and down still takes everything down", async () => {
  const sandbox = await started("later");
  const kwok = sandbox.processes.find((it) => it.name === "kwok");
  if (kwok === undefined) throw new Error("no kwok");
  signalProcess(kwok, "SIGKILL");
  const status = await eventually(async () => {
    const read = await sandboxStatus("later");
    return !read.ready && read;
  });
  expect(status.problem).toBe(`kwok is gone, its log is ${kwok.log}`);
  expect(await startSandbox({ name: "later" })).toMatchObject({
    ok: false,
    failure: { next: "headway sandbox down --name later" },
  });
  await sandbox.stop();
  await nothingIsLeft();
});

test("a supervisor that is killed leaves programs that the next up clears away", async () => {
  const sandbox = await started("orphan");
  const supervisor = readState(sandbox.dir)?.supervisor;
  if (supervisor === undefined) throw new Error("no supervisor");
  signalProcess(supervisor, "SIGKILL");
  await eventually(() => Promise.resolve(!isAlive(supervisor)));
  const next = await started("orphan");
  expect(sandbox.processes.some(isAlive)).toBe(false);
  expect(next.processes.every(isAlive)).toBe(true);
  await next.stop();
  await nothingIsLeft();
});

test("nothing of a sandbox can be read by other users", async () => {
  const sandbox = await started("private");
  expect(statSync(sandbox.dir).mode & 0o077).toBe(0);
  expect(statSync(sandbox.kubeconfig).mode & 0o077).toBe(0);
  await sandbox.stop();
});
