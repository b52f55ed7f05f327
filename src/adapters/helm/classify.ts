// What helm's error text means. Helm has one exit code for everything and no machine-readable errors, so its words are
// all there is; each pattern names the helm or API source it stands for.
import type { Failure, FailureKind } from "../../core/failure.ts";
import type { ObjectRef } from "../../core/object.ts";

type Rule = {
  readonly kind: FailureKind;
  readonly pattern: RegExp;
  readonly say: (match: RegExpExecArray, text: string) => Omit<Failure, "kind">;
};

const rules: readonly Rule[] = [
  {
    // helm pkg/kube/client.go IsReachable; client-go's dial and TLS errors.
    kind: "unreachable",
    pattern:
      /kubernetes cluster unreachable|connection refused|no such host|i\/o timeout|TLS handshake timeout|connection reset by peer|network is unreachable|no route to host|http2: client connection lost|unexpected EOF|etcdserver: (?:leader changed|request timed out)|the server is currently unable to handle the request|apiserver not ready|context deadline exceeded \(Client\.Timeout|net\/http: request canceled while waiting/i,
    say: (_match, text) => ({
      message: lastLine(text),
      next: "Check that the cluster answers (kubectl version); the next run goes on from here.",
    }),
  },
  {
    kind: "webhook-down",
    pattern: /failed calling webhook "([^"]+)"/,
    say: (match, text) => ({
      message: lastLine(text),
      ...(match[1] === undefined ? {} : { holder: match[1] }),
      next: "The admission webhook does not answer: let the release that serves it become Ready first (dependsOn).",
    }),
  },
  {
    kind: "webhook-denied",
    pattern: /admission webhook "([^"]+)" denied the request|ValidatingAdmissionPolicy '([^']+)'/,
    say: (match, text) => ({
      message: lastLine(text),
      ...(match[1] === undefined && match[2] === undefined ? {} : { holder: match[1] ?? match[2] ?? "" }),
      next: "Change what the policy refuses, or the policy.",
    }),
  },
  {
    kind: "quota",
    pattern: /exceeded quota: |too many requests/i,
    say: (_match, text) => ({
      message: lastLine(text),
      next: "Raise the quota of the namespace or lower what is asked.",
    }),
  },
  {
    kind: "terminating-namespace",
    pattern: /because it is being terminated/,
    say: (_match, text) => ({ message: lastLine(text), next: "Wait until the namespace is gone." }),
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
    pattern: /no matches for kind "([^"]+)" in version "([^"]+)"|resource mapping not found for name/,
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
      /([\w.[\]"-]+): (?:Invalid value: [\s\S]{0,2000}?: )?field is immutable|Forbidden: updates to \w+ spec for fields other than|(?:cannot|can't) be (?:changed|updated) (?:once|after)/,
    say: (match, text) => ({
      message: shorten(lastLine(text)),
      ...(match[1] === undefined ? {} : { fields: [match[1]] }),
      ...objectIn(text),
      next: "Such a field can't change in place: undo the change, or delete the object and run again.",
    }),
  },
  {
    // helm pkg/chart/common/util/jsonschema.go.
    kind: "values-schema",
    pattern: /values don't meet the specifications of the schema\(s\) in the following chart\(s\):([\s\S]*)/,
    say: (match) => ({
      message: `values do not fit the chart's schema: ${oneLine(match[1] ?? "")}`,
      next: "Correct the values in the declaration; values.schema.json of the chart says what it takes.",
    }),
  },
  {
    kind: "hook-failed",
    pattern: /((?:pre|post)-(?:install|upgrade|rollback|delete))(?: hooks failed)?: ([\s\S]*)/,
    say: (match) => ({
      message: `${match[1] ?? ""} hook failed: ${shorten(oneLine(match[2] ?? ""))}`,
      next: "The hook's Job or Pod says why; its last log lines are in the evidence.",
    }),
  },
  {
    kind: "render",
    pattern:
      /(?:execution error at|template: |parse error at|error converting YAML to JSON|YAML parse error on|function "[^"]+" not defined|unable to parse YAML|chart requires kubeVersion|found in Chart\.yaml, but missing in charts|Chart\.yaml file is missing|cannot load )[\s\S]*/,
    say: (match) => ({
      message: `the chart does not render: ${shorten(oneLine(match[0]))}`,
      next: "Run helm template with the release's values, or correct the values that the message names.",
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
      /Too long: (?:must have at most|may not be more than) 1048576|request entity too large|exceeds? .{0,40}1048576/i,
    say: () => ({
      message:
        "the release's record does not fit a Secret (1 MiB): the chart with its files and values is too large",
      next: "Take large files out of the chart (.helmignore), or split it.",
    }),
  },
  {
    kind: "forbidden",
    pattern: /is forbidden: |Unauthorized|You must be logged in to the server/,
    say: (_match, text) => ({
      message: shorten(lastLine(text)),
      next: "Grant the right that the message names to the account that Headway uses.",
    }),
  },
  {
    // The API server's validation, its schema (strict decoding, server-side apply), and helm's build of objects.
    kind: "rejected",
    pattern:
      /is invalid: |failed to create typed patch object|strict decoding error|unknown field|admission plugin|unable to build kubernetes objects|the server rejected our request|BadRequest|cannot be handled as a|metadata\.name: Required value/,
    say: (_match, text) => ({
      message: shorten(lastLine(text)),
      ...objectIn(text),
      next: "Correct the chart or the values that make this object.",
    }),
  },
  {
    kind: "timeout",
    pattern: /timed out waiting for the condition|context deadline exceeded|resource \S+ not ready/,
    say: (_match, text) => ({ message: shorten(lastLine(text)) }),
  },
];

/** Translates the end of a failed helm into a Failure. `doing` opens the message: "helm upgrade". Never a secret's body. */
export function classifyHelmError(stderr: string, doing: string): Failure {
  const text = errorText(stderr);
  for (const rule of rules) {
    const match = rule.pattern.exec(text);
    if (match === null) continue;
    const said = rule.say(match, text);
    return { kind: rule.kind, ...said, message: `${doing}: ${said.message}` };
  }
  return {
    kind: "unknown",
    message: `${doing}: ${shorten(lastLine(text)) || "helm failed and said nothing"}`,
    next: "Run helm by hand with the same chart and values to see more.",
  };
}

/** helm ends with `Error: …`, which may run over several lines; warnings and logs stand before it. */
function errorText(stderr: string): string {
  const start = stderr.lastIndexOf("\nError: ");
  const text = start >= 0 ? stderr.slice(start + 8) : stderr.startsWith("Error: ") ? stderr.slice(7) : stderr;
  return text
    .trim()
    .replace(/^(?:UPGRADE|INSTALLATION) FAILED: /, "")
    .slice(0, 16_000);
}

/** Warnings that helm gave beside its result (deprecated APIs and the like), one each. */
export function warningsOf(stderr: string): readonly string[] {
  return stderr
    .split("\n")
    .filter((line) => /^W\d{4} |level=WARN/.test(line))
    .map((line) => /msg="?(.*?)"?$/.exec(line)?.[1] ?? line.replace(/^W\d{4} \S+\s+\d+ \S+\] /, ""))
    .slice(0, 20);
}

function applyObject(path: string, apiVersion: string, kind: string): ObjectRef {
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

function lastLine(text: string): string {
  return shorten(oneLine(text));
}

function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*/g, "; ")
    .replace(/\s+/g, " ")
    .trim();
}

// An API error may echo a whole object; what matters stands at its ends.
function shorten(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 400)} … ${text.slice(-180)}`;
}
