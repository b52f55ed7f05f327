// What a Secret holds stays out of every word that Headway says, also where the API server refuses the Secret and echoes it.
import { describe, expect, it } from "vitest";
import { oneFileChart } from "../kit/more-charts.ts";
import { openTestStack } from "../kit/test-stack.ts";

const vault = oneFileChart(
  "vault",
  `apiVersion: v1
kind: Secret
metadata: { name: "{{ .Release.Name }}" }
data:
  url: {{ .Values.url | toJson }}
  pin: {{ .Values.pin | int }}
---
apiVersion: batch/v1
kind: Job
metadata: { name: "{{ .Release.Name }}" }
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: job
          image: registry.example/job:1
          env: [{ name: PASSWORD, value: {{ .Values.password | quote }} }]
          command: {{ .Values.command | toJson }}
`,
  'url: ""\npin: 0\npassword: none\ncommand: [a]\n',
);

const secrets = ["postgres://shop:hunter2hunter2@db/", "86420975", "correct-horse-battery"];

describe("secrets", () => {
  it("of a Secret that the API server refuses are in no output", async () => {
    const [url, pin, password] = secrets;
    const stack = await openTestStack(
      [{ name: "db", spec: { chart: "../charts/vault" }, values: { url, pin: Number(pin), password } }],
      { files: vault },
    );
    for (const progress of ["json", "plain"]) {
      const end = await stack.run("apply", ["--yes", "--progress", progress]);
      expect(end.code, end.all).toBe(4);
      for (const secret of secrets) expect(end.all).not.toContain(secret);
      for (const secret of secrets) expect(end.all).not.toContain(Buffer.from(secret).toString("base64"));
    }
    const why = await stack.cli("why", `${stack.namespace}/db`);
    for (const secret of secrets) expect(why.all).not.toContain(secret);
  });

  it("in the template of a Job that can't be changed are in no output", async () => {
    const [, , password] = secrets;
    const spec = { chart: "../charts/vault" };
    const values = { url: Buffer.from("x").toString("base64"), password };
    const files = {
      ...vault,
      "charts/vault/templates/all.yaml": (vault["charts/vault/templates/all.yaml"] ?? "").replace(
        / {2}pin:.*\n/,
        "",
      ),
    };
    const stack = await openTestStack([{ name: "db", spec, values }], { files });
    expect(await stack.apply()).toMatchObject({ code: 0 });
    // The refusal names every field of both.
    stack.declare([{ name: "db", spec, values: { ...values, command: [password] } }], { files });
    const end = await stack.run("apply", ["--yes", "--progress", "json"]);
    expect(end.code, end.all).toBe(5);
    expect(end.all).toContain("field is immutable");
    expect(end.all).not.toContain(password);
    expect((await stack.cli("why", `${stack.namespace}/db`)).all).not.toContain(password);
  });
});
