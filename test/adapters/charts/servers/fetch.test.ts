// Packaged charts from an https server and from the real registry: what comes, what is kept, what is refused.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../../src/adapters/charts/servers/archive-cache.ts";
import { temporaryFolder } from "../../../kit/chart-trees.ts";
import { smallChart } from "../../../kit/chart-servers.ts";
import { useChartServers, useRegistry } from "../../../kit/chart-server-fixture.ts";

const { authority, server, open } = await useChartServers();
const registry = await useRegistry(authority);

describe("a packaged chart from an https server", () => {
  test("comes with its digest, and from the cache when the digest is known", async () => {
    const cacheDir = temporaryFolder();
    const archive = smallChart("api", "1.0.0");
    server.files.set("/api-1.0.0.tgz", archive);
    const url = `${server.url}/api-1.0.0.tgz`;
    const digest = digestOf(archive);
    expect(await open({ cacheDir }).fetch({ url })).toEqual({ ok: true, value: { archive, digest } });
    expect(readdirSync(join(cacheDir, "archives"))).toEqual([`${digest.replace(":", "-")}.tgz`]);
    server.log.length = 0;
    expect(await open({ cacheDir }).fetch({ url, digest })).toEqual({ ok: true, value: { archive, digest } });
    expect(server.log).toEqual([]);
  });

  test("is fetched once where many ask for it at the same time", async () => {
    const archive = smallChart("api", "1.0.0");
    server.files.set("/api-1.0.0.tgz", archive);
    server.faults.set("/api-1.0.0.tgz", { kind: "late", ms: 100 });
    const servers = open();
    const digest = digestOf(archive);
    const all = await Promise.all(
      [1, 2, 3, 4].map(() => servers.fetch({ url: `${server.url}/api-1.0.0.tgz`, digest })),
    );
    expect(all.map((result) => result.ok)).toEqual([true, true, true, true]);
    expect(server.log).toHaveLength(1);
  });

  test("with another digest is refused, and both are named", async () => {
    const cacheDir = temporaryFolder();
    const archive = smallChart("api", "1.0.0");
    server.files.set("/api-1.0.0.tgz", archive);
    const expected = digestOf(Buffer.from("another"));
    const result = await open({ cacheDir }).fetch({ url: `${server.url}/api-1.0.0.tgz`, digest: expected });
    expect(result).toMatchObject({ ok: false, failure: { kind: "chart-digest" } });
    expect(result.ok ? "" : result.failure.message).toContain(expected);
    expect(result.ok ? "" : result.failure.message).toContain(digestOf(archive));
    expect(() => readdirSync(join(cacheDir, "archives"))).toThrow("ENOENT");
  });

  test("whose copy in the cache was damaged is fetched again", async () => {
    const cacheDir = temporaryFolder();
    const archive = smallChart("api", "1.0.0");
    server.files.set("/api-1.0.0.tgz", archive);
    const wanted = { url: `${server.url}/api-1.0.0.tgz`, digest: digestOf(archive) };
    await open({ cacheDir }).fetch(wanted);
    const [name = ""] = readdirSync(join(cacheDir, "archives"));
    writeFileSync(join(cacheDir, "archives", name), archive.subarray(0, 100));
    expect(await open({ cacheDir }).fetch(wanted)).toMatchObject({ ok: true });
    expect(server.log).toHaveLength(2);
    expect(readFileSync(join(cacheDir, "archives", name))).toEqual(archive);
  });
});

describe("a packaged chart from a registry", () => {
  test("comes by its version, with the layer's digest", async () => {
    const archive = smallChart("orders", "2.1.0+build.7");
    await registry.push(archive, "shop");
    const env = { HEADWAY_CA_FILE: authority.caFile, HELM_REGISTRY_CONFIG: registry.loginFile };
    const servers = open({ env });
    const url = `oci://${registry.host}/shop/orders`;
    expect(await servers.fetch({ url, version: "2.1.0+build.7" })).toEqual({
      ok: true,
      value: { archive, digest: digestOf(archive) },
    });
    expect(await open({ env }).fetch({ url, digest: digestOf(archive) })).toMatchObject({
      ok: true,
    });
  });
});
