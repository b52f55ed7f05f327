import { describe, expect, it } from "vitest";
import { isInKit, kitSecrets, readKit } from "../../../src/core/bootstrap/kit.ts";
import { placeOf } from "../../../src/core/diagnostic.ts";

function findings(text: string): readonly string[] {
  return readKit("kit.yaml", text, "headway-system").diagnostics.map(
    ({ range, code, message }) => `${range === undefined ? "" : placeOf(range)} ${code}: ${message}`,
  );
}

const key = `apiVersion: v1
kind: Secret
metadata: { name: shop-git }
stringData: { username: reader, password: on-4711 }
`;

describe("a kit", () => {
  it("holds Secrets and ConfigMaps, of the system namespace where they name none, as base64", () => {
    const kit = readKit(
      "kit.yaml",
      `${key}---\n# nothing\n---
apiVersion: v1
kind: ConfigMap
metadata: { name: sizes, namespace: data, labels: { a: b } }
data: { size: "10" }
`,
      "headway-system",
    );
    expect(kit.diagnostics).toEqual([]);
    expect(kit.value.map(({ object }) => object)).toEqual([
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "shop-git", namespace: "headway-system" },
        data: { username: "cmVhZGVy", password: "b24tNDcxMQ==" },
      },
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "sizes", namespace: "data", labels: { a: "b" } },
        data: { size: "10" },
      },
    ]);
    expect(kitSecrets(kit.value, "headway-system").get("shop-git")?.get("password")?.toString()).toBe(
      "on-4711",
    );
    expect(isInKit(kit.value, { kind: "ConfigMap", namespace: "data", name: "sizes" }, "size")).toBe(true);
    expect(isInKit(kit.value, { kind: "ConfigMap", namespace: "data", name: "sizes" }, "other")).toBe(false);
  });

  it("is refused with the place of every mistake", () => {
    expect(
      findings(`apiVersion: v1
kind: Secret
metadata: { name: "a/b" }
type: kubernetes.io/tls
data: { tls.crt: "no base64!" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: x }
---
apiVersion: v1
kind: Secret
metadata: { name: numbers }
stringData: { pin: 4711 }
---
apiVersion: v1
kind: Secret
metadata: { name: locked }
sops: { mac: x }
data: { a: "aaaa" }
`),
    ).toEqual([
      "kit.yaml:3:19 kit-name: metadata.name is no name that a Secret can have",
      "kit.yaml:4:7 kit-data: a Secret of type kubernetes.io/tls needs the key tls.key",
      "kit.yaml:5:18 kit-data: data.tls.crt is no base64",
      "kit.yaml:8:7 kit-kind: a kit holds Secrets and ConfigMaps, but this is something else",
      "kit.yaml:13:19 kit-data: the Secret holds nothing",
      "kit.yaml:14:20 kit-data: stringData.pin is no text",
      "kit.yaml:19:7 kit-encrypted: this document is encrypted with SOPS",
    ]);
    expect(findings(key + "---\n" + key)).toEqual([
      "kit.yaml:6:1 kit-twice: the Secret headway-system/shop-git stands twice in the kit",
    ]);
    expect(findings("# empty\n")).toEqual(["kit.yaml:1:1 kit-empty: the kit holds no object"]);
  });

  it.each([
    'stringData: { password: "not-for-logs-4711 }\n',
    "stringData: { password: *not-for-logs-4711 }\n",
    "stringData:\n  password: |\n  not-for-logs-4711\n",
    "stringData:\n  ? [not-for-logs-4711]\n  : x\n",
    "data: { password: not-for-logs-4711! }\n",
    "stringData: not-for-logs-4711\n",
    "not-for-logs-4711\n",
  ])("says nothing of what stands in it, however broken it is: %j", (broken) => {
    const { diagnostics } = readKit(
      "kit.yaml",
      `apiVersion: v1\nkind: Secret\nmetadata: { name: a }\n${broken}`,
      "headway-system",
    );
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(JSON.stringify(diagnostics)).not.toContain("4711");
  });
});
