// Patterns of matches(): RE2's syntax, which runs in a time that grows only with the text, and a bound on how large one
// may be.
import { RE2JS } from "re2js";

export type Pattern = {
  readonly test: (text: string) => boolean;
  /** Steps for each character of the text, in the guard's unit. */
  readonly cost: number;
};

const longestPattern = 256;
/** Counted repetitions unfold: `[a-z]{1,1000}` is large though it is short. */
const mostInstructions = 1_000;
const longestUnfolded = 20_000;
const tooLarge = "the pattern unfolds to more than it may; use smaller repetitions";

export function compilePattern(source: string): { readonly pattern: Pattern } | { readonly problem: string } {
  if (source.length > longestPattern)
    return { problem: `the pattern is longer than ${longestPattern} characters` };
  if (unfoldedLength(source) > longestUnfolded) return { problem: tooLarge };
  try {
    const compiled = RE2JS.compile(source);
    const instructions = compiled.programSize();
    if (instructions > mostInstructions) return { problem: tooLarge };
    return { pattern: { test: (text) => compiled.test(text), cost: instructions } };
  } catch {
    return { problem: "the pattern is not one of RE2's" };
  }
}

/** A bound on what compiling it would have to write out: repetitions of groups multiply, of others only the largest counts. */
function unfoldedLength(source: string): number {
  let groups = 1;
  let largest = 1;
  for (const [, before, least = "0", most] of source.matchAll(/(.)\{(\d{1,6})(?:,(\d{0,6}))?\}/gs)) {
    const count = Math.max(1, Number(least), Number(most ?? 0));
    if (before === ")") groups *= count;
    else largest = Math.max(largest, count);
  }
  return source.length * groups * largest;
}
