// Commits from a real git server over http and https: what a ref names, what is asked and what is not, how commits stand
// to each other, and whom credentials are shown to.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeAuthority } from "../../kit/chart-servers.ts";
import { failureOf } from "../../kit/chart-server-fixture.ts";
import { basicAuthorization, openGitServer } from "../../kit/git-server.ts";
import { useGitServer, valueOf } from "./git-fixture.ts";

const authority = makeAuthority();
afterAll(() => {
  authority.close();
});
const plain = await useGitServer();
const secure = await useGitServer(authority);

const posts = (log: readonly { readonly method: string }[]): number =>
  log.filter(({ method }) => method === "POST").length;

describe("a fetch", () => {
  it("brings the commit that the branch names now, and asks for nothing more while it names the same", async () => {
    const { server, wish } = plain;
    const { source } = await plain.open();
    const first = server.commit({ "a.yaml": "a: 1\n" }, { message: "add a\n\nwith reasons" });
    expect(valueOf(await source.fetch(wish()))).toEqual({
      sha: first,
      author: "Ada Example",
      subject: "add a",
      committedAtMs: Number(server.git("show", "--no-patch", "--format=%ct", first)) * 1000,
    });
    server.log.length = 0;
    expect(valueOf(await source.fetch(wish())).sha).toBe(first);
    // The question for the ref is one POST of git's protocol; a fetch would be another.
    expect(posts(server.log)).toBe(1);
    const second = server.commit({ "a.yaml": "a: 2\n" });
    expect(valueOf(await source.fetch(wish())).sha).toBe(second);
    expect(valueOf(await source.relate(plain.remote(), first, second))).toBe("ahead");
  });

  it("follows a tag, annotated or not, also where it is moved, and a single commit", async () => {
    const { server, wish } = plain;
    const { source } = await plain.open();
    const one = server.commit({ "a.yaml": "one\n" });
    server.git("tag", "--force", "light");
    server.git("tag", "--force", "--annotate", "-m", "release", "heavy");
    server.git("push", "--quiet", "--force", "--tags", server.repository);
    for (const name of ["light", "heavy"])
      expect(valueOf(await source.fetch(wish({ ref: { kind: "tag", name } }))).sha).toBe(one);
    const two = server.commit({ "a.yaml": "two\n" });
    server.git("tag", "--force", "--annotate", "-m", "moved", "heavy");
    server.git("push", "--quiet", "--force", "--tags", server.repository);
    expect(valueOf(await source.fetch(wish({ ref: { kind: "tag", name: "heavy" } }))).sha).toBe(two);
    expect(valueOf(await source.fetch(wish({ ref: { kind: "commit", sha: one } }))).sha).toBe(one);
  });

  it("says that a branch, a tag, a commit or a repository is not there, and keeps what it has", async () => {
    const { server, wish, remote } = plain;
    const { source } = await plain.open();
    const sha = server.commit({ "a.yaml": "kept\n" }, { branch: "doomed" });
    valueOf(await source.fetch(wish({ ref: { kind: "branch", name: "doomed" } })));
    server.git("push", "--quiet", server.repository, ":refs/heads/doomed");
    for (const ref of [
      { kind: "branch", name: "doomed" },
      { kind: "tag", name: "v9" },
      { kind: "commit", sha: "1".repeat(40) },
    ] as const) {
      const failure = failureOf(await source.fetch(wish({ ref })));
      expect(failure.kind).toBe("git-missing");
      expect(failure.next).toMatch(/check the name/);
    }
    expect(failureOf(await source.fetch(wish({ url: server.url.replace("stack", "other") }))).kind).toBe(
      "git-missing",
    );
    const exported = valueOf(await source.export(remote(), sha));
    expect(readFileSync(join(exported.root, "a.yaml"), "utf8")).toBe("kept\n");
    await exported.release();
  });

  it("takes a ref for no other whose name ends alike", async () => {
    const { server, wish } = plain;
    const { source } = await plain.open();
    server.commit({ "a.yaml": "other\n" }, { branch: "x/refs/heads/only" });
    expect(failureOf(await source.fetch(wish({ ref: { kind: "branch", name: "only" } }))).kind).toBe(
      "git-missing",
    );
  });

  it("tells how a ref was moved: back, aside, to another history, or where nobody can know", async () => {
    const { server, wish, remote } = plain;
    const { source } = await plain.open();
    const base = server.commit({ "a.yaml": "base\n" });
    const tip = server.commit({ "a.yaml": "tip\n" });
    valueOf(await source.fetch(wish()));
    server.git("reset", "--quiet", "--hard", base);
    server.git("push", "--quiet", "--force", server.repository, "HEAD:refs/heads/main");
    expect(valueOf(await source.fetch(wish())).sha).toBe(base);
    expect(valueOf(await source.relate(remote(), tip, base))).toBe("behind");
    const side = server.commit({ "a.yaml": "side\n" });
    valueOf(await source.fetch(wish()));
    expect(valueOf(await source.relate(remote(), tip, side))).toBe("diverged");
    server.git("checkout", "--quiet", "--orphan", "fresh");
    const orphan = server.commit({ "b.yaml": "b\n" });
    server.git("branch", "--force", "main");
    server.git("checkout", "--quiet", "main");
    valueOf(await source.fetch(wish()));
    expect(valueOf(await source.relate(remote(), side, orphan))).toBe("unrelated");
    expect(valueOf(await source.relate(remote(), "2".repeat(40), orphan))).toBe("unknown");
    expect(valueOf(await source.relate(remote(), orphan, orphan))).toBe("same");
  });

  it("knows of a long history what lies within its depth, and says so of the rest", async () => {
    const { server, wish, remote } = plain;
    const { source } = await plain.open({ limits: { depth: 3 } });
    const shas = [1, 2, 3, 4, 5, 6].map((n) => server.commit({ "a.yaml": `${n}\n` }, { branch: "long" }));
    const long = wish({ ref: { kind: "branch", name: "long" } });
    const [first = "", , , , fifth = "", sixth = ""] = shas;
    valueOf(await source.fetch(long));
    expect(valueOf(await source.relate(remote(), fifth, sixth))).toBe("ahead");
    expect(valueOf(await source.relate(remote(), first, sixth))).toBe("unknown");
    const next = server.commit({ "a.yaml": "7\n" }, { branch: "long" });
    valueOf(await source.fetch(long));
    expect(valueOf(await source.relate(remote(), sixth, next))).toBe("ahead");
  });

  it("refuses what it can't hand to git before anybody is asked", async () => {
    const { server, wish } = plain;
    const { source } = await plain.open();
    for (const wrong of [
      wish({ url: "ext::sh -c id" }),
      wish({ ref: { kind: "branch", name: "--upload-pack=id" } }),
      wish({ credentials: { kind: "bearer", token: "a\nb" } }),
    ])
      expect(failureOf(await source.fetch(wrong)).kind).toBe("git-invalid");
    expect(server.log).toEqual([]);
  });
});

