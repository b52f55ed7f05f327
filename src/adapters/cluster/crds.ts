// Applying the CRDs of a chart, and waiting until the API serves what they define. Their texts go to the API server as
// they are, which reads YAML as kubectl and helm do.
import { setTimeout as sleep } from "node:timers/promises";
import { listAt, textAt } from "../../core/json.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { readManifest, splitDocuments } from "../../core/manifest.ts";
import { describeRef, refOf, type KubernetesObject, type ObjectRef } from "../../core/object.ts";
import { objectPath, type Discovery } from "./discovery.ts";
import type { Api } from "./request.ts";

type Part = { readonly ref: ObjectRef; readonly body: string };

const fieldManager = "headway";
const atOnce = 8;

/** `deadlineMs` is of the wall clock. Gives back the names of what was made or changed. */
export async function applyCrds(
  api: Api,
  discovery: Discovery,
  texts: readonly string[],
  mode: "create" | "upgrade",
  deadlineMs: number,
): Promise<Result<readonly string[]>> {
  const parts = texts.flatMap(splitDocuments).flatMap(readParts);
  const changed: string[] = [];
  for (let start = 0; start < parts.length; start += atOnce) {
    const results = await Promise.all(
      parts.slice(start, start + atOnce).map((part) => applyPart(api, discovery, part, mode)),
    );
    for (const result of results) {
      if (!result.ok) return result;
      if (result.value !== undefined) changed.push(result.value);
    }
  }
  const definitions = parts.filter((part) => part.ref.kind === "CustomResourceDefinition");
  const refusals = await Promise.all(definitions.map(({ ref }) => awaitEstablished(api, ref, deadlineMs)));
  if (changed.length > 0) discovery.expire();
  const refusal = refusals.find((failure) => failure !== undefined);
  return refusal === undefined ? succeeded(changed) : failed(refusal);
}

function readParts(text: string): readonly Part[] {
  const objects = readManifest(text, (_object, written) => written);
  const [only] = objects;
  if (only !== undefined && objects.length === 1) return [{ ref: refOf(only), body: text }];
  // Items of a List go one by one; JSON is YAML.
  return objects.map((object: KubernetesObject) => ({ ref: refOf(object), body: JSON.stringify(object) }));
}

async function applyPart(
  api: Api,
  discovery: Discovery,
  { ref, body }: Part,
  mode: "create" | "upgrade",
): Promise<Result<string | undefined>> {
  const doing = `Applying ${describeRef(ref)} from the chart's crds folder`;
  const served = await discovery.find(ref.apiVersion, ref.kind);
  if (!served.ok) return served;
  if (served.value === undefined)
    return failed({
      kind: "rejected",
      message: `${doing}: this cluster does not serve ${ref.kind} in ${ref.apiVersion}.`,
      next: "Use a version of the chart that fits the cluster, or `crds: skip`.",
      object: ref,
    });
  const path = objectPath(served.value, ref);
  const before = await api.json({ doing, path });
  if (before.ok && mode === "create") return succeeded(undefined);
  if (!before.ok && before.status !== 404) return failed({ ...before.failure, object: ref });
  const after = await api.json({
    doing,
    path,
    method: "PATCH",
    query: { fieldManager, force: "true" },
    contentType: "application/apply-patch+yaml",
    text: body,
  });
  if (!after.ok) return failed({ ...after.failure, object: ref });
  const isSame = before.ok && versionOf(before.value) === versionOf(after.value);
  return succeeded(isSame ? undefined : ref.name);
}

function versionOf(object: unknown): string | undefined {
  return textAt(object, "metadata", "resourceVersion");
}

async function awaitEstablished(api: Api, ref: ObjectRef, deadlineMs: number): Promise<Failure | undefined> {
  const doing = `Waiting until the API serves ${ref.name}`;
  const path = `/apis/${ref.apiVersion}/customresourcedefinitions/${encodeURIComponent(ref.name)}`;
  for (let pauseMs = 25; ; pauseMs = Math.min(100, pauseMs * 2)) {
    const answer = await api.json({ doing, path });
    if (!answer.ok) return { ...answer.failure, object: ref };
    const conditions = listAt(answer.value, "status", "conditions");
    const is = (type: string, status: string) =>
      conditions.find((each) => textAt(each, "type") === type && textAt(each, "status") === status);
    if (is("Established", "True") !== undefined) return undefined;
    const refused = is("NamesAccepted", "False");
    if (refused !== undefined)
      return {
        kind: "rejected",
        message: `${doing}: its names are not accepted: ${textAt(refused, "message") ?? "no reason given"}`,
        next: "Another CRD has these names: remove one of the two.",
        object: ref,
      };
    if (Date.now() + pauseMs > deadlineMs)
      return {
        kind: "timeout",
        message: `${doing}: it was not Established in time.`,
        next: `See its conditions with \`kubectl get crd ${ref.name} -o yaml\`.`,
        object: ref,
      };
    await sleep(pauseMs);
  }
}
