// One of Helm's records with another status, written by compare-and-swap: its label, and its content, which is what helm
// itself goes by. One whose content can't be decoded gets content that can.
import { fieldAt, isRecord, textAt, textsAt } from "../../core/json.ts";
import { failed, succeeded, type Result } from "../../core/failure.ts";
import type { SeenRecord } from "../../engine/ports.ts";
import { listAll } from "./list.ts";
import { packRelease, repackWithStatus, unpackRelease } from "./payload-codec.ts";
import type { Api } from "./request.ts";

/** What was unreadable is kept in the Secret under this key, until helm writes the record anew. */
const unreadableKey = "unreadable";

/** Together with what is written; a Secret holds 1 MiB. */
const mostKeptBytes = 900 * 1024;

/** The path of a revision's Secret. */
export function recordPath(namespace: string, releaseName: string, revision: number): string {
  const name = `sh.helm.release.v1.${releaseName}.v${revision}`;
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;
}

/** Marks a record, only if it is still what was seen. */
export async function markRecord(
  api: Api,
  record: SeenRecord,
  status: "failed" | "superseded",
  why: string,
): Promise<Result<void>> {
  const { namespace, releaseName, revision, resourceVersion } = record;
  const doing = `Marking revision ${revision} of ${namespace}/${releaseName} as ${status}`;
  const path = recordPath(namespace, releaseName, revision);
  const found = await api.json({ doing, path });
  if (!found.ok) return failed(found.failure);
  // By an earlier try whose answer was lost.
  if (isMarked(found.value, status, why)) return succeeded(undefined);
  if (textAt(found.value, "metadata", "resourceVersion") !== resourceVersion)
    return failed({
      kind: "locked",
      message: `${doing}: the record has changed since it was read, so somebody is working on the release.`,
      next: "Run the command again.",
    });
  const data = fieldAt(found.value, "data", "release");
  const repacked = repackWithStatus(data, status, why);
  const content =
    repacked === undefined
      ? await rewritten(api, doing, record, data, `${why}; what it held could not be read`)
      : succeeded({ data: { release: repacked }, labels: {} });
  if (!content.ok) return content;
  const answer = await api.json({
    doing,
    path,
    method: "PATCH",
    contentType: "application/merge-patch+json",
    tries: 0,
    body: {
      metadata: { resourceVersion, labels: { status, ...content.value.labels } },
      data: content.value.data,
    },
  });
  if (answer.ok) return succeeded(undefined);
  const after = await api.json({ doing, path });
  return after.ok && isMarked(after.value, status, why) ? succeeded(undefined) : failed(answer.failure);
}

function isMarked(secret: unknown, status: string, why: string): boolean {
  if (textAt(secret, "metadata", "labels", "status") !== status) return false;
  const description = textAt(unpackRelease(fieldAt(secret, "data", "release")), "info", "description");
  return description?.startsWith(why) === true;
}

type Content = {
  readonly data: Readonly<Record<string, string>>;
  /** Null takes a label away. */
  readonly labels: Readonly<Record<string, null>>;
};

// Helm passes over what it can't decode and then counts to a number that is taken, so the record must be made readable.
// The newest one before it tells best what the release was made of; helm compares with that, and deletes nothing that is
// not in it.
async function rewritten(
  api: Api,
  doing: string,
  { namespace, releaseName, revision }: SeenRecord,
  unreadable: unknown,
  why: string,
): Promise<Result<Content>> {
  const listed = await listAll(api, {
    doing,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`,
    labelSelector: `owner=helm,name=${releaseName}`,
  });
  if (!listed.ok) return failed(listed.failure);
  const before = listed.value.items
    .map((item) => ({
      version: Number(textsAt(item, "metadata", "labels").version),
      release: unpackRelease(fieldAt(item, "data", "release")),
    }))
    .filter(({ version, release }) => version < revision && isRecord(release))
    .toSorted((a, b) => b.version - a.version)[0]?.release;
  const release = packRelease({
    ...(isRecord(before)
      ? before
      : { apply_method: "ssa", chart: { metadata: { name: "unknown", version: "0.0.0" } } }),
    name: releaseName,
    namespace,
    version: revision,
    info: { status: "failed", description: why },
  });
  const kept =
    typeof unreadable === "string" && unreadable.length + release.length < mostKeptBytes
      ? unreadable
      : undefined;
  return succeeded({
    data: { release, ...(kept === undefined ? {} : { [unreadableKey]: kept }) },
    labels: { "headway.dev/verified": null, "headway.dev/fingerprint": null, "headway.dev/secrets": null },
  });
}
