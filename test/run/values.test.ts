// Values from Secrets and ConfigMaps on the way of a release: read when its turn comes, waited for where absent.
import { describe, expect, it } from "vitest";
import type { ValuesObject, ValuesSource } from "../../src/core/declaration.ts";
import { start } from "../kit/conversation.ts";
import { fleet, id } from "../kit/fleet.ts";

const secret: ValuesObject = {
  kind: "Secret",
  namespace: "shop",
  name: "orders-db",
  key: "password",
  targetPath: "db.password",
  optional: false,
  range: { file: "releases/orders.yaml", line: 9, column: 5 },
};
const values: readonly ValuesSource[] = [{ kind: "object", object: secret }];
const fromSecret = { declaration: { values } } as const;

describe("a release whose values come from a Secret", () => {
  it("reads it when its turn comes, after its dependencies, and only then runs helm", () => {
    start(fleet("orders <- db", { orders: { kind: "install", ...fromSecret } }))
      .expects("upgrade db")
      .when("helm started db", "helm finished db", "db healthy")
      .expects("watch-health db", "read-values orders")
      .shows("orders", "Running: reading values")
      .when("values of orders read")
      .expects("upgrade orders");
  });

  it("applies its CRDs after its values are read", () => {
    start(fleet("orders", { orders: { kind: "install", chart: { hasCrds: true }, ...fromSecret } }))
      .expects("read-values orders")
      .when("values of orders read")
      .expects("apply-crds orders")
      .when("crds of orders")
      .expects("upgrade orders");
  });

  it("is marked verified with the fingerprint of what was read", () => {
    const talk = start(fleet("orders", { orders: { kind: "install", ...fromSecret } }))
      .when("values of orders read")
      .when("helm started orders", "helm finished orders", "orders healthy");
    const marks = talk
      .allOrders()
      .flatMap((order) => (order.kind === "mark-verified" ? order.fingerprint : []));
    expect(marks).toEqual(["final orders"]);
  });

  it("waits for it where it is absent, and says so once", () => {
    const talk = start(fleet("orders", { orders: { kind: "install", ...fromSecret } }))
      .when("values of orders awaited")
      .tells("step-held orders: values")
      .shows("orders", "Waiting: for Secret shop/orders-db, key password")
      .when("values of orders awaited")
      .tells()
      .after("4m")
      .goesOn()
      .when("values of orders read")
      .expects("upgrade orders");
    expect(talk.allEvents().filter((event) => event.kind === "step-held")).toHaveLength(1);
  });

  it("is given up when its timeout is over: kept as it is, not quarantined, its dependents blocked, exit 4", () => {
    start(fleet("web <- orders", { orders: fromSecret }))
      .when("values of orders awaited")
      .after("5m")
      .expects("capture-evidence orders")
      .when("evidence of orders")
      .expects("record-failure orders: never-applied")
      .tells("release-failed orders: keep")
      .when("failure of orders recorded")
      .shows("orders", "Failed: waited 300 s for values from Secret shop/orders-db, key password: not there")
      .shows("web", "Blocked: by shop/orders")
      .ends(4, "failed");
  });

  it("has its whole timeout for helm, however long it waited", () => {
    const talk = start(fleet("orders", { orders: { kind: "install", ...fromSecret } }))
      .when("values of orders awaited")
      .after("4m")
      .when("values of orders read");
    expect(talk.allOrders().flatMap((order) => (order.kind === "upgrade" ? order.timeoutMs : []))).toEqual([
      300_000,
    ]);
  });

  it("stops waiting when the run is interrupted", () => {
    start(fleet("orders", { orders: { kind: "install", ...fromSecret } }))
      .when("values of orders awaited")
      .when("interrupted")
      .notes("unwatch orders")
      .shows("orders", "Cancelled")
      .ends(130, "interrupted");
  });

  it("tries again where the cluster does not answer", () => {
    start(fleet("orders", { orders: { kind: "install", ...fromSecret } }))
      .when("preparation of orders refused: unreachable")
      .tells("apply-delayed orders")
      .after("1s")
      .expects("read-values orders");
  });

  it("fails without a quarantine where what it holds is no values", () => {
    start(fleet("orders", { orders: fromSecret }))
      .when("preparation of orders refused: values-unreadable")
      .when("evidence of orders")
      .expects("record-failure orders: never-applied")
      .when("failure of orders recorded")
      .ends(4, "failed");
  });

  it("changes what a quarantine of its dependents would last for", () => {
    const talk = start(fleet("web <- orders", { orders: fromSecret }));
    const keyOf = (name: string): string => {
      const step = talk.run().steps.get(id(name))?.step;
      return step !== undefined && "quarantineKey" in step ? step.quarantineKey : "";
    };
    const before = keyOf("web");
    talk.when("values of orders read");
    expect(keyOf("web")).not.toBe(before);
  });

  it("is not upgraded any more once another release's rollback has failed", () => {
    start(fleet("orders\nother", { orders: { kind: "install", ...fromSecret } }))
      .when("values of orders awaited")
      .when("helm started other", "helm failed other: rejected, stored")
      .when("evidence of other", "failure of other recorded")
      .when("helm failed other: rejected")
      .when("values of orders read")
      .expects("capture-evidence orders");
  });
});
