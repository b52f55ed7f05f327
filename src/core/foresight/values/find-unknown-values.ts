// Values that the charts of a stack do not know, each at the place where it is written. A layer that several releases share
// is for all of them: what one of their charts knows belongs there.
import type { Declaration, ValuesLayer } from "../../declaration.ts";
import type { Diagnostic } from "../../diagnostic.ts";
import type { PinnedRelease } from "../../pin.ts";
import { pathText } from "../../values/merge-values.ts";
import { layersWithMarks } from "../../values/values-objects.ts";
import type { Path } from "../../yaml/yaml-tree.ts";
import { matches } from "../named-object.ts";
import type { ReadRelease } from "./read-templates.ts";
import { unknownValues, type UnknownValue } from "./unknown-values.ts";

/** The layers of a release as far as the repository holds them. */
export function knownLayers(declaration: Pick<Declaration, "values">): readonly ValuesLayer[] {
  return layersWithMarks(declaration, () => "").layers;
}

/** True where the declaration says that nothing is to be told of the value. */
export function isIgnoredValue(
  { foresightIgnore }: Pick<Declaration, "foresightIgnore">,
  path: Path,
): boolean {
  return foresightIgnore.some(
    ({ what }) =>
      what.kind === "value" &&
      path.some((_, index) => matches(what.path, pathText(path.slice(0, index + 1)))),
  );
}

/** A finding for each name that no chart which it reaches knows. `declarations` are all of the stack, read or not. */
export function findUnknownValues(
  declarations: readonly Declaration[],
  releases: readonly ReadRelease[],
): readonly Diagnostic[] {
  const sharers = countSharers(declarations);
  const shared = new Map<string, { readonly first: Occurrence; readonly known: Occurrence[] }>();
  const found: Diagnostic[] = [];
  for (const { pin, reading } of releases) {
    if (reading.kind === "withheld") continue;
    for (const layer of knownLayers(pin.declaration)) {
      const key = sharedKey(layer);
      for (const value of unknownValues(layer.tree, reading.values)) {
        if (isIgnoredValue(pin.declaration, value.path)) continue;
        const one = { pin, layer, value };
        if (key === undefined) found.push(diagnosticOf(one, []));
        else {
          const name = `${key}\n${pathText(value.path)}`;
          const entry = shared.get(name) ?? { first: one, known: [] };
          entry.known.push(one);
          shared.set(name, entry);
        }
      }
    }
  }
  for (const [name, { first, known }] of shared)
    if (known.length === sharers.get(name.slice(0, name.indexOf("\n"))))
      found.push(diagnosticOf(first, known.slice(1)));
  return found;
}

type Occurrence = { readonly pin: PinnedRelease; readonly layer: ValuesLayer; readonly value: UnknownValue };

/** What stands for a layer that other releases may have too. */
function sharedKey({ origin }: ValuesLayer): string | undefined {
  switch (origin.kind) {
    case "stack":
      return "stack";
    case "file":
      return `file ${origin.path}`;
    case "object":
    case "release":
      return undefined;
  }
}

function countSharers(declarations: readonly Declaration[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const declaration of declarations)
    for (const key of new Set(knownLayers(declaration).flatMap((layer) => sharedKey(layer) ?? [])))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

function diagnosticOf({ pin, layer, value }: Occurrence, more: readonly Occurrence[]): Diagnostic {
  const { declaration, chart } = pin;
  const { id, range } = declaration;
  const others = more.length === 0 ? "" : ` (and of ${more.length} more)`;
  return {
    severity: "warning",
    code: "values-unknown",
    message: `values of ${id}${others}: ${pathText(value.path)} is in no template, values.yaml or values.schema.json of chart ${chart.name} ${chart.version}, so it changes nothing`,
    suggestion:
      value.meant === undefined
        ? "remove it, or see the chart's values.yaml for what took its place"
        : `did you mean ${value.meant}?`,
    range: layer.rangeOf?.(value.path) ?? layer.range,
    about: { release: id },
    ...(layer.origin.kind === "release" ? {} : { related: [{ message: `for ${id}`, range }] }),
  };
}
