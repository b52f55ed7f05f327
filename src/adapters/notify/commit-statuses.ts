// Statuses of commits on GitHub and GitLab, also self-hosted ones.
import type { Result } from "../../core/failure.ts";
import { failed, succeeded } from "../../core/failure.ts";
import { sourceIdentity } from "../../core/declarations/source-identity.ts";
import type { CommitStatuses } from "../../engine/notify-ports.ts";
import { postJson, type SendRules } from "./send-json.ts";

/** Where statuses go: the repository's address, as git knows it. */
export type StatusTarget = {
  readonly provider: "github" | "gitlab";
  readonly repositoryUrl: string;
  readonly token: string;
  /** The API's address, where it does not follow from the repository's: `https://git.example.com/api/v3`. */
  readonly apiUrl?: string;
  readonly rules: SendRules;
};

/** Statuses of one repository's commits. Whether its address fits is told with the first one. */
export function commitStatuses(target: StatusTarget): CommitStatuses {
  const set = target.provider === "github" ? setOnGithub : setOnGitlab;
  return {
    provider: target.provider,
    set: (commit, status) => {
      const doing = `telling ${target.provider === "github" ? "GitHub" : "GitLab"} the status of commit ${commit.slice(0, 12)}`;
      if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(commit))
        return Promise.resolve(failed({ kind: "rejected", message: `${doing}: this is no full commit id` }));
      const place = findPlace(target);
      if (place === undefined)
        return Promise.resolve(
          failed({
            kind: "rejected",
            message: `${doing}: the repository's address names no server with an owner and a repository`,
          }),
        );
      return set({ doing, place, target, commit, status });
    },
  };
}

type Place = { readonly api: string; readonly path: string };

type Setting = {
  readonly doing: string;
  readonly place: Place;
  readonly target: StatusTarget;
  readonly commit: string;
  readonly status: Parameters<CommitStatuses["set"]>[1];
};

function setOnGithub({ doing, place, target, commit, status }: Setting): Promise<Result<void>> {
  return postJson({
    doing,
    url: `${place.api}/repos/${place.path.split("/").map(encodeURIComponent).join("/")}/statuses/${commit}`,
    headers: {
      authorization: `Bearer ${target.token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
    },
    body: JSON.stringify({
      state: status.state,
      context: status.context,
      description: status.description,
      ...(status.targetUrl === undefined ? {} : { target_url: status.targetUrl }),
    }),
    secrets: [target.token],
    rules: target.rules,
  });
}

async function setOnGitlab({ doing, place, target, commit, status }: Setting): Promise<Result<void>> {
  const result = await postJson({
    doing,
    url: `${place.api}/projects/${encodeURIComponent(place.path)}/statuses/${commit}`,
    headers: { "private-token": target.token },
    body: JSON.stringify({
      state: status.state === "failure" ? "failed" : status.state,
      name: status.context,
      description: status.description,
      ...(status.targetUrl === undefined ? {} : { target_url: status.targetUrl }),
    }),
    secrets: [target.token],
    rules: target.rules,
  });
  // A status that is told again as it is already is refused; it stands all the same.
  if (!result.ok && /Cannot transition status/i.test(result.failure.message)) return succeeded(undefined);
  return result;
}

/** The API and the repository's path on its server; undefined where the address names none. */
function findPlace({ provider, repositoryUrl, apiUrl }: StatusTarget): Place | undefined {
  const identity = sourceIdentity(repositoryUrl, "/", "");
  const slash = identity.indexOf("/");
  const host = identity.slice(0, slash);
  const path = identity.slice(slash + 1);
  if (slash < 1 || host.startsWith("local:") || !path.includes("/")) return undefined;
  if (apiUrl !== undefined) return { api: apiUrl.replace(/\/+$/, ""), path };
  if (host === "github.com" || host === "ssh.github.com") return { api: "https://api.github.com", path };
  // Of an http(s) address the port is the API's too; ssh has one of its own.
  const url = URL.parse(repositoryUrl);
  const base = url !== null && /^https?:$/.test(url.protocol) ? url.origin : `https://${host}`;
  return { api: `${base}/api/${provider === "github" ? "v3" : "v4"}`, path };
}
