// What is made from schemas/ has to be what is committed.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

it("types and validators are made from the schemas as they are", async () => {
  const script = join(import.meta.dirname, "../../scripts/generate.ts");
  const { stderr } = await promisify(execFile)(process.execPath, [script, "--check"]);
  expect(stderr).toBe("");
});
