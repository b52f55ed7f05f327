// The built program with charts from a real chart server and a real registry: index, lock, promotion, vendoring, and what
// is refused when content changes behind a pin. No cluster is needed.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { publishCharts, smallChart, type SmallChart } from "../kit/chart-servers.ts";
import { useChartServers, useRegistry } from "../kit/chart-server-fixture.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { headway, type CliEnd } from "../kit/cli.ts";
import { writeStack, type ReleaseSketch } from "../kit/stack-folder.ts";
import { complaints, strictValidator } from "../views/strict-schema.ts";

const { authority, server } = await useChartServers();
const registry = await useRegistry(authority);

const archives = new Map<string, Buffer>();

beforeEach(() => {
  archives.clear();
});

const publish = (...charts: readonly SmallChart[]): Promise<void> => publishCharts(server, archives, charts);

type Stack = {
  readonly folder: string;
  readonly run: (command: string, ...args: readonly string[]) => Promise<CliEnd>;
  readonly lock: () => string;
  readonly write: (releases: readonly ReleaseSketch[]) => void;
};

function openStack(releases: readonly ReleaseSketch[], name = "shop"): Stack {
  const cache = temporaryFolder();
  const sketch = {
    name,
    namespace: "shop",
    stackSpec: {
      repositories: { web: { url: server.url }, reg: { url: `oci://${registry.host}/charts` } },
    },
  };
  const folder = writeStack({ ...sketch, releases });
  return {
    folder,
    run: (command, ...args) =>
      headway([command, ...args, folder], {
        env: {
          XDG_CACHE_HOME: cache,
          HEADWAY_CA_FILE: authority.caFile,
          HELM_REGISTRY_CONFIG: registry.loginFile,
        },
      }),
    lock: () => readFileSync(join(folder, "headway.lock"), "utf8"),
    write: (next) => {
      writeStack({ ...sketch, releases: next }, folder);
    },
  };
}

const uses = (name: string, chart: string, version?: string): ReleaseSketch => ({
  name,
  spec: { chart, ...(version === undefined ? {} : { version }) },
});

