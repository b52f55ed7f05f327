// Charts of servers in runs on a real cluster: how often servers are asked, logins that are kept in the cluster, what is
// refused before anything is touched, and what is newer than what runs.
import { describe, expect, onTestFinished, test } from "vitest";
import { findProgram } from "../../src/sandbox/programs.ts";
import { useChartServers, useRegistry } from "../kit/chart-server-fixture.ts";
import { publishCharts, smallChart } from "../kit/chart-servers.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import type { CliEnd } from "../kit/cli.ts";
import { sharedSandbox } from "../kit/sandbox.ts";
import type { ReleaseSketch } from "../kit/stack-folder.ts";
import { openTestStack, type TestStack } from "../kit/test-stack.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const { authority, server, other } = await useChartServers();
const registry = await useRegistry(authority);
const helm = await findProgram("helm");
if (!helm.ok) throw new Error(helm.failure.message);
const program = helm.value.path;

type Run = (command: string, ...flags: readonly string[]) => Promise<CliEnd>;

/** Runs with a cache of its own, as on another machine. */
function machineFor(stack: TestStack, env: Readonly<Record<string, string>> = {}): Run {
  const surroundings = {
    XDG_CACHE_HOME: temporaryFolder(),
    HOME: temporaryFolder(),
    HEADWAY_HELM: program,
    HEADWAY_CA_FILE: authority.caFile,
    ...env,
  };
  return (command, ...flags) => stack.run(command, flags, { env: surroundings });
}

const uses = (name: string, chart: string, version = "^1"): ReleaseSketch => ({
  name,
  spec: { chart, version },
});
const web = { stackSpec: { repositories: { web: { url: server.url } } } };
const archivesAsked = (): readonly string[] =>
  server.log.map(({ path }) => path).filter((path) => path.endsWith(".tgz"));

describe("a plan", () => {
  test("of 200 releases with 12 charts fetches 12, asks for no index, and what follows asks for nothing", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `chart-${index}`);
    await publishCharts(
      server,
      new Map(),
      names.map((name) => [name, "1.0.0"]),
    );
    const stack = await openTestStack(
      Array.from({ length: 200 }, (_, index) => uses(`r${index}`, `web/chart-${index % 12}`)),
      web,
    );
    const run = machineFor(stack);
    expect(await run("index")).toMatchObject({ code: 0 });
    server.log.length = 0;
    // What a chart server is asked for is the same; rendering all of them would take its time.
    const plan = await run("plan", "--no-foresight");
    expect(plan.code, plan.all).toBe(0);
    expect(plan.stdout).toContain("Plan: 200 to install");
    expect(server.log.map(({ path }) => path).toSorted()).toEqual(
      names.map((name) => `/${name}-1.0.0.tgz`).toSorted(),
    );
    server.log.length = 0;
    const end = await run("apply", "--yes", "--only", "r0", "r13");
    expect(end.code, end.all).toBe(0);
    expect(await stack.revisions("r13")).toMatchObject([{ revision: 1, status: "deployed" }]);
    expect(server.log).toEqual([]);
  });

  test("tells what is newer, as text and as JSON, and asks no server for it", async () => {
    const archives = new Map<string, Buffer>();
    await publishCharts(server, archives, [
      ["api", "1.0.0"],
      ["db", "1.0.0"],
    ]);
    const stack = await openTestStack([uses("api", "web/api"), uses("db", "web/db")], web);
    const run = machineFor(stack);
    await run("index");
    await run("lock");
    await publishCharts(server, archives, [
      ["api", "1.4.0"],
      ["api", "2.0.0"],
      ["api", "3.0.0-rc.1"],
    ]);
    await run("index");
    const newer = `Newer charts\n  ${stack.namespace}/api  web/api 1.0.0: 1.4.0 fits the declaration, 2.0.0 is beyond its range\n`;
    expect((await run("plan")).stdout).toContain(newer);
    expect(await run("apply", "--yes")).toMatchObject({ code: 0 });
    server.log.length = 0;
    // Nothing is to be done, and there is something newer all the same.
    const table = await run("plan", "--detailed-exitcode");
    expect(table.code, table.all).toBe(0);
    expect(table.stdout).toContain(newer);
    expect((await run("plan", "-o", "markdown")).stdout).toContain("web/api 1.0.0: 1.4.0 fits");
    expect((await run("plan", "--only", "db")).stdout).not.toContain("Newer");
    const document = JSON.parse((await run("plan", "-o", "json")).stdout) as {
      readonly items: readonly { readonly release: string; readonly newer?: unknown }[];
    };
    expect(complaints(strictValidator("plan"), document)).toEqual([]);
    expect(document.items.map(({ release, newer: found }) => [release, found])).toEqual([
      [`${stack.namespace}/api`, { chart: "web/api", version: "1.0.0", fits: "1.4.0", newest: "2.0.0" }],
      [`${stack.namespace}/db`, undefined],
    ]);
    expect(server.log).toEqual([]);
  });
});

