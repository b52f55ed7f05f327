// What kustomize printed when it failed (5.8.1, taken down word by word), as people are told it.
import { describe, expect, it } from "vitest";
import type { BuiltStack } from "../../../src/core/kustomize/built-stack.ts";
import { readKustomization } from "../../../src/core/kustomize/kustomization.ts";
import { explainKustomize } from "../../../src/core/kustomize/kustomize-words.ts";

const kustomization = readKustomization("kustomization.yaml", "resources: [../base]\n", () => undefined);

function told(words: string): string {
  if (kustomization === undefined) throw new Error("the kustomization was not read");
  const stack: BuiltStack = { output: "", sources: [], patches: [], kustomization };
  return explainKustomize(words, stack, [kustomization])
    .map(({ message, range }) => `${range?.file ?? ""}:${range?.line ?? 0} ${message}`)
    .join("\n");
}

describe("kustomize's words", () => {
  it("are told without the objects and patches that they quote, which may hold secrets", () => {
    const object = `Error: map[string]interface {}{"spec":map[string]interface {}{"values":map[string]interface {}{"password":"hunter2", "a":+Inf}}}: json: unsupported value: +Inf`;
    expect(told(object)).toBe(
      "kustomization.yaml:1 kustomize can't build this: an object: json: unsupported value: +Inf",
    );
    const config =
      "Error: trouble configuring builtin PatchTransformer with config: `\npatch: |\n  password: hunter2\ntarget:\n  kind: HelmRelease\n`: something new";
    expect(told(config)).toBe(
      "kustomization.yaml:1 kustomize can't build this: trouble configuring builtin PatchTransformer: something new",
    );
    const patch = 'Error: unable to parse SM or JSON patch from [patch: "password: hunter2\\nx: ]"]';
    expect(told(patch)).not.toContain("hunter2");
    const unclosed = "Error: trouble with config: `\npassword: hunter2\n";
    expect(told(unclosed)).not.toContain("hunter2");
  });

  it("are cut where they are long", () => {
    expect(told(`Error: ${"x".repeat(10_000)}`).length).toBeLessThan(700);
  });
});
