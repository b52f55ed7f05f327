// What Helm has stored of each deployed release, byte for byte but for the times of day in it.
import { gunzipSync } from "node:zlib";
import type { TestCluster } from "./sandbox.ts";

type Secret = {
  readonly metadata: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly data: { readonly release: string };
};

/** Fields of the release's JSON that say when something was done. */
const times = /("(?:first_deployed|last_deployed|started_at|completed_at)":)"[-0-9T:.Z+]*"/g;
/** The labels of the record that do. */
const timeLabels = ["createdAt", "modifiedAt"];

/**
 * By NAMESPACE/NAME, the stored release as helm wrote it: name, revision, status, description and notes, the chart with
 * all its files and default values, the values given, the manifest, and the hooks; and behind it the record's labels. Each
 * of `times` reads TIME. Nothing else is left out, sorted or rewritten.
 */
export async function deployedRecords({ kube }: TestCluster): Promise<ReadonlyMap<string, string>> {
  const reply = await kube("/api/v1/secrets?labelSelector=owner%3Dhelm%2Cstatus%3Ddeployed");
  const { items } = reply.body as { readonly items: readonly Secret[] };
  return new Map(
    items
      .map(({ metadata: { namespace, labels }, data }) => {
        const zipped = Buffer.from(Buffer.from(data.release, "base64").toString("latin1"), "base64");
        const text = gunzipSync(zipped).toString("utf8").replaceAll(times, '$1"TIME"');
        const kept = Object.entries(labels).filter(([name]) => !timeLabels.includes(name));
        return [`${namespace}/${labels["name"] ?? ""}`, `${text}\n${JSON.stringify(kept)}`] as const;
      })
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
