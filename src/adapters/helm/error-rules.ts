// What helm's error texts mean, as a table. Helm has one exit code for everything and no machine-readable errors, so its
// words are all there is; each pattern names the helm or API source it stands for. The first that fits counts.
import type { Failure, FailureKind } from "../../core/failure.ts";
import type { ObjectRef } from "../../core/object.ts";

type Rule = {
  readonly kind: FailureKind;
  readonly pattern: RegExp;
  readonly say: (match: RegExpExecArray, text: string) => Omit<Failure, "kind">;
};

/** In order: what an admission webhook's call ran into must not be read as the cluster's own trouble. */
export const errorRules: readonly Rule[] = [
  {
    // helm pkg/chart/common/util/jsonschema.go.
    kind: "values-schema",
    pattern: /values don't meet the specifications of the schema\(s\) in the following chart\(s\):([\s\S]*)/,
    say: (match) => ({
      message: `values do not fit the chart's schema: ${oneLine(match[1] ?? "").replaceAll("- at ", "at ")}`,
      next: "Correct the values in the declaration; values.schema.json of the chart says what it takes.",
    }),
  },
  {
    // Before all that is about the cluster: a template that ends too early is an "unexpected EOF" too.
    kind: "render",
    pattern:
      /(?:\S+\/templates\/\S+:\d+:\d+|execution error at|\btemplate: \S+:\d|executing "[^"]*" at <|parse error at|error converting YAML to JSON|YAML parse error on|function "[^"]+" not defined|unable to parse YAML|chart requires kubeVersion|found in Chart\.yaml, but missing in charts|Chart\.yaml file is missing|^unable to detect chart at|^cannot load )[\s\S]*/,
    say: (match) => ({
      message: `the chart does not render: ${oneLine(match[0])}`,
      next: "Run helm template with the release's values, or correct the values that the message names.",
    }),
  },
  {
    // RBAC and authentication; "is forbidden" alone is also how admission plugins refuse.
    kind: "forbidden",
    pattern:
      /is forbidden: user "|attempting to grant RBAC permissions|\bUnauthorized\b|must be logged in to the server|asked for the client to provide credentials/i,
    say: (_match, text) => ({
      message: oneLine(text),
      next: "Grant the right that the message names to the account that Headway uses.",
    }),
  },
  {
    kind: "webhook-down",
    pattern: /failed calling webhook "([^"]+)"|conversion webhook for [\s\S]*? failed: /,
    say: (match, text) => ({
      message: oneLine(text),
      ...(match[1] === undefined ? {} : { holder: match[1] }),
      next: "The admission webhook does not answer: let the release that serves it become Ready first (dependsOn).",
    }),
  },
  {
    // helm pkg/kube/client.go IsReachable; client-go's dial, TLS and stream errors; the API server's own troubles.
    kind: "unreachable",
    pattern:
      /kubernetes cluster unreachable|connection refused|no such host|i\/o timeout|TLS handshake timeout|connection reset by peer|broken pipe|network is unreachable|no route to host|http2: (?:client connection lost|server sent GOAWAY)|use of closed network connection|\bEOF$|etcdserver: |the server is currently unable to handle the request|apiserver not ready|unable to return a response in the time allotted|request did not complete within|has asked us to try again later|please try again later|an error on the server \([\s\S]*\) has prevented the request from succeeding|Internal error occurred: (?!.*failed to c(?:reate typed|onvert new))|context deadline exceeded \(Client\.Timeout|net\/http: request canceled while waiting/i,
    say: (_match, text) => ({
      message: oneLine(text),
      next: "Check that the cluster answers (kubectl version); the next run goes on from here.",
    }),
  },
  {
    kind: "webhook-denied",
    pattern:
      /admission webhook "([^"]+)" denied the request|ValidatingAdmissionPolicy '([^']+)'|violates (PodSecurity "[^"]+")/,
    say: (match, text) => ({
      message: oneLine(text),
      holder: match[1] ?? match[2] ?? match[3] ?? "",
      ...objectIn(text),
      next: "Change what the policy refuses, or the policy.",
    }),
  },
  {
    kind: "quota",
    pattern: /exceeded quota: /i,
    say: (_match, text) => ({
      message: oneLine(text),
      next: "Raise the quota of the namespace or lower what is asked.",
    }),
  },
  {
    kind: "terminating-namespace",
    pattern: /because it is being terminated/,
    say: (_match, text) => ({ message: oneLine(text), next: "Wait until the namespace is gone." }),
  },
  {
    kind: "missing-namespace",
    pattern: /namespaces? "([^"]+)" not found/,
    say: (match) => ({
      message: `the namespace ${match[1] ?? ""} does not exist`,
      next: "Set createNamespace: true, or depend on the release that brings it.",
    }),
  },
  {
    // apimachinery's NoKindMatchError and NoResourceMatchError.
    kind: "missing-kind",
    pattern:
      /no matches for kind "([^"]+)" in version "([^"]+)"|^(?![\s\S]*no matches for kind)[\s\S]*resource mapping not found for name/,
    say: (match) => ({
      message:
        match[1] === undefined
          ? "the cluster does not know a kind that the chart uses"
          : `the cluster does not know kind ${match[1]} (${match[2] ?? ""})`,
      next: "Add dependsOn for the release that brings this CustomResourceDefinition.",
    }),
  },
  {
    // helm pkg/action/validate.go existingResourceConflict.
    kind: "ownership-conflict",
    pattern:
      /(\S+) "([^"]+)" in namespace "([^"]*)" exists and cannot be imported into the current release: (.*)/,
    say: (match) => {
      const owner = /key "meta\.helm\.sh\/release-name" must equal "[^"]*": current value is "([^"]*)"/.exec(
        match[4] ?? "",
      );
      const ownerNamespace =
        /key "meta\.helm\.sh\/release-namespace" must equal "[^"]*": current value is "([^"]*)"/.exec(
          match[4] ?? "",
        );
      const holder =
        owner?.[1] ??
        (ownerNamespace === null ? undefined : `a release in ${ownerNamespace[1] ?? "another namespace"}`);
      return {
        message: `${match[1] ?? ""} ${match[2] ?? ""} exists already and belongs to ${
          holder === undefined ? "no Helm release" : `release ${holder}`
        }`,
        object: {
          apiVersion: "",
          kind: match[1] ?? "",
          name: match[2] ?? "",
          ...(match[3] ? { namespace: match[3] } : {}),
        },
        ...(holder === undefined ? {} : { holder }),
        next: "Rename the object in one of the charts, or remove the existing one if nothing needs it.",
      };
    },
  },
  {
    // structured-merge-diff's conflicts, as the API server words them.
    kind: "field-conflict",
    pattern: /conflict occurred while applying object (\S+) ([^,]+), Kind=(\w+)[\s\S]*?conflicts? with/,
    say: (match, text) => {
      const managers = [...text.matchAll(/conflicts? with "([^"]+)"(?: with subresource "([^"]+)")?/g)].map(
        (found) => found[1] ?? "",
      );
      const fields = [...text.matchAll(/(?:^|\s)-?\s*(\.[\w.[\]"=:,/-]+)/g)].map((found) => found[1] ?? "");
      const holder = [...new Set(managers)].join(", ");
      return {
        message: `${match[3] ?? "object"} ${match[1] ?? ""}: ${[...new Set(fields)].join(", ") || "a field"} is managed by ${holder}`,
        object: applyObject(match[1] ?? "", match[2] ?? "", match[3] ?? ""),
        fields: [...new Set(fields)],
        holder,
        next: "Set fieldConflicts: take to let git win, or leave the field out of the chart.",
      };
    },
  },
  {
    kind: "immutable-field",
    pattern:
      /(?:([\w.[\]"-]{1,200}): )?(?:Invalid value: (?:\S{1,200}|"[^"]*"): |Forbidden: )?(?:field is immutable|may not change once set|updates to \w+ spec for fields other than)|(?:cannot|can't) be (?:changed|updated) (?:once|after)/,
    say: (match, text) => ({
      message: oneLine(text),
      ...(match[1] === undefined ? {} : { fields: [match[1]] }),
      ...objectIn(text),
      next: / hooks failed: /.test(text)
        ? "A hook of an earlier revision left it: delete it, or let the chart do so (helm.sh/hook-delete-policy: before-hook-creation); then apply with --retry."
        : "Such a field can't change in place: undo the change, or delete the object and run again.",
    }),
  },
  {
    kind: "hook-failed",
    pattern: /((?:pre|post)-(?:install|upgrade|rollback|delete))(?: hooks failed)?: ([\s\S]*)/,
    say: (match) => ({
      message: `${match[1] ?? ""} hook failed: ${oneLine(match[2] ?? "")}`,
      next: "The hook's Job or Pod says why; its last log lines are in the evidence.",
    }),
  },
  {
    // helm pkg/action errPending, and the storage's answer to a second writer.
    kind: "locked",
    pattern:
      /another operation \(install\/upgrade\/rollback\) is in progress|release: already exists|cannot reuse a name that is still in use/,
    say: () => ({
      message: "another helm operation is in progress on this release, or was cut in the middle",
      next: "Run again: a record that nobody works on any more is recovered by the next run.",
    }),
  },
  {
    kind: "too-large",
    pattern:
      /"sh\.helm\.release\.v1\.[^"]*" is invalid: [\s\S]*Too long|failed to (?:create|update): request entity too large/i,
    say: () => ({
      message:
        "the release's record does not fit a Secret (1 MiB): the chart with its files and values is too large",
      next: "Take large files out of the chart (.helmignore), or split it.",
    }),
  },
  {
    // The API server's validation, its schema (strict decoding, server-side apply), and helm's build of objects.
    kind: "rejected",
    pattern:
      /is invalid: |is forbidden: |failed to create typed patch object|failed to convert new object|strict decoding error|unknown field|unable to build kubernetes objects|resource name may not be empty|could not find the requested resource|the server rejected our request|BadRequest|cannot be handled as a|request entity too large/i,
    say: (_match, text) => ({
      message: oneLine(text),
      ...objectIn(text),
      next: "Correct the chart or the values that make this object.",
    }),
  },
  {
    kind: "timeout",
    pattern: /timed out waiting for the condition|context deadline exceeded|resource \S+ not ready/,
    say: (_match, text) => ({ message: oneLine(text) }),
  },
];

function applyObject(path: string, groupVersion: string, kind: string): ObjectRef {
  // The core group has no name: `/v1`.
  const apiVersion = groupVersion.replace(/^\//, "");
  const slash = path.indexOf("/");
  return slash < 0
    ? { apiVersion, kind, name: path }
    : { apiVersion, kind, namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}

function objectIn(text: string): { readonly object?: ObjectRef } {
  const applied = /for object (\S+) ([^,\s]+), Kind=(\w+)/.exec(text);
  if (applied !== null) return { object: applyObject(applied[1] ?? "", applied[2] ?? "", applied[3] ?? "") };
  const invalid = /(\w+)(?:\.[\w.]+)? "([^"]+)" is invalid/.exec(text);
  return invalid === null
    ? {}
    : { object: { apiVersion: "", kind: invalid[1] ?? "", name: invalid[2] ?? "" } };
}

/** The text on one line. */
export function oneLine(text: string): string {
  return text
    .trim()
    .replace(/(?<=[:;,])\s*\n\s*/g, " ")
    .replace(/\s*\n\s*/g, "; ")
    .replace(/\s+/g, " ");
}
