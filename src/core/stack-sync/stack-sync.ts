// A StackSync as the agent goes by it: what its object says, read with every mistake in it. One that is wrong stops
// nothing but itself.
import type { ErrorObject } from "ajv";
import { seedAnnotation } from "../bootstrap/stack-sync-object.ts";
import { parseDuration } from "../duration.ts";
import { validateStackSync } from "../generated/validators.js";
import type { StackSync as WrittenStackSync } from "../generated/declaration-types.ts";
import { fieldAt, numberAt, textAt, textsAt } from "../json.ts";

/** What of a repository is followed. */
export type FollowedRef =
  | { readonly kind: "branch"; readonly name: string }
  | { readonly kind: "tag"; readonly name: string }
  | { readonly kind: "commit"; readonly sha: string };

/** Where a stack comes from; Secrets by their names in the StackSync's namespace. */
export type StackSyncSource = {
  readonly url: string;
  readonly ref: FollowedRef;
  /** Below the repository's root, with `/`; empty for the root itself. */
  readonly path: string;
  readonly intervalMs: number;
  readonly secretName?: string;
  readonly verifySecretName?: string;
  /** Whether a branch or tag may go back, or to other history. */
  readonly rewind: "allow" | "refuse";
};

/** Who is told of the ends of runs. */
export type NotifyTarget =
  | { readonly kind: "slack"; readonly secretName: string }
  | { readonly kind: "webhook"; readonly url: string; readonly secretName: string };

/** Where the statuses of the repository's commits are told. */
export type CommitStatusTarget = {
  readonly provider: "github" | "gitlab";
  /** The API's address, where it does not follow from the repository's. */
  readonly apiUrl?: string;
  readonly secretName: string;
};

export type StackSyncSpec = {
  readonly source: StackSyncSource;
  readonly webhookSecretName?: string;
  readonly notify: readonly NotifyTarget[];
  readonly commitStatus?: CommitStatusTarget;
  readonly suspend: boolean;
  readonly serviceAccountName?: string;
};

/** Which StackSync: `namespace/name`. */
export type StackSyncKey = string;

export type StackSync = {
  readonly key: StackSyncKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly createdAtMs: number;
  /** Raised by `headway reconcile`: whatever stands there, a new value asks for a look at once. */
  readonly reconcileRequest?: string;
  /** The commit that a person has agreed to although much of the stack is gone in it, or it does not follow on the last one. */
  readonly acceptedCommit?: string;
  /** Of the ConfigMap's text that it was made from, where it was. */
  readonly seedDigest?: string;
  readonly spec:
    | { readonly ok: true; readonly value: StackSyncSpec }
    | { readonly ok: false; readonly problems: readonly string[] };
};

export const reconcileAnnotation = "headway.dev/reconcile-requested-at";
export const acceptAnnotation = "headway.dev/accept-commit";

/** How often a repository is asked where its StackSync does not say, in milliseconds. */
export const ordinaryIntervalMs = 60_000;
const shortestIntervalMs = 5_000;

/** The StackSync that an object of the API server is; undefined where it has no name. */
export function readStackSync(object: unknown): StackSync | undefined {
  const namespace = textAt(object, "metadata", "namespace");
  const name = textAt(object, "metadata", "name");
  if (namespace === undefined || name === undefined) return undefined;
  const annotations = textsAt(object, "metadata", "annotations");
  const reconcileRequest = annotations[reconcileAnnotation];
  const acceptedCommit = annotations[acceptAnnotation];
  const seed = annotations[seedAnnotation];
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    uid: textAt(object, "metadata", "uid") ?? "",
    generation: numberAt(object, "metadata", "generation") ?? 0,
    createdAtMs: Date.parse(textAt(object, "metadata", "creationTimestamp") ?? "") || 0,
    ...(reconcileRequest === undefined ? {} : { reconcileRequest }),
    ...(acceptedCommit === undefined ? {} : { acceptedCommit }),
    ...(seed === undefined ? {} : { seedDigest: seed }),
    spec: readSpec(object),
  };
}

