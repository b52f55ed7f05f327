// What an uninstall may take along: claims with data, and CRDs with the objects of their kinds. For telling a person
// before consent; what can't be read is said to be unknown or left out.
import { fieldAt, listAt, numberAt, textAt } from "../../core/json.ts";
import { groupOf, type ObjectRef } from "../../core/object.ts";
import type { Objects } from "../../engine/ports.ts";
import { collectionPath, type Discovery } from "./discovery.ts";
import { asObject, listAll, listObjects, metadataOf } from "./list.ts";
import type { Api } from "./request.ts";

const definitionVersion = "apiextensions.k8s.io/v1";

type Losses = Awaited<ReturnType<Objects["losses"]>>;

export async function findLosses(
  api: Api,
  discovery: Discovery,
  namespaces: readonly string[],
): Promise<Losses> {
  await discovery.load();
  const [claims, definitions] = await Promise.all([
    Promise.all(namespaces.map((namespace) => listClaims(api, namespace))),
    listDefinitions(api, discovery),
  ]);
  return { claims: claims.flat(), definitions };
}

async function listClaims(api: Api, namespace: string): Promise<readonly ObjectRef[]> {
  const listed = await listObjects(
    api,
    {
      doing: `Listing the persistent volume claims of ${namespace}`,
      pathOf: () => `/api/v1/namespaces/${encodeURIComponent(namespace)}/persistentvolumeclaims`,
      metadataOnly: true,
    },
    (item) => asObject(item, "v1", "PersistentVolumeClaim"),
  );
  if (!listed.ok) return [];
  return listed.value.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    namespace,
    name: metadata.name,
  }));
}

async function listDefinitions(api: Api, discovery: Discovery): Promise<Losses["definitions"]> {
  const listed = await listAll(api, {
    doing: "Listing the CRDs",
    path: `/apis/${definitionVersion}/customresourcedefinitions`,
    metadataOnly: true,
  });
  if (!listed.ok) return [];
  const paths = new Map(
    [...discovery.all()].map((served) => [
      `${served.resource}.${groupOf(served.apiVersion)}`,
      collectionPath(served),
    ]),
  );
  return await Promise.all(
    listed.value.items.map(async (item) => {
      const name = textAt(item, "metadata", "name") ?? "";
      const ref = { apiVersion: definitionVersion, kind: "CustomResourceDefinition", name };
      return { ref, objects: await countObjects(api, paths.get(name)) };
    }),
  );
}

/** One object is asked for; the API server says how many more there are. */
async function countObjects(api: Api, path: string | undefined): Promise<number | "unknown"> {
  if (path === undefined) return "unknown";
  const page = await api.json({
    doing: "Counting objects",
    path,
    accept: metadataOf.list,
    query: { limit: "1" },
  });
  if (!page.ok) return "unknown";
  const more = numberAt(page.value, "metadata", "remainingItemCount");
  if (more === undefined && fieldAt(page.value, "metadata", "continue")) return "unknown";
  return listAt(page.value, "items").length + (more ?? 0);
}
