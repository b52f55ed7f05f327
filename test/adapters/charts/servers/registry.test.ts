// OCI registries: the real one for what registries do, and a server that claims to be one for what no honest one does.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ChartServersOptions } from "../../../../src/adapters/charts/servers/chart-servers.ts";
import { mayHaveCredentials, readChallenges } from "../../../../src/adapters/charts/servers/oci-challenge.ts";
import type { Failure, Result } from "../../../../src/core/failure.ts";
import type { ChartServer } from "../../../../src/engine/ports.ts";
import { forwardTo } from "../../../kit/forward.ts";
import { temporaryFolder, writeTree } from "../../../kit/chart-trees.ts";
import { smallChart, type TestServer } from "../../../kit/chart-servers.ts";
import {
  failureOf as failureOfAny,
  useChartServers,
  useRegistry,
} from "../../../kit/chart-server-fixture.ts";

const { authority, server: fake, other, open } = await useChartServers();
const registry = await useRegistry(authority);

const digestOf = (bytes: Buffer | string): `sha256:${string}` =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const configType = "application/vnd.cncf.helm.config.v1+json";
const layerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

function manifestOf(
  config: Buffer | string,
  layer: Buffer,
  types: { config?: string; layer?: string } = {},
): string {
  const part = (mediaType: string, bytes: Buffer | string): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: manifestType,
    config: part(types.config ?? configType, config),
    layers: [part(types.layer ?? layerType, layer)],
  });
}

const failureOf = (result: Result<unknown>): Failure =>
  failureOfAny(result, "chart-password", "chart-token", "refresh-me");

