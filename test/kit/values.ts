// Layers of values for tests that read no files.
import type { Declaration, Json, ValuesLayer } from "../../src/core/declaration.ts";

/** A release's own values as one layer. */
export function ownLayer(tree: Json, range: ValuesLayer["range"]): ValuesLayer {
  return { origin: { kind: "release" }, range, text: JSON.stringify(tree), tree, isSecret: false };
}

/** The layers that stand in a declaration itself. */
export function layersOf(declaration: Pick<Declaration, "values"> | undefined): readonly ValuesLayer[] {
  return (declaration?.values ?? []).flatMap((source) => (source.kind === "layer" ? source.layer : []));
}
