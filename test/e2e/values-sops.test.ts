// Files of values that a real sops has encrypted: decrypted in memory where a key is at hand, masked wherever something is
// shown, and of no use to a run that has no key.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../kit/chart-trees.ts";
import type { CliOptions } from "../kit/cli.ts";
import { oneFileChart } from "../kit/more-charts.ts";
import { apply } from "../kit/sandbox.ts";
import { encrypt, makeAgeKey, sopsProgram, type AgeKey } from "../kit/sops.ts";
import { now, openTestStack, writesSince, type TestStack } from "../kit/test-stack.ts";

const chart = oneFileChart(
  "vault",
  `apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }} }
stringData: { values.json: {{ toJson .Values | quote }} }
---
apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }} }
spec:
  template:
    metadata: { annotations: {{ toJson .Values.annotations }} }
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: registry.example/job:1, args: [{{ .Values.greeting | quote }}] }]
`,
  "annotations: {}\ngreeting: hello\n",
);

const secrets = ["tulip-harbour-lantern", "8642097531", "velvet-copper"] as const;
const plain = `greeting: ${secrets[0]}
pin: ${secrets[1]}
deep: { list: [{ note: ${secrets[2]} }] }
port: 017
`;

/** No key of the machine is found, only what is given. */
function withKey(key?: AgeKey): CliOptions {
  const home = temporaryFolder();
  return {
    env: {
      HOME: home,
      // Programs come from where they always do.
      XDG_CACHE_HOME: process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
      XDG_CONFIG_HOME: join(home, "config"),
      HEADWAY_SOPS: sops,
      ...(key === undefined ? {} : { SOPS_AGE_KEY: key.secret }),
    },
  };
}

let sops = "";

async function openEncrypted(key: AgeKey, text = plain, file = "secrets.yaml"): Promise<TestStack> {
  sops = await sopsProgram();
  const format = file.endsWith(".json") ? "json" : "yaml";
  return await openTestStack(
    [
      {
        name: "db",
        spec: { chart: "../charts/vault", valuesFiles: [`../values/${file}`] },
        values: { own: 1 },
      },
    ],
    { files: { ...chart, [`values/${file}`]: await encrypt(text, [key.recipient], format) } },
  );
}

async function appliedValues(stack: TestStack): Promise<unknown> {
  const data = (await stack.object("secrets/db", "v1"))?.data ?? {};
  return JSON.parse(Buffer.from(data["values.json"] ?? "", "base64").toString());
}

function expectNoSecret(text: string): void {
  for (const secret of secrets) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString("base64"));
  }
}

/** What helm makes of the file as sops decrypts it. */
async function oracle(stack: TestStack, key: AgeKey, file = "secrets.yaml"): Promise<unknown> {
  const end = await execa(sops, ["decrypt", "--output-type", "json", join(stack.folder, "values", file)], {
    env: { SOPS_AGE_KEY: key.secret },
  });
  return { annotations: {}, own: 1, ...(JSON.parse(end.stdout) as object) };
}

