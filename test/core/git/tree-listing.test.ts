// What of a commit becomes a file: names that mean the same everywhere, within bounds, and nothing else.
import { join, normalize } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCommitObject, readTagObject } from "../../../src/core/git/commit-object.ts";
import { relateCommits } from "../../../src/core/git/commit-relation.ts";
import { resolveLinks } from "../../../src/core/git/left-out-link.ts";
import { pathProblem, readTreeListing } from "../../../src/core/git/tree-listing.ts";

const bounds = { mostEntries: 5, largestFileBytes: 100, mostBytes: 250 };
const object = "a".repeat(40);

const record = (mode: string, type: string, size: number | "-", path: string): Uint8Array =>
  Buffer.from(`${mode} ${type} ${object} ${String(size).padStart(7)}\t${path}`);
const file = (path: string, size = 10): Uint8Array => record("100644", "blob", size, path);

describe("a commit's listing", () => {
  it("takes regular files, leaves out links and submodules, and tells which", () => {
    const listing = readTreeListing(
      [
        file("a.yaml"),
        record("100755", "blob", 3, "b/run.sh"),
        record("120000", "blob", 11, "link"),
        record("160000", "commit", "-", "vendor/x"),
      ],
      bounds,
    );
    expect(listing).toEqual({
      files: [
        { path: "a.yaml", object, bytes: 10 },
        { path: "b/run.sh", object, bytes: 3 },
      ],
      largeFiles: [],
      links: [{ path: "link", object, bytes: 11 }],
      submodules: ["vendor/x"],
    });
  });

  it("sets a file apart that is too large alone", () => {
    expect(readTreeListing([file("big", 101)], bounds)).toMatchObject({
      files: [],
      largeFiles: [{ path: "big" }],
    });
  });

  it.each([
    ["too-many", Array.from({ length: 6 }, (_, index) => file(`f${index}`))],
    ["too-much", [file("a", 100), file("b", 100), file("c", 100)]],
    ["unreadable", [Buffer.from("100644 blob")]],
    ["unreadable", [record("100644", "tree", "-", "x")]],
    ["unreadable", [record("060000", "blob", 1, "x")]],
  ])("is refused as a whole where it is %s", (kind, records) => {
    expect(readTreeListing(records, bounds)).toMatchObject({ kind });
  });

  it.each([
    "../x",
    "a/../../x",
    "/etc/passwd",
    "a\\..\\x",
    "a\u0000b",
    "././x",
    "a//b",
    ".git/config",
    "sub/.GIT/hooks/x",
    "a\u001b[2Jb",
    "a\nb",
    "a/",
    "",
    "x".repeat(256),
    "d/".repeat(70) + "f",
    "é".repeat(600),
  ])("refuses the name %j", (path) => {
    expect(readTreeListing([file("ok"), file(path)], bounds)).toMatchObject({ kind: "bad-name" });
  });

  it("refuses a name that is not UTF-8, for two such names could become one", () => {
    const bad = Buffer.concat([file("a"), Buffer.from([0xff])]);
    expect(readTreeListing([bad], bounds)).toMatchObject({ kind: "bad-name" });
  });

  it("takes no name that leads out of the folder it is written to, whatever it is", () => {
    const piece = fc.constantFrom("..", ".", "/", "\\", "a", ".git", "%2f", "\u0000", "\u202e", "...", " ");
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(piece).map((parts) => parts.join("")),
        ),
        (path) => {
          if (pathProblem(path) !== undefined) return;
          const target = normalize(join("/root", path));
          expect(target).toBe(`/root/${path}`);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe("a link of a commit", () => {
  const files = ["a/b/c.yaml", "d.yaml"];
  const leads = (target: string, more: Readonly<Record<string, string>> = {}): string | undefined =>
    resolveLinks(new Map(Object.entries({ "a/link": target, ...more })), files)[0]?.leadsTo;

  it("leads to a file or a folder of the commit, also by other links, or elsewhere", () => {
    expect(leads("b/c.yaml")).toBe("file");
    expect(leads("./b//")).toBe("folder");
    expect(leads("../d.yaml")).toBe("file");
    expect(leads("..")).toBe("folder");
    expect(leads("../via/c.yaml", { via: "a/b" })).toBe("file");
    for (const target of ["", "../..", "../../d.yaml", "/etc/passwd", "nope", "b/c.yaml/../x"])
      expect(leads(target === "" ? "nope" : target)).toBe("elsewhere");
  });

  it("may lead in circles, and stops to be followed", () => {
    expect(leads("link")).toBe("elsewhere");
    expect(leads("../x", { x: "a/link" })).toBe("elsewhere");
    expect(leads("y/y", { "a/y": "y/y/y/y" })).toBe("elsewhere");
  });
});

describe("a commit's words", () => {
  const text = (author: string, message: string): string =>
    `tree ${object}\nparent ${object}\nauthor ${author} 1700000000 +0100\ncommitter Bot <b@x> 1700000100 -0500\ngpgsig -----BEGIN\n x\n\n${message}`;

  it("are its author, its first line, and when it was committed", () => {
    expect(readCommitObject(text("Ada Lovelace <ada@example.com>", "fix: it\n\nbody\n"))).toEqual({
      author: "Ada Lovelace",
      subject: "fix: it",
      committedAtMs: 1_700_000_100_000,
    });
  });

  it("can't steer a terminal, nor break a line of a log, nor be endless", () => {
    const read = readCommitObject(text("A\u001b]0;x\u0007da <a@x>", `\u001b[2Jhi\u202e${"x".repeat(5000)}`));
    expect(read.author).toBe("A ]0;x da");
    expect(read.subject).toMatch(/^\[2Jhi x+…$/);
    expect(read.subject.length).toBeLessThanOrEqual(200);
  });

  it("may be missing", () => {
    expect(readCommitObject("")).toEqual({ author: "", subject: "", committedAtMs: 0 });
    expect(readCommitObject(text("<only@mail>", ""))).toMatchObject({ author: "only@mail", subject: "" });
  });

  it("of a tag are its name and what it names, where that is a commit", () => {
    expect(readTagObject(`object ${object}\ntype commit\ntag v1\ntagger x\n\n`)).toEqual({
      name: "v1",
      object,
    });
    expect(readTagObject(`object ${object}\ntype tree\ntag v1\n`)).toBeUndefined();
  });
});

describe("two commits", () => {
  it("stand to each other as their best common ancestor says", () => {
    expect(relateCommits("a", "a", undefined, false)).toBe("same");
    expect(relateCommits("a", "b", "a", false)).toBe("ahead");
    expect(relateCommits("a", "b", "b", false)).toBe("behind");
    expect(relateCommits("a", "b", "c", false)).toBe("diverged");
    expect(relateCommits("a", "b", undefined, true)).toBe("unrelated");
    expect(relateCommits("a", "b", undefined, false)).toBe("unknown");
  });
});