describe("an index", () => {
  test("is written once from the server; then validate asks for nothing but the charts, once each", async () => {
    await publish(["api", "1.0.0"], ["api", "1.1.0"], ["db", "2.0.0"]);
    const stack = openStack([
      uses("one", "web/api", "^1"),
      uses("two", "web/api", "^1"),
      uses("db", "web/db"),
    ]);
    expect(await stack.run("validate")).toMatchObject({ code: 3 });
    expect((await stack.run("validate")).all).toContain("run `headway index web` and commit what it writes");
    const indexed = await stack.run("index", "web");
    expect(indexed).toMatchObject({ code: 0 });
    expect(indexed.stdout).toContain("web: 2 charts in 3 versions, written to charts-index/web.yaml");
    server.log.length = 0;
    expect(await stack.run("validate")).toMatchObject({ code: 0 });
    expect(server.log.map(({ path }) => path).toSorted()).toEqual(["/api-1.1.0.tgz", "/db-2.0.0.tgz"]);
    server.log.length = 0;
    expect(await stack.run("validate")).toMatchObject({ code: 0 });
    expect(server.log).toEqual([]);
    expect((await stack.run("index", "web")).stdout).toContain("nothing new");
  });

  test("tells what came and went, and as JSON after its schema", async () => {
    await publish(["api", "1.0.0"]);
    const stack = openStack([uses("api", "web/api")]);
    await stack.run("index", "web");
    archives.clear();
    await publish(["api", "1.1.0"]);
    const document: unknown = JSON.parse((await stack.run("index", "web", "-o", "json")).stdout);
    expect(complaints(strictValidator("index-changes"), document)).toEqual([]);
    expect(document).toMatchObject({
      items: [{ repository: "web", added: [{ version: "1.1.0" }], removed: [{ version: "1.0.0" }] }],
    });
  });

  test("of a registry holds the charts that are used", async () => {
    await registry.push(smallChart("orders", "1.0.0"), "charts");
    await registry.push(smallChart("orders", "1.2.0"), "charts");
    await registry.push(smallChart("unused", "1.0.0"), "charts");
    const stack = openStack([uses("orders", "reg/orders", "^1.1")]);
    expect((await stack.run("index", "reg")).stdout).toContain("reg: 1 chart in 2 versions");
    expect(await stack.run("validate")).toMatchObject({ code: 0 });
  });

  test("of an unknown repository, or of a server that is away, is refused", async () => {
    const stack = openStack([]);
    expect(await stack.run("index", "wbe")).toMatchObject({ code: 3 });
    expect((await stack.run("index", "wbe")).stderr).toContain("did you mean web?");
    server.faults.set("/index.yaml", { kind: "status", status: 503 });
    expect(await stack.run("index", "web")).toMatchObject({ code: 6 });
    expect(existsSync(join(stack.folder, "charts-index", "web.yaml"))).toBe(false);
  });

  test("with --vendor needs no server any more, and keeps just what is used", async () => {
    await publish(["api", "1.0.0"], ["api", "1.1.0"]);
    const stack = openStack([uses("api", "web/api", "^1")]);
    expect((await stack.run("index", "web", "--vendor")).stdout).toContain(
      "+ charts-index/web/api-1.1.0.tgz",
    );
    const vendored = join(stack.folder, "charts-index", "web");
    expect(readdirSync(vendored)).toEqual(["api-1.1.0.tgz"]);
    server.log.length = 0;
    const fresh = { XDG_CACHE_HOME: temporaryFolder() };
    expect(await headway(["validate", stack.folder], { env: fresh })).toMatchObject({ code: 0 });
    expect(server.log).toEqual([]);
    stack.write([uses("api", "web/api", "~1.0.0")]);
    expect((await stack.run("index", "web", "--vendor")).stdout).toContain(
      "- charts-index/web/api-1.1.0.tgz",
    );
    expect(readdirSync(vendored)).toEqual(["api-1.0.0.tgz"]);

    writeFileSync(
      join(vendored, "api-1.0.0.tgz"),
      smallChart("api", "1.0.0", { "values.yaml": "evil: true\n" }),
    );
    const tampered = await stack.run("validate");
    expect(tampered).toMatchObject({ code: 3 });
    expect(tampered.stderr).toContain("the archive charts-index/web/api-1.0.0.tgz: sha256:");
    expect(new Set(tampered.stderr.match(/sha256:[0-9a-f]{64}/g)).size).toBe(2);
    expect(await stack.run("index", "web", "--vendor")).toMatchObject({ code: 0 });
    expect(await stack.run("validate")).toMatchObject({ code: 0 });
  });

  test("lists what is newer, inside of the range and beyond it", async () => {
    await publish(["api", "1.0.0"]);
    const stack = openStack([uses("api", "web/api", "^1")]);
    await stack.run("index", "web");
    await stack.run("lock");
    await publish(["api", "1.4.0"], ["api", "2.0.0"], ["api", "3.0.0-rc.1"]);
    await stack.run("index", "web");
    expect((await stack.run("index", "--outdated")).stdout.split("\n")).toEqual([
      "RELEASE   CHART    VERSION  FITS   NEWEST",
      "shop/api  web/api  1.0.0    1.4.0  2.0.0",
    ]);
    const document: unknown = JSON.parse((await stack.run("index", "--outdated", "-o", "json")).stdout);
    expect(complaints(strictValidator("outdated"), document)).toEqual([]);
  });
});