describe("a registry", () => {
  const loggedIn = (): { env: Record<string, string> } => ({
    env: { HELM_REGISTRY_CONFIG: registry.loginFile },
  });
  const server = (path: string): ChartServer => ({ kind: "oci", url: `oci://${registry.host}/${path}` });

  test("lists every version of the charts that are asked for, as their Chart.yaml says", async () => {
    const more = {
      "Chart.yaml":
        'apiVersion: v2\nname: web\nversion: 2.0.0-rc.1\nappVersion: "2"\ndependencies: [{ name: db, version: ^1, repository: "oci://registry.example/charts" }]\n',
      "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
    };
    const [first, build, candidate] = [
      smallChart("web", "1.0.0"),
      smallChart("web", "1.0.1+build.5"),
      smallChart("web", "2.0.0-rc.1", more),
    ];
    for (const archive of [first, build, candidate]) await registry.push(archive, "list");
    await registry.push(smallChart("db", "1.0.0"), "list");
    await registry.push(smallChart("unasked", "1.0.0"), "list");
    const listed = await open(loggedIn()).list(server("list"), ["web", "db"]);
    const charts = listed.ok ? listed.value : [];
    const url = `oci://${registry.host}/list/web`;
    expect(charts.toSorted((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))).toEqual(
      [
        expect.objectContaining({ name: "db", version: "1.0.0", url: `oci://${registry.host}/list/db` }),
        { name: "web", version: "1.0.0", appVersion: "1.0", digest: digestOf(first), url },
        { name: "web", version: "1.0.1+build.5", appVersion: "1.0", digest: digestOf(build), url },
        {
          name: "web",
          version: "2.0.0-rc.1",
          appVersion: "2",
          digest: digestOf(candidate),
          url,
          dependencies: [{ name: "db", version: "^1", repository: "oci://registry.example/charts" }],
        },
      ],
    );
  });

  test("is read page by page where it gives its tags so", async () => {
    const archive = smallChart("paged", "0.0.0");
    await registry.putBlob("pages/paged", archive);
    const versions = Array.from({ length: 7 }, (_, index) => `1.${index}.0`);
    for (const version of versions) {
      const config = JSON.stringify({ apiVersion: "v2", name: "paged", version });
      await registry.putBlob("pages/paged", Buffer.from(config));
      const manifest = manifestOf(config, archive);
      expect(await registry.put(`/v2/pages/paged/manifests/${version}`, manifest, manifestType)).toBe(201);
    }
    // A registry that gives two at a time, whatever it is asked for, in front of the real one.
    const front = await forwardTo(authority, registry.host, (path) =>
      path.replace(/([?&])n=[0-9]+/, "$1n=2"),
    );
    try {
      const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
      const home = temporaryFolder();
      writeTree(home, {
        ".docker/config.json": JSON.stringify({ auths: { [front.host]: { auth: login } } }),
      });
      const listed = await open({ homeDir: home }).list({ kind: "oci", url: `oci://${front.host}/pages` }, [
        "paged",
      ]);
      expect(listed.ok && listed.value.map(({ version }) => version).toSorted()).toEqual(versions);
      expect(front.asked.filter((path) => path.includes("/tags/list"))).toHaveLength(5);
    } finally {
      await front.close();
    }
  });

  test("is asked for each config once, as long as the manifest stays the same", async () => {
    const cacheDir = temporaryFolder();
    const config = JSON.stringify({ apiVersion: "v2", name: "web", version: "1.0.0" });
    const archive = smallChart("web", "1.0.0");
    fake.answers.set("/v2/shop/web/tags/list", (_, reply) => reply.end('{"tags":["1.0.0"]}'));
    fake.answers.set("/v2/shop/web/manifests/1.0.0", (_, reply) => reply.end(manifestOf(config, archive)));
    fake.files.set(`/v2/shop/web/blobs/${digestOf(config)}`, Buffer.from(config));
    const list = (): Promise<Result<unknown>> =>
      open({ cacheDir }).list({ kind: "oci", url: `oci://127.0.0.1:${fake.port}/shop` }, ["web"]);
    const first = await list();
    expect(first).toMatchObject({ ok: true, value: [{ name: "web", version: "1.0.0" }] });
    expect(fake.log).toHaveLength(3);
    expect(await list()).toEqual(first);
    expect(fake.log).toHaveLength(5);
  });

  test("that has no such chart, or no such version, says so", async () => {
    await registry.push(smallChart("known", "1.0.0"), "missing");
    const servers = open(loggedIn());
    const list = failureOf(await servers.list(server("missing"), ["unknown"]));
    expect(list.kind).toBe("chart-missing");
    expect(list.message).toContain(`Reading the versions of oci://${registry.host}/missing/unknown`);
    const url = `oci://${registry.host}/missing/known`;
    expect(failureOf(await servers.fetch({ url, version: "2.0.0" })).kind).toBe("chart-missing");
    const digest = digestOf("nothing");
    expect(failureOf(await servers.fetch({ url, version: "1.0.0", digest })).kind).toBe("chart-missing");
    expect(failureOf(await servers.fetch({ url, version: "../../x" })).kind).toBe("chart-missing");
    expect(failureOf(await servers.list(server("missing"), ["../x"])).kind).toBe("chart-missing");
  });

  test("leaves out what is no chart, or another one than its name says", async () => {
    const archive = smallChart("odd", "1.0.0");
    await registry.push(archive, "odd");
    const repository = "odd/odd";
    const put = async (tag: string, config: string, types: { config?: string } = {}): Promise<void> => {
      await registry.putBlob(repository, Buffer.from(config));
      const manifest = manifestOf(config, archive, types);
      expect(await registry.put(`/v2/${repository}/manifests/${tag}`, manifest, manifestType)).toBe(201);
    };
    await put("latest", '{"name":"odd","version":"1.0.1"}');
    await put("1.0.2", '{"name":"odd","version":"1.0.3"}');
    await put("1.0.4", '{"name":"even","version":"1.0.4"}');
    await put("1.0.5", "{}", { config: "application/vnd.oci.image.config.v1+json" });
    await put("1.0.6", "[");
    const listed = await open(loggedIn()).list(server("odd"), ["odd"]);
    expect(listed.ok && listed.value.map(({ version }) => version)).toEqual(["1.0.0"]);
    const fetched = failureOf(
      await open(loggedIn()).fetch({ url: `oci://${registry.host}/odd/odd`, version: "1.0.5" }),
    );
    expect(fetched.kind).toBe("chart-archive");
    expect(fetched.message).toContain("not a Helm chart");
  });
});

