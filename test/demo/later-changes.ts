// What happens to a stack that is healthy: services are given up, somebody changes an object by hand, and a change that
// was healthy turns out to be unwanted.
import { say, title, type ShopDesk } from "./shop-desk.ts";

/** Three declarations leave git. */
export async function giveUpServices(desk: ShopDesk): Promise<void> {
  title(
    "7. Three services are given up: storefront and shipping depend on orders, and orders on much of the rest",
  );
  await desk.remove("storefront", "shipping", "orders");
  await desk.commit("the shop is closed");
  await desk.headway("plan", { show: [/no longer declared/] });
  const said = await desk.headway("apply --prune --yes", { show: [/16 ready/] });
  const gone = [...said.matchAll(/✓ shop\/(\S+) removed in/g)].map(([, name]) => name ?? "");
  say(`went, in this order: ${gone.join(", ")}`);
  if (gone.length !== 3 || gone.at(-1) !== "orders") throw new Error("orders did not go last of three");
  await desk.headway("plan --prune --detailed-exitcode", { show: [/16 unchanged/] });
}

/** A person with kubectl. */
export async function changeByHand(desk: ShopDesk): Promise<void> {
  title("8. Somebody scales catalog and changes an address in search with kubectl");
  await patch(desk, "deployments/catalog/scale", { spec: { replicas: 1 } }, "apps/v1");
  await patch(desk, "configmaps/search", { data: { PORT: "9999" } }, "v1");
  await desk.headway("plan", { show: [/16 unchanged/] });
  await desk.headway("plan --drift", {
    show: [/\.spec\.replicas: 2 → 1 {2}\(kubectl\)/, /\.data\.PORT: .*9999.*\(kubectl\)/],
  });
  await desk.headway("apply --drift correct --yes", { show: [/16 ready/] });
  await desk.headway("plan --drift --detailed-exitcode", { show: [/16 unchanged/] });
}

async function patch({ cluster }: ShopDesk, path: string, body: unknown, api: string): Promise<void> {
  const base = api === "v1" ? "/api/v1" : `/apis/${api}`;
  const reply = await cluster.kube(`${base}/namespaces/shop/${path}?fieldManager=kubectl`, {
    method: "PATCH",
    contentType: "application/merge-patch+json",
    body,
  });
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`);
}

/** A healthy change that nobody likes. */
export async function goBack(desk: ShopDesk): Promise<void> {
  title("9. A change that is healthy and unwanted goes back, for the whole stack, from a kubeconfig alone");
  await desk.headway("set shop/cart values.config.CART_TTL=1h");
  await desk.headway("set shop/catalog values.replicas=3");
  await desk.commit("shorter carts");
  await desk.headway("apply --yes", { show: [/2 to upgrade/, /16 ready/] });
  await desk.headway("history", { show: [/interrupted/, /rolled back/, /done/] });
  await desk.headway("history data/redis", { show: [/rolled-back|rolled back/] });
  await desk.headway(["rollback", "--to", "previous", "--yes", "--reason", "carts are lost"], {
    show: [/shop\/cart .*rolled back/, /shop\/catalog .*rolled back/],
  });
  await desk.headway("status -n shop", { show: [/catalog .*Frozen/, /cart .*Frozen/] });
  await desk.headway("apply --yes", { show: [/frozen/i] });
  await desk.headway("resume shop/cart shop/catalog", { show: [/shop\/cart is resumed/] });
  await desk.headway("apply --yes", { show: [/2 to upgrade/, /16 ready/] });
}