describe("a lock", () => {
  test("keeps what fits, and changes only what is asked for", async () => {
    await publish(["api", "1.0.0"], ["db", "1.0.0"]);
    const stack = openStack([uses("api", "web/api", "^1"), uses("db", "web/db", "^1")]);
    await stack.run("index", "web");
    expect(await stack.run("lock", "--check")).toMatchObject({ code: 3 });
    expect(existsSync(join(stack.folder, "headway.lock"))).toBe(false);
    expect((await stack.run("lock")).stdout).toContain("2 added");
    await publish(["api", "1.1.0"], ["db", "1.1.0"]);
    await stack.run("index", "web");
    const before = stack.lock();
    expect((await stack.run("lock")).stdout).toBe("headway.lock is up to date");
    expect(stack.lock()).toBe(before);
    expect((await stack.run("lock", "--update", "shop/db")).stdout).toMatch(
      /^~ shop\/db +web\/db 1\.0\.0 → 1\.1\.0/,
    );
    const lines = before.split("\n");
    expect(
      stack
        .lock()
        .split("\n")
        .filter((line, index) => line !== lines[index]),
    ).toHaveLength(2);
    expect((await stack.run("lock", "--update")).stdout).toContain("shop/api");
    const document: unknown = JSON.parse((await stack.run("lock", "-o", "json")).stdout);
    expect(complaints(strictValidator("lock-changes"), document)).toEqual([]);
  });

  test("is enough to re-create: no index is needed, and no registry is asked for versions", async () => {
    await publish(["api", "1.0.0"]);
    await registry.push(smallChart("bare", "1.3.0"), "charts");
    const bare = `oci://${registry.host}/charts/bare`;
    const stack = openStack([uses("api", "web/api", "^1"), uses("bare", bare, "^1")]);
    await stack.run("index", "web");
    expect((await stack.run("validate")).stderr).toContain("run `headway lock`");
    expect(await stack.run("lock")).toMatchObject({ code: 0 });
    rmSync(join(stack.folder, "charts-index"), { recursive: true });
    expect(await stack.run("validate")).toMatchObject({ code: 0 });
  });

  test("that is stale says so: a new release, another range, a release that is gone", async () => {
    await publish(["api", "1.0.0"], ["api", "2.0.0"]);
    const stack = openStack([uses("api", "web/api", "^1")]);
    await stack.run("index", "web");
    await stack.run("lock");
    stack.write([uses("api", "web/api", "^2"), uses("new", "web/api")]);
    const end = await stack.run("validate");
    expect(end.code).toBe(3);
    expect(end.stderr).toContain("headway.lock has version 1.0.0, which ^2 does not allow");
    expect(end.stderr).toContain("shop/new is not in headway.lock");
    expect(await stack.run("lock", "--check")).toMatchObject({ code: 3 });
    stack.write([]);
    const gone = await stack.run("validate");
    expect(gone.stderr).toMatch(
      /headway\.lock:5:3 warning shop\/api is in headway\.lock, but no release of the stack/,
    );
  });

  test("refuses the same version with another content, with both digests and the lock's line", async () => {
    await publish(["api", "1.0.0"]);
    const stack = openStack([uses("api", "web/api", "^1")]);
    await stack.run("index", "web");
    await stack.run("lock");
    await publish(["api", "1.0.0", { "values.yaml": "greeting: changed\n" }]);
    const fresh = {
      XDG_CACHE_HOME: temporaryFolder(),
      HEADWAY_CA_FILE: authority.caFile,
    };
    const behind = await headway(["validate", stack.folder], { env: fresh });
    expect(behind.code).toBe(3);
    expect(behind.stderr).toContain("pinned in headway.lock:8");
    expect(new Set(behind.stderr.match(/sha256:[0-9a-f]{64}/g)).size).toBe(2);
    // Once the index knows of it, the two disagree without any request.
    await stack.run("index", "web");
    const known = await stack.run("validate");
    expect(known.code).toBe(3);
    expect(known.stderr).toContain("the same version with another content");
    const kept = await stack.run("lock");
    expect(kept.stderr).toContain("warning web/api 1.0.0 is sha256:");
    expect(kept.stdout).toBe("headway.lock is up to date");
  });
});

describe("promotion", () => {
  test("takes version and digest from the other stack's lock: two lines per release, and no server is asked", async () => {
    await publish(["api", "1.0.0"], ["db", "1.0.0"]);
    const releases = [uses("api", "web/api", "^1"), uses("db", "web/db", "^1")];
    const [staging, production] = [openStack(releases, "staging"), openStack(releases, "production")];
    for (const stack of [staging, production]) {
      await stack.run("index", "web");
      await stack.run("lock");
    }
    await publish(["api", "1.1.0"], ["db", "1.1.0"]);
    await staging.run("index", "web");
    await staging.run("lock", "--update");
    const before = production.lock().split("\n");
    server.log.length = 0;
    const end = await production.run("lock", "--from", staging.folder, "--update", "shop/api");
    expect(end).toMatchObject({ code: 0 });
    expect(end.stdout).toMatch(
      /^~ shop\/api +web\/api 1\.0\.0 → 1\.1\.0 sha256:\w{12} → sha256:\w{12}\n1 changed$/,
    );
    const changed = production
      .lock()
      .split("\n")
      .filter((line, index) => line !== before[index]);
    expect(changed.map((line) => line.trim().split(":")[0])).toEqual(["version", "digest"]);
    expect(server.log).toEqual([]);
    expect((await production.run("lock", "--from", staging.folder)).stdout).toContain("shop/db");
    expect(production.lock()).toBe(staging.lock());
  });

  test("of a version that the range does not allow is refused, and nothing is written", async () => {
    await publish(["api", "1.0.0"], ["api", "2.0.0"]);
    const [staging, production] = [
      openStack([uses("api", "web/api")], "staging"),
      openStack([uses("api", "web/api", "~1.0")], "production"),
    ];
    for (const stack of [staging, production]) {
      await stack.run("index", "web");
      await stack.run("lock");
    }
    const before = production.lock();
    const end = await production.run("lock", "--from", staging.folder);
    expect(end.code).toBe(3);
    expect(end.stderr).toMatch(
      /releases\/shop-api\.yaml:\d+:\d+ error shop\/api: .* uses version 2\.0\.0, which ~1\.0 does not allow here/,
    );
    expect(production.lock()).toBe(before);
    expect((await production.run("lock", "--from", join(staging.folder, "releases"))).code).toBe(3);
  });
});
