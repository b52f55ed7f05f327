// Upgrades that fail their health checks: what is said of them, and what goes back under each policy of the stack.
import { mustShow, say, title, type ShopDesk } from "./shop-desk.ts";

const fail = (image: string): readonly string[] => [
  `values.image.tag=${image}`,
  String.raw`values.podAnnotations.sim\.headway\.dev/fail=ImagePullBackOff`,
  "failFast.imagePull=2s",
];

async function imageOf({ cluster }: ShopDesk, namespace: string, name: string): Promise<string> {
  const { text } = await cluster.kube(`/apis/apps/v1/namespaces/${namespace}/deployments/${name}`);
  return /"image":"([^"]*)"/.exec(text)?.[1] ?? "";
}

/** A bad image in wave 3, under the policy that an upgrade has by default. */
export async function failAlone(desk: ShopDesk): Promise<void> {
  title(
    "2. An image that does not exist, in wave 3; two releases that depend on it change too, and one that does not",
  );
  const before = await imageOf(desk, "data", "redis");
  await desk.headway(["set", "data/redis", ...fail("9.9.9")]);
  await desk.headway("set shop/accounts values.config.SESSION_TTL=30m");
  await desk.headway("set shop/cart values.config.CART_TTL=24h");
  await desk.headway("set data/object-store values.resources.requests.memory=96Mi");
  await desk.commit("redis 9.9.9, shorter sessions");
  await desk.headway("apply --yes", {
    code: 5,
    show: [
      /data\/redis FAILED: .*ImagePullBackOff/,
      /data\/redis .*rolled back to revision 1/,
      // The block at the end, its cause before everything else.
      /data\/redis {2}rolled back: .*wave 3\/9\n +cause +ImagePullBackOff.*9\.9\.9/s,
      /from +releases\/redis\.yaml:\d+/,
      /done +rolled back to revision 1/,
      /blocked: .*shop\/accounts/,
    ],
  });
  if ((await imageOf(desk, "data", "redis")) !== before) throw new Error("redis does not run its old image");
  await desk.headway("why", { show: [/1 root cause/, /data\/redis/, /ImagePullBackOff/] });
  await desk.headway("why shop/cart", { show: [/shop\/cart .*→ data\/redis/, /ImagePullBackOff/] });
  await desk.headway("status", { code: 4, show: [/redis .*RolledBack|redis .*rolled back/i] });
  await desk.headway("apply --yes", { code: 5, show: [/quarantined/] });
  title("   The commit is taken back");
  await desk.revert();
  await desk.headway("apply --yes", { show: [/19 ready/] });
}

async function changeFour(desk: ShopDesk, image: string, connections: string): Promise<void> {
  await desk.headway(["set", "shop/payments", ...fail(image)]);
  await desk.headway(`set data/postgres values.config.max_connections=${connections} --string`);
  await desk.headway(`set shop/accounts values.config.SESSION_TTL=${connections}m`);
  await desk.headway(`set platform/log-collector values.config.bufferSize=${connections}Mi`);
}

/** The same kind of failure, and what is related to it goes back as well. */
export async function failWithItsRelatives(desk: ShopDesk): Promise<void> {
  title(
    "3. onFailure: rollbackRelated. payments fails; postgres and accounts, which it needs, were changed by the same run",
  );
  desk.edit("headway.yaml", "spec:\n", "spec:\n  onFailure: rollbackRelated\n");
  await changeFour(desk, "9.9.9", "500");
  await desk.commit("payments 9.9.9 with more connections");
  const said = await desk.headway("apply --yes", {
    code: 5,
    show: [
      /taking back .*shop\/payments failed/,
      /rolled back/,
      /payments {2}rolled back: /,
      /cause +ImagePullBackOff/,
    ],
  });
  mustShow("the run", said, [/shop\/accounts .*rolled back to/, /data\/postgres .*rolled back to/]);
  if (/log-collector .*rolled back/.test(said))
    throw new Error("log-collector is not related, and went back");
  await desk.headway("status", { code: 4, show: [/postgres/] });
  title("   The image is corrected: all of it is tried again");
  await desk.headway("set shop/payments values.image.tag=2.4.1");
  desk.edit("releases/payments.yaml", "      sim.headway.dev/fail: ImagePullBackOff\n", "");
  await desk.commit("payments 2.4.1");
  await desk.headway("apply --yes", { show: [/19 ready/] });
}

/** The same kind of failure, and all that the run has changed goes back. */
export async function failWithTheStack(desk: ShopDesk): Promise<void> {
  title(
    "4. onFailure: rollbackStack. The same, and log-collector, which has nothing to do with it, goes back too",
  );
  desk.edit("headway.yaml", "rollbackRelated", "rollbackStack");
  await changeFour(desk, "9.9.10", "600");
  await desk.commit("payments 9.9.10 with even more connections");
  const said = await desk.headway("apply --yes", {
    code: 5,
    show: [
      /taking back .*shop\/payments failed/,
      /shop\/accounts .*rolled back to/,
      /data\/postgres .*rolled back to/,
      /platform\/log-collector .*rolled back to/,
      /payments {2}rolled back: /,
    ],
  });
  say(
    `went back, in this order: ${[...said.matchAll(/(\S+\/\S+) rolled back to/g)].map(([, name]) => name ?? "").join(", ")}`,
  );
  title("   The commit is taken back");
  await desk.revert();
  await desk.headway("apply --yes", { show: [/19 ready/] });
}
