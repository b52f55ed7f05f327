// What a cluster can do, as charts ask for it: its version and the APIs that it serves.
import { listAt, textAt } from "../json.ts";
import type { KubernetesObject } from "../object.ts";
import { isDefinition } from "./rendered.ts";

/** `apiVersions` are GROUP/VERSION and GROUP/VERSION/KIND, beside those that every cluster of this version has. */
export type Capabilities = { readonly kubeVersion: string; readonly apiVersions: readonly string[] };

/** What is rendered for where no cluster is asked: a recent version, and nothing installed. */
export const assumedCapabilities: Capabilities = { kubeVersion: "v1.34.0", apiVersions: [] };

/** The capabilities of a cluster once these CRDs are there. */
export function withDefinitions(
  { kubeVersion, apiVersions }: Capabilities,
  objects: readonly KubernetesObject[],
): Capabilities {
  const more = objects.filter(isDefinition).flatMap(({ spec }) => {
    const group = textAt(spec, "group");
    const kind = textAt(spec, "names", "kind");
    return listAt(spec, "versions")
      .filter(
        (version) =>
          typeof version === "object" && version !== null && "served" in version && version.served === true,
      )
      .flatMap((version) => {
        const name = `${group ?? ""}/${textAt(version, "name") ?? ""}`;
        return [name, `${name}/${kind ?? ""}`];
      });
  });
  return { kubeVersion, apiVersions: [...new Set([...apiVersions, ...more])].toSorted() };
}
