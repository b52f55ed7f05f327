// Who is told of a StackSync's runs, out of adapters. Part of the composition root, loaded by `headway agent` alone.
import type { Cluster } from "./adapters/cluster/connect.ts";
import { commitStatuses } from "./adapters/notify/commit-statuses.ts";
import type { SendRules } from "./adapters/notify/send-json.ts";
import { signedWebhook } from "./adapters/notify/signed-webhook.ts";
import { slackReceiver } from "./adapters/notify/slack.ts";
import { failed, succeeded, type Result } from "./core/failure.ts";
import type {
  CommitStatusTarget,
  NotifyTarget,
  StackSync,
  StackSyncSpec,
} from "./core/stack-sync/stack-sync.ts";
import type { AgentWorld } from "./engine/agent-ports.ts";
import type { CommitStatuses, Receiver } from "./engine/notify-ports.ts";

/** Opens nothing yet: each telling reads its Secret first, so that one that was changed counts from then on. */
export function receiversOf(
  cluster: Pick<Cluster, "readSecret">,
  rules: SendRules,
  sync: StackSync,
  { notify, commitStatus, source }: StackSyncSpec,
): ReturnType<AgentWorld["receiversOf"]> {
  return {
    receivers: notify.map((target) => receiverOf(cluster, rules, sync, target)),
    statuses: commitStatus === undefined ? [] : [statusesOf(cluster, rules, sync, commitStatus, source.url)],
  };
}

function receiverOf(
  cluster: Pick<Cluster, "readSecret">,
  rules: SendRules,
  sync: StackSync,
  target: NotifyTarget,
): Receiver {
  const key = target.kind === "slack" ? "url" : "token";
  return {
    provider: target.kind,
    send: async (message) => {
      const secret = await readKey(cluster, sync, target.secretName, key);
      if (!secret.ok) return secret;
      const receiver =
        target.kind === "slack"
          ? slackReceiver(secret.value, rules)
          : signedWebhook(target.url, secret.value, rules);
      return receiver.send(message);
    },
  };
}

function statusesOf(
  cluster: Pick<Cluster, "readSecret">,
  rules: SendRules,
  sync: StackSync,
  { provider, secretName, apiUrl }: CommitStatusTarget,
  repositoryUrl: string,
): CommitStatuses {
  const address = apiUrl === undefined ? {} : { apiUrl };
  return {
    provider,
    set: async (commit, status) => {
      const token = await readKey(cluster, sync, secretName, "token");
      if (!token.ok) return token;
      return commitStatuses({ provider, repositoryUrl, token: token.value, ...address, rules }).set(
        commit,
        status,
      );
    },
  };
}

async function readKey(
  cluster: Pick<Cluster, "readSecret">,
  { key: sync, namespace }: StackSync,
  name: string,
  key: string,
): Promise<Result<string>> {
  const secret = await cluster.readSecret(namespace, name);
  if (!secret.ok) return secret;
  const value = secret.value?.get(key)?.toString("utf8").trim() ?? "";
  if (value !== "") return succeeded(value);
  return failed({
    kind: "rejected",
    message:
      secret.value === undefined
        ? `the StackSync ${sync} names the Secret ${name}, and there is none of that name in its namespace`
        : `the Secret ${namespace}/${name} has no ${key}, which the StackSync ${sync} needs`,
    next: `Put it there: kubectl -n ${namespace} create secret generic ${name} --from-literal=${key}=…`,
  });
}
