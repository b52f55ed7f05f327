// A failure that takes back what the run has changed: on real helm, in order, put on record, gone on with after a kill.
import { describe, expect, it } from "vitest";
import { appChart } from "../kit/stack-folder.ts";
import { openTestStack, type TestStack } from "../kit/test-stack.ts";

const failing = { annotations: { "sim.headway.dev/fail": "ImagePullBackOff" } };
const changed = { values: { annotations: { team: "blue" } } };
const defaults = { timeout: "60s", failFast: { imagePull: "1s" } };

/** Several runs of a stack, each with a failure that is waited for. */
const patience = 300_000;

function specOf(stack: TestStack, onFailure: string) {
  return { stackSpec: { defaults: { ...defaults, namespace: stack.namespace }, onFailure } };
}

describe("a stack with onFailure", () => {
  it(
    "rollbackStack goes back as a whole, dependents first, and stays so until the failed one changes",
    async () => {
      const stack = await openTestStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
      const spec = specOf(stack, "rollbackStack");
      expect((await stack.apply()).code).toBe(0);
      const bad = [
        { name: "db", ...changed },
        { name: "api", dependsOn: ["db"], ...changed },
        { name: "cache" },
        { name: "web", dependsOn: ["api", "cache"], values: failing },
      ];
      stack.declare(bad, spec);
      const failed = await stack.apply();
      // The failed first install is kept; everything else is as it was.
      expect(failed.code, failed.all).toBe(5);
      expect(failed.all).toMatch(/taking back what this run has changed, because \S+\/web failed/);
      const order = [...failed.all.matchAll(/\/(api|db) +rolled back to revision 1/g)].map(
        ([, name]) => name,
      );
      expect(order, failed.all).toEqual(["api", "db"]);
      expect(await stack.revisions("db")).toHaveLength(3);
      expect(await stack.revisions("cache")).toEqual([]);
      expect(await stack.revisions("web")).toHaveLength(1);
      const status = await stack.cli("status", "--stack", stack.name);
      expect(status.stdout).toMatch(/api .*rolled back|api .*RolledBack/i);
      const why = await stack.cli("why", "--stack", stack.name);
      expect(why.stdout, why.all).toMatch(/1 root cause/);
      expect(why.stdout).toMatch(/web/);

      // Nothing of it is tried again, but the failed first install is.
      const again = await stack.apply();
      expect(again.code, again.all).toBe(5);
      expect(again.all).toMatch(/taken back with its stack because \S+\/web failed/);
      expect(await stack.revisions("db")).toHaveLength(3);
      expect(await stack.revisions("cache")).toEqual([]);

      // A person may ask for one of them all the same.
      const retry = await stack.cli("retry", `${stack.namespace}/db`);
      expect(retry.stdout).toMatch(/db is tried again by the next apply/);

      stack.declare([...bad.slice(0, 3), { name: "web", dependsOn: ["api", "cache"] }], spec);
      const mended = await stack.apply();
      expect(mended.code, mended.all).toBe(0);
      expect(await stack.revisions("db")).toHaveLength(4);
      expect(await stack.revisions("cache")).toHaveLength(1);
    },
    patience,
  );

  it(
    "rollbackRelated takes back what is related and lets the rest go on",
    async () => {
      const stack = await openTestStack([
        { name: "db" },
        { name: "api", dependsOn: ["db"] },
        { name: "smtp" },
      ]);
      expect((await stack.apply()).code).toBe(0);
      stack.declare(
        [
          { name: "db", ...changed },
          { name: "api", dependsOn: ["db"], values: failing },
          { name: "smtp", ...changed },
        ],
        specOf(stack, "rollbackRelated"),
      );
      const failed = await stack.apply();
      expect(failed.code, failed.all).toBe(5);
      expect(await stack.revisions("db")).toHaveLength(3);
      expect(await stack.revisions("api")).toHaveLength(3);
      expect(await stack.revisions("smtp")).toHaveLength(2);
    },
    patience,
  );
});

const claimChart: Readonly<Record<string, string>> = {
  "charts/claim/Chart.yaml": "apiVersion: v2\nname: claim\nversion: 1.0.0\n",
  "charts/claim/values.yaml": appChart["charts/app/values.yaml"] ?? "",
  "charts/claim/templates/app.yaml": appChart["charts/app/templates/app.yaml"] ?? "",
  "charts/claim/templates/claim.yaml": `{{- if .Values.claim }}
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: {{ .Release.Name }}-data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
{{- end }}
`,
};

describe("a rollback that would delete a claim", () => {
  it(
    "is not started, and a person is asked",
    async () => {
      const chart = "../charts/claim";
      const spec = { chart, timeout: "60s", failFast: { imagePull: "1s" } };
      const stack = await openTestStack([{ name: "db", spec }], { files: claimChart });
      expect((await stack.apply()).code).toBe(0);
      stack.declare([{ name: "db", spec, values: { ...failing, claim: true } }]);
      const failed = await stack.apply();
      expect(failed.code, failed.all).toBe(7);
      expect(failed.all).toMatch(
        /it was not started, because with it would go PersistentVolumeClaim db-data/,
      );
      expect(await stack.revisions("db")).toHaveLength(2);
      expect(await stack.object("persistentvolumeclaims/db-data", "v1")).toBeDefined();
      // It is not tried over and over, either.
      expect((await stack.apply()).code).toBe(5);
      expect(await stack.revisions("db")).toHaveLength(2);
    },
    patience,
  );
});
