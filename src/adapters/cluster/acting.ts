// Requests as another user, for releases that name a ServiceAccount. Whether this connection's own user may act as that one is
// asked of the API server: a connection that is itself impersonated would else reach further than it may.
import { failed, succeeded, type Result } from "../../core/failure.ts";
import { fieldAt, textAt } from "../../core/json.ts";
import type { Actor } from "../../engine/ports.ts";
import type { Api } from "./request.ts";

/** The connection as this user; its own where none is named. */
export type ApiOf = (actor: Actor) => Api;

export type Acting = {
  readonly apiOf: ApiOf;
  readonly mayActAs: (actor: string) => Promise<Result<void>>;
  close(): void;
};

/** How long a permission is believed, in milliseconds. */
const believedMs = 30_000;

/** `open` makes the requests of a user with the credentials of `own`, unchecked; `who` is the own user, where it is known. */
export function makeActing(own: Api, open: (user: string) => Api, who: string | undefined): Acting {
  const opened = new Map<string, Api>();
  const allowedAtMs = new Map<string, number>();
  const mayActAs: Acting["mayActAs"] = async (actor) => {
    const nowMs = performance.now();
    if (nowMs - (allowedAtMs.get(actor) ?? -Infinity) < believedMs) return succeeded(undefined);
    const reviewed = await review(own, actor, who);
    if (reviewed.ok) allowedAtMs.set(actor, nowMs);
    return reviewed;
  };
  return {
    mayActAs,
    apiOf(actor) {
      if (actor === undefined) return own;
      const known = opened.get(actor);
      if (known !== undefined) return known;
      const api = checked(open(actor), () => mayActAs(actor));
      opened.set(actor, api);
      return api;
    },
    close() {
      for (const api of opened.values()) api.close();
    },
  };
}

/** Asks each time whether that may be, before anything is sent. */
function checked(api: Api, may: () => Promise<Result<void>>): Api {
  return {
    ...api,
    async json(order) {
      const allowed = await may();
      return allowed.ok ? await api.json(order) : allowed;
    },
    async text(order) {
      const allowed = await may();
      return allowed.ok ? await api.text(order) : allowed;
    },
    lines(order, idleMs, onLine) {
      const stop = new AbortController();
      const ended = may().then((allowed) => {
        if (!allowed.ok) return allowed;
        if (stop.signal.aborted) return { ok: true } as const;
        const stream = api.lines(order, idleMs, onLine);
        stop.signal.addEventListener("abort", () => {
          stream.close();
        });
        return stream.ended;
      });
      return {
        ended,
        close: () => {
          stop.abort();
        },
      };
    },
  };
}

async function review(api: Api, actor: string, who = "this kubeconfig's user"): Promise<Result<void>> {
  const [, , namespace = "", name = ""] = actor.split(":");
  const answer = await api.json({
    doing: `Asking whether to act as the ServiceAccount ${namespace}/${name} is allowed`,
    method: "POST",
    path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    body: {
      apiVersion: "authorization.k8s.io/v1",
      kind: "SelfSubjectAccessReview",
      spec: { resourceAttributes: { verb: "impersonate", resource: "serviceaccounts", namespace, name } },
    },
  });
  if (!answer.ok) return failed(answer.failure);
  if (fieldAt(answer.value, "status", "allowed") === true) return succeeded(undefined);
  const why = textAt(answer.value, "status", "reason");
  return failed({
    kind: "forbidden",
    message: `Acting as the ServiceAccount ${namespace}/${name}, as a release's serviceAccountName wants it: ${who} may not${why === undefined || why === "" ? "" : ` (${why})`}`,
    next: `Allow the verb impersonate on it: kubectl -n ${namespace} create role act-as-${name} --verb=impersonate --resource=serviceaccounts --resource-name=${name}, and a RoleBinding of that; or name another account.`,
  });
}
