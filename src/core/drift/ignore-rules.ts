// What a declaration says is no drift: fields by JSON pointer, in objects by group, version, kind, name, namespace and
// labels, as in Flux's driftDetection.ignore.
import type { DriftIgnoreRule } from "../declaration.ts";
import { matchesLabels } from "../label-selector.ts";
import { groupOf, type KubernetesObject } from "../object.ts";

/** Says of a field, by its JSON pointer into the manifest, whether it is left out of account; "" is the whole object. */
export type Ignores = (pointer: string) => boolean;

/** The rules that are about this object of a manifest, as one question. */
export function ignoresFor(rules: readonly DriftIgnoreRule[], object: KubernetesObject): Ignores {
  const paths = rules.filter((rule) => isTarget(rule, object)).flatMap((rule) => rule.paths);
  if (paths.length === 0) return () => false;
  return (pointer) => paths.some((path) => pointer === path || path === "" || pointer.startsWith(`${path}/`));
}

/** A step of a JSON pointer (RFC 6901), with its slash. */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

function isTarget({ target }: DriftIgnoreRule, object: KubernetesObject): boolean {
  if (target === undefined) return true;
  const { apiVersion, kind, metadata } = object;
  const fits = (wanted: string | undefined, is: string | undefined): boolean =>
    wanted === undefined || wanted === is;
  return (
    fits(target.group, groupOf(apiVersion)) &&
    fits(target.version, apiVersion.slice(apiVersion.indexOf("/") + 1)) &&
    fits(target.kind, kind) &&
    fits(target.name, metadata.name) &&
    fits(target.namespace, metadata.namespace) &&
    (target.labels === undefined || matchesLabels(target.labels, metadata.labels ?? {}))
  );
}
