import { describe, expect, it } from "vitest";
import { readStackSync } from "../../../src/core/stack-sync/stack-sync.ts";

function read(spec: unknown, metadata: Readonly<Record<string, unknown>> = {}) {
  return readStackSync({
    apiVersion: "headway.dev/v1",
    kind: "StackSync",
    metadata: { namespace: "flux-free", name: "shop", uid: "u1", generation: 3, ...metadata },
    spec,
  });
}

function problemsOf(spec: unknown): string {
  const found = read(spec)?.spec;
  return found === undefined || found.ok ? "none" : found.problems.join("; ");
}

const source = { url: "https://git.example/shop.git" };

describe("a StackSync", () => {
  it("follows the branch main of the repository's root each minute, unless it says otherwise", () => {
    expect(read({ source })?.spec).toEqual({
      ok: true,
      value: {
        suspend: false,
        notify: [],
        source: {
          url: "https://git.example/shop.git",
          ref: { kind: "branch", name: "main" },
          path: "",
          intervalMs: 60_000,
          rewind: "allow",
        },
      },
    });
  });

  it("takes a path as people write it", () => {
    const found = read({ source: { ...source, path: "./clusters//prod/" } })?.spec;
    expect(found?.ok === true && found.value.source.path).toBe("clusters/prod");
  });

  it("names who is told of its runs, and the Secret of each", () => {
    const secretRef = { name: "told" };
    const url = "https://ops.example/in";
    const commitStatus = { provider: "gitlab", apiUrl: "https://git.example/api/v4", secretRef };
    const found = read({
      source,
      notify: [{ slack: { secretRef } }, { webhook: { url, secretRef } }],
      commitStatus,
    });
    expect(found?.spec.ok === true && found.spec.value).toMatchObject({
      notify: [
        { kind: "slack", secretName: "told" },
        { kind: "webhook", url, secretName: "told" },
      ],
      commitStatus: { provider: "gitlab", apiUrl: "https://git.example/api/v4", secretName: "told" },
    });
  });

  it("carries what persons asked of it by annotations", () => {
    const found = read(
      { source },
      {
        annotations: {
          "headway.dev/reconcile-requested-at": "2026-09-01T10:00:00Z",
          "headway.dev/accept-commit": "abc",
        },
      },
    );
    expect(found).toMatchObject({ reconcileRequest: "2026-09-01T10:00:00Z", acceptedCommit: "abc" });
  });

  it.each([
    [{ source: { ...source, interval: "-1s" } }, "spec.source.interval is negative"],
    [{ source: { ...source, interval: "0" } }, "spec.source.interval is shorter than 5s"],
    [{ source: { ...source, interval: "NaN" } }, "spec.source.interval is not a duration"],
    [{ source: { ...source, interval: "9999999h" } }, "spec.source.interval is longer than 24h"],
    [{ source: { ...source, path: "../other" } }, /spec\.source\.path/],
    [{ source: { ...source, path: "a/b\u0000" } }, /spec\.source\.path/],
    [{ source: { ...source, ref: { branch: "a", tag: "b" } } }, /spec\.source\.ref/],
    [{ source, notify: [{}] }, /spec\.notify\.0/],
    [{ source, notify: [{ slack: { secretRef: { name: "a" } }, webhook: {} }] }, /spec\.notify\.0/],
    [
      { source, notify: [{ webhook: { url: "ftp://ops.example/in", secretRef: { name: "a" } } }] },
      "spec.notify has to be an address: https://HOST/PATH",
    ],
    [
      { source, notify: [{ webhook: { url: "https://me:pw@ops.example/in", secretRef: { name: "a" } } }] },
      "spec.notify holds a user name or a password: put what is secret into the Secret",
    ],
    [
      { source, commitStatus: { provider: "github", apiUrl: "git.example", secretRef: { name: "a" } } },
      "spec.commitStatus.apiUrl has to be an address: https://HOST/PATH",
    ],
    [
      { source, commitStatus: { provider: "gitea", secretRef: { name: "a" } } },
      "spec.commitStatus.provider has to be github or gitlab",
    ],
    [{ source, deletionPolicy: "uninstall" }, "spec.deletionPolicy has to be orphan"],
    [{ source, prune: true }, "spec.prune is no field of a StackSync"],
    [{}, /source/],
    [undefined, /spec/],
    ["text", /spec/],
  ])("that says %j is told what is wrong with it", (spec, problem) => {
    if (typeof problem === "string") expect(problemsOf(spec)).toBe(problem);
    else expect(problemsOf(spec)).toMatch(problem);
  });
});
