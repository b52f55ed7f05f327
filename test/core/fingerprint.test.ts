import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fingerprintFor,
  fingerprintLabelValue,
  pinRelease,
  quarantineKey,
  stackLabelValue,
  verifiedLabelValue,
} from "../../src/core/fingerprint.ts";
import { fleet, id } from "../kit/fleet.ts";

const stack = fleet("api <- db, cache");
const pinOf = (name: string) => {
  const pin = stack.pins.get(id(name));
  if (pin === undefined) throw new Error("no release");
  return pin;
};

/** What the API server takes as a label's value. */
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

describe("a fingerprint's label", () => {
  test("is a legal label value for any revision", () => {
    const value = fingerprintLabelValue(1_234_567, pinOf("api").fingerprint);
    expect(value).toMatch(/^v1\.r1234567\.[a-z2-7]{32}$/);
    expect(value.length).toBeLessThanOrEqual(63);
  });

  test("counts for its own revision only", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 10_000 }),
        (written, asked) => {
          const value = fingerprintLabelValue(written, "abc");
          expect(fingerprintFor(asked, value)).toBe(written === asked ? "abc" : undefined);
        },
      ),
    );
    expect(fingerprintFor(1, undefined)).toBeUndefined();
    expect(verifiedLabelValue(7)).toBe("r7");
  });

  test("differs for different charts", () => {
    const { declaration, chart } = pinOf("db");
    const seen = new Set(
      Array.from(
        { length: 500 },
        (_, index) => pinRelease(declaration, { ...chart, digest: `d${index}` }).fingerprint,
      ),
    );
    expect(seen.size).toBe(500);
  });
});

describe("the key of a quarantine", () => {
  test("does not depend on the order of the dependencies", () => {
    const [db, cache] = [pinOf("db"), pinOf("cache")];
    expect(quarantineKey(pinOf("api"), [db, cache])).toBe(quarantineKey(pinOf("api"), [cache, db]));
  });

  test("changes with a dependency's pin, the declaration and the release's own pin", () => {
    const api = pinOf("api");
    const db = pinOf("db");
    const key = quarantineKey(api, [db]);
    expect(quarantineKey(api, [{ ...db, fingerprint: "other" }])).not.toBe(key);
    expect(quarantineKey(api, [])).not.toBe(key);
    expect(quarantineKey({ ...api, fingerprint: "other" }, [db])).not.toBe(key);
    const declaration = { ...api.declaration, digest: "other" };
    expect(quarantineKey({ ...api, declaration }, [db])).not.toBe(key);
  });
});

describe("the label of a stack", () => {
  test("is a legal value for every legal name, and tells two sources of one name apart", () => {
    const name = fc.stringMatching(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/);
    fc.assert(
      fc.property(name, fc.string(), (stackName, source) => {
        const value = stackLabelValue(stackName, source);
        expect(value).toMatch(labelValue);
        expect(value.length).toBeLessThanOrEqual(63);
        expect(value.slice(0, value.lastIndexOf("."))).toBe(stackName.slice(0, 54));
      }),
    );
    expect(stackLabelValue("shop", "a")).not.toBe(stackLabelValue("shop", "b"));
  });
});
