// What declarations say beyond the built-in rules, ready to be asked: when objects of a kind are ready or failed, and what
// must be true of a dependency besides its health. Compiling them is expressions/compile-rules.ts, which few stacks need.
import type { Json } from "../declaration.ts";
import type { ReleaseId } from "../ids.ts";
import type { KubernetesObject } from "../object.ts";

/** What a release's rules say of one object; a side that no rule speaks of is absent. Texts say why, without values. */
export type RuleVerdict = {
  readonly failed?: string;
  readonly ready?: { readonly isReady: true } | { readonly isReady: false; readonly why: string };
};

/** The health rules of one release. */
export type ObjectRules = {
  readonly covers: (apiVersion: string, kind: string) => boolean;
  /** Undefined where no rule is about objects of this kind. */
  readonly judge: (object: KubernetesObject) => RuleVerdict | undefined;
};

/** A condition of one release on one of its dependencies. */
export type Condition = {
  readonly on: ReleaseId;
  /** Undefined where it is true now; else why it is not. `dep` and `self` are what the expression sees. */
  readonly whyNot: (variables: { readonly dep: Json; readonly self: Json }) => string | undefined;
};

/** The rules of a stack's declarations. */
export type StackRules = {
  readonly healthOf: (release: ReleaseId) => ObjectRules | undefined;
  readonly conditionsOf: (release: ReleaseId) => readonly Condition[];
};

/** Of a stack that declares none. */
export const noRules: StackRules = { healthOf: () => undefined, conditionsOf: () => [] };
