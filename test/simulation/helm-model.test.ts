// The model of helm writes what the real one writes, in the same order: compared live, so that another helm shows itself.
import { describe, expect, test } from "vitest";
import { modelledHelm, type Operation } from "./helm-writes.ts";
import { realHelm } from "./real-helm.ts";

const up = (version: number, more: Partial<Extract<Operation, { kind: "upgrade" }>> = {}): Operation => ({
  kind: "upgrade",
  version,
  ...more,
});
const uninstall: Operation = { kind: "uninstall" };
const everyHook = [
  "pre-upgrade",
  "post-install",
  "post-upgrade",
  "pre-rollback",
  "post-rollback",
  "pre-delete",
  "post-delete",
];

const stories: Readonly<Record<string, readonly Operation[]>> = {
  "installs, upgrades, rolls back and uninstalls": [up(1), up(2), { kind: "rollback", to: 1 }, uninstall],
  "keeps its history short": [up(1), up(2), up(3), up(4), { kind: "rollback", to: 3 }, up(5), uninstall],
  "runs hooks": [
    up(1, { hooks: everyHook }),
    up(2, { hooks: everyHook }),
    { kind: "rollback", to: 1 },
    uninstall,
  ],
  "fails in a hook": [
    up(1, { hooks: ["pre-upgrade"], failingHook: "pre-upgrade" }),
    up(1),
    up(2, { hooks: ["pre-upgrade"], failingHook: "pre-upgrade" }),
    up(3, { hooks: ["post-upgrade"], failingHook: "post-upgrade" }),
    { kind: "rollback", to: 2 },
  ],
  "is refused an object": [
    up(1, { goes: "refused" }),
    up(1),
    up(2),
    up(3, { goes: "refused" }),
    { kind: "rollback", to: 3 },
    up(4),
  ],
  "fails in a rollback": [
    up(1, { hooks: ["pre-rollback"], failingHook: "pre-rollback" }),
    up(2),
    { kind: "rollback", to: 1, failingHook: "pre-rollback" },
    up(3),
  ],
  "is refused an object in a rollback": [
    up(1),
    up(2, { goes: "refused" }),
    { kind: "rollback", to: 2, goes: "refused" },
    { kind: "rollback", to: 1 },
  ],
  "is told to stop while it waits": [
    up(1),
    up(2, { goes: "hangs", stoppedAfter: 3 }),
    up(3),
    { kind: "rollback", to: 1 },
  ],
  "is killed in a first install": [up(1, { killedAfter: 2 }), up(1), uninstall],
  "is killed in an upgrade": [up(1), up(3, { killedAfter: 2 }), up(3), { kind: "rollback", to: 1 }, up(2)],
  "is killed between its last two writes": [up(1), up(2, { killedAfter: 4 }), up(3), uninstall],
  "is killed in a rollback": [
    up(1),
    up(2),
    { kind: "rollback", to: 1, killedAfter: 2 },
    up(3),
    { kind: "rollback", to: 1 },
  ],
  "is killed in an uninstall": [up(1), up(2), { ...uninstall, killedAfter: 2 }, up(3), uninstall],
};

describe("the model of helm", () => {
  test.each(Object.entries(stories))(
    "writes as the real one does where that %s",
    async (_name, operations) => {
      const [real, model] = [await realHelm(), modelledHelm()];
      for (const [index, operation] of operations.entries())
        expect(await model(operation), `${index + 1}: ${JSON.stringify(operation)}`).toEqual(
          await real(operation),
        );
    },
    300_000,
  );
});
