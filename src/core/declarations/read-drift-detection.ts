// spec.driftDetection of a release, over that of headway.yaml's defaults: the mode replaces, rules add up.
import type { DriftDetection, DriftIgnoreRule } from "../declaration.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { HelmRelease } from "../generated/declaration-types.ts";
import { parseLabelSelector } from "../label-selector.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";
import { nameOf } from "./schema-words.ts";

type Written = NonNullable<HelmRelease["spec"]["driftDetection"]>;
type WrittenRule = NonNullable<Written["ignore"]>[number];

/** What is written at `path`.driftDetection over what holds below it. */
export function applyDriftDetection(
  written: Written,
  below: DriftDetection,
  path: Path,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): DriftDetection {
  const mode = written.mode ?? below.mode;
  const own = (written.ignore ?? []).flatMap((rule, index) =>
    readRule(rule, [...path, "driftDetection", "ignore", index], tree, report),
  );
  return { ...(mode === undefined ? {} : { mode }), ignore: [...below.ignore, ...own] };
}

function readRule(
  { paths, target }: WrittenRule,
  path: Path,
  tree: YamlTree,
  report: (diagnostic: Diagnostic) => void,
): readonly DriftIgnoreRule[] {
  if (target === undefined) return [{ paths }];
  const { labelSelector, ...named } = target;
  if (labelSelector === undefined) return [{ paths, target: named }];
  const parsed = parseLabelSelector(labelSelector);
  if (parsed.ok) return [{ paths, target: { ...named, labels: parsed.selector } }];
  const at = [...path, "target", "labelSelector"];
  report({
    severity: "error",
    code: "bad-label-selector",
    message: `${nameOf(at)}: at character ${parsed.at}: ${parsed.problem}`,
    suggestion: "write it as for kubectl -l, as in app=web,tier!=cache",
    range: tree.valueRange(at),
  });
  return [];
}
