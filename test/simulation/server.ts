// A Kubernetes API server as far as Helm and Headway need one: release records with labels, payloads and versions, objects
// with a generation, namespaces, the state object and the lease. Each function is one request at the moment it lands.
import { failed, succeeded, type Result } from "../../src/core/failure.ts";
import {
  fingerprintLabel,
  stackLabel,
  verifiedLabel,
  verifiedLabelValue,
} from "../../src/core/fingerprint.ts";
import { objectKey, refOf, type KubernetesObject } from "../../src/core/object.ts";
import type { RecordStatus, ReleasePayload, ReleaseRecord, StackState } from "../../src/core/observation.ts";
import { readStateDocument, writeStateDocument } from "../../src/core/state-document.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import type { Happening, Write, Writer } from "./writes.ts";

/** Labels as Helm keeps them on a record, its own left out. */
export type Labels = Readonly<Record<string, string>>;

export type StoredRecord = {
  readonly record: ReleaseRecord;
  readonly labels: Labels;
  readonly payload: ReleasePayload;
  readonly writtenAtMs: number;
};

/** `holder` has it until it gives it up, or until its death and that of its helms is proven. */
export type Lease = { readonly holder: HeadwayProcess; readonly takenAtMs: number };

export type Server = {
  /** Newest first. */
  history(release: string): readonly StoredRecord[];
  records(): readonly StoredRecord[];
  createRecord(by: Writer, payload: ReleasePayload, labels: Labels): Result<void>;
  /** Helm's update: last write wins, whoever wrote before. */
  updateRecord(by: Writer, release: string, revision: number, to: RecordStatus): Result<void>;
  deleteRecord(by: Writer, release: string, revision: number): Result<void>;
  labelRecord(by: Writer, release: string, revision: number, labels: Labels): Result<void>;
  /** Only where it is still what was seen. */
  markRecord(
    by: Writer,
    release: string,
    revision: number,
    mark: { readonly resourceVersion: string; readonly status: "failed" | "superseded" },
  ): Result<void>;
  object(key: string): KubernetesObject | undefined;
  objects(): ReadonlyMap<string, KubernetesObject>;
  applyObject(
    by: Writer,
    manifest: KubernetesObject,
    of: { readonly release: string; readonly revision: number },
  ): void;
  /** Begins the end of an object; controllers finish it. */
  deleteObject(by: Writer, key: string, release: string): void;
  /** What controllers do: a status, or the end of what is being deleted. */
  writeStatus(key: string, status: KubernetesObject["status"], state: string): void;
  removeObject(key: string): void;
  readonly namespaces: ReadonlySet<string>;
  createNamespace(by: Writer, namespace: string): boolean;
  readState(): StackState;
  writeState(by: Writer, stack: string, state: StackState): void;
  lease(): Lease | undefined;
  setLease(by: Writer, lease: Lease | undefined): void;
};

