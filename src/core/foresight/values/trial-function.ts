// What a function of templates is to a trial run: from arguments as far as they are known to a value, or to what goes wrong.
import { nil, typeName, type Given } from "./trial-values.ts";

/** That Helm would stop here, or print nonsense: `about` is the argument for which it does. */
export type Refusal = { readonly refused: string; readonly about: Given; readonly isPrinted?: boolean };

export type TrialFunction = (args: readonly Given[], isSure: boolean) => Given | Refusal;

/** The argument at an index, from the end for a negative one. */
export const at = (args: readonly Given[], index: number): Given => args.at(index) ?? nil;

/** That a function takes no such argument. */
export function refuse(name: string, wanted: string, about: Given): Refusal {
  return { refused: `${name} wants a ${wanted} and gets ${typeName(about)}`, about };
}