describe("the same version with another content, between plan and apply", () => {
  test("is refused on another machine with nothing touched; where it was planned, what was planned is applied", async () => {
    await publishCharts(server, new Map(), [["api", "1.0.0"]]);
    const stack = await openTestStack([uses("api", "web/api")], web);
    const [here, elsewhere] = [machineFor(stack), machineFor(stack)];
    await here("index");
    expect(await here("plan")).toMatchObject({ code: 0 });
    await publishCharts(server, new Map(), [["api", "1.0.0", { "values.yaml": "greeting: changed\n" }]]);
    const refused = await elsewhere("apply", "--yes");
    expect(refused.code, refused.all).toBe(3);
    expect(new Set(refused.stderr.match(/sha256:[0-9a-f]{64}/g)).size).toBe(2);
    expect(refused.stderr).toMatch(/releases\/[^ ]*-api\.yaml:\d+:\d+ error /);
    expect(refused.stderr).toContain("→ find out who published it again");
    expect(await stack.revisions("api")).toEqual([]);
    const applied = await here("apply", "--yes");
    expect(applied.code, applied.all).toBe(0);
    expect((await stack.object("configmaps/api", "v1"))?.data).toEqual({ greeting: "hello" });
  });
});

describe("a login that a repository's secretRef names", () => {
  /** A Secret in Headway's own namespace; `change` writes it anew, or takes it away. */
  async function makeSecret(
    stack: TestStack,
    data: Readonly<Record<string, string>>,
  ): Promise<{ readonly change: (next?: Readonly<Record<string, string>>) => Promise<void> }> {
    const { kube } = await sharedSandbox();
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "headway-system" } };
    // It may be there already.
    await kube("/api/v1/namespaces", { method: "POST", body: namespace });
    const secrets = "/api/v1/namespaces/headway-system/secrets";
    const remove = async (): Promise<void> => {
      await kube(`${secrets}/${stack.name}`, { method: "DELETE" });
    };
    const create = async (stringData: Readonly<Record<string, string>>): Promise<void> => {
      const body = { apiVersion: "v1", kind: "Secret", metadata: { name: stack.name }, stringData };
      const reply = await kube(secrets, { method: "POST", body });
      if (reply.status !== 201) throw new Error(reply.text);
    };
    await create(data);
    onTestFinished(remove);
    return {
      change: async (next) => {
        await remove();
        if (next !== undefined) await create(next);
      },
    };
  }

  const login = { username: "charts", password: "chart-password" };

  test("opens the server to index, plan and apply, its own authority included, and goes nowhere else", async () => {
    server.login = login;
    await publishCharts(server, new Map(), [["api", "1.0.0"]]);
    const stack = await openTestStack([uses("api", "web/api")]);
    stack.declare([uses("api", "web/api")], {
      stackSpec: { repositories: { web: { url: server.url, secretRef: stack.name } } },
    });
    const secret = await makeSecret(stack, { ...login, "ca.crt": authority.ca });
    const run = machineFor(stack, { HEADWAY_CA_FILE: "" });
    const indexed = await run("index");
    expect(indexed.code, indexed.all).toBe(0);
    server.faults.set("/api-1.0.0.tgz", { kind: "redirect", to: `${other.url}/away.tgz` });
    other.files.set("/away.tgz", smallChart("api", "1.0.0"));
    const applied = await run("apply", "--yes");
    expect(applied.code, applied.all).toBe(0);
    expect(applied.all + indexed.all).not.toContain(login.password);
    expect(await stack.revisions("api")).toMatchObject([{ status: "deployed" }]);
    expect(archivesAsked()).toEqual(["/api-1.0.0.tgz"]);
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);

    await secret.change({ username: "charts", password: "wrong-password", "ca.crt": authority.ca });
    const wrong = await run("index");
    expect(wrong.code, wrong.all).toBe(6);
    expect(wrong.stderr).toContain(
      `answered 401 (unauthorized); with the credentials from the Secret ${stack.name}`,
    );
    expect(wrong.stderr).toMatch(/declared at headway\.yaml:\d+:\d+/);
    expect(wrong.all).not.toContain("wrong-password");

    await secret.change();
    server.faults.clear();
    const absent = await machineFor(stack)("plan");
    expect(absent.code, absent.all).toBe(6);
    expect(absent.stderr).toContain(`the Secret ${stack.name} does not exist in Headway's system namespace`);
    expect(absent.stderr).toMatch(/declared at releases\/[^ ]*-api\.yaml:\d+:\d+/);
  });

  test("opens a registry, as docker writes logins", async () => {
    await registry.push(smallChart("orders", "1.3.0"), "cluster");
    const orders = [uses("orders", "reg/orders")];
    const stack = await openTestStack(orders);
    stack.declare(orders, {
      stackSpec: {
        repositories: { reg: { url: `oci://${registry.host}/cluster`, secretRef: stack.name } },
      },
    });
    const auth = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
    const secret = await makeSecret(stack, {
      ".dockerconfigjson": JSON.stringify({ auths: { [registry.host]: { auth } } }),
    });
    const run = machineFor(stack);
    expect(await run("index")).toMatchObject({ code: 0 });
    const applied = await run("apply", "--yes");
    expect(applied.code, applied.all).toBe(0);
    expect(await stack.revisions("orders")).toMatchObject([{ status: "deployed" }]);
    await secret.change({ ".dockerconfigjson": '{"auths":{}}' });
    const refused = await machineFor(stack)("plan");
    expect(refused.code, refused.all).toBe(6);
    expect(refused.stderr).toContain(`the Secret ${stack.name} has no login for ${registry.host}`);
    expect(refused.all).not.toContain(auth);
  });
});
