// The kustomizations that an overlay stands on, and the order in which kustomize applies their patches.
import type { SourcePatch } from "./built-stack.ts";
import type { Kustomization, PatchTarget } from "./kustomization.ts";
import type { YamlTree } from "../yaml/yaml-tree.ts";

/** One kustomization with what it brings; `documents` are indices of its own resource files' declarations. */
export type KustomizeNode = {
  readonly kustomization: Kustomization;
  readonly documents: readonly number[];
  readonly bases: readonly KustomizeNode[];
  readonly components: readonly KustomizeNode[];
  readonly patches: readonly { readonly target?: PatchTarget; readonly trees: readonly YamlTree[] }[];
};

/**
 * All patches, first applied first: a base's before those of what stands on it, a component's before those of the
 * kustomization that takes it in. Each reaches what its kustomization has gathered; a component's reach all of its
 * user's.
 */
export function patchesInOrder(root: KustomizeNode): readonly SourcePatch[] {
  const patches: SourcePatch[] = [];
  const reachOf = new Map<KustomizeNode, ReadonlySet<number>>();
  const visit = (node: KustomizeNode): ReadonlySet<number> => {
    const known = reachOf.get(node);
    if (known !== undefined) return known;
    const reach = new Set<number>();
    reachOf.set(node, reach);
    const gather = (one: KustomizeNode, seen: Set<KustomizeNode>): void => {
      if (seen.has(one)) return;
      seen.add(one);
      for (const base of one.bases) for (const index of visit(base)) reach.add(index);
      for (const index of one.documents) reach.add(index);
      for (const component of one.components) gather(component, seen);
      for (const { target, trees } of one.patches)
        for (const tree of trees)
          patches.push({ ...(target === undefined ? {} : { target }), tree, reaches: reach });
    };
    gather(node, new Set());
    return reach;
  };
  visit(root);
  return patches;
}