function readSpec(object: unknown): StackSync["spec"] {
  if (!validateStackSync(object))
    return { ok: false, problems: (validateStackSync.errors ?? []).map(describe) };
  const { source, webhook, commitStatus, suspend = false, serviceAccountName } = object.spec;
  const notify = (object.spec.notify ?? []).flatMap(readNotifyTarget);
  const interval = source.interval === undefined ? ordinaryIntervalMs : readInterval(source.interval);
  const path = readPath(source.path ?? "");
  const problems = [
    ...[interval, path].filter((read) => typeof read === "object").map(({ problem }) => problem),
    ...notify.flatMap((target) =>
      target.kind === "webhook" ? addressProblem("spec.notify", target.url) : [],
    ),
    ...addressProblem("spec.commitStatus.apiUrl", commitStatus?.apiUrl),
  ];
  if (typeof interval === "object" || typeof path === "object" || problems.length > 0)
    return { ok: false, problems };
  return {
    ok: true,
    value: {
      suspend,
      source: {
        url: source.url,
        ref: refOf(source.ref ?? {}),
        path,
        intervalMs: interval,
        // Signatures can't tell an old commit from a new one: whoever may push could bring back any that was ever signed.
        rewind: source.rewind ?? (source.verify === undefined ? "allow" : "refuse"),
        ...(source.secretRef === undefined ? {} : { secretName: source.secretRef.name }),
        ...(source.verify === undefined ? {} : { verifySecretName: source.verify.secretRef.name }),
      },
      ...(webhook === undefined ? {} : { webhookSecretName: webhook.secretRef.name }),
      notify,
      ...(commitStatus === undefined
        ? {}
        : {
            commitStatus: {
              provider: commitStatus.provider,
              secretName: commitStatus.secretRef.name,
              ...(commitStatus.apiUrl === undefined ? {} : { apiUrl: commitStatus.apiUrl }),
            },
          }),
      ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    },
  };
}

function refOf({ branch, tag, commit }: NonNullable<WrittenStackSync["spec"]["source"]["ref"]>): FollowedRef {
  if (commit !== undefined) return { kind: "commit", sha: commit };
  if (tag !== undefined) return { kind: "tag", name: tag };
  return { kind: "branch", name: branch ?? "main" };
}

type WrittenTarget = NonNullable<WrittenStackSync["spec"]["notify"]>[number];

function readNotifyTarget({ slack, webhook }: WrittenTarget): readonly NotifyTarget[] {
  if (slack !== undefined) return [{ kind: "slack", secretName: slack.secretRef.name }];
  return webhook === undefined
    ? []
    : [{ kind: "webhook", url: webhook.url, secretName: webhook.secretRef.name }];
}

/** Which servers of those are spoken to without encryption (on the agent's own machine) is the agent's matter. */
function addressProblem(field: string, text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const url = URL.parse(text);
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:") || !/^[!-~]+$/.test(text))
    return [`${field} has to be an address: https://HOST/PATH`];
  return url.username === "" && url.password === ""
    ? []
    : [`${field} holds a user name or a password: put what is secret into the Secret`];
}

function readInterval(text: string): number | { readonly problem: string } {
  const parsed = parseDuration(text);
  if (!parsed.ok) return { problem: `spec.source.interval ${parsed.problem}` };
  return parsed.ms < shortestIntervalMs
    ? { problem: `spec.source.interval is shorter than ${shortestIntervalMs / 1_000}s` }
    : parsed.ms;
}

/** Without the `./` and slashes around it that people write. */
function readPath(text: string): string | { readonly problem: string } {
  const steps = text.split("/").filter((step) => step !== "" && step !== ".");
  const isClean = steps.every((step) => step !== ".." && !/[\\\p{Cc}]/u.test(step));
  return isClean
    ? steps.join("/")
    : { problem: "spec.source.path has to be a folder below the repository's root, without .. in it" };
}

function describe(error: ErrorObject): string {
  const where = error.instancePath.slice(1).replaceAll("/", ".");
  const unknown: unknown = fieldAt(error.params, "additionalProperty");
  if (typeof unknown === "string") return `${where}.${unknown} is no field of a StackSync`;
  const choices: unknown = fieldAt(error.params, "allowedValues");
  if (Array.isArray(choices)) return `${where} has to be ${choices.join(" or ")}`;
  return `${where === "" ? "the object" : where} ${error.message ?? "is wrong"}`;
}
