// One layer of values made from a part of a YAML document.
import type { Json, ValuesLayer, ValuesOrigin } from "../declaration.ts";
import type { YamlDocument } from "../yaml/document.ts";
import { flowText } from "./values-text.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";

/** The map at `path` as a layer of values; the document has no errors. */
export function layerAt(
  found: { readonly document: YamlDocument; readonly tree: YamlTree },
  path: Path,
  origin: ValuesOrigin,
): ValuesLayer {
  let tree: Json | undefined = found.tree.value;
  for (const step of path)
    tree =
      typeof tree === "object" && tree !== null
        ? (Object.getOwnPropertyDescriptor(tree, step)?.value as Json | undefined)
        : undefined;
  return {
    origin,
    range: found.tree.keyRange(path),
    text: flowText(found.document, found.tree.nodeAt(path)) + "\n",
    tree: tree ?? {},
    rangeOf: (below) => found.tree.valueRange([...path, ...below]),
    isSecret: false,
  };
}
