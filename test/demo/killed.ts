// What SIGKILL leaves behind, of Headway and of a helm that somebody ran by hand, and the plain run that mends it.
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../kit/sandbox.ts";
import { mustShow, say, sayIndented, title, type ShopDesk } from "./shop-desk.ts";

/** `kill -9` while several releases are being upgraded. */
export async function killHeadway(desk: ShopDesk): Promise<void> {
  title("5. kill -9 of Headway while three releases are being upgraded, and two more are to follow");
  for (const release of ["data/postgres", "messaging/rabbitmq", "data/redis", "shop/catalog", "shop/search"])
    await desk.headway(["set", release, String.raw`values.podAnnotations.shop\.example/team=blue`]);
  await desk.commit("teams");
  say("$ headway apply --yes");
  const child = desk.start(["apply", "--yes"]);
  let said = "";
  child.all.on("data", (chunk: Buffer) => {
    said += chunk.toString("utf8");
    if (/revision \d+ applied/.test(said)) child.kill("SIGKILL");
  });
  await child;
  sayIndented(said);
  say("    Killed");
  mustShow("the run that was killed", said, [/postgres upgrade/]);
  if (/run \S+ (done|failed)/.test(said)) throw new Error("the run had ended before it was killed");
  title("   The same command again, and nothing else");
  await desk.headway("apply --yes", { show: [/19 ready/] });
  await desk.headway("plan --detailed-exitcode", { show: [/19 unchanged/] });
  await desk.headway("history --limit 2", { show: [/done/, /interrupted/] });
}

async function recordOf({ cluster }: ShopDesk, namespace: string, release: string): Promise<string> {
  const selector = encodeURIComponent(`owner=helm,name=${release}`);
  const { body } = await cluster.kube(`/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`);
  const { items } = body as {
    readonly items: readonly { readonly metadata: { readonly labels: Readonly<Record<string, string>> } }[];
  };
  return items
    .map(({ metadata: { labels } }) => ({
      version: Number(labels["version"]),
      status: labels["status"] ?? "",
    }))
    .toSorted((a, b) => a.version - b.version)
    .map(({ version, status }) => `${version}:${status}`)
    .join(" ");
}

/** A helm by hand that is killed in an upgrade, and one in an uninstall: one run recovers both. */
export async function killABareHelm(desk: ShopDesk): Promise<void> {
  title("6. Somebody's helm upgrade --wait, and a helm uninstall, both killed: Helm's records stay pending");
  const upgrade = desk.startHelm(
    ...["upgrade", "redis", "../../charts-index/redis", "--namespace", "data", "--reuse-values", "--wait"],
    ...["--set", String.raw`podAnnotations.sim\.headway\.dev/fail=never-ready`],
  );
  await eventually(async () => {
    const pods = await desk.cluster.kube("/api/v1/namespaces/data/pods?fieldSelector=status.phase%3DRunning");
    return (
      pods.text.includes("never-ready") && (await recordOf(desk, "data", "redis")).endsWith("pending-upgrade")
    );
  });
  upgrade.kill("SIGKILL");
  await upgrade;
  say("    Killed, while its pod was not ready");
  const configMap = "/api/v1/namespaces/platform/configmaps/log-collector";
  await setFinalizers(desk, configMap, ["shop.example/archive"]);
  say("(a finalizer is on ConfigMap platform/log-collector)");
  const uninstall = desk.startHelm("uninstall", "log-collector", "--namespace", "platform", "--wait");
  await eventually(async () => {
    const object = await desk.cluster.kube(configMap);
    return object.text.includes("deletionTimestamp");
  });
  await sleep(500);
  uninstall.kill("SIGKILL");
  await uninstall;
  say("    Killed, while the finalizer held the ConfigMap; then the finalizer is taken off");
  await setFinalizers(desk, configMap, []);
  for (const [namespace, release, left] of [
    ["data", "redis", /pending-upgrade$/],
    ["platform", "log-collector", /uninstalling$/],
  ] as const) {
    const record = await recordOf(desk, namespace, release);
    say(`Helm's records of ${namespace}/${release}: ${record}`);
    if (!left.test(record)) throw new Error(`${release} was not left as it was to be`);
  }
  await desk.headway("plan", { show: [/2 to recover|to recover/] });
  await desk.headway("apply --yes --unlock-after 10s", {
    show: [/its helm counts as dead, and it is marked failed/, /its helm counts as dead/, /19 ready/],
  });
  for (const [namespace, release] of [
    ["data", "redis"],
    ["platform", "log-collector"],
  ] as const) {
    const record = await recordOf(desk, namespace, release);
    say(`Helm's records of ${namespace}/${release}: ${record}`);
    if (!record.endsWith("deployed")) throw new Error(`${release} is not deployed`);
  }
}

async function setFinalizers(
  { cluster }: ShopDesk,
  path: string,
  finalizers: readonly string[],
): Promise<void> {
  const reply = await cluster.kube(path, {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body: { metadata: { finalizers } },
  });
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
}
