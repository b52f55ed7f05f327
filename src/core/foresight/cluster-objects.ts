// What a cluster has of that which no release brings: how to ask for it, and which findings are left then.
import { groupOf, isBuiltInGroup, type ObjectRef } from "../object.ts";
import { isOftenOfTheCluster } from "./always-there.ts";
import type { Capabilities } from "./capabilities.ts";
import type { Finding } from "./finding.ts";
import type { Target } from "./need.ts";

/** The object to ask for; undefined where the cluster does not know the kind, or the target is none. */
export function objectToAsk(target: Target, { apiVersions }: Capabilities): ObjectRef | undefined {
  if (target.kind === "api") return undefined;
  const { group, objectKind, name, namespace } = target;
  const apiVersion =
    group === undefined || isBuiltInGroup(group)
      ? builtInVersion(group ?? "")
      : apiVersions
          .find((one) => groupOf(one) === group && one.endsWith(`/${objectKind}`))
          ?.replace(/\/[^/]*$/, "");
  if (apiVersion === undefined) return undefined;
  return { apiVersion, kind: objectKind, name, ...(namespace === undefined ? {} : { namespace }) };
}

function builtInVersion(group: string): string {
  if (group === "") return "v1";
  return group === "autoscaling" ? "autoscaling/v2" : `${group}/v1`;
}

/** True where the cluster serves what is asked for. */
export function servesApi(target: Extract<Target, { kind: "api" }>, { apiVersions }: Capabilities): boolean {
  return apiVersions.some(
    (one) =>
      groupOf(one) === target.group &&
      (target.objectKind === undefined || one.endsWith(`/${target.objectKind}`)),
  );
}

/** Targets that only the cluster can have. */
export function targetsToAsk(findings: readonly Finding[]): readonly Target[] {
  return findings.flatMap((one) => (one.kind === "nothing-provides" ? one.needs[0].target : []));
}

/** The findings without those whose target is there. Of what clusters have by themselves, only a cluster can say no. */
export function withoutPresent(
  findings: readonly Finding[],
  isThere: (target: Target) => boolean,
): readonly Finding[] {
  return findings.filter((one) => one.kind !== "nothing-provides" || !isThere(one.needs[0].target));
}

/** True for findings that are told only where a cluster was asked. */
export function needsCluster(finding: Finding): boolean {
  if (finding.kind !== "nothing-provides" || finding.near !== undefined) return false;
  const { target } = finding.needs[0];
  return target.kind === "object" && isOftenOfTheCluster(target.objectKind);
}
