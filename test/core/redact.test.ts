import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSecretName, redact, secretsInObjects, secretsInValues, shorten } from "../../src/core/redact.ts";
import type { KubernetesObject } from "../../src/core/object.ts";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

describe("secrets in values", () => {
  test.each([
    "password",
    "dbPassword",
    "PASSWD",
    "passphrase",
    "apiKey",
    "api-key",
    "accessToken",
    "clientSecret",
    "privateKey",
    "auth",
    "credentials",
  ])("stand under %s", (name) => {
    expect(isSecretName(name)).toBe(true);
    expect([...secretsInValues({ outer: [{ [name]: "hunter22" }] })]).toEqual(["hunter22"]);
  });

  test.each(["replicas", "image", "author", "passive", "keyboard", "host"])(
    "do not stand under %s",
    (name) => {
      expect(secretsInValues({ [name]: "hunter22" }).size).toBe(0);
    },
  );

  test("are all strings and numbers below such a name", () => {
    const values = {
      secrets: { db: { user: "shopkeeper", pin: 12345678, on: true, none: null }, list: ["first-one"] },
    };
    expect([...secretsInValues(values)]).toEqual(["shopkeeper", "12345678", "first-one"]);
  });

  test("are no words too short to be one", () => {
    expect(secretsInValues({ password: "admin" }).size).toBe(0);
    expect(secretsInValues(undefined).size).toBe(0);
  });

  test("of many lines count line by line too", () => {
    const found = secretsInValues({ privateKey: "-----BEGIN-----\n  QUJDREVGRw\nab\n" });
    expect(found.has("QUJDREVGRw")).toBe(true);
    expect(found.has("ab")).toBe(false);
  });
});

describe("secrets in objects", () => {
  const secret = (fields: object): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    ...fields,
  });

  test("are what Secrets hold, as they are written and as they are meant", () => {
    expect([...secretsInObjects([secret({ data: { a: base64("hunter22") } })])]).toEqual([
      base64("hunter22"),
      "hunter22",
    ]);
    expect([...secretsInObjects([secret({ stringData: { a: "hunter22" } })])]).toEqual(["hunter22"]);
  });

  test("are not what other kinds hold, nor what is no text", () => {
    expect(secretsInObjects([{ ...secret({ data: { a: "hunter22" } }), kind: "ConfigMap" }]).size).toBe(0);
    expect(
      secretsInObjects([secret({ data: { a: 1, b: null } }), secret({ data: "x" }), secret({})]).size,
    ).toBe(0);
  });
});

describe("a text", () => {
  test("is freed of secrets in plain, in base64 and as JSON has them", () => {
    const secrets = new Set(['pa"ss\nword']);
    expect(redact(`a pa"ss\nword b ${base64('pa"ss\nword')} c "pa\\"ss\\nword"`, secrets)).toBe(
      'a *** b *** c "***"',
    );
  });

  test("is freed of the longer of two secrets first", () => {
    expect(redact("hunter22-and-more", new Set(["hunter22", "hunter22-and-more"]))).toBe("***");
  });

  test("without secrets stays as it is", () => {
    expect(redact("$& plain", new Set())).toBe("$& plain");
  });

  test("never holds a secret afterwards", () => {
    const word = fc.string({ minLength: 6, maxLength: 12 }).filter((text) => !text.includes("*"));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), fc.array(fc.nat(3)), (words, order) => {
        const secrets = secretsInValues({ token: words });
        const text = order.map((index) => words[index % words.length] ?? "").join(" · ");
        const clean = redact(text, secrets);
        for (const one of words) expect(clean).not.toContain(one);
      }),
    );
  });

  test("that is long keeps its ends", () => {
    const long = `begin ${"x".repeat(2000)} end`;
    expect(shorten(long).length).toBeLessThan(620);
    expect(shorten(long)).toMatch(/^begin x+ … x+ end$/);
    expect(shorten("short")).toBe("short");
  });
});