describe("a registry that lies", () => {
  const url = (): string => `oci://127.0.0.1:${fake.port}/shop/web`;
  const archive = smallChart("web", "1.0.0");
  const config = '{"name":"web","version":"1.0.0"}';

  test("about a blob's digest is caught", async () => {
    fake.answers.set("/v2/shop/web/manifests/1.0.0", (_, reply) => reply.end(manifestOf(config, archive)));
    const another = smallChart("web", "1.0.0", { "values.yaml": "evil: true\n" });
    fake.files.set(`/v2/shop/web/blobs/${digestOf(archive)}`, another);
    for (const wanted of [{ version: "1.0.0" }, { digest: digestOf(archive) }]) {
      const failure = failureOf(await open().fetch({ url: url(), ...wanted }));
      expect(failure.kind).toBe("chart-digest");
      expect(failure.message).toContain(digestOf(archive));
      expect(failure.message).toContain(digestOf(another));
    }
  });

  test.each<[string, string, RegExp]>([
    ["no JSON", "<html>", /is not JSON/],
    ["a list", "[]", /is not a Helm chart/],
    [
      "two charts",
      JSON.stringify({
        ...JSON.parse(manifestOf(config, archive)),
        layers: [1, 2].map(() => ({ mediaType: layerType, digest: digestOf("x") })),
      }),
      /has 2 packaged charts/,
    ],
    ["another kind of digest", manifestOf(config, archive).replaceAll("sha256:", "sha512:"), /not SHA-256/],
  ])("about a manifest (%s) is refused", async (_, manifest, words) => {
    fake.answers.set("/v2/shop/web/manifests/1.0.0", (_asked, reply) => reply.end(manifest));
    const failure = failureOf(await open().fetch({ url: url(), version: "1.0.0" }));
    expect(failure.kind).toBe("chart-archive");
    expect(failure.message).toMatch(words);
  });

  test("with a manifest beyond 4 MiB is cut off", async () => {
    fake.faults.set("/v2/shop/web/manifests/1.0.0", {
      kind: "oversized",
      bytes: 5 * 1024 * 1024,
      announced: false,
    });
    const failure = failureOf(await open().fetch({ url: url(), version: "1.0.0" }));
    expect(failure.message).toContain("is larger than 4 MiB");
  });

  test("about where its tags go on is not followed to another host, nor round in circles", async () => {
    const list = (): Promise<Result<unknown>> =>
      open().list({ kind: "oci", url: `oci://127.0.0.1:${fake.port}/shop` }, ["web"]);
    for (const next of [`${other.url}/v2/shop/web/tags/list`, "/v2/secret/tags/list"]) {
      fake.answers.set("/v2/shop/web/tags/list", (_, reply) =>
        reply.writeHead(200, { link: `<${next}>; rel="next"` }).end('{"tags":[]}'),
      );
      expect(await list()).toEqual({ ok: true, value: [] });
    }
    expect(other.log).toEqual([]);
    expect(fake.log).toHaveLength(2);
    fake.log.length = 0;
    fake.answers.set("/v2/shop/web/tags/list", (_, reply) =>
      reply.writeHead(200, { link: '</v2/shop/web/tags/list>; rel="next"' }).end('{"tags":[]}'),
    );
    expect(await list()).toMatchObject({ ok: true });
    expect(fake.log.length).toBeLessThanOrEqual(200);
  });
});

