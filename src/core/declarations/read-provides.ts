// What a declaration says beside its chart of what is there once its release is ready, and what foresight is not to speak
// of: `provides` and `foresight.ignore`.
import type { Declaration, ForesightIgnore, Json } from "../declaration.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { readNamedObject } from "../foresight/named-object.ts";
import { parseReleaseId } from "../ids.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";
import { nameOf } from "./schema-words.ts";

type Report = (diagnostic: Diagnostic) => void;

/** The entries of `provides` that can be understood; others are reported. */
export function readProvides(
  written: Json | undefined,
  namespace: string | undefined,
  tree: YamlTree,
  report: Report,
): Declaration["provides"] {
  if (!Array.isArray(written)) return [];
  return (written as readonly Json[]).flatMap((text, index) => {
    if (typeof text !== "string") return [];
    const named = readNamedObject(text, namespace ?? "unknown");
    if (named === undefined) report(notNamed(text, ["spec", "provides", index], tree, objectForm));
    return named === undefined ? [] : [named];
  });
}

/** The entries of `foresight.ignore` that can be understood; others are reported. */
export function readForesightIgnore(
  foresight: Json | undefined,
  namespace: string | undefined,
  tree: YamlTree,
  report: Report,
): readonly ForesightIgnore[] {
  const entries = fieldOf(foresight, "ignore");
  if (!Array.isArray(entries)) return [];
  return (entries as readonly Json[]).flatMap((entry, index): readonly ForesightIgnore[] => {
    const [text, reason] = [fieldOf(entry, "what"), fieldOf(entry, "reason")];
    if (typeof text !== "string" || typeof reason !== "string") return [];
    if (text.startsWith("Values/"))
      return [{ what: { kind: "value", path: text.slice("Values/".length) }, reason }];
    const id = /^[a-z]/.test(text) ? parseReleaseId(text, namespace ?? "unknown") : undefined;
    const what =
      id === undefined ? readNamedObject(text, namespace ?? "unknown") : ({ kind: "release", id } as const);
    if (what === undefined)
      report(
        notNamed(
          text,
          ["spec", "foresight", "ignore", index, "what"],
          tree,
          `${objectForm}; or a release, as in data/postgres; or a value, as in Values/db.password`,
        ),
      );
    return what === undefined ? [] : [{ what, reason }];
  });
}

const objectForm =
  "write KIND/NAME or KIND/NAMESPACE/NAME, as in Secret/orders-db, Service/data/orders-db-rw or CustomResourceDefinition/topics.example.com";

function notNamed(text: string, path: Path, tree: YamlTree, suggestion: string): Diagnostic {
  return {
    severity: "error",
    code: "bad-object-name",
    message: `${nameOf(path)}: ${JSON.stringify(text)} names no object`,
    suggestion,
    range: tree.valueRange(path),
  };
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value as Json | undefined;
}
