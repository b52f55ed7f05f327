// Repositories over ssh from the real sshd: the server's key has to be known, and nothing but the given key is shown.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { GitCredentials } from "../../../src/engine/git-ports.ts";
import { failureOf } from "../../kit/chart-server-fixture.ts";
import { listenOnLoopback } from "../../kit/loopback.ts";
import { useGitServer, valueOf } from "./git-fixture.ts";

const sshd = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/local/bin/sshd"].find((path) =>
  existsSync(path),
);

describe.runIf(sshd !== undefined)("a repository over ssh (where sshd is installed)", async () => {
  const { server, wish, open } = await useGitServer();
  const home = dirname(server.repository);
  const key = (name: string, passphrase = ""): string => {
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", join(home, name)]);
    return readFileSync(join(home, name), "utf8");
  };
  const hostKey =
    (key("host"), readFileSync(join(home, "host.pub"), "utf8").split(" ").slice(0, 2).join(" "));
  const identity = key("deploy");
  let port = 0;
  let daemon: ChildProcess | undefined;

  beforeAll(async () => {
    const probe = await listenOnLoopback(createServer());
    port = probe.port;
    await probe.close();
    // Where it puts privileges aside; only root's does that.
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
    writeFileSync(join(home, "authorized_keys"), readFileSync(join(home, "deploy.pub")));
    const config = [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${join(home, "host")}`,
      `AuthorizedKeysFile ${join(home, "authorized_keys")}`,
      "StrictModes no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "PermitRootLogin prohibit-password",
      "PidFile none",
    ];
    writeFileSync(join(home, "sshd_config"), `${config.join("\n")}\n`);
    chmodSync(home, 0o755);
    daemon = spawn(sshd ?? "", ["-D", "-e", "-f", join(home, "sshd_config")], { stdio: "ignore" });
    while (!(await canConnect(port))) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  afterAll(() => {
    daemon?.kill();
  });

  const url = (): string => `ssh://${userInfo().username}@127.0.0.1:${port}${server.repository}`;
  const knownHosts = (): string => `[127.0.0.1]:${port} ${hostKey}\n`;
  const ssh = (more: Partial<Extract<GitCredentials, { kind: "ssh" }>> = {}) =>
    wish({ url: url(), credentials: { kind: "ssh", identity, knownHosts: knownHosts(), ...more } });

  it("is fetched with the key, also where a line feed is missing at its end", async () => {
    const { source } = await open();
    const sha = server.commit({ "a.yaml": "again\n" });
    expect(valueOf(await source.fetch(ssh())).sha).toBe(sha);
    expect(valueOf(await source.fetch(ssh({ identity: identity.trimEnd() }))).sha).toBe(sha);
    const exported = valueOf(await source.export(ssh(), sha));
    expect(readFileSync(join(exported.root, "a.yaml"), "utf8")).toBe("again\n");
    await exported.release();
  });

  it("is not spoken to where its key is another than the known one, or unknown", async () => {
    const { source } = await open();
    const other = (key(`other-${port}`), readFileSync(join(home, `other-${port}.pub`), "utf8"));
    for (const known of [`[127.0.0.1]:${port} ${other}`, `git.example ${hostKey}\n`]) {
      const failure = failureOf(await source.fetch(ssh({ knownHosts: known })));
      expect(failure.kind).toBe("forbidden");
      expect(failure.next).toMatch(/known_hosts/);
    }
  });

  it("refuses a key that it does not know, and one with a passphrase is of no use", async () => {
    const { source } = await open();
    const stranger = key(`stranger-${port}`);
    const refused = failureOf(await source.fetch(ssh({ identity: stranger })), stranger.split("\n")[2] ?? "");
    expect(refused.kind).toBe("forbidden");
    expect(refused.next).toMatch(/credentials/);
    const locked = key(`locked-${port}`, "hunter22");
    const useless = failureOf(await source.fetch(ssh({ identity: locked })), "hunter22");
    expect(useless.kind).toBe("git-invalid");
    expect(useless.message).toMatch(/passphrase/);
  });

  it("that is not there, or a server that is not, is told apart", async () => {
    const { source } = await open();
    const gone = { ...ssh(), url: `${url()}-gone` };
    expect(failureOf(await source.fetch(gone)).kind).toBe("git-missing");
    const closed = await listenOnLoopback(createServer());
    await closed.close();
    const nobody = { ...ssh(), url: url().replace(`:${port}`, `:${closed.port}`) };
    expect(failureOf(await source.fetch(nobody)).kind).toBe("unreachable");
  });
});

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
