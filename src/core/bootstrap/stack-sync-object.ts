// The StackSync that a cluster is handed over with, and the Secret by which the agent reads its repository, as objects.
import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { isCommitSha, refProblem, type GitRef } from "../git/git-ref.ts";
import type { JsonRecord } from "../json.ts";

export type SyncWish = {
  readonly name: string;
  readonly namespace: string;
  readonly url: string;
  readonly ref: GitRef;
  /** Below the repository's root; empty for the root itself. */
  readonly path: string;
  readonly interval?: string;
  readonly secretName?: string;
  readonly serviceAccountName?: string;
};

/** Reads `--ref`: a branch, a commit's 40 digits, or a full ref; a text is what is wrong with it. */
export function readRef(text: string): GitRef | string {
  const tag = /^refs\/tags\/(.*)$/.exec(text)?.[1];
  const branch = /^refs\/heads\/(.*)$/.exec(text)?.[1] ?? text;
  const ref: GitRef = isCommitSha(text)
    ? { kind: "commit", sha: text }
    : tag === undefined
      ? { kind: "branch", name: branch }
      : { kind: "tag", name: tag };
  return refProblem(ref) ?? ref;
}

/** The StackSync as it is applied. */
export function stackSyncObject(wish: SyncWish): JsonRecord {
  const { name, namespace, url, ref, path, interval, secretName, serviceAccountName } = wish;
  return {
    apiVersion: "headway.dev/v1",
    kind: "StackSync",
    metadata: { name, namespace },
    spec: {
      source: {
        url,
        ref: ref.kind === "commit" ? { commit: ref.sha } : { [ref.kind]: ref.name },
        ...(path === "" ? {} : { path }),
        ...(interval === undefined ? {} : { interval }),
        ...(secretName === undefined ? {} : { secretRef: { name: secretName } }),
      },
      ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    },
  };
}

/** How the Secret with a stack's git credentials is called where nobody says. */
export function gitSecretName(stack: string): string {
  return `${stack}-git`;
}

/** The Secret with these texts by key. */
export function gitSecret(
  place: { readonly namespace: string; readonly name: string },
  texts: Readonly<Record<string, string>>,
): JsonRecord {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { ...place },
    data: Object.fromEntries(
      Object.entries(texts).map(([key, text]) => [key, Buffer.from(text, "utf8").toString("base64")]),
    ),
  };
}

/** What a ConfigMap in the agent's namespace is labelled with that holds a StackSync. */
export const seedLabel = "headway.dev/seed";
export const seedLabelValue = "stacksync";
export const seedKey = "stacksync.yaml";
/** On the StackSync: what of its seed it was made from. */
export const seedAnnotation = "headway.dev/seed-digest";

/**
 * A ConfigMap that holds the StackSync: the agent makes it from that. `kubectl apply` knows every kind that it is given
 * before it applies the first object, and so can't apply a CustomResourceDefinition and an object of it in one go.
 */
export function seedOf(sync: JsonRecord, name: string, namespace: string): JsonRecord {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: `headway-stack-${name}`, namespace, labels: { [seedLabel]: seedLabelValue } },
    data: { [seedKey]: stringify(sync, { version: "1.1", lineWidth: 0 }) },
  };
}

/** Stands for a seed's text. */
export function seedDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
