// Who has set which fields of objects: their managedFields, read with their metadata alone.
import { fieldAt, textAt } from "../../core/json.ts";
import { objectKey, type ObjectRef } from "../../core/object.ts";
import { collectionPath, objectPath, type Discovery } from "./discovery.ts";
import { listAll, metadataOf } from "./list.ts";
import type { Api } from "./request.ts";
import { helmsLabel } from "./snapshot.ts";

/** With more objects of a kind than this, one list of them is less work. */
const mostSingleReads = 5;

/** By object key; what can't be read is left out. */
export async function readManagedFields(
  api: Api,
  discovery: Discovery,
  refs: readonly ObjectRef[],
): Promise<ReadonlyMap<string, unknown>> {
  const found = new Map<string, unknown>();
  const groups = Map.groupBy(refs, ({ apiVersion, kind }) => `${apiVersion}|${kind}`);
  await Promise.all([...groups.values()].map((group) => readGroup(api, discovery, group, found)));
  return found;
}

async function readGroup(
  api: Api,
  discovery: Discovery,
  refs: readonly ObjectRef[],
  found: Map<string, unknown>,
): Promise<void> {
  const [first] = refs;
  const known = first === undefined ? undefined : discovery.known(first.apiVersion, first.kind);
  if (first === undefined || known === undefined) return;
  const note = (object: unknown): void => {
    const name = textAt(object, "metadata", "name") ?? "";
    const namespace = textAt(object, "metadata", "namespace");
    const ref = { apiVersion: first.apiVersion, kind: first.kind, name };
    found.set(
      objectKey(namespace === undefined ? ref : { ...ref, namespace }),
      fieldAt(object, "metadata", "managedFields"),
    );
  };
  if (refs.length > mostSingleReads) {
    const listed = await listAll(api, {
      doing: `Listing the ${known.resource}`,
      path: collectionPath(known),
      labelSelector: helmsLabel,
      metadataOnly: true,
    });
    if (listed.ok) listed.value.items.forEach(note);
    return;
  }
  await Promise.all(
    refs.map(async (ref) => {
      const answer = await api.json({
        doing: `Reading ${ref.kind} ${ref.name}`,
        path: objectPath(known, ref),
        accept: metadataOf.one,
      });
      if (answer.ok) note(answer.value);
    }),
  );
}
