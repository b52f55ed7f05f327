// What `kubectl apply` does with a file, for tests: no kubectl is needed for them.
import type { TestCluster } from "./sandbox.ts";

/** An object of a file. */
export type KubeDocument = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

/** As `kubectl apply -f -` does it: every kind has to be known before the first object is applied, each once, in order. */
export async function applyAsKubectl(
  cluster: TestCluster,
  documents: readonly KubeDocument[],
): Promise<void> {
  const paths: string[] = [];
  for (const { apiVersion, kind, metadata } of documents) {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const served = (await cluster.kube(root)).body as {
      readonly resources?: readonly {
        readonly kind: string;
        readonly name: string;
        readonly namespaced: boolean;
      }[];
    };
    const found = served.resources?.find((one) => one.kind === kind && !one.name.includes("/"));
    if (found === undefined) throw new Error(`resource mapping not found for ${kind} ${metadata.name}`);
    const scope = found.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    paths.push(`${root}${scope}/${found.name}/${metadata.name}`);
  }
  for (const [index, path] of paths.entries()) {
    const reply = await cluster.kube(`${path}?fieldManager=kubectl&force=true`, {
      method: "PATCH",
      contentType: "application/apply-patch+yaml",
      body: documents[index],
    });
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${reply.text}`);
  }
}
