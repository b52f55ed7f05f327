// Finding a cluster and getting in: kubeconfigs as kubectl reads them, credentials, and the words for what goes wrong.
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { loadAccess } from "../../../src/adapters/cluster/kubeconfig.ts";
import { temporaryFolder } from "../../kit/chart-trees.ts";
import { accessOf, sharedSandbox } from "../../kit/sandbox.ts";
import { connected, connectedApi, failureOf, valueOf } from "./connected.ts";
import { startFaultyProxy, status, writeKubeconfig } from "./faulty-proxy.ts";

describe("finding the cluster", () => {
  it("takes the first of several kubeconfigs for each name, and the context that is asked for", async () => {
    const folder = temporaryFolder();
    const write = (name: string, server: string, context: string, current: string) => {
      writeFileSync(
        join(folder, name),
        JSON.stringify({
          clusters: [
            { name: "c", cluster: { server } },
            { name: `only-${name}`, cluster: { server: `https://${name}` } },
          ],
          users: [{ name: "u", user: { token: name } }],
          contexts: [
            { name: context, context: { cluster: "c", user: "u" } },
            { name: `of-${name}`, context: { cluster: `only-${name}`, user: "u" } },
          ],
          "current-context": current,
        }),
      );
      return join(folder, name);
    };
    const list = [
      write("one", "https://first/", "same", ""),
      join(folder, "absent"),
      write("two", "https://second", "same", "same"),
    ];
    vi.stubEnv("KUBECONFIG", list.join(":"));
    try {
      expect(valueOf(await loadAccess({}))).toMatchObject({
        context: "same",
        cluster: { server: "https://first" },
        user: { token: "one" },
      });
      expect(valueOf(await loadAccess({ context: "of-two" })).cluster.server).toBe("https://two");
      const failure = failureOf(await loadAccess({ context: "nowhere" }));
      expect(failure.message).toContain("no context nowhere");
      expect(failure.next).toContain("of-one");
      expect(valueOf(await loadAccess({ kubeconfig: list[2] ?? "" })).cluster.server).toBe("https://second");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("uses the pod's account where there is no kubeconfig, and says so where there is neither", async () => {
    vi.stubEnv("KUBECONFIG", "");
    vi.stubEnv("HOME", temporaryFolder());
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "fd00::1");
    vi.stubEnv("KUBERNETES_SERVICE_PORT", "443");
    try {
      const access = valueOf(await loadAccess({}));
      expect(access.cluster.server).toBe("https://[fd00::1]:443");
      expect(access.tokenFile).toBe("/var/run/secrets/kubernetes.io/serviceaccount/token");
      vi.stubEnv("KUBERNETES_SERVICE_HOST", undefined);
      const failure = failureOf(await loadAccess({}));
      expect(failure.kind).toBe("unreachable");
      expect(failure.next).toContain("headway sandbox up");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("says which kubeconfig can't be read, without quoting it", async () => {
    const file = join(temporaryFolder(), "config");
    writeFileSync(file, "users: [{name: u, user: {token: s3cr3t-token}}\nclusters: : :");
    const failure = failureOf(await loadAccess({ kubeconfig: file }));
    expect(failure.message).toContain(file);
    expect(failure.message).not.toContain("s3cr3t");
    expect(failureOf(await loadAccess({ kubeconfig: `${file}-absent` })).message).toContain("config-absent");
  });
});

describe("getting in", () => {
  it("works with a token file, which is read again once its token is refused", async () => {
    const cluster = await sharedSandbox();
    const { server, ca, token } = accessOf(cluster.kubeconfig);
    const folder = temporaryFolder();
    writeFileSync(join(folder, "ca.crt"), ca);
    writeFileSync(join(folder, "token"), "outdated\n");
    const kubeconfig = join(folder, "config");
    writeKubeconfig(kubeconfig, {
      server,
      cluster: { "certificate-authority": "ca.crt" },
      user: { tokenFile: "token" },
    });
    const { records } = await connected({ kubeconfig });
    const refused = failureOf(await records.list());
    expect(refused.kind).toBe("forbidden");
    expect(refused.next).toContain("credentials");
    writeFileSync(join(folder, "token"), `${token}\n`);
    valueOf(await records.list());
  });

  it("works with a credential plugin, told what it is asked for and run again once its token is refused", async () => {
    const cluster = await sharedSandbox();
    const { server, ca, token } = accessOf(cluster.kubeconfig);
    const folder = temporaryFolder();
    const plugin = join(folder, "plugin");
    writeFileSync(
      plugin,
      `#!/bin/sh
echo "$KUBERNETES_EXEC_INFO" >> "$LOG_FOLDER/calls"
token=$(cat "$LOG_FOLDER/token")
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$token'"}}'
`,
    );
    chmodSync(plugin, 0o755);
    writeFileSync(join(folder, "token"), "outdated");
    const kubeconfig = join(folder, "config");
    writeKubeconfig(kubeconfig, {
      server,
      cluster: { "certificate-authority-data": Buffer.from(ca).toString("base64") },
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "./plugin",
          env: [{ name: "LOG_FOLDER", value: folder }],
        },
      },
    });
    const { records } = await connected({ kubeconfig });
    expect(failureOf(await records.list()).kind).toBe("forbidden");
    writeFileSync(join(folder, "token"), token);
    valueOf(await records.list());
    valueOf(await records.list());
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    expect(calls).toHaveLength(3);
    expect(JSON.parse(calls[0] ?? "")).toMatchObject({
      kind: "ExecCredential",
      spec: { interactive: false },
    });
  });

  it("says what a credential plugin said, without anything that looks like a token", async () => {
    const folder = temporaryFolder();
    const plugin = join(folder, "plugin");
    const secret = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEyMzQ1Njc4OTAifQ";
    writeFileSync(plugin, `#!/bin/sh\necho "session expired ${secret}" >&2\nexit 1\n`);
    chmodSync(plugin, 0o755);
    const kubeconfig = join(folder, "config");
    writeKubeconfig(kubeconfig, { server: "https://127.0.0.1:1", user: { exec: { command: plugin } } });
    const failure = failureOf(await (await connected({ kubeconfig })).records.list());
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toContain("session expired");
    expect(failure.message).not.toContain(secret);
  });

  it("works through a proxy that the kubeconfig names", async () => {
    const cluster = await sharedSandbox();
    const { server, ca, token } = accessOf(cluster.kubeconfig);
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on("connect", ({ url }: IncomingMessage, socket: Socket) => {
      tunnels.push(url ?? "");
      const { hostname, port } = new URL(`https://${url ?? ""}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      socket.on("close", () => onward.destroy());
      onward.on("close", () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      proxy.close();
    });
    const kubeconfig = join(temporaryFolder(), "config");
    writeKubeconfig(kubeconfig, {
      server,
      cluster: {
        "certificate-authority-data": Buffer.from(ca).toString("base64"),
        "proxy-url": `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      },
      user: { token },
    });
    valueOf(await (await connected({ kubeconfig })).records.list());
    expect(tunnels).toContain(new URL(server).host);
  });

  it("acts as somebody else with the groups that the kubeconfig gives", async () => {
    const cluster = await sharedSandbox();
    const { server, ca, token } = accessOf(cluster.kubeconfig);
    const kubeconfig = join(temporaryFolder(), "config");
    const user = { token, as: "jane", "as-groups": ["nobody", "also-nobody"] };
    writeKubeconfig(kubeconfig, {
      server,
      cluster: { "certificate-authority-data": Buffer.from(ca).toString("base64") },
      user,
    });
    const failure = failureOf(await (await connected({ kubeconfig })).records.list());
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toContain('User "jane" cannot list resource "secrets"');
  });
});

describe("a cluster that does not answer", () => {
  it.each([
    ["where nothing listens", "https://127.0.0.1:1", "nothing listens there"],
    ["whose name is not known", "https://no-such-host.invalid", "can't be reached"],
  ])("is said to be unreachable %s", async (_where, server, words) => {
    const kubeconfig = join(temporaryFolder(), "config");
    writeKubeconfig(kubeconfig, { server, user: { token: "t" } });
    const failure = failureOf(await (await connected({ kubeconfig })).records.list());
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toContain(words);
    expect(failure.next).toContain("--context");
  });

  it("is not trusted with another's certificate", async () => {
    const cluster = await sharedSandbox();
    const { server, token } = accessOf(cluster.kubeconfig);
    const kubeconfig = join(temporaryFolder(), "config");
    writeKubeconfig(kubeconfig, { server, user: { token } });
    const failure = failureOf(await (await connected({ kubeconfig })).records.list());
    expect(failure.kind).toBe("unreachable");
    expect(failure.next).toContain("certificate-authority");
  });

  it("is given up after the time for one request", async () => {
    const proxy = await startFaultyProxy(await sharedSandbox());
    proxy.fault = () => ({ kind: "hang" });
    const { records } = await connected({ kubeconfig: proxy.kubeconfig, requestTimeoutMs: 300 });
    expect(failureOf(await records.list())).toMatchObject({ kind: "unreachable" });
  });

  it("is asked again where it is only busy, after the time it asks for", async () => {
    const proxy = await startFaultyProxy(await sharedSandbox());
    let refusals = 2;
    const busy = { ...status(429, "TooManyRequests", "slow down"), headers: { "retry-after": "0" } };
    proxy.fault = () => (refusals-- > 0 ? busy : undefined);
    const { records } = await connected({ kubeconfig: proxy.kubeconfig });
    valueOf(await records.list());
    proxy.fault = () => ({ ...busy, headers: { "retry-after": "3600" } });
    expect(failureOf(await records.list())).toMatchObject({ kind: "unreachable" });
  });

  it("is not believed where it is no API server", async () => {
    const proxy = await startFaultyProxy(await sharedSandbox());
    proxy.fault = () => ({ kind: "answer", status: 200, body: "<html>Log in</html>" });
    const { records } = await connected({ kubeconfig: proxy.kubeconfig });
    expect(failureOf(await records.list()).message).toContain("not that of a Kubernetes API");
  });

  it("gets a request again that met a connection it had just closed", async () => {
    const proxy = await startFaultyProxy(await sharedSandbox());
    const api = await connectedApi(proxy.kubeconfig);
    for (let round = 0; round < 5; round++) {
      valueOf(await api.json({ doing: "Asking", path: "/version" }));
      proxy.cut();
    }
  });
});
