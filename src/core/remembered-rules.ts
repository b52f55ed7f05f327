// The health rules of declarations as the state object keeps them for what has to work without git: within bounds, and never
// a part of them, for a release that is judged by half of its rules would be taken for healthy too soon.
import type { HealthRule } from "./declaration.ts";
import type { SourceRange } from "./diagnostic.ts";
import type { LastStanding, RememberedRule } from "./observation.ts";

/** Of one release: its rules are a line or two each, and the state of a large stack has to fit into one object. */
const mostBytes = 4_096;

/** What is kept of a declaration's rules; nothing where it has none. */
export function rulesToKeep(rules: readonly HealthRule[]): Pick<LastStanding, "health"> {
  if (rules.length === 0) return {};
  const kept = rules.map(({ apiVersion, kind, ready, failed }): RememberedRule => ({
    apiVersion,
    kind,
    ...(ready === undefined ? {} : { ready: ready.text }),
    ...(failed === undefined ? {} : { failed: failed.text }),
  }));
  return { health: Buffer.byteLength(JSON.stringify(kept)) > mostBytes ? "unknown" : kept };
}

/** The rules that were kept; undefined where it is not known which ones there are. `range` stands for their place. */
export function rulesKept(
  standing: Pick<LastStanding, "health"> | undefined,
  range: SourceRange,
): readonly HealthRule[] | undefined {
  if (standing === undefined || standing.health === "unknown") return undefined;
  return (standing.health ?? []).map(({ apiVersion, kind, ready, failed }) => ({
    apiVersion,
    kind,
    ...(ready === undefined ? {} : { ready: { text: ready, range } }),
    ...(failed === undefined ? {} : { failed: { text: failed, range } }),
    range,
  }));
}
