// A release with everything decided: the exact chart, the values and the fingerprint that stands for both. A
// declaration can't be planned before it is pinned.
import type { Declaration, ValuesLayer, ValuesObject } from "./declaration.ts";
import type { Failure } from "./failure.ts";

/** One exact chart. `folder` holds a private copy that nothing changes while it is in use. */
export type PinnedChart = {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  /** The range of Kubernetes versions that the chart asks for; helm checks it. */
  readonly kubeVersion?: string;
  /** SHA-256 (hex) over the sorted tree after .helmignore, dependencies included. */
  readonly digest: string;
  readonly folder: string;
  /** True where the chart or one of its dependencies has files in crds/. */
  readonly hasCrds: boolean;
  /** True where the chart or one of its dependencies has a values.schema.json. */
  readonly hasSchema: boolean;
  /** Helm hook names that the templates mention; one that is computed counts as every name. */
  readonly hooks: readonly string[];
  /** Names of Namespace objects that the templates mention literally; `computed` where one is templated. */
  readonly namespaces: readonly string[] | "computed";
};

export type PinnedRelease = {
  readonly declaration: Declaration;
  readonly chart: PinnedChart;
  /** What helm is given, weakest first. */
  readonly values: readonly ValuesLayer[];
  /** Objects that values have to come from and that are not there (yet): the fingerprint is not final without them. */
  readonly missing: readonly ValuesObject[];
  /** Why an object that is there gives no values. */
  readonly unreadable?: Failure;
  /** SHA-256 (hex) over the values layers as helm is given them. */
  readonly valuesDigest: string;
  /** What the fingerprint label carries for this pin, without the revision: base32, at most 52 characters. */
  readonly fingerprint: string;
};
