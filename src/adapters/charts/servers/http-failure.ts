// What it means when a chart server can't be reached or says no, in words: without queries of addresses (signed ones are
// secrets), without anything from an answer's body.
import type { Failure } from "../../../core/failure.ts";
import type { HttpReply } from "./http-exchange.ts";

/** Scheme, host and path. */
export function shownUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

const causes: Readonly<Record<string, string>> = {
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the host's name could not be looked up",
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was reset",
  ETIMEDOUT: "the connection timed out",
  EHOSTUNREACH: "there is no route to the host",
  ENETUNREACH: "there is no route to the host",
  EPROTO: "it does not speak TLS",
  ERR_PROXY_TUNNEL: "the proxy refused the connection",
  HPE_INVALID_CONSTANT: "it does not speak HTTP",
};

const distrusted: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** A connection that did not come about, or broke before the answer. */
export function connectionFailure(doing: string, url: URL, error: Error): Failure {
  const code = codeOf(error);
  if (distrusted.has(code))
    return {
      kind: "unreachable",
      message: `${doing}: the certificate of ${url.host} is not signed by anybody who is trusted here (${code})`,
      next: "name a file with the certificate of its authority in HEADWAY_CA_FILE, or put it into the repository's Secret as ca.crt",
    };
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID" || code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      kind: "unreachable",
      message: `${doing}: the certificate of ${url.host} ${code === "ERR_TLS_CERT_ALTNAME_INVALID" ? "is for another name" : "is not valid at this time"} (${code})`,
      next: "check the address and the clock, and have the server's certificate renewed",
    };
  return {
    kind: "unreachable",
    message: `${doing}: ${url.host}: ${causes[code] ?? "the connection failed"}${code === "" ? "" : ` (${code})`}`,
    next: "check the address, the network and the proxy (HTTPS_PROXY, NO_PROXY), then try again",
  };
}

/** Codes alone: an error's text may hold what the server sent. */
function codeOf(error: Error): string {
  // Where a name has several addresses, each has its own error.
  const inner: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
  const code = [error, ...inner]
    .map((one) => (one instanceof Error && "code" in one ? one.code : undefined))
    .find((one) => one !== undefined);
  return typeof code === "string" && /^[A-Z0-9_]+$/.test(code) ? code : "";
}

/** What an answer other than 200 means. `looked` says which credentials were used, or where they were looked for. */
export function refusalOf(doing: string, reply: HttpReply, looked: string): Failure {
  const { status, url } = reply;
  const said = `${url.host} answered ${status}`;
  if (status === 401 || status === 403 || status === 407)
    return {
      kind: "forbidden",
      message: `${doing}: ${said} (${status === 403 ? "forbidden" : "unauthorized"}); ${looked}`,
      next: "check the user name and password, and what they may read; the reference says where credentials are looked for",
    };
  if (status === 404 || status === 410)
    return {
      kind: "chart-missing",
      message: `${doing}: ${said} (not found)`,
      next: "check the address, the chart's name and its version; some servers say so too where credentials are missing",
    };
  return {
    kind: "unreachable",
    message: `${doing}: ${said}${status === 429 ? " (too many requests)" : ""}`,
    next:
      status === 429
        ? "wait a while, then try again; with credentials a server may allow more"
        : "try again later; if it stays so, ask who runs the server",
  };
}
