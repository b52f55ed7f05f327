// Compiles what declarations say in expressions, where any says something.
import type { Declaration } from "../core/declaration.ts";
import type { Checked } from "../core/diagnostic.ts";
import { noRules, type StackRules } from "../core/health/rules.ts";

/** The rules of these declarations, with every mistake at its place. */
export async function readRules(declarations: readonly Declaration[]): Promise<Checked<StackRules>> {
  // Few stacks have expressions, and their language takes longer to load than everything else there is to read.
  if (!declarations.some(hasExpressions)) return { value: noRules, diagnostics: [] };
  const { compileRules } = await import("../core/expressions/compile-rules.ts");
  return compileRules(declarations);
}

function hasExpressions({ health, dependsOn }: Declaration): boolean {
  return health.length > 0 || dependsOn.some(({ readyExpr }) => readyExpr !== undefined);
}