export function makeServer(nowMs: () => number, wrote: (write: Write) => void): Server {
  const records = new Map<string, StoredRecord[]>();
  const objects = new Map<string, KubernetesObject>();
  const namespaces = new Set<string>();
  let state = "";
  let read: StackState | undefined = { releases: new Map() };
  let lease: Lease | undefined;
  let version = 0;
  const nextVersion = (): string => String(++version);
  const tell = (by: Writer, happening: Happening): void => {
    wrote({ ...happening, atMs: nowMs(), by });
  };
  const find = (release: string, revision: number): StoredRecord | undefined =>
    records.get(release)?.find(({ record }) => record.revision === revision);
  const put = (stored: Omit<StoredRecord, "writtenAtMs">): void => {
    const release = `${stored.record.namespace}/${stored.record.releaseName}`;
    const others = (records.get(release) ?? []).filter(
      ({ record }) => record.revision !== stored.record.revision,
    );
    // The API server's stamps have whole seconds.
    const record = { ...stored.record, changedAtMs: nowMs() - (nowMs() % 1_000) };
    const all = [...others, { ...stored, record, writtenAtMs: nowMs() }];
    records.set(
      release,
      all.sort((a, b) => b.record.revision - a.record.revision),
    );
  };
  const setStatus = (stored: StoredRecord, status: RecordStatus): void => {
    put({
      ...stored,
      record: { ...stored.record, status, resourceVersion: nextVersion() },
      payload: { ...stored.payload, status },
    });
  };
  const missing = (release: string, revision: number) =>
    failed({ kind: "unknown", message: `secrets "sh.helm.release.v1.${release}.v${revision}" not found` });

  return {
    history: (release) => records.get(release) ?? [],
    records: () => [...records.values()].flat(),
    createRecord: (by, payload, labels) => {
      const release = `${payload.namespace}/${payload.releaseName}`;
      if (find(release, payload.revision) !== undefined)
        return failed({ kind: "locked", message: `record ${release} r${payload.revision} already exists` });
      put({ record: recordOf(payload, labels, nextVersion()), labels, payload });
      const { revision, status } = payload;
      tell(by, {
        kind: "record-created",
        release,
        revision,
        status,
        fingerprintLabel: labels[fingerprintLabel],
      });
      return succeeded(undefined);
    },
    updateRecord: (by, release, revision, to) => {
      const stored = find(release, revision);
      if (stored === undefined) return missing(release, revision);
      setStatus(stored, to);
      tell(by, { kind: "record-updated", release, revision, from: stored.record.status, to });
      return succeeded(undefined);
    },
    deleteRecord: (by, release, revision) => {
      const stored = find(release, revision);
      if (stored === undefined) return missing(release, revision);
      const left = (records.get(release) ?? []).filter((one) => one !== stored);
      if (left.length === 0) records.delete(release);
      else records.set(release, left);
      tell(by, { kind: "record-deleted", release, revision, status: stored.record.status });
      return succeeded(undefined);
    },
    labelRecord: (by, release, revision, labels) => {
      const stored = find(release, revision);
      if (stored === undefined) return missing(release, revision);
      const all = { ...stored.labels, ...labels };
      put({ ...stored, labels: all, record: recordOf(stored.payload, all, nextVersion()) });
      tell(by, {
        kind: "record-labelled",
        release,
        revision,
        isVerified: labels[verifiedLabel] === verifiedLabelValue(revision),
      });
      return succeeded(undefined);
    },
    markRecord: (by, release, revision, { resourceVersion, status }) => {
      const stored = find(release, revision);
      if (stored === undefined) return missing(release, revision);
      if (stored.record.resourceVersion !== resourceVersion)
        return failed({
          kind: "locked",
          message: `record ${release} r${revision} has changed since it was read`,
        });
      setStatus(stored, status);
      tell(by, {
        kind: "record-marked",
        release,
        revision,
        from: stored.record.status,
        to: status,
        stoodStillMs: nowMs() - stored.writtenAtMs,
      });
      return succeeded(undefined);
    },
    object: (key) => objects.get(key),
    objects: () => objects,
    applyObject: (by, manifest, { release, revision }) => {
      const key = objectKey(refOf(manifest));
      const before = objects.get(key);
      const isChange = JSON.stringify(before?.spec) !== JSON.stringify(manifest.spec);
      const generation = (before?.metadata.generation ?? 0) + (isChange ? 1 : 0);
      if (before === undefined || isChange)
        objects.set(key, {
          ...manifest,
          ...(before?.status === undefined ? {} : { status: before.status }),
          metadata: {
            ...manifest.metadata,
            ...(before?.metadata.deletionTimestamp === undefined
              ? {}
              : { deletionTimestamp: before.metadata.deletionTimestamp }),
            uid: before?.metadata.uid ?? `uid-${nextVersion()}`,
            generation,
            resourceVersion: nextVersion(),
          },
        });
      tell(by, { kind: "object-applied", release, revision, object: key, isChange });
    },
    deleteObject: (by, key, release) => {
      const before = objects.get(key);
      if (before === undefined) return;
      const deletionTimestamp = new Date(nowMs()).toISOString();
      objects.set(key, { ...before, metadata: { ...before.metadata, deletionTimestamp } });
      tell(by, { kind: "object-deleted", release, object: key });
    },
    writeStatus: (key, status, shown) => {
      const before = objects.get(key);
      if (before === undefined || status === undefined) return;
      objects.set(key, {
        ...before,
        status,
        metadata: { ...before.metadata, resourceVersion: nextVersion() },
      });
      tell({ kind: "controllers" }, { kind: "status-written", object: key, state: shown });
    },
    removeObject: (key) => {
      if (objects.delete(key)) tell({ kind: "controllers" }, { kind: "object-gone", object: key });
    },
    namespaces,
    createNamespace: (by, namespace) => {
      if (namespaces.has(namespace)) return false;
      namespaces.add(namespace);
      tell(by, { kind: "namespace-created", namespace });
      return true;
    },
    readState: () => (read ??= readStateDocument(state) ?? unreadable()),
    writeState: (by, stack, next) => {
      state = writeStateDocument(stack, next, 512 * 1024);
      read = undefined;
      tell(by, { kind: "state-written", state: next });
    },
    lease: () => lease,
    setLease: (by, next) => {
      const before = lease;
      lease = next;
      if (next === undefined) tell(by, { kind: "lock-released" });
      else if (before?.holder !== next.holder) tell(by, { kind: "lock-taken", from: before?.holder });
    },
  };
}

function unreadable(): never {
  throw new Error("the state that was written can't be read");
}

function recordOf(payload: ReleasePayload, labels: Labels, resourceVersion: string): ReleaseRecord {
  const { namespace, releaseName, revision, status } = payload;
  const fingerprint = labels[fingerprintLabel];
  const verified = labels[verifiedLabel];
  const stack = labels[stackLabel];
  return {
    namespace,
    releaseName,
    revision,
    status,
    ...(fingerprint === undefined ? {} : { fingerprintLabel: fingerprint }),
    ...(verified === undefined ? {} : { verifiedLabel: verified }),
    ...(stack === undefined ? {} : { stackLabel: stack }),
    resourceVersion,
  };
}
