// What a person wrote, checked and with the defaults filled in: one HelmRelease document each, and the stack they
// belong to. Reading them from text is read-declarations.ts; exact charts and digests come later (pin.ts).
import type { SourceRange } from "./diagnostic.ts";
import type { ReleaseId } from "./ids.ts";

/** Where a chart comes from. A path is relative to the repository's root (or the stack's folder), with `/`. */
export type ChartReference = { readonly kind: "path"; readonly path: string; readonly written: string };

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * One layer of values. `text` is what helm is given: flow YAML in which each plain scalar stands as it was written, so
 * that helm, not Headway, decides what `on` or `017` is. `tree` is Headway's own reading of it (YAML 1.1, as Helm
 * reads), for showing changes only.
 */
export type ValuesLayer = { readonly range: SourceRange; readonly text: string; readonly tree: Json };

/** How long a pod state that looks terminal is tolerated, in milliseconds; `restarts` is a count. */
export type FailFast = {
  readonly imagePullMs: number;
  readonly configMs: number;
  readonly crashLoop: { readonly restarts: number; readonly forMs: number };
};

export type DependencyReference = { readonly id: ReleaseId; readonly range: SourceRange };

/** One HelmRelease document. Durations are in milliseconds. */
export type Declaration = {
  readonly id: ReleaseId;
  readonly name: string;
  readonly namespace: string;
  readonly releaseName: string;
  readonly chart: ChartReference;
  readonly chartRange: SourceRange;
  readonly version?: string;
  readonly versionRange?: SourceRange;
  readonly dependsOn: readonly DependencyReference[];
  readonly phase?: string;
  readonly phaseRange?: SourceRange;
  /** Weakest first. */
  readonly values: readonly ValuesLayer[];
  readonly createNamespace: boolean;
  readonly timeoutMs: number;
  readonly failFast: FailFast;
  readonly onFailure: "rollback" | "keep" | "uninstall";
  readonly retries: number;
  readonly waitWith: "auto" | "headway" | "helm";
  readonly crds: "skip" | "create" | "upgrade";
  readonly fieldConflicts: "take" | "fail";
  readonly suspend: boolean;
  readonly maxHistory: number;
  /** SHA-256 (hex) of the document's meaning: what has to change before a quarantined release is tried again. */
  readonly digest: string;
  readonly range: SourceRange;
};

/** A stack's declarations with what headway.yaml says of them. */
export type Stack = {
  readonly name: string;
  readonly phases: readonly string[];
  readonly order: "dependencies" | "waves";
  /** In the order of their files and documents. */
  readonly declarations: readonly Declaration[];
};
