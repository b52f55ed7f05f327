// How Headway's own objects of a stack are called in the system namespace.
import { createHash } from "node:crypto";
import { isDnsName } from "../../core/ids.ts";

/**
 * `PREFIX-STACK`, a DNS name. A stack without headway.yaml is called as its folder, which may be anything: such a name
 * is written in what letters it has, with a digest that keeps two of them apart.
 */
export function systemObjectName(prefix: string, stack: string): string {
  if (isDnsName(stack, 200) && !stack.includes("..")) return `${prefix}-${stack}`;
  return `${prefix}-${withDigest(stack, 100)}`;
}

/** The stack as the value of a label, which holds 63 characters; its name where that is short enough. */
export function systemLabelValue(stack: string): string {
  return isDnsName(stack, 63) ? stack : withDigest(stack, 40);
}

function withDigest(stack: string, mostLetters: number): string {
  const letters = stack
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, mostLetters)
    .replace(/^-|-$/g, "");
  const digest = createHash("sha256").update(stack).digest("hex").slice(0, 12);
  return `${letters === "" ? "" : `${letters}-`}x${digest}`;
}
