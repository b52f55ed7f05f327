// Credentials: where they are looked for, in which order, and that they go nowhere but to the host they are for.
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { ChartServersOptions } from "../../../../src/adapters/charts/servers/chart-servers.ts";
import { failed, succeeded, type Failure, type Result } from "../../../../src/core/failure.ts";
import type { ChartServer, ChartServers, ReadSystemSecret } from "../../../../src/engine/ports.ts";
import { temporaryFolder, writeTree } from "../../../kit/chart-trees.ts";
import { makeIndex, smallChart, type TestServer } from "../../../kit/chart-servers.ts";
import {
  failureOf as failureOfAny,
  useChartServers,
  useRegistry,
} from "../../../kit/chart-server-fixture.ts";

const { authority, server, other, plain, ...fixture } = await useChartServers();
const registry = await useRegistry(authority);
await registry.push(smallChart("orders", "1.0.0"), "shop");

const login = { username: "charts", password: "chart-password" };
const loginText = Buffer.from(`${login.username}:${login.password}`).toString("base64");
const archive = smallChart("api", "1.0.0");
const fromEnvironment = {
  HEADWAY_REPOSITORY_SHOP_2_USERNAME: login.username,
  HEADWAY_REPOSITORY_SHOP_2_PASSWORD: login.password,
};

type Surroundings = Partial<ChartServersOptions> & { readonly home?: string };

function open({ home, ...options }: Surroundings = {}): ChartServers {
  return fixture.open({ ...options, ...(home === undefined ? {} : { homeDir: home }) });
}

const failureOf = (result: Result<unknown>): Failure =>
  failureOfAny(result, login.password, loginText, "wrong-password", "chart-token");

function secretsOf(secrets: Readonly<Record<string, Readonly<Record<string, string>>>>): ReadSystemSecret {
  return (name) => {
    const values = secrets[name];
    return Promise.resolve(
      succeeded(values && new Map(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)]))),
    );
  };
}

function repository(more: Partial<ChartServer> = {}): ChartServer {
  return { kind: "http", url: server.url, alias: "shop-2", ...more };
}

async function serveIndex(base?: string): Promise<void> {
  server.files.set("/index.yaml", await makeIndex(new Map([["api-1.0.0.tgz", archive]]), base));
  server.files.set("/api-1.0.0.tgz", archive);
}

describe("a repository's credentials come from", () => {
  beforeEach(async () => {
    await serveIndex();
    server.login = login;
  });

  test("the Secret that it names, which is read once and only for a request", async () => {
    const asked: string[] = [];
    const readSecret: ReadSystemSecret = (name) => {
      asked.push(name);
      return secretsOf({ shop: login })(name);
    };
    const servers = open({ readSecret });
    expect(asked).toEqual([]);
    const wanted = repository({ secretRef: "shop" });
    expect(await servers.list(wanted, [])).toMatchObject({ ok: true });
    expect(await servers.fetch({ url: `${server.url}/api-1.0.0.tgz`, server: wanted })).toMatchObject({
      ok: true,
    });
    expect(asked).toEqual(["shop"]);
  });

  test("the environment, by the repository's alias", async () => {
    expect(await open({ env: fromEnvironment }).list(repository(), [])).toMatchObject({ ok: true });
  });

  test("helm's repositories.yaml, by address, with the authority that it names", async () => {
    const home = temporaryFolder();
    const entry = `- { name: x, url: ${server.url}/, username: charts, password: chart-password, caFile: ${authority.caFile} }`;
    writeTree(home, { ".config/helm/repositories.yaml": `repositories:\n${entry}\n` });
    const env = { HEADWAY_CA_FILE: "" };
    expect(await open({ home, env }).list(repository(), [])).toMatchObject({ ok: true });
    const named = { ...env, HELM_REPOSITORY_CONFIG: join(home, ".config/helm/repositories.yaml") };
    expect(await open({ env: named }).list(repository(), [])).toMatchObject({ ok: true });
  });

  test("the first of these that has some", async () => {
    const wrong = { username: "charts", password: "wrong-password" };
    const readSecret = secretsOf({ shop: wrong });
    const result = await open({ readSecret, env: fromEnvironment }).list(
      repository({ secretRef: "shop" }),
      [],
    );
    const failure = failureOf(result);
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toMatch(
      /answered 401 \(unauthorized\); with the credentials from the Secret shop$/,
    );
    const absent = open({ readSecret, env: fromEnvironment });
    expect(await absent.list(repository({ secretRef: "gone" }), [])).toMatchObject({ ok: true });
  });

  test("nowhere, and then the refusal says where they were looked for", async () => {
    const home = temporaryFolder();
    const message = async (options: Surroundings, secretRef?: string): Promise<string> =>
      failureOf(
        await open({ home, ...options }).list(repository(secretRef === undefined ? {} : { secretRef }), []),
      ).message;
    expect(await message({})).toContain(
      `without credentials: HEADWAY_REPOSITORY_SHOP_2_USERNAME and …_PASSWORD are not both set; ${home}/.config/helm/repositories.yaml does not exist`,
    );
    expect(await message({}, "shop")).toContain("the Secret shop can't be read without a cluster");
    expect(await message({ readSecret: secretsOf({}) }, "shop")).toContain(
      "the Secret shop does not exist in Headway's system namespace",
    );
    expect(await message({ readSecret: secretsOf({ shop: { user: "x" } }) }, "shop")).toContain(
      "the Secret shop has neither username and password nor .dockerconfigjson",
    );
    const readSecret: ReadSystemSecret = () =>
      Promise.resolve(failed({ kind: "unreachable", message: "no kubeconfig" }));
    expect(await message({ readSecret }, "shop")).toContain("the Secret shop can't be read: no kubeconfig");
  });
});

