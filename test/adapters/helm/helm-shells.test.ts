// Shells that stand ready: what runs in them gets its words as they are, and none of them is left behind.
import { describe, expect, it } from "vitest";
import { openShells, type Shell } from "../../../src/adapters/helm/helm-shells.ts";
import { temporaryFolder } from "../../kit/chart-trees.ts";
import { eventually } from "../../kit/sandbox.ts";
import { processesIn } from "./fake-helm.ts";

function open(waiting: number) {
  const folder = temporaryFolder();
  const shells = openShells({ env: { PATH: "/usr/bin:/bin" }, cwd: folder, waiting });
  return { folder, shells };
}

const waitingIn = (folder: string, count: number) =>
  eventually(() => Promise.resolve(processesIn(folder).length === count), 5_000);

async function readAll(shell: Shell): Promise<string> {
  let text = "";
  shell.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  shell.stderr.resume();
  await shell;
  return text;
}

describe("a command in a shell that stood ready", () => {
  it.each([0, 2])("gets its words as they are (%i stand ready)", async (waiting) => {
    const { folder, shells } = open(waiting);
    shells.fill();
    await waitingIn(folder, waiting);
    const words = ["it's", "", "two\nlines", '$HOME `x` \\ "y"', "-n", "*"];
    expect(await readAll(shells.run(["printf", "%s|", ...words]))).toBe(`${words.join("|")}|`);
    shells.close();
  });

  it("reads nothing of what steers the shell, and its exit code is told", async () => {
    const { shells } = open(1);
    const shell = shells.run(["sh", "-c", "cat; exit 7"]);
    expect(await readAll(shell)).toBe("");
    expect((await shell).exitCode).toBe(7);
    shells.close();
  });
});

describe("shells that stand ready", () => {
  it("are as many as were asked for, again after one was used, and none after the end", async () => {
    const { folder, shells } = open(2);
    shells.fill();
    await waitingIn(folder, 2);
    await readAll(shells.run(["true"]));
    await waitingIn(folder, 2);
    shells.close();
    await waitingIn(folder, 0);
  });

  it("are replaced where somebody killed them", async () => {
    const { folder, shells } = open(1);
    shells.fill();
    await waitingIn(folder, 1);
    for (const pid of processesIn(folder)) process.kill(pid, "SIGKILL");
    await waitingIn(folder, 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await readAll(shells.run(["echo", "there"]))).toBe("there\n");
    shells.close();
  });
});
