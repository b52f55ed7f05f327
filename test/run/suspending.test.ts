import { describe, test } from "vitest";
import { start } from "../kit/conversation.ts";
import { fleet, type ReleaseFacts } from "../kit/fleet.ts";

const chain = (facts: Readonly<Record<string, ReleaseFacts>> = {}) => fleet("web <- api\napi <- db", facts);
const said = "suspended by anna since 2026-09-01T10:00:00.000Z: migration";
const install: ReleaseFacts = { kind: "install" };

describe("a release that is suspended while the run is under way", () => {
  test("does not start any more; what depends on it goes on beside it as it is", () => {
    start(chain())
      .when("helm started db")
      .when("api suspended")
      .tells("step-held api: suspended")
      .shows("api", `Suspended: healthy; ${said}`)
      .expects("upgrade web")
      .when("helm started web", "helm finished web", "web healthy")
      .when("helm finished db")
      .when("db healthy")
      .expects()
      .ends(0, "done");
  });

  test("holds what depends on it where it is not installed", () => {
    start(chain({ db: install, api: install, web: install }))
      .when("helm started db")
      .when("api suspended")
      .shows("api", `Suspended: not installed; ${said}`)
      .shows("web", "Blocked: by shop/api")
      .when("helm finished db")
      .when("db healthy")
      .expects()
      .ends(4, "failed");
  });

  test("holds what depends on it while it is not healthy as it is, and frees it once it is", () => {
    start(chain({ api: { standing: "degraded" } }))
      .when("helm started db")
      .when("api suspended")
      .expects("watch-health api")
      .shows("web", "Blocked: by shop/api")
      .when("api healthy")
      .expects("upgrade web")
      .goesOn();
  });

  test("is called back from helm's queue", () => {
    start(fleet("db"))
      .when("db suspended")
      .expects("stop-helm db")
      .when("db suspended")
      .expects()
      .when("helm failed db: interrupted")
      .shows("db", `Suspended: healthy; ${said}`)
      .ends(0, "done");
  });

  test("is no longer waited for where it was being prepared", () => {
    start(fleet("api <- db", { db: { kind: "keep" }, api: { readyExpr: "true" } }))
      .when("api suspended")
      .notes("unwatch api")
      .when("conditions of api met")
      .expects()
      .ends(0, "done");
  });

  test("is not cut where helm is at work on it, or was quicker than the wish", () => {
    start(chain())
      .when("helm started db")
      .when("db suspended")
      .expects()
      .when("helm finished db")
      .when("db healthy")
      .expects("upgrade api")
      .when("api suspended")
      .expects("stop-helm api")
      .when("helm started api", "helm finished api", "api healthy")
      .shows("api", "Ready");
  });

  test("goes back no further where a person rolls the stack back", () => {
    const back: ReleaseFacts = { kind: "roll-back", from: 3, lastGood: 1 };
    start(fleet("db <- api", { db: back, api: back }))
      .when("db suspended")
      .shows("db", `Suspended: healthy; ${said}`)
      .when("helm finished api")
      .when("api healthy")
      .expects()
      .ends(0, "done");
  });

  test("is not pruned, and is uninstalled where a person destroys the stack", () => {
    const gone = (kind: "undeclared" | "destroy"): ReleaseFacts => ({
      kind: "uninstall",
      reasons: [{ kind }],
    });
    start(fleet("db <- api", { db: gone("undeclared"), api: gone("undeclared") }))
      .when("db suspended")
      .shows("db", `Suspended: not removed; ${said}`)
      .when("helm finished api")
      .when("api gone")
      .expects()
      .ends(0, "done");
    start(fleet("db <- api", { db: gone("destroy"), api: gone("destroy") }))
      .when("db suspended")
      .when("helm finished api")
      .when("api gone")
      .expects("uninstall db");
  });
});
