// Translates the end of a failed helm into a Failure; what the words mean is error-rules.ts.
import type { Failure } from "../../core/failure.ts";
import { errorRules, oneLine } from "./error-rules.ts";

/**
 * Translates the end of a failed helm into a Failure. `doing` opens the message: "helm upgrade". It may hold all that the
 * API server echoed: secrets are taken out before it is shortened and shown, which half a secret would survive.
 */
export function classifyHelmError(stderr: string, doing: string): Failure {
  const text = errorText(stderr);
  for (const rule of errorRules) {
    const match = rule.pattern.exec(text);
    if (match === null) continue;
    const said = rule.say(match, text);
    return { kind: rule.kind, ...said, message: `${doing}: ${said.message}` };
  }
  return {
    kind: "unknown",
    message: `${doing}: ${oneLine(text) || "helm failed and said nothing"}`,
    next: "Run helm by hand with the same chart and values to see more.",
  };
}

/** helm ends with `Error: …`, which may run over several lines; warnings and logs stand before it. */
function errorText(stderr: string): string {
  const start = stderr.lastIndexOf("\nError: ");
  const text = start >= 0 ? stderr.slice(start + 8) : stderr.startsWith("Error: ") ? stderr.slice(7) : stderr;
  const whole = text.trim().replace(/^(?:UPGRADE|INSTALLATION) FAILED: /, "");
  return bounded(whole).replace(/Invalid value: ([{[].{120,}?[}\]]): /gs, "Invalid value: …: ");
}

// Some patterns take time that grows with the square of a long word.
function bounded(whole: string): string {
  return whole.length <= 16_000 ? whole : `${whole.slice(0, 8_000)} … ${whole.slice(-8_000)}`;
}

/** Warnings that helm gave beside its result (deprecated APIs and the like), one each. */
export function warningsOf(stderr: string): readonly string[] {
  return stderr
    .split("\n")
    .filter((line) => /^W\d{4} |level=WARN/.test(line))
    .map((line) => /msg="?(.*?)"?$/.exec(line)?.[1] ?? line.replace(/^W\d{4} \S+\s+\d+ \S+\] /, ""))
    .slice(0, 20);
}