describe("a token", () => {
  const archive = smallChart("web", "1.0.0");
  const login = {
    HEADWAY_REPOSITORY_SHOP_USERNAME: "charts",
    HEADWAY_REPOSITORY_SHOP_PASSWORD: "chart-password",
  };
  const basic = `Basic ${Buffer.from("charts:chart-password").toString("base64")}`;
  const blob = `/v2/shop/web/blobs/${digestOf(archive)}`;

  /** The registry at `fake` asks for a token from `realm` before it gives the chart. */
  const demand = (realm: string, token = "chart-token"): void => {
    fake.answers.set(blob, (asked, reply) => {
      if (asked.headers.authorization === `Bearer ${token}`) reply.end(archive);
      else
        reply
          .writeHead(401, {
            "www-authenticate": `Bearer realm="${realm}",service="registry",scope="repository:everything:pull,push"`,
          })
          .end();
    });
  };
  const fetchWith = (options: Partial<ChartServersOptions> = {}): Promise<Result<unknown>> =>
    open(options).fetch({
      url: `oci://127.0.0.1:${fake.port}/shop/web`,
      digest: digestOf(archive),
      server: { kind: "oci", url: `oci://127.0.0.1:${fake.port}/shop`, alias: "shop" },
    });
  const serveTokens = (on: TestServer, body: object = { token: "chart-token" }): void => {
    on.answers.set("/token", (_, reply) => reply.end(JSON.stringify(body)));
  };

  test("is asked for at the registry's own host with its credentials, for pulling alone", async () => {
    demand(`https://127.0.0.1:${other.port}/token`);
    serveTokens(other);
    expect(await fetchWith({ env: login })).toMatchObject({ ok: true });
    expect(other.log.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ["/token?service=registry&scope=repository%3Ashop%2Fweb%3Apull", basic],
    ]);
    expect(fake.log.map(({ headers }) => headers.authorization)).toEqual([undefined, "Bearer chart-token"]);
  });

  test("may be called access_token, and needs no credentials", async () => {
    demand(`https://127.0.0.1:${other.port}/token`);
    serveTokens(other, { access_token: "chart-token" });
    expect(await fetchWith()).toMatchObject({ ok: true });
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("is not asked for with credentials at a stranger's, and nothing is sent there", async () => {
    demand(`https://localhost:${other.port}/token`);
    serveTokens(other);
    const failure = failureOf(await fetchWith({ env: login }));
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toContain(
      `127.0.0.1:${fake.port} asks for its credentials to be sent to localhost:${other.port}, which is not of the same domain; nothing was sent there`,
    );
    expect(other.log).toEqual([]);
    expect(await fetchWith()).toMatchObject({ ok: true });
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("is never asked for over plain http", async () => {
    for (const realm of ["http://127.0.0.1/token", "ftp://127.0.0.1/", "nonsense"]) {
      demand(realm);
      for (const env of [login, {}]) {
        const failure = failureOf(await fetchWith({ env }));
        expect(failure.kind).toBe("forbidden");
        expect(failure.message).toContain("without https");
      }
    }
  });

  test("that the realm refuses, or can't be used, is a refusal with the credentials' source", async () => {
    demand(`https://127.0.0.1:${other.port}/token`);
    other.answers.set("/token", (_, reply) => reply.writeHead(401).end());
    const failure = failureOf(await fetchWith({ env: login }));
    expect(failure.kind).toBe("forbidden");
    expect(failure.message).toContain("with the credentials from HEADWAY_REPOSITORY_SHOP_USERNAME");
    for (const body of [{}, { token: 1 }, { token: "two\r\nlines" }]) {
      serveTokens(other, body);
      expect(failureOf(await fetchWith({ env: login })).message).toContain("gave no token");
    }
  });

  test("that docker keeps is exchanged for one, and one for the registry is used as it is", async () => {
    const homeDir = temporaryFolder();
    const host = `127.0.0.1:${fake.port}`;
    const keep = (entry: object): void => {
      writeTree(homeDir, { ".docker/config.json": JSON.stringify({ auths: { [host]: entry } }) });
    };
    demand(`https://127.0.0.1:${other.port}/token`);
    serveTokens(other, { access_token: "chart-token" });
    keep({ identitytoken: "refresh-me" });
    expect(await fetchWith({ homeDir })).toMatchObject({ ok: true });
    expect(other.log.map(({ method, path, body }) => [method, path, body])).toEqual([
      [
        "POST",
        "/token",
        "grant_type=refresh_token&refresh_token=refresh-me&service=registry&scope=repository%3Ashop%2Fweb%3Apull&client_id=headway",
      ],
    ]);
    keep({ registrytoken: "chart-token" });
    expect(await fetchWith({ homeDir })).toMatchObject({ ok: true });
    expect(other.log).toHaveLength(1);
  });

  test("goes nowhere with a redirect, and a redirect's host can't ask for one", async () => {
    demand(`https://127.0.0.1:${fake.port}/token`);
    serveTokens(fake);
    fake.faults.set(blob, { kind: "redirect", to: `${other.url}/store?signature=x` });
    other.answers.set("/store", (_, reply) =>
      reply.writeHead(401, { "www-authenticate": `Bearer realm="${other.url}/token"` }).end(),
    );
    expect(failureOf(await fetchWith({ env: login })).kind).toBe("forbidden");
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);
    fake.faults.clear();
    fake.answers.set(blob, (asked, reply) => {
      if (asked.headers.authorization === undefined)
        reply.writeHead(401, { "www-authenticate": `Bearer realm="${fake.url}/token"` }).end();
      else reply.writeHead(307, { location: `${other.url}/store` }).end();
    });
    other.log.length = 0;
    other.answers.set("/store", (_, reply) => reply.end(archive));
    expect(await fetchWith({ env: login })).toMatchObject({ ok: true });
    expect(other.log.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});

describe("credentials for a registry", () => {
  test.each([
    ["registry.example.com", "https://registry.example.com/token", true],
    ["registry.example.com:5000", "https://registry.example.com/token", true],
    ["registry-1.docker.io", "https://auth.docker.io/token", true],
    ["registry.gitlab.com", "https://gitlab.com/jwt/auth", true],
    ["registry.shop.co.uk", "https://auth.shop.co.uk/token", true],
    ["registry.example.com", "http://registry.example.com/token", false],
    ["registry.example.com", "https://evil.test/token", false],
    ["registry.example.com", "https://registry.example.com.evil.test/token", false],
    ["registry.example.com", "https://user:x@registry.example.com/token", false],
    ["shop.co.uk", "https://evil.co.uk/token", false],
    ["shop.azurecr.io", "https://evil.azurecr.io/token", false],
    ["shop.github.io", "https://evil.github.io/token", false],
    ["a.one.svc.cluster.local", "https://b.one.svc.cluster.local/token", true],
    ["a.one.svc.cluster.local", "https://a.two.svc.cluster.local/token", false],
    ["10.0.0.1", "https://10.0.0.1:444/token", true],
    ["10.0.0.1", "https://20.0.0.1/token", false],
    ["registry", "https://auth/token", false],
  ])("at %s may go to %s: %s", (registryHost, realm, may) => {
    expect(mayHaveCredentials(new URL(`https://${registryHost}/`), new URL(realm))).toBe(may);
  });

  test("are asked for in every way that the standard allows", () => {
    expect(
      readChallenges(
        'Basic realm="a, b", Bearer realm="https://x/t",service="s",error="x\\"y", Digest qop=auth',
      ),
    ).toEqual([{ scheme: "basic" }, { scheme: "bearer", realm: "https://x/t", service: "s" }]);
    expect(readChallenges("bearer Realm=https://x/t")).toEqual([
      { scheme: "bearer", realm: "https://x/t", service: "" },
    ]);
    expect(readChallenges('Bearer service="s"')).toEqual([]);
    expect(readChallenges("")).toEqual([]);
  });

  test("are not looked for outside of the home that was named", async () => {
    const home = temporaryFolder();
    const failure = failureOf(
      await open({ homeDir: home }).fetch({ url: `oci://${registry.host}/list/web`, version: "1.0.0" }),
    );
    expect(failure.message).toContain(join(home, ".docker/config.json"));
  });
});
