// What the API server and the connection to it say no with, in Headway's words. No token and no body of a Secret gets
// into a message: the API's own Status texts are the only foreign words in it.
import { fieldAt, listAt, numberAt, textAt } from "../../core/json.ts";
import { failed, type Failure, type FailureKind } from "../../core/failure.ts";

/** A refused request: the failure, and the HTTP status and the API's reason word where there was an answer. */
export type Refusal = {
  readonly ok: false;
  readonly failure: Failure;
  readonly status?: number;
  readonly reason?: string;
};

const unreachableNext =
  "Check that the cluster is up and that --context is the one you mean; nothing is lost, run the command again.";

/** `doing` says what was being done, in the form "Listing the releases". */
export function refusalOf(doing: string, status: number, body: unknown): Refusal {
  const said = textAt(body, "message") ?? `HTTP status ${status}`;
  const reason = textAt(body, "reason");
  const next = nextOf(status, reason, said);
  const fields = listAt(body, "details", "causes").flatMap((cause) => textAt(cause, "field") ?? []);
  const holder = managerOf(body);
  return {
    ...failed({
      kind: kindOf(status, reason, said, body),
      message: `${doing}: ${bounded(said)}`,
      ...(next === undefined ? {} : { next }),
      ...(fields.length > 0 ? { fields } : {}),
      ...(holder === undefined ? {} : { holder }),
    }),
    status,
    ...(reason === undefined ? {} : { reason }),
  };
}

function kindOf(status: number, reason: string | undefined, said: string, body: unknown): FailureKind {
  if (said.includes("failed calling webhook")) return "webhook-down";
  if (said.includes("admission webhook")) return "webhook-denied";
  if (status === 409) return managerOf(body) === undefined ? "locked" : "field-conflict";
  if (status === 403 && said.includes("exceeded quota")) return "quota";
  if (status === 403 && listAt(body, "details", "causes").some(isNamespaceTerminating))
    return "terminating-namespace";
  if (status === 401 || status === 403) return "forbidden";
  if (status === 413 || said.includes("Too long: ") || said.includes("request is too large"))
    return "too-large";
  if (status === 422) return said.includes("field is immutable") ? "immutable-field" : "rejected";
  if (status === 404)
    return textAt(body, "details", "kind") === "namespaces" ? "missing-namespace" : "missing-kind";
  if (status === 400 || status === 405 || status === 406 || status === 415) return "rejected";
  if (status === 429 || status >= 500 || status === 408 || reason === "Expired") return "unreachable";
  return "unknown";
}

function isNamespaceTerminating(cause: unknown): boolean {
  return textAt(cause, "reason") === "NamespaceTerminating";
}

function managerOf(body: unknown): string | undefined {
  const cause = listAt(body, "details", "causes").find(
    (each) => textAt(each, "reason") === "FieldManagerConflict",
  );
  return textAt(cause, "message");
}

function nextOf(status: number, reason: string | undefined, said: string): string | undefined {
  if (status === 401)
    return "The cluster did not accept the credentials of this context: log in again, or choose another with --context.";
  if (status === 403 && !said.includes("quota"))
    return "Ask for the permission that the message names; `kubectl auth can-i` shows what this user may do.";
  if (status === 409 && reason === "Conflict")
    return "Somebody else changed it at the same time: run the command again.";
  if (status === 429) return "The API server asks for fewer requests: run the command again later.";
  if (status >= 500) return unreachableNext;
  return undefined;
}

const tlsCodes = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** A connection that could not be made or that broke; `code` is Node's. */
export function brokenConnection(doing: string, server: string, error: unknown): Refusal {
  const code = codeOf(error);
  if (tlsCodes.has(code))
    return failed({
      kind: "unreachable",
      message: `${doing}: the certificate of ${server} is not to be trusted (${code}).`,
      next: "Check certificate-authority and tls-server-name of the cluster in the kubeconfig.",
    });
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: "nothing listens there",
    ENOTFOUND: "its name is not known",
    EAI_AGAIN: "its name could not be looked up",
    ECONNRESET: "the connection was cut",
    EPIPE: "the connection was cut",
    ETIMEDOUT: "it does not answer",
    EHOSTUNREACH: "there is no way to it",
    ENETUNREACH: "there is no way to it",
  };
  const why = words[code] ?? bounded(messageOf(error));
  return failed({
    kind: "unreachable",
    message: `${doing}: ${server} can't be reached: ${why}${code === "" ? "" : ` (${code})`}.`,
    next: unreachableNext,
  });
}

/** A credential plugin or a file of the kubeconfig that could not be used. What it said is kept short and masked. */
export function refusedCredentials(doing: string, error: unknown): Refusal {
  const said = messageOf(error).split("\n")[0] ?? "";
  return failed({
    kind: "forbidden",
    message: `${doing}: the credentials of this context could not be got: ${bounded(said.replace(/[\w+/=.-]{40,}/g, "…"), 300)}`,
    next: "Run the credential plugin of the kubeconfig's user by hand, or log in again.",
  });
}

export function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** What a thrown value says, without its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function bounded(text: string, length = 1_000): string {
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}

/** Seconds that the server asks to wait, in milliseconds; undefined where it does not ask. */
export function retryAfterMs(header: string | undefined, body: unknown): number | undefined {
  const seconds =
    header === undefined ? numberAt(fieldAt(body, "details"), "retryAfterSeconds") : Number(header);
  return seconds === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds * 1_000;
}
