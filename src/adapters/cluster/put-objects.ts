// Applies single objects that no chart brings: Secrets and ConfigMaps that a person hands over, and StackSyncs. What they
// hold goes into no message.
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { textAt, type JsonRecord } from "../../core/json.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { redact, secretsInObjects } from "../../core/redact.ts";
import type { PutObjects } from "../../engine/ports.ts";
import type { Api } from "./request.ts";

const fieldManager = "headway-bootstrap";

/** Where objects of these kinds are. */
const folders: Readonly<Record<string, { readonly api: string; readonly plural: string }>> = {
  Secret: { api: "/api/v1", plural: "secrets" },
  ConfigMap: { api: "/api/v1", plural: "configmaps" },
  StackSync: { api: "/apis/headway.dev/v1", plural: "stacksyncs" },
};

export function makePutObjects(api: Api): PutObjects {
  return async (objects, { trial }) => {
    for (const object of objects) {
      const put = await putObject(api, object, trial);
      if (!put.ok) return put;
    }
    return succeeded(undefined);
  };
}

async function putObject(api: Api, object: JsonRecord, trial: boolean): Promise<Result<void>> {
  const [kind = "", name = "", namespace = ""] = [
    textAt(object, "kind"),
    textAt(object, "metadata", "name"),
    textAt(object, "metadata", "namespace"),
  ];
  const folder = folders[kind];
  if (folder === undefined) throw new Error(`no ${kind} is applied by itself`);
  const answer = await api.json({
    doing: `${trial ? "Checking" : "Applying"} the ${kind} ${namespace}/${name}`,
    method: "PATCH",
    path: `${folder.api}/namespaces/${encodeURIComponent(namespace)}/${folder.plural}/${encodeURIComponent(name)}`,
    query: { fieldManager, force: "true", ...(trial ? { dryRun: "All" } : {}) },
    contentType: "application/apply-patch+yaml",
    body: object,
  });
  if (answer.ok) return succeeded(undefined);
  // A refusal may repeat the object that it refuses. The object was made here, with the fields that were just read.
  const secrets = secretsInObjects([object as unknown as KubernetesObject]);
  return failed({ ...answer.failure, message: redact(answer.failure.message, secrets) });
}
