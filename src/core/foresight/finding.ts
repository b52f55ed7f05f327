// What foresight has found, as values and as diagnostics at the line where it is put right.
import type { Declaration, DependencyReference } from "../declaration.ts";
import type { Diagnostic, SourceRange } from "../diagnostic.ts";
import { splitReleaseId, type ReleaseId } from "../ids.ts";
import { nameOf } from "./named-object.ts";
import { describePlace, describeTarget, type Need } from "./need.ts";

/** The needs of a finding are at least one; the first one is the surest. */
type Needs = readonly [Need, ...Need[]];

export type Finding =
  /** Another release brings what this one needs, and this one does not wait for it. */
  | { readonly kind: "missing-dependency"; readonly needs: Needs; readonly provider: ReleaseId }
  /** As before, but the other one waits for this one. */
  | { readonly kind: "needs-later-release"; readonly needs: Needs; readonly provider: ReleaseId }
  /** Nobody brings it. */
  | { readonly kind: "nothing-provides"; readonly needs: Needs; readonly near?: string }
  /** The Service is there, and has no such port. */
  | {
      readonly kind: "no-such-port";
      readonly needs: Needs;
      readonly provider: ReleaseId;
      readonly ports: readonly (number | string)[];
    }
  /** The Secret or ConfigMap is there, and has no such key. */
  | {
      readonly kind: "no-such-key";
      readonly needs: Needs;
      readonly provider: ReleaseId;
      readonly near?: string;
    }
  /** Nothing that is known to Headway asks for the dependency. */
  | {
      readonly kind: "unneeded-dependency";
      readonly release: ReleaseId;
      readonly reference: DependencyReference;
    };

/** The release that the finding is about. */
export function releaseOf(finding: Finding): ReleaseId {
  return finding.kind === "unneeded-dependency" ? finding.release : finding.needs[0].release;
}

/** How dependsOn of this release names another one. */
export function writtenDependency(declaration: Declaration, provider: ReleaseId): string {
  const { namespace, name } = splitReleaseId(provider);
  return namespace === declaration.namespace ? name : provider;
}

/** The finding at its place: where a dependency is to be added, or where the release is declared. */
export function diagnosticOf(
  finding: Finding,
  declarations: ReadonlyMap<ReleaseId, Declaration>,
  severity: "error" | "warning",
): Diagnostic {
  const declaration = declarations.get(releaseOf(finding));
  const range = declaration === undefined ? undefined : rangeFor(finding, declaration);
  return {
    severity: finding.kind === "unneeded-dependency" ? "hint" : severity,
    code: finding.kind,
    ...wordsFor(finding, declarations),
    ...(range === undefined ? {} : { range }),
    about: aboutOf(finding),
  };
}

function aboutOf(finding: Finding): NonNullable<Diagnostic["about"]> {
  if (finding.kind === "unneeded-dependency")
    return { release: finding.release, dependency: finding.reference.id };
  const [{ release, target }] = finding.needs;
  return {
    release,
    ...("provider" in finding ? { dependency: finding.provider } : {}),
    object: nameOf(target),
  };
}

function rangeFor(finding: Finding, declaration: Declaration): SourceRange {
  if (finding.kind === "unneeded-dependency") return finding.reference.range;
  if (finding.kind === "missing-dependency") return declaration.dependsOn.at(-1)?.range ?? declaration.range;
  return declaration.range;
}

type Words = Pick<Diagnostic, "message" | "suggestion" | "related">;

function wordsFor(finding: Finding, declarations: ReadonlyMap<ReleaseId, Declaration>): Words {
  if (finding.kind === "unneeded-dependency")
    return {
      message: `${finding.release} depends on ${finding.reference.id}, and nothing in its manifest asks for that`,
      suggestion: "remove the entry, unless it is there for a reason that no manifest shows",
    };
  const [first] = finding.needs;
  const what = first.written ?? describeTarget(first.target);
  const more = finding.needs.length - 1;
  const place = `(${describePlace(first)}${more === 0 ? "" : `, and ${more} more`})`;
  switch (finding.kind) {
    case "missing-dependency":
      return missingDependency(finding.provider, first, `${what} ${place}`, declarations);
    case "needs-later-release":
      return {
        message: `${first.release} needs ${what} ${place} of ${finding.provider}, which waits for it`,
        suggestion: `take ${first.release} out of what ${finding.provider} waits for, dependsOn or phase, or move ${describeTarget(first.target)} to a release before both`,
      };
    case "nothing-provides":
      return nothingProvides(first, place, finding.near);
    case "no-such-port":
      return {
        message: `${first.release} uses ${what} ${place}, and ${describeTarget(first.target)} of ${finding.provider} has no port ${portOf(first)}`,
        suggestion: `its ports are ${finding.ports.join(", ")}`,
      };
    case "no-such-key":
      return {
        message: `${first.release} uses the key ${keyOf(first)} ${place}, and ${describeTarget(first.target)} of ${finding.provider} has none of that name`,
        suggestion:
          finding.near === undefined ? "correct the name of the key" : `did you mean ${finding.near}?`,
      };
  }
}

function missingDependency(
  provider: ReleaseId,
  need: Need,
  what: string,
  declarations: ReadonlyMap<ReleaseId, Declaration>,
): Words {
  const declaration = declarations.get(need.release);
  const other = declarations.get(provider);
  const entry = declaration === undefined ? provider : writtenDependency(declaration, provider);
  return {
    message: `${need.release} uses ${what} but does not depend on ${provider}`,
    suggestion:
      declaration?.dependsOn.length === 0
        ? `add \`dependsOn: [${entry}]\` to its spec, or run headway validate --fix`
        : `add \`${entry}\` to its dependsOn, or run headway validate --fix`,
    ...(other === undefined
      ? {}
      : { related: [{ message: `${provider} is declared here`, range: other.range }] }),
  };
}

function nothingProvides(need: Need, place: string, near: string | undefined): Words {
  const target = describeTarget(need.target);
  return {
    message: `nothing provides ${target}, which ${need.release} needs ${place}`,
    suggestion:
      near === undefined
        ? `declare what brings it; if an operator or a person makes it, say \`provides: [${nameOf(need.target)}]\` in the release that stands for it`
        : `did you mean ${near}?`,
  };
}

function portOf({ target }: Need): string {
  return target.kind === "object" ? String(target.port ?? "?") : "?";
}

function keyOf({ target }: Need): string {
  return target.kind === "object" ? (target.key ?? "?") : "?";
}
