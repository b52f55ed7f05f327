// Expressions that would hold the only thread there is, for minutes or for ever: each is refused, or soon ends. The time is
// wide, since a busy machine is slow too; what isn't bounded passes it by orders of magnitude. The first run, which pays for
// compiling the library, doesn't count.
import { beforeAll, describe, expect, it } from "vitest";
import { makeCompiler } from "../../../src/core/expressions/expression.ts";

const compile = makeCompiler(["self"], "");
const longestMs = 3_000;

const self = {
  list: Array.from({ length: 20_000 }, (_, index) => index),
  texts: Array.from({ length: 20_000 }, (_, index) => `pod-${index}`),
  long: "a".repeat(400_000),
  tree: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => ({ a: [1, 2, 3] }))),
  copy: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => ({ a: [1, 2, 3] }))),
  sevens: Array.from({ length: 400 }, () => 7),
};

const doubled = (times: number): string => "[self.long]" + ".map(x, x + x)".repeat(times);

const hostile: readonly (readonly [string, string])[] = [
  ["loops in loops", "self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))"],
  ["a loop that swallows its errors", "self.list.all(a, self.list.all(b, self.list.all(c, a / 0 == b)))"],
  ["loops that end with true", "self.list.all(a, self.list.all(b, b >= 0)) || true"],
  ["four loops", "self.list.all(a, self.list.all(b, self.list.all(c, self.list.all(d, d >= 0))))"],
  ["maps of maps", "self.list.map(a, self.list.map(b, self.list.map(c, c))).size() > 0"],
  ["lists that double", `${"[[1]]" + ".map(x, [x, x])".repeat(60)} == [1]`],
  [
    "a list that is doubled and compared",
    `cel.bind(a, ${"[[1]]" + ".map(x, [x, x])".repeat(40)}, a == a + a)`,
  ],
  ["texts that double", `${doubled(40)}[0].size() > 0`],
  ["texts that double and are searched", `${doubled(12)}[0].contains("aaaaaaaaaaaaaaaaaaaaaab")`],
  [
    "a search that nearly fits everywhere",
    'self.list.all(a, self.long.contains("baaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"))',
  ],
  ["a search for half of the text", 'self.long.contains("b" + self.long.substring(200000))'],
  ["a pattern with nested repetitions", 'self.long.matches("^(a+)+$")'],
  ["a pattern with alternatives", 'self.long.matches("(a|aa)+b")'],
  ["a pattern that unfolds", 'self.long.matches("((a{1,100}){1,10}b)")'],
  ["a pattern that unfolds a lot", 'self.long.matches("((((a{1,100}){1,100}){1,100})b)")'],
  ["a pattern for each of many", 'self.texts.all(t, t.matches("^[a-z]{1,200}-[0-9]{1,200}$"))'],
  ["a pattern of its own for each", 'self.texts.all(t, t.matches(t + "x?".size().string() ) || true)'],
  ["patterns made at run time", "self.texts.all(t, t.matches(t))"],
  ["large trees compared again and again", "self.list.all(i, self.tree == self.copy)"],
  ["a large list searched again and again", "self.list.all(i, (i + 20000) in self.list || true)"],
  ["a list that is joined again and again", "self.list.all(i, self.texts.join(',') != '')"],
  ["a text that is split again and again", "self.list.all(i, self.long.split('').size() > 0)"],
  ["lists that grow", "self.list.all(i, (self.list + self.list + self.list).size() > 0)"],
  ["a duration that is no duration", "duration(self.long) == duration('1s')"],
  ["clocks of many zones", "self.list.all(i, timestamp(i).getHours('America/New_York') >= 0)"],
  ["many negations", `${"!".repeat(4_000)}true`],
  ["many minuses", `${"-".repeat(4_000)}1 == 1`],
  ["many brackets", `${"(".repeat(2_000)}true${")".repeat(2_000)}`],
  ["many lists", `${"[".repeat(2_000)}${"]".repeat(2_000)} == []`],
  ["many choices", `${"true ? (".repeat(450)}true${") : false".repeat(450)}`],
  ["many operators", `${"true && ".repeat(500)}true`],
  ["many calls", `self.long${".lowerAscii()".repeat(300)} == ''`],
  ["more text than may be", `'${"x".repeat(5_000)}' == ''`],
];

describe("a hostile expression", () => {
  beforeAll(() => {
    // The library compiles its tables of Unicode, and the engine its code, at the first use.
    for (const text of ["self.list.all(a, a >= 0)", 'self.long.matches("^b+$")', "self.tree == self.copy"]) {
      const compiled = compile(text);
      if (compiled.ok) compiled.expression({ self });
    }
  });

  it.each(hostile)("of %s is refused or ends in time", (_, text) => {
    const beforeMs = spentMs();
    const compiled = compile(text);
    const compiledMs = spentMs();
    expect(compiledMs - beforeMs).toBeLessThan(longestMs);
    if (!compiled.ok) return;
    compiled.expression({ self });
    expect(spentMs() - compiledMs).toBeLessThan(longestMs);
  });

  it("leaves what comes after it untouched", () => {
    const bad = compile("self.list.all(a, self.list.all(b, b >= 0))");
    const good = compile("self.sevens.all(a, a == 7)");
    if (!bad.ok || !good.ok) throw new Error("both compile");
    expect(bad.expression({ self })).toEqual({
      kind: "problem",
      text: "it looks at too much; narrow it down",
    });
    expect(good.expression({ self })).toEqual({ kind: "true" });
  });

  it("may look at a thousand pods", () => {
    const pods = Array.from({ length: 1_000 }, (_, index) => ({
      metadata: { name: `pod-${index}`, labels: { app: "orders" } },
      status: {
        phase: "Running",
        conditions: ["PodScheduled", "Initialized", "ContainersReady", "Ready"].map((type) => ({
          type,
          status: "True",
        })),
      },
    }));
    const rule = compile(
      `self.pods.all(p, p.status.phase == "Running" && p.metadata.name.matches("^pod-[0-9]+$")
         && p.status.conditions.exists(c, c.type == "Ready" && c.status == "True"))`,
    );
    if (!rule.ok) throw new Error(rule.mistake.message);
    expect(rule.expression({ self: { pods } })).toEqual({ kind: "true" });
  });
});

// Of this process alone: others may use the machine at the same time.
function spentMs(): number {
  return process.cpuUsage().user / 1_000;
}