describe("credentials", () => {
  const password = "s3cr3t-pass/word\"\\'";
  const login = { kind: "basic", username: "deploy", password, ca: authority.ca } as const;

  it("let it in over https with a private authority, and are told nowhere", async () => {
    const { server, wish } = secure;
    const { source, cacheDir } = await secure.open();
    const sha = server.commit({ "a.yaml": "a\n" });
    server.accepted = [basicAuthorization("deploy", password)];
    expect(valueOf(await source.fetch(wish({ credentials: login }))).sha).toBe(sha);
    const left = readdirSync(cacheDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
      .join("\n");
    expect(left).not.toContain(password);
    expect(left).not.toContain(basicAuthorization("deploy", password).slice(6));
    expect(readdirSync(join(cacheDir, "visits"))).toEqual([]);
    expect(statSync(join(cacheDir, "mirrors")).mode & 0o77).toBe(0);
  });

  it("that are wrong or missing are a refusal, without them in its words", async () => {
    const { server, wish } = secure;
    const { source } = await secure.open();
    server.accepted = ["Bearer right-token"];
    const none = { kind: "none", ca: authority.ca } as const;
    for (const credentials of [
      login,
      none,
      { kind: "bearer", token: "wrong-token", ca: authority.ca },
    ] as const)
      expect(failureOf(await source.fetch(wish({ credentials })), password, "wrong-token").kind).toBe(
        "forbidden",
      );
    const right = { kind: "bearer", token: "right-token", ca: authority.ca } as const;
    expect((await source.fetch(wish({ credentials: right }))).ok).toBe(true);
  });

  it("stay at home where the certificate is of an authority that nobody has named", async () => {
    const { server, wish } = secure;
    const { source } = await secure.open();
    const credentials = { kind: "basic", username: "deploy", password } as const;
    const failure = failureOf(await source.fetch(wish({ credentials })), password);
    expect(failure.kind).toBe("unreachable");
    expect(failure.next).toMatch(/ca\.crt/);
    expect(server.log).toEqual([]);
  });

  it("never follow a redirect to another server", async () => {
    const elsewhere = await openGitServer();
    try {
      const { server, wish } = secure;
      const { source } = await secure.open();
      server.setMode({ kind: "redirect", to: `${elsewhere.url}/info/refs?service=git-upload-pack` });
      expect(failureOf(await source.fetch(wish({ credentials: login })), password).kind).toBe("git-invalid");
      expect(server.log[0]?.authorization).toBe(basicAuthorization("deploy", password));
      expect(elsewhere.log).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it("that a server sends back stand in no message", async () => {
    const { server, wish } = secure;
    const { source } = await secure.open();
    server.setMode({
      kind: "answer",
      contentType: "application/x-git-upload-pack-advertisement",
      body: `0000ERR you said ${password} \u001b[2J`,
    });
    const failure = failureOf(await source.fetch(wish({ credentials: login })), password);
    expect(failure.message).not.toMatch(/\p{Cc}/u);
  });
});
