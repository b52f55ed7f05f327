// Requests to one OCI registry (the distribution specification's pull side), with whatever it asks for first: nothing, basic
// authentication, or a bearer token from its realm.
import { failed, succeeded, type Failure, type FailureKind, type Result } from "../../../core/failure.ts";
import type { Access, Credentials } from "./access.ts";
import { exchange, type HttpReply, type Patience } from "./http-exchange.ts";
import { refusalOf, shownUrl } from "./http-failure.ts";
import { basic } from "./http-repository.ts";
import { mayHaveCredentials, readChallenges, type Challenge } from "./oci-challenge.ts";
import type { Trust } from "./trust.ts";

export type Registry = {
  /** `path` below the registry's root; `repository` is what may be pulled from. Resolves for 200 alone. */
  get(wanted: {
    readonly doing: string;
    readonly repository: string;
    readonly path: string;
    readonly accept: string;
    readonly maxBytes: number;
    readonly tooLarge: FailureKind;
    readonly patience: Patience;
  }): Promise<Result<HttpReply>>;
};

type Bearer = Extract<Challenge, { scheme: "bearer" }>;
type Desk = { readonly base: URL; readonly access: Access; readonly trust: Trust };

const maxTokenBytes = 1024 * 1024;

/** The registry at `base`, its https address. What it asked for once is kept for the requests that follow. */
export function openRegistry(base: URL, access: Access, trust: Trust): Registry {
  const desk: Desk = { base, access, trust };
  const headers = new Map<string, string>();
  return {
    get: async ({ repository, path, accept, ...rest }) => {
      const ask = (authorization: string | undefined): Promise<Result<HttpReply>> =>
        exchange({
          ...rest,
          url: new URL(path, base).href,
          headers: { accept, "accept-encoding": "identity" },
          trust,
          ...(authorization === undefined ? {} : { authorization }),
        });
      let reply = await ask(headers.get(repository));
      // Only what the registry itself asks for counts, not what a host does that it redirects to.
      if (reply.ok && reply.value.status === 401 && reply.value.url.origin === base.origin) {
        const header = await answerChallenge(desk, rest, repository, reply.value);
        if (!header.ok) return header;
        headers.set(repository, header.value);
        reply = await ask(header.value);
      }
      if (!reply.ok || reply.value.status === 200) return reply;
      return failed(refusalOf(rest.doing, reply.value, access.looked));
    },
  };
}

/** The authorization that the registry wants to see. */
async function answerChallenge(
  desk: Desk,
  { doing, patience }: { readonly doing: string; readonly patience: Patience },
  repository: string,
  reply: HttpReply,
): Promise<Result<string>> {
  const challenges = readChallenges(reply.headers["www-authenticate"] ?? "");
  const bearer = challenges.find((challenge) => challenge.scheme === "bearer");
  const { credentials, looked } = desk.access;
  if (credentials?.kind === "bearer") return succeeded(`Bearer ${credentials.token}`);
  if (bearer !== undefined) return fetchToken(desk, { doing, patience }, repository, bearer);
  if (challenges.length > 0 && credentials?.kind === "password") return succeeded(basic(credentials));
  return failed(refusalOf(doing, reply, looked));
}

/**
 * A token for pulling from `repository` (https://distribution.github.io/distribution/spec/auth/token/). The scope is our own:
 * a registry has no say in what a password is used for.
 */
async function fetchToken(
  desk: Desk,
  { doing, patience }: { readonly doing: string; readonly patience: Patience },
  repository: string,
  { realm: written, service }: Bearer,
): Promise<Result<string>> {
  const { base, access, trust } = desk;
  const realm = URL.canParse(written) ? new URL(written) : undefined;
  if (realm?.protocol !== "https:")
    return failed(refusedRealm(doing, `${base.host} sends one for a token to an address without https`));
  if (access.credentials !== undefined && !mayHaveCredentials(base, realm))
    return failed(
      refusedRealm(
        doing,
        `${base.host} asks for its credentials to be sent to ${realm.host}, which is not of the same domain`,
      ),
    );
  const scope = `repository:${repository}:pull`;
  const reply = await exchange({
    doing: `${doing}: getting a token from ${shownUrl(realm)}`,
    ...tokenRequest(realm, service, scope, access.credentials),
    maxBytes: maxTokenBytes,
    tooLarge: "forbidden",
    trust,
    patience,
  });
  if (!reply.ok) return reply;
  if (reply.value.status !== 200) return failed(refusalOf(doing, reply.value, access.looked));
  const token = tokenOf(reply.value.body);
  return token === undefined
    ? failed(refusedRealm(doing, `${realm.host} gave no token`))
    : succeeded(`Bearer ${token}`);
}

function tokenRequest(
  realm: URL,
  service: string,
  scope: string,
  credentials: Credentials | undefined,
): {
  readonly url: string;
  readonly method?: "POST";
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string;
} {
  if (credentials?.kind === "identity-token")
    return {
      url: realm.href,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
      body: new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: credentials.token,
        service,
        scope,
        client_id: "headway",
      }).toString(),
    };
  const url = new URL(realm);
  if (service !== "") url.searchParams.set("service", service);
  url.searchParams.set("scope", scope);
  return {
    url: url.href,
    headers: { accept: "application/json" },
    ...(credentials?.kind === "password" ? { authorization: basic(credentials) } : {}),
  };
}

/** `token` or `access_token`, if a header can hold it. */
function tokenOf(body: Buffer): string | undefined {
  let said: unknown;
  try {
    said = JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof said !== "object" || said === null) return undefined;
  const token =
    "token" in said && said.token !== ""
      ? said.token
      : "access_token" in said
        ? said.access_token
        : undefined;
  return typeof token === "string" && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
}

function refusedRealm(doing: string, what: string): Failure {
  return {
    kind: "forbidden",
    message: `${doing}: ${what}; nothing was sent there`,
    next: "check the registry's address; its token service has to be on its own host, or on one of the same domain",
  };
}