describe("a values file that sops has encrypted", () => {
  it("reaches the chart decrypted, and no output of any command", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(key);
    const options = { ...withKey(key), kubeconfig: stack.cluster.kubeconfig };
    const end = await stack.run("apply", ["--yes", "--progress", "json"], options);
    expect(end.code, end.all).toBe(0);
    expectNoSecret(end.all);
    expect(await appliedValues(stack)).toEqual(await oracle(stack, key));
    for (const [command, ...flags] of [
      ["plan", "-o", "json"],
      ["plan", "-o", "wide"],
      ["validate"],
      ["values", `${stack.namespace}/db`],
    ]) {
      const shown = await stack.run(command ?? "", flags, options);
      expectNoSecret(shown.all);
    }
    const since = now();
    expect((await stack.run("apply", ["--yes", "--progress", "plain"], options)).all).toMatch(/1 unchanged/);
    expect(writesSince(stack, since)).toEqual([]);
  });

  it("may be JSON", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(
      key,
      '{"greeting": "tulip-harbour-lantern", "pin": "8642097531"}',
      "secrets.json",
    );
    const options = { ...withKey(key), kubeconfig: stack.cluster.kubeconfig };
    const end = await stack.run("apply", ["--yes", "--progress", "plain"], options);
    expect(end.code, end.all).toBe(0);
    expect(await appliedValues(stack)).toEqual(await oracle(stack, key, "secrets.json"));
  });

  it("is kept out of what is told of a failure, old and new", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(key);
    const options = { ...withKey(key), kubeconfig: stack.cluster.kubeconfig };
    expect((await stack.run("apply", ["--yes"], options)).code).toBe(0);
    stack.declare(
      [{ name: "db", spec: { chart: "../charts/vault", valuesFiles: ["../values/secrets.yaml"] } }],
      {
        files: {
          ...chart,
          "values/secrets.yaml": await encrypt(plain.replace("tulip", "orchid"), [key.recipient]),
        },
      },
    );
    const plan = await stack.run("plan", ["-o", "json"], options);
    expect(plan.all).toContain("greeting");
    expectNoSecret(plan.all);
    expect(plan.all).not.toContain("orchid-harbour-lantern");
    // A Job's template can't be changed: the API server's refusal shows it whole.
    const end = await stack.run("apply", ["--yes", "--progress", "json"], options);
    expect(end.code, end.all).toBe(5);
    expect(end.all).toContain("field is immutable");
    const why = await stack.cli("why", `${stack.namespace}/db`);
    for (const text of [end.all, why.all]) {
      expectNoSecret(text);
      expect(text).not.toContain("orchid-harbour-lantern");
    }
  });

  it("stays out of the plan when it gives way to plain values, or to nothing", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(key);
    const options = { ...withKey(key), kubeconfig: stack.cluster.kubeconfig };
    expect((await stack.run("apply", ["--yes"], options)).code).toBe(0);
    for (const values of [{}, { greeting: "hello", deep: { list: [] } }]) {
      stack.declare([{ name: "db", spec: { chart: "../charts/vault" }, values }], { files: chart });
      const plan = await stack.run("plan", ["-o", "json"], options);
      expect(plan.all).toContain("greeting");
      expectNoSecret(plan.all);
    }
  });

  it("is planned without its key, and refused before anything is touched: exit 3, with file and recipients", async () => {
    const key = await makeAgeKey();
    const other = await makeAgeKey();
    const stack = await openEncrypted(key);
    const kubeconfig = stack.cluster.kubeconfig;
    for (const options of [withKey(), withKey(other)]) {
      expect((await stack.run("validate", [], options)).code).toBe(0);
      const plan = await stack.run("plan", [], { ...options, kubeconfig });
      expect(plan.code, plan.all).toBe(0);
      const since = now();
      const end = await stack.run("apply", ["--yes", "--progress", "plain"], { ...options, kubeconfig });
      expect(end.code, end.all).toBe(3);
      expect(end.all).toContain("values/secrets.yaml");
      expect(end.all).toContain(key.recipient);
      expect(writesSince(stack, since)).toEqual([]);
    }
    expect((await stack.run("apply", ["--yes"], { ...withKey(key), kubeconfig })).code).toBe(0);
    // Unchanged: nothing of it is needed.
    const kept = await stack.run("apply", ["--yes", "--progress", "plain"], { ...withKey(), kubeconfig });
    expect(kept.all).toMatch(/1 unchanged/);
    expect(kept.code, kept.all).toBe(0);
    // Changed: that can be said, but not what.
    stack.declare(
      [{ name: "db", spec: { chart: "../charts/vault", valuesFiles: ["../values/secrets.yaml"] } }],
      { files: { ...chart, "values/secrets.yaml": await encrypt(`${plain}more: 1\n`, [key.recipient]) } },
    );
    const plan = await stack.run("plan", [], { ...withKey(), kubeconfig });
    expect(plan.all).toContain("values can't be compared: no key for values/secrets.yaml");
    expectNoSecret(plan.all);
  });

  it("is unchanged by other recipients", async () => {
    const key = await makeAgeKey();
    const other = await makeAgeKey();
    const stack = await openEncrypted(key);
    const kubeconfig = stack.cluster.kubeconfig;
    expect((await stack.run("apply", ["--yes"], { ...withKey(key), kubeconfig })).code).toBe(0);
    const file = join(stack.folder, "values", "secrets.yaml");
    const before = readFileSync(file, "utf8");
    await execa(sops, ["rotate", "--in-place", "--add-age", other.recipient, file], {
      env: { SOPS_AGE_KEY: key.secret },
    });
    // A rotation makes a new data key and encrypts all data anew; recipients alone are what `updatekeys` changes.
    const recipients = /age:[\s\S]*$/.exec(readFileSync(file, "utf8"))?.[0] ?? "";
    expect(recipients).toContain(other.recipient);
    const updated = before.replace(/lastmodified: .*/, 'lastmodified: "2030-01-01T00:00:00Z"');
    stack.declare(
      [
        {
          name: "db",
          spec: { chart: "../charts/vault", valuesFiles: ["../values/secrets.yaml"] },
          values: { own: 1 },
        },
      ],
      { files: { ...chart, "values/secrets.yaml": updated } },
    );
    expect((await stack.run("plan", [], { ...withKey(), kubeconfig })).all).toMatch(/1 unchanged/);
  });

  it("is opened by the key that the cluster holds in the system namespace", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(key);
    const system = stack.name;
    await apply(stack.cluster, "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: system },
    });
    await apply(stack.cluster, `/api/v1/namespaces/${system}/secrets`, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "headway-sops-age" },
      stringData: { "age.agekey": `# created: today\n${key.secret}\n` },
    });
    const flags = ["--yes", "--progress", "plain", "--system-namespace", system];
    const end = await stack.run("apply", flags, { ...withKey(), kubeconfig: stack.cluster.kubeconfig });
    expect(end.code, end.all).toBe(0);
    expectNoSecret(end.all);
    expect(await appliedValues(stack)).toEqual(await oracle(stack, key));
  });

  it("that was changed by hand is refused for it", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(key, "note_unencrypted: before\ngreeting: x\n");
    const file = "values/secrets.yaml";
    const text = readFileSync(join(stack.folder, file), "utf8").replace("before", "behind");
    stack.declare([{ name: "db", spec: { chart: "../charts/vault", valuesFiles: [`../${file}`] } }], {
      files: { ...chart, [file]: text },
    });
    const end = await stack.run("validate", [], withKey(key));
    expect(end.code, end.all).toBe(3);
    expect(end.all).toContain("its MAC does not fit");
  });

  it("leaves nothing decrypted on the disk", async () => {
    const key = await makeAgeKey();
    const stack = await openEncrypted(key);
    const options = withKey(key);
    const home = options.env?.["HOME"] ?? "";
    const end = await stack.run("apply", ["--yes", "--progress", "plain"], {
      env: { ...options.env, TMPDIR: home },
      kubeconfig: stack.cluster.kubeconfig,
    });
    expect(end.code, end.all).toBe(0);
    for (const folder of [home, stack.folder])
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && existsSync(path)) expectNoSecret(readFileSync(path, "utf8"));
      }
  });
});
