// Fields that helm once set and somebody else has set since, read from an object's managedFields: what a server-side
// apply will conflict with, or take back. Asking for managedFields is an adapter's matter.
import type { Json } from "./declaration.ts";
import { fieldAt, isRecord, textAt } from "./json.ts";
import { describeRef, refOf } from "./object.ts";
import type { KubernetesObject, ObjectRef } from "./object.ts";

/** Fields of one object that this manager holds; paths as the API server writes them: `.spec.replicas`. */
export type ForeignFields = {
  readonly object: ObjectRef;
  readonly manager: string;
  readonly fields: readonly string[];
};

/** The name under which helm 4 applies (helm `cmd/helm/helm.go`). */
const helm = "helm";
const shownFields = 5;

/**
 * Of the fields that `written` sets, those which other managers hold and helm does not. `managedFields` is the live
 * object's, of any shape.
 */
export function foreignFieldsOf(written: KubernetesObject, managedFields: unknown): readonly ForeignFields[] {
  if (!Array.isArray(managedFields)) return [];
  const entries: readonly unknown[] = managedFields;
  const own = new Set<string>();
  const others = new Map<string, Set<string>>();
  for (const entry of entries) {
    if (textAt(entry, "subresource") === "status") continue;
    const manager = textAt(entry, "manager") ?? "unknown";
    const paths = pathsIn(fieldAt(entry, "fieldsV1"), written);
    if (manager === helm) for (const path of paths) own.add(path);
    else {
      const known = others.get(manager) ?? new Set();
      for (const path of paths) known.add(path);
      others.set(manager, known);
    }
  }
  return [...others].flatMap(([manager, paths]) => {
    const fields = [...paths].filter((path) => !own.has(path)).toSorted();
    return fields.length === 0 ? [] : [{ object: refOf(written), manager, fields }];
  });
}

/** `takes .spec.replicas of Deployment shop/api back from kubectl`. */
export function describeForeignFields(all: readonly ForeignFields[], takes: boolean): string {
  const parts = all.map(({ object, manager, fields }) => {
    const what = `${fields.slice(0, shownFields).join(", ")}${fields.length > shownFields ? " and more" : ""} of ${describeRef(object)}`;
    return takes ? `${what} back from ${manager}` : `${what}, which ${manager} has set`;
  });
  return `${takes ? "takes" : "will stop at"} ${parts.join("; ")}`;
}

/** The leaves of a field set (sigs.k8s.io/structured-merge-diff `fieldpath`) that the manifest has too. */
function pathsIn(fieldSet: unknown, written: unknown): readonly string[] {
  const found: string[] = [];
  collect(fieldSet, written, "", found);
  return found;
}

function collect(fieldSet: unknown, written: unknown, path: string, found: string[]): void {
  if (!isRecord(fieldSet)) return;
  for (const [key, inner] of Object.entries(fieldSet)) {
    if (key === ".") continue;
    const child = childOf(written, key);
    if (child === undefined) continue;
    if (isRecord(inner) && Object.keys(inner).length > 0)
      collect(inner, child.value, path + child.path, found);
    else found.push(path + child.path);
  }
}

function childOf(
  written: unknown,
  key: string,
): { readonly value: unknown; readonly path: string } | undefined {
  if (key.startsWith("f:")) {
    const name = key.slice(2);
    const value = fieldAt(written, name);
    return value === undefined ? undefined : { value, path: `.${name}` };
  }
  if (!key.startsWith("k:") || !Array.isArray(written)) return undefined;
  const items: readonly unknown[] = written;
  const wanted = keysOf(key.slice(2));
  const value = items.find((item) => wanted.every(([name, text]) => isSame(fieldAt(item, name), text)));
  if (wanted.length === 0 || value === undefined) return undefined;
  return { value, path: `[${wanted.map(([name, text]) => `${name}=${JSON.stringify(text)}`).join(",")}]` };
}

// Defaults (a port's protocol) stand in the key but not in the manifest.
function isSame(written: unknown, wanted: unknown): boolean {
  return written === undefined ? wanted === "TCP" : written === wanted;
}

function keysOf(text: string): readonly (readonly [string, Json])[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? (Object.entries(parsed) as [string, Json][]) : [];
  } catch {
    return [];
  }
}
