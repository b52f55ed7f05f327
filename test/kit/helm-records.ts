// What Helm has stored: of each deployed release, byte for byte but for the times of day in it; and single records, to be
// left as a helm leaves them that died, or a person.
import { gunzipSync } from "node:zlib";
import { packRelease, repackWithStatus, unpackRelease } from "../../src/adapters/cluster/payload-codec.ts";
import { isRecord } from "../../src/core/json.ts";
import { apply, type TestCluster } from "./sandbox.ts";

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

/** As much of a record's Secret as a test changes. */
export type StoredRecord = {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly type: string;
  readonly data: Readonly<Record<string, string>>;
};

function pathOf(namespace: string, release: string, revision: number): string {
  return `/api/v1/namespaces/${namespace}/secrets/sh.helm.release.v1.${release}.v${revision}`;
}

/** One of helm's records as it is stored. */
export async function storedRecord(
  { kube }: TestCluster,
  namespace: string,
  release: string,
  revision: number,
): Promise<StoredRecord> {
  const reply = await kube(pathOf(namespace, release, revision));
  if (reply.status !== 200) throw new Error(`${release} r${revision}: ${reply.status} ${reply.text}`);
  return reply.body as StoredRecord;
}

/** Gives a record of helm's another status, in label and content, as a helm that died there would have left it. */
export async function doctorRecord(
  cluster: TestCluster,
  namespace: string,
  release: string,
  revision: number,
  status: string,
): Promise<void> {
  const { data } = await storedRecord(cluster, namespace, release, revision);
  const content = repackWithStatus(data["release"], status, "Doctored");
  if (content === undefined) throw new Error(`${release} r${revision} can't be read`);
  await patchRecord(cluster, namespace, release, revision, {
    metadata: { labels: { status } },
    data: { release: content },
  });
}

export async function patchRecord(
  { kube }: TestCluster,
  namespace: string,
  release: string,
  revision: number,
  body: unknown,
): Promise<void> {
  const reply = await kube(pathOf(namespace, release, revision), {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body,
  });
  if (reply.status !== 200) throw new Error(`${release} r${revision}: ${reply.status} ${reply.text}`);
}

/** Stores a copy of a record as another revision of the same release. */
export async function copyRecord(
  cluster: TestCluster,
  namespace: string,
  release: string,
  from: number,
  to: number,
): Promise<void> {
  const { metadata, type, data } = await storedRecord(cluster, namespace, release, from);
  const content = unpackRelease(data["release"]);
  if (!isRecord(content)) throw new Error(`${release} r${from} can't be read`);
  await apply(cluster, `/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: "v1",
    kind: "Secret",
    type,
    metadata: {
      name: `sh.helm.release.v1.${release}.v${to}`,
      labels: { ...metadata.labels, version: String(to) },
    },
    data: { release: packRelease({ ...content, version: to }) },
  });
}

/** Deletes a record as a person with kubectl would. */
export async function deleteRecord(
  { kube }: TestCluster,
  namespace: string,
  release: string,
  revision: number,
): Promise<void> {
  await kube(pathOf(namespace, release, revision), { method: "DELETE" });
}
