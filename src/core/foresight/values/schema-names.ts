// The names of values that a values.schema.json describes. What it leaves open below a name counts as used.
import type { Json } from "../../declaration.ts";
import { isMap, ownValue, type JsonMap } from "../../values/merge-values.ts";
import type { SeenWorld, ValueNode } from "./seen.ts";

const deepest = 40;
const mostParts = 50_000;
const parts = ["allOf", "anyOf", "oneOf"] as const;
const branches = ["if", "then", "else", "not"] as const;

/** Marks every name; a text that is no schema marks nothing. */
export function markSchemaNames(world: SeenWorld, node: ValueNode, text: string): void {
  let schema: Json;
  try {
    schema = JSON.parse(text.replace(/^\uFEFF/, "")) as Json;
  } catch {
    return;
  }
  if (isMap(schema)) mark({ world, whole: schema, left: mostParts }, node, schema, 0);
}

type Marking = { readonly world: SeenWorld; readonly whole: JsonMap; left: number };

function mark(marking: Marking, node: ValueNode, schema: JsonMap, depth: number): void {
  marking.left--;
  if (depth > deepest || marking.left < 0) {
    node.isWhole = true;
    return;
  }
  const below = (child: ValueNode, one: Json | undefined): void => {
    if (isMap(one)) mark(marking, child, one, depth + 1);
  };
  const reference = ownValue(schema, "$ref");
  if (typeof reference === "string") {
    const target = targetOf(marking.whole, reference);
    if (isMap(target)) below(node, target);
    else node.isWhole = true;
  }
  const properties = ownValue(schema, "properties");
  if (isMap(properties))
    for (const [name, one] of Object.entries(properties)) below(marking.world.childOf(node, name), one);
  for (const key of parts) {
    const list = ownValue(schema, key);
    if (Array.isArray(list)) for (const one of list as readonly Json[]) below(node, one);
  }
  for (const key of branches) below(node, ownValue(schema, key));
  const items = ownValue(schema, "items");
  if (isMap(items)) below(marking.world.anyOf(node), items);
  if (isOpen(schema)) node.isWhole = true;
}

/** Maps of names that the schema does not say. */
function isOpen(schema: JsonMap): boolean {
  if (isMap(ownValue(schema, "patternProperties"))) return true;
  const more = ownValue(schema, "additionalProperties");
  if (isMap(more)) return true;
  const hasNames = isMap(ownValue(schema, "properties"));
  return more === true && !hasNames;
}

function targetOf(whole: JsonMap, reference: string): Json | undefined {
  if (!reference.startsWith("#")) return undefined;
  return reference
    .slice(1)
    .split("/")
    .filter((step) => step !== "")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<Json | undefined>(ownValue, whole);
}
