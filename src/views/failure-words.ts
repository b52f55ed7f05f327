// Each kind of failure in words: what it is called, and what a person can do next.
import type { Failure, FailureKind } from "../core/failure.ts";
import type { Evidence } from "../core/health/health.ts";
import type { ReleaseId } from "../core/ids.ts";
import { describeTrouble, rootCauseOf } from "../core/health/describe-trouble.ts";

type Words = { readonly title: string; readonly next: string };

const WORDS: Readonly<Record<FailureKind, Words>> = {
  rejected: {
    title: "the API server refused an object",
    next: "correct the values or the chart that make this object, then apply again",
  },
  "ownership-conflict": {
    title: "an object belongs to somebody else",
    next: "give the object up where it is now, or rename it here, then apply again",
  },
  "field-conflict": {
    title: "another manager owns a field",
    next: "let go of the field there, or set fieldConflicts: take, then apply again",
  },
  "immutable-field": {
    title: "a field that can't change was changed",
    next: "set the field back, or delete the object by hand if it may be made anew, then apply again",
  },
  "values-schema": {
    title: "the values do not fit the chart's schema",
    next: "correct the values, then apply again",
  },
  "values-missing": {
    title: "an object that values come from is not there",
    next: "see who should make it, or set optional: true, then apply again",
  },
  "values-unreadable": {
    title: "the values can't be read",
    next: "correct what the message names, then apply again",
  },
  render: { title: "a template did not render", next: "correct the values or the chart, then apply again" },
  locked: {
    title: "another helm operation holds the release",
    next: "wait until it ends, then apply again",
  },
  unreachable: {
    title: "a server could not be reached",
    next: "check the network and the kubeconfig, then apply again",
  },
  forbidden: {
    title: "not allowed",
    next: "ask for this permission, then apply again",
  },
  quota: { title: "a quota is used up", next: "raise the quota or ask for less, then apply again" },
  "webhook-denied": {
    title: "an admission webhook refused an object",
    next: "do as the webhook's message says, then apply again",
  },
  "webhook-down": {
    title: "an admission webhook could not be reached",
    next: "bring the webhook's service back, then apply again",
  },
  "missing-kind": {
    title: "the cluster does not know a kind",
    next: "add the release that brings its CRD to dependsOn, then apply again",
  },
  "missing-namespace": {
    title: "the namespace does not exist",
    next: "set createNamespace: true, or create it, then apply again",
  },
  "terminating-namespace": {
    title: "the namespace is being deleted",
    next: "see what keeps it (kubectl get namespace -o yaml), then apply again",
  },
  "hook-failed": { title: "a hook failed", next: "correct what the hook's log says, then apply again" },
  "too-large": {
    title: "the release's record does not fit a Secret",
    next: "make the chart or its values smaller (1 MiB compressed), then apply again",
  },
  timeout: {
    title: "not ready in time",
    next: "see what it waited for; raise timeout if it only needs longer, then apply again",
  },
  unhealthy: {
    title: "its health checks failed",
    next: "correct the cause in the declaration, then apply again",
  },
  "no-way-back": {
    title: "there is no way back",
    next: "name another revision, or fewer releases",
  },
  "rollback-failed": {
    title: "the rollback failed",
    next: "look at the release by hand (helm history), then apply again",
  },
  "would-lose": {
    title: "something would be lost for good",
    next: "see what would go, save it or keep it (helm.sh/resource-policy: keep), then do it by hand with helm",
  },
  killed: { title: "helm was killed", next: "see who killed it (out of memory?), then apply again" },
  interrupted: { title: "interrupted", next: "apply again: it goes on from here" },
  "state-unreadable": {
    title: "what is remembered of the stack can't be read",
    next: "use the version of Headway that wrote it, or delete the Secret that the message names",
  },
  "other-cluster": {
    title: "not the stack's cluster",
    next: "choose the right one with --context, or correct spec.cluster.uid in headway.yaml",
  },
  program: {
    title: "a program is missing or does not fit",
    next: "install what the message names, then apply again",
  },
  "chart-missing": {
    title: "no such chart",
    next: "check the chart's name and version, and its repository in headway.yaml",
  },
  "chart-digest": {
    title: "a chart is not the one that was pinned",
    next: "find out who changed it; if the change is wanted, pin the chart anew",
  },
  "chart-archive": {
    title: "a packaged chart was refused",
    next: "package the chart anew (helm package) and publish it again",
  },
  "chart-index": {
    title: "a repository's index can't be read",
    next: "check that the address is the one of a chart repository",
  },
  "git-invalid": {
    title: "a git source can't be used as it is",
    next: "correct what the message names",
  },
  "git-missing": {
    title: "not found at the git server",
    next: "check the repository's URL and the name of the branch, tag or commit",
  },
  "git-signature": {
    title: "a commit is not signed by a trusted key",
    next: "sign the commit with a trusted key, or add the key if its owner is trusted",
  },
  "git-too-large": {
    title: "a repository is too large",
    next: "keep declarations, charts and values in a repository of their own",
  },
  unknown: { title: "helm failed", next: "read the message, correct the cause, then apply again" },
};

/** The kind of a failure in a few words, with no period. */
export function titleOf(kind: FailureKind): string {
  return WORDS[kind].title;
}

/** What to do next, in words; the failure's own advice where it has some. */
export function nextStep(failure: Failure): string {
  return failure.next ?? WORDS[failure.kind].next;
}

/** The command that tells more about one release. */
export function whyCommand(release: ReleaseId): string {
  return `headway why ${release}`;
}

/** The root cause in one line: the worst trouble that was seen, else what the failure says. */
export function headline(failure: Failure, evidence: Evidence | undefined): string {
  const worst = rootCauseOf(evidence?.troubles ?? []);
  switch (failure.kind) {
    case "unhealthy":
    case "timeout":
    case "hook-failed":
      return worst === undefined ? failure.message : describeTrouble(worst);
    case "rejected":
    case "ownership-conflict":
    case "field-conflict":
    case "immutable-field":
    case "values-schema":
    case "values-missing":
    case "state-unreadable":
    case "other-cluster":
    case "values-unreadable":
    case "render":
    case "locked":
    case "unreachable":
    case "forbidden":
    case "quota":
    case "webhook-denied":
    case "webhook-down":
    case "missing-kind":
    case "missing-namespace":
    case "terminating-namespace":
    case "too-large":
    case "no-way-back":
    case "rollback-failed":
    case "would-lose":
    case "killed":
    case "interrupted":
    case "program":
    case "chart-missing":
    case "chart-digest":
    case "chart-archive":
    case "chart-index":
    case "git-invalid":
    case "git-missing":
    case "git-signature":
    case "git-too-large":
    case "unknown":
      return failure.message;
  }
}
