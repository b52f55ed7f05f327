// What a cluster can do, as charts ask for it.
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { assumedCapabilities, type Capabilities } from "../../core/foresight/capabilities.ts";
import { textAt } from "../../core/json.ts";
import { groupOf, isBuiltInGroup } from "../../core/object.ts";
import type { Discovery } from "./discovery.ts";
import type { Api } from "./request.ts";

/** The version, and the APIs that not every cluster of this version has. */
export async function readCapabilities(api: Api, discovery: Discovery): Promise<Result<Capabilities>> {
  const [answer, loaded] = await Promise.all([
    api.json({ doing: "Asking for the cluster's version", path: "/version" }),
    discovery.load(),
  ]);
  if (!answer.ok) return failed(answer.failure);
  if (!loaded.ok) return loaded;
  const apiVersions = [...discovery.all()]
    .filter(({ apiVersion }) => !isBuiltInGroup(groupOf(apiVersion)))
    .flatMap(({ apiVersion, kind }) => [apiVersion, `${apiVersion}/${kind}`]);
  return succeeded({
    kubeVersion: textAt(answer.value, "gitVersion") ?? assumedCapabilities.kubeVersion,
    apiVersions: [...new Set(apiVersions)].toSorted(),
  });
}
