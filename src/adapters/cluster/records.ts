// Helm's records: Secrets labelled owner=helm, one per revision. Listing reads labels alone; payloads are read where
// they are asked for.
import { listAt, textAt, textsAt, fieldAt } from "../../core/json.ts";
import { failed, succeeded } from "../../core/failure.ts";
import type { ReleasePayload, ReleaseRecord } from "../../core/observation.ts";
import { readStatus } from "../../core/release-payload.ts";
import type { Records } from "../../engine/ports.ts";
import { listAll, listWithin } from "./list.ts";
import type { Discovery } from "./discovery.ts";
import { unpackRelease } from "./payload-codec.ts";
import { markRecord, recordPath } from "./record-marks.ts";
import type { ApiOf } from "./acting.ts";

/** Payloads are up to 1 MiB each: fewer in a page than of labels alone. */
const payloadsInPage = 250;

export function makeRecords(
  apiOf: ApiOf,
  discovery: Discovery,
  decodeRelease: (release: unknown) => ReleasePayload | undefined,
): Records {
  const api = apiOf(undefined);
  const decode = (secret: unknown): ReleasePayload | undefined =>
    decodeRelease(unpackRelease(fieldAt(secret, "data", "release")));
  return {
    async list(within) {
      const order = {
        doing: "Listing Helm's release records",
        pathOf: secretsPath,
        labelSelector: "owner=helm",
        metadataOnly: true,
      };
      const listed = await listWithin(api, order, within);
      return listed.ok ? succeeded(listed.value.items.flatMap((item) => readRecord(item) ?? [])) : listed;
    },
    async deployedPayloads(stackLabel, within) {
      const order = {
        doing: "Reading Helm's records of the deployed releases",
        pathOf: secretsPath,
        labelSelector: `owner=helm,status=deployed,headway.dev/stack=${stackLabel}`,
        limit: payloadsInPage,
      };
      const [loaded, listed] = await Promise.all([discovery.load(), listWithin(api, order, within)]);
      if (!loaded.ok) return loaded;
      return listed.ok ? succeeded(listed.value.items.flatMap((item) => decode(item) ?? [])) : listed;
    },
    async payload(namespace, releaseName, revision) {
      const [loaded, answer] = await Promise.all([
        discovery.load(),
        api.json({
          doing: `Reading Helm's record of ${namespace}/${releaseName}, revision ${revision}`,
          path: recordPath(namespace, releaseName, revision),
        }),
      ]);
      if (!loaded.ok) return loaded;
      if (!answer.ok) return answer.status === 404 ? succeeded(undefined) : failed(answer.failure);
      return succeeded(decode(answer.value));
    },
    async revisions(namespace, releaseName) {
      const [loaded, listed] = await Promise.all([
        discovery.load(),
        listAll(api, {
          doing: `Reading Helm's records of ${namespace}/${releaseName}`,
          path: secretsPath(namespace),
          labelSelector: `owner=helm,name=${releaseName}`,
          limit: payloadsInPage,
        }),
      ]);
      if (!loaded.ok) return loaded;
      if (!listed.ok) return listed;
      return succeeded(
        listed.value.items.flatMap((item) => {
          const record = readRecord(item);
          const payload = decode(item);
          return record === undefined ? [] : [{ record, ...(payload === undefined ? {} : { payload }) }];
        }),
      );
    },
    async label(namespace, releaseName, revision, labels, actor) {
      const answer = await apiOf(actor).json({
        doing: `Labelling Helm's record of ${namespace}/${releaseName}, revision ${revision}`,
        method: "PATCH",
        path: recordPath(namespace, releaseName, revision),
        contentType: "application/merge-patch+json",
        body: { metadata: { labels } },
      });
      return answer.ok ? succeeded(undefined) : failed(answer.failure);
    },
    mark: (record, status, why, actor) => markRecord(apiOf(actor), record, status, why),
  };
}

function secretsPath(namespace?: string): string {
  return namespace === undefined
    ? "/api/v1/secrets"
    : `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
}

/** One record by its labels; undefined for a Secret that only looks like one. */
export function readRecord(item: unknown): ReleaseRecord | undefined {
  const secretName = textAt(item, "metadata", "name") ?? "";
  const namespace = textAt(item, "metadata", "namespace");
  const labels = textsAt(item, "metadata", "labels");
  const named = /^sh\.helm\.release\.v1\.(.+)\.v([1-9][0-9]{0,8})$/.exec(secretName);
  if (named === null || namespace === undefined) return undefined;
  const fingerprintLabel = labels["headway.dev/fingerprint"];
  const verifiedLabel = labels["headway.dev/verified"];
  const stackLabel = labels["headway.dev/stack"];
  const secretsLabel = labels["headway.dev/secrets"];
  const changedAtMs = lastWrite(item);
  return {
    namespace,
    releaseName: named[1] ?? "",
    revision: Number(named[2]),
    status: readStatus(labels.status),
    ...(fingerprintLabel === undefined ? {} : { fingerprintLabel }),
    ...(verifiedLabel === undefined ? {} : { verifiedLabel }),
    ...(stackLabel === undefined ? {} : { stackLabel }),
    ...(secretsLabel === undefined ? {} : { secretsLabel }),
    ...(labels["helm.toolkit.fluxcd.io/name"] === undefined ? {} : { foreignOwner: "flux" }),
    resourceVersion: textAt(item, "metadata", "resourceVersion") ?? "",
    ...(changedAtMs === undefined ? {} : { changedAtMs }),
  };
}

// The API server notes of each manager when it wrote last, by its own clock and in whole seconds.
function lastWrite(item: unknown): number | undefined {
  const stamps = [
    textAt(item, "metadata", "creationTimestamp"),
    ...listAt(item, "metadata", "managedFields").map((entry) => textAt(entry, "time")),
  ];
  const times = stamps
    .flatMap((stamp) => (stamp === undefined ? [] : [Date.parse(stamp)]))
    .filter(Number.isFinite);
  return times.length === 0 ? undefined : Math.max(...times);
}