describe("an authority is taken from", () => {
  test.each<[string, () => Surroundings]>([
    ["HEADWAY_CA_FILE", () => ({ env: { HEADWAY_CA_FILE: authority.caFile } })],
    ["SSL_CERT_FILE", () => ({ env: { HEADWAY_CA_FILE: "", SSL_CERT_FILE: authority.caFile } })],
    [
      "a Secret's ca.crt",
      () => ({
        env: { HEADWAY_CA_FILE: "" },
        readSecret: secretsOf({ shop: { "ca.crt": `# ours\n${authority.ca}` } }),
      }),
    ],
  ])("%s", async (_, options) => {
    await serveIndex();
    expect(await open(options()).list(repository({ secretRef: "shop" }), [])).toMatchObject({ ok: true });
  });

  test("nothing that is no certificate", async () => {
    await serveIndex();
    const readSecret = secretsOf({
      shop: { "ca.crt": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" },
    });
    const result = await open({ env: { HEADWAY_CA_FILE: "" }, readSecret }).list(
      repository({ secretRef: "shop" }),
      [],
    );
    expect(failureOf(result).message).toContain("is not signed by anybody who is trusted here");
  });
});

describe("credentials are sent to no other host", () => {
  const authorizations = (of: TestServer): readonly (string | undefined)[] =>
    of.log.map(({ headers }) => headers.authorization);

  test("where a redirect leads, not even when that leads back", async () => {
    await serveIndex();
    server.login = login;
    server.faults.set("/api-1.0.0.tgz", { kind: "redirect", to: `${other.url}/away.tgz`, times: 1 });
    other.faults.set("/away.tgz", { kind: "redirect", to: `${server.url}/api-1.0.0.tgz` });
    const result = await open({ env: fromEnvironment }).fetch({
      url: `${server.url}/api-1.0.0.tgz`,
      server: repository(),
    });
    expect(failureOf(result).kind).toBe("forbidden");
    expect(authorizations(other)).toEqual([undefined]);
    expect(authorizations(server)).toEqual([`Basic ${loginText}`, undefined]);
  });

  test("that is the same machine on another port, or by another name", async () => {
    other.files.set("/api.tgz", archive);
    for (const to of [`${other.url}/api.tgz`, `https://localhost:${other.port}/api.tgz`]) {
      server.faults.set("/api.tgz", { kind: "redirect", to });
      const result = await open({ env: fromEnvironment }).fetch({
        url: `${server.url}/api.tgz`,
        server: repository(),
      });
      expect(result).toMatchObject({ ok: true });
    }
    expect(authorizations(other)).toEqual([undefined, undefined]);
    expect(authorizations(server)).toEqual([`Basic ${loginText}`, `Basic ${loginText}`]);
  });

  test("that an index names", async () => {
    await serveIndex(other.url);
    other.files.set("/api-1.0.0.tgz", archive);
    const servers = open({ env: fromEnvironment });
    const listed = await servers.list(repository(), []);
    const url = listed.ok ? (listed.value[0]?.url ?? "") : "";
    expect(url).toBe(`${other.url}/api-1.0.0.tgz`);
    expect(await servers.fetch({ url, server: repository() })).toMatchObject({ ok: true });
    expect(authorizations(other)).toEqual([undefined]);
    other.login = login;
    const failure = failureOf(await servers.fetch({ url: `${url}?again`, server: repository() }));
    expect(failure.message).toContain("it is another server than the repository's");
  });

  test("over plain http, neither at once nor after a redirect", async () => {
    plain.files.set("/index.yaml", await makeIndex(new Map()));
    const result = await open({ env: fromEnvironment }).list(repository({ url: plain.url }), []);
    expect(failureOf(result).message).toContain("they are not sent over plain http");
    expect(plain.log).toEqual([]);
    expect(await open().list(repository({ url: plain.url }), [])).toMatchObject({ ok: true });
    server.faults.set("/index.yaml", { kind: "redirect", to: `${plain.url}/index.yaml` });
    expect(failureOf(await open({ env: fromEnvironment }).list(repository(), [])).kind).toBe("forbidden");
    expect(plain.log).toHaveLength(1);
  });
});

describe("a registry's login comes from", () => {
  const fetchOrders = (options: Surroundings, more: Partial<ChartServer> = {}): Promise<Result<unknown>> =>
    open(options).fetch({
      url: `oci://${registry.host}/shop/orders`,
      version: "1.0.0",
      server: { kind: "oci", url: `oci://${registry.host}/shop`, alias: "shop-2", ...more },
    });
  const dockerConfig = (): string => readFileSync(registry.loginFile, "utf8");

  test("a Secret, with user name and password or as Docker writes it", async () => {
    const readSecret = secretsOf({ plain: login, docker: { ".dockerconfigjson": dockerConfig() } });
    expect(await fetchOrders({ readSecret }, { secretRef: "plain" })).toMatchObject({ ok: true });
    expect(await fetchOrders({ readSecret }, { secretRef: "docker" })).toMatchObject({ ok: true });
    const elsewhere = secretsOf({
      docker: { ".dockerconfigjson": '{"auths":{"example.com":{"auth":"eDp5"}}}' },
    });
    const failure = failureOf(await fetchOrders({ readSecret: elsewhere }, { secretRef: "docker" }));
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toContain(`the Secret docker has no login for ${registry.host}`);
  });

  test("the environment", async () => {
    expect(await fetchOrders({ env: fromEnvironment })).toMatchObject({ ok: true });
  });

  test("docker login or helm registry login, wherever their files are", async () => {
    const home = temporaryFolder();
    writeTree(home, { ".docker/config.json": dockerConfig() });
    expect(await fetchOrders({ home })).toMatchObject({ ok: true });
    expect(await fetchOrders({ env: { DOCKER_CONFIG: join(home, ".docker") } })).toMatchObject({ ok: true });
    expect(await fetchOrders({ env: { HELM_REGISTRY_CONFIG: registry.loginFile } })).toMatchObject({
      ok: true,
    });
    const helms = temporaryFolder();
    writeTree(helms, { ".config/helm/registry/config.json": dockerConfig() });
    expect(await fetchOrders({ home: helms })).toMatchObject({ ok: true });
  });

  test.each(["credsStore", "credHelpers"])(
    "the program that docker's %s names, asked by its input",
    async (key) => {
      const home = temporaryFolder();
      const helper = key === "credsStore" ? "keep" : { [registry.host]: "keep" };
      const said = JSON.stringify({ Username: login.username, Secret: login.password });
      writeTree(home, {
        ".docker/config.json": JSON.stringify({ auths: { [registry.host]: {} }, [key]: helper }),
        "bin/docker-credential-keep": `#!/bin/sh\necho "$@" > ${home}/argv\n/bin/cat > ${home}/input\necho '${said}'\n`,
      });
      chmodSync(join(home, "bin/docker-credential-keep"), 0o755);
      expect(await fetchOrders({ home, env: { PATH: join(home, "bin") } })).toMatchObject({ ok: true });
      expect(readFileSync(join(home, "argv"), "utf8")).toBe("get\n");
      expect(readFileSync(join(home, "input"), "utf8")).toBe(registry.host);
      const failure = failureOf(await fetchOrders({ home, env: { PATH: "/nowhere" } }));
      expect(failure.message).toContain("docker-credential-keep is not on PATH");
    },
  );

  test("nowhere, and then the refusal says so; one that is wrong is named", async () => {
    const none = failureOf(await fetchOrders({}));
    expect(none.kind).toBe("forbidden");
    expect(none.message).toContain(
      "answered 401 (unauthorized); without credentials: HEADWAY_REPOSITORY_SHOP_2",
    );
    const env = { ...fromEnvironment, HEADWAY_REPOSITORY_SHOP_2_PASSWORD: "wrong-password" };
    const wrong = failureOf(await fetchOrders({ env }));
    expect(wrong.kind).toBe("forbidden");
    expect(wrong.message).toContain(
      "with the credentials from HEADWAY_REPOSITORY_SHOP_2_USERNAME and …_PASSWORD",
    );
  });
});
