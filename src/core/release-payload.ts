// Helm's own JSON of a release (`pkg/release/v1/release.go`), in records and in the output of `helm -o json`, as a
// payload. How a record packs it is an adapter's matter.
import type { Json } from "./declaration.ts";
import type { KindFacts } from "./health/world.ts";
import { fieldOf, isRecord, listAt, numberAt, textAt } from "./json.ts";
import { readManifest, type Placement } from "./manifest.ts";
import type { KubernetesObject } from "./object.ts";
import type { Hook, RecordStatus, ReleasePayload } from "./observation.ts";

/** What discovery says of a kind; undefined where the API does not serve it. */
export type KnownKinds = (apiVersion: string, kind: string) => Pick<KindFacts, "namespaced"> | undefined;

const statuses: ReadonlySet<string> = new Set<RecordStatus>([
  "unknown",
  "deployed",
  "uninstalled",
  "superseded",
  "failed",
  "uninstalling",
  "pending-install",
  "pending-upgrade",
  "pending-rollback",
]);

/** Helm's word for a status; words of a later Helm are `unknown`. */
export function readStatus(word: unknown): RecordStatus {
  return typeof word === "string" && statuses.has(word) ? (word as RecordStatus) : "unknown";
}

/** Reads one release; undefined where the JSON is none. Never throws, whatever it is given. */
export function readReleasePayload(release: unknown, kinds: KnownKinds): ReleasePayload | undefined {
  const releaseName = textAt(release, "name");
  const namespace = textAt(release, "namespace");
  const revision = numberAt(release, "version");
  if (!releaseName || !namespace || revision === undefined || !Number.isSafeInteger(revision) || revision < 1)
    return undefined;
  const appVersion = textAt(release, "chart", "metadata", "appVersion");
  const description = textAt(release, "info", "description");
  const deployedAtMs = Date.parse(textAt(release, "info", "last_deployed") ?? "");
  const config = fieldOf(release, "config");
  const manifest = textAt(release, "manifest") ?? "";
  // As helm's builder does: the release's namespace for namespaced kinds that name none, none for the others.
  const place: Placement = ({ apiVersion, kind }, written) =>
    kinds(apiVersion, kind)?.namespaced === false ? undefined : (written ?? namespace);
  let objects: readonly KubernetesObject[] | undefined;
  return {
    namespace,
    releaseName,
    revision,
    status: readStatus(textAt(release, "info", "status")),
    chart: {
      name: textAt(release, "chart", "metadata", "name") ?? "",
      version: textAt(release, "chart", "metadata", "version") ?? "",
      ...(appVersion === undefined ? {} : { appVersion }),
    },
    // What JSON.parse gives is Json.
    config: isRecord(config) ? (config as Json) : {},
    get objects() {
      objects ??= readManifest(manifest, place);
      return objects;
    },
    hooks: listAt(release, "hooks").flatMap((hook) => readHook(hook, namespace, place) ?? []),
    applyMethod: textAt(release, "apply_method") === "ssa" ? "server-side" : "client-side",
    ...(description === undefined ? {} : { description }),
    ...(Number.isNaN(deployedAtMs) ? {} : { deployedAt: new Date(deployedAtMs).toISOString() }),
  };
}

function readHook(hook: unknown, namespace: string, place: Placement): Hook | undefined {
  const name = textAt(hook, "name");
  const kind = textAt(hook, "kind");
  if (name === undefined || kind === undefined) return undefined;
  const manifest = readManifest(textAt(hook, "manifest") ?? "", place)[0];
  return {
    name,
    kind,
    apiVersion: manifest?.apiVersion ?? "",
    namespace: manifest?.metadata.namespace ?? namespace,
    events: listAt(hook, "events").filter((event) => typeof event === "string"),
  };
}
