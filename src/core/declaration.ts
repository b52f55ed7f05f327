// What a person wrote, checked and with the defaults filled in: one HelmRelease document each, and the stack they
// belong to. Reading them from text is read-declarations.ts; exact charts and digests come later (pin.ts).
import type { SourceRange } from "./diagnostic.ts";
import type { NamedApi, NamedObject } from "./foresight/named-object.ts";
import type { ReleaseId } from "./ids.ts";
import type { LabelSelector } from "./label-selector.ts";

/** Where a chart comes from; `written` is what the declaration says. */
export type ChartReference = { readonly written: string } & (
  | {
      readonly kind: "path";
      /** Relative to the git repository's root (or the stack's folder), with `/`. */
      readonly path: string;
    }
  /** A chart of one of headway.yaml's repositories. */
  | { readonly kind: "repository"; readonly alias: string; readonly name: string }
  /** `oci://HOST/PATH/NAME`, without a tag. */
  | { readonly kind: "oci"; readonly url: string }
  /** The address of a packaged chart. */
  | { readonly kind: "archive"; readonly url: string }
);

/** One of headway.yaml's repositories of charts. */
export type Repository = {
  readonly alias: string;
  readonly location:
    | {
        readonly kind: "folder";
        /** Relative to the git repository's root (or the stack's folder), with `/`. */
        readonly path: string;
      }
    | { readonly kind: "http"; readonly url: string }
    | { readonly kind: "oci"; readonly url: string };
  /** A Secret in Headway's system namespace. */
  readonly secretRef?: string;
  readonly range: SourceRange;
};

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where a layer of values was written. `path` is as people see it, relative to the stack's folder. */
export type ValuesOrigin =
  | { readonly kind: "stack" }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "object"; readonly object: ValuesObject }
  | { readonly kind: "release" };

/** A key of a Secret or ConfigMap of the release's namespace that values come from. */
export type ValuesObject = {
  readonly kind: "Secret" | "ConfigMap";
  readonly namespace: string;
  readonly name: string;
  readonly key: string;
  /** Where the content goes as one string; absent where it is YAML values of its own. */
  readonly targetPath?: string;
  readonly optional: boolean;
  readonly range: SourceRange;
};

/**
 * One layer of values. `text` is what helm is given: flow YAML in which each plain scalar stands as it was written, so
 * that helm, not Headway, decides what `on` or `017` is. `tree` is Headway's own reading of it (YAML 1.1, as Helm
 * reads), for showing changes only.
 */
export type ValuesLayer = {
  readonly origin: ValuesOrigin;
  readonly range: SourceRange;
  readonly text: string;
  readonly tree: Json;
  /** Where the value at a path stands, or the nearest one above it; absent where only `range` is known. */
  readonly rangeOf?: (path: readonly (string | number)[]) => SourceRange;
  /** True where every leaf is masked wherever it could be shown. */
  readonly isSecret: boolean;
  /** What stands for this layer in a fingerprint, where that is not its text. */
  readonly digest?: string;
  /** Set where the file is encrypted and no key for it was there: text and leaves are placeholders. */
  readonly locked?: LockedFile;
};

/** An encrypted file as it is in the repository, and whom it is encrypted for (age public keys). */
export type LockedFile = {
  /** Relative to the git repository's root (or the stack's folder), with `/`. */
  readonly path: string;
  readonly recipients: readonly string[];
};

/** What a declaration says of its values; files and objects still have to be read. */
export type ValuesSource =
  | { readonly kind: "layer"; readonly layer: ValuesLayer }
  | {
      readonly kind: "file";
      /** Relative to the git repository's root (or the stack's folder), with `/`. */
      readonly path: string;
      readonly written: string;
      readonly range: SourceRange;
    }
  | { readonly kind: "object"; readonly object: ValuesObject };

/** A CEL expression as it stands in a declaration. */
export type WrittenExpression = { readonly text: string; readonly range: SourceRange };

/** When objects of one kind are ready or failed, as CEL expressions over the object. */
export type HealthRule = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly ready?: WrittenExpression;
  readonly failed?: WrittenExpression;
  readonly range: SourceRange;
};

/** How long a pod state that looks terminal is tolerated, in milliseconds; `restarts` is a count. */
export type FailFast = {
  readonly imagePullMs: number;
  readonly configMs: number;
  readonly crashLoop: { readonly restarts: number; readonly forMs: number };
};

/** `readyExpr` is a CEL expression that must be true besides the dependency's health. */
export type DependencyReference = {
  readonly id: ReleaseId;
  readonly range: SourceRange;
  readonly readyExpr?: WrittenExpression;
};

/** Fields that are no drift: JSON pointers into objects, of all objects where no target is named. */
export type DriftIgnoreRule = {
  readonly paths: readonly string[];
  readonly target?: {
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: LabelSelector;
  };
};

/** What becomes of drift, whatever a command asks for; without a mode the command decides. */
export type DriftDetection = {
  readonly mode?: "enabled" | "warn" | "disabled";
  readonly ignore: readonly DriftIgnoreRule[];
};

/** What foresight is not to speak of in one release, and why. */
export type ForesightIgnore = {
  readonly what:
    | NamedObject
    | NamedApi
    | { readonly kind: "release"; readonly id: ReleaseId }
    /** A value by its path, with all below it; `*` stands for any text. */
    | { readonly kind: "value"; readonly path: string };
  readonly reason: string;
};

/** What foresight's findings are: warnings, errors, or not looked for. */
export type ForesightMode = "warn" | "enforce" | "off";

/** One HelmRelease document. Durations are in milliseconds. */
export type Declaration = {
  readonly id: ReleaseId;
  readonly name: string;
  readonly namespace: string;
  readonly releaseName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly chart: ChartReference;
  readonly chartRange: SourceRange;
  readonly version?: string;
  readonly versionRange?: SourceRange;
  readonly dependsOn: readonly DependencyReference[];
  readonly phase?: string;
  readonly phaseRange?: SourceRange;
  /** Weakest first. */
  readonly values: readonly ValuesSource[];
  readonly createNamespace: boolean;
  readonly timeoutMs: number;
  readonly failFast: FailFast;
  readonly onFailure: "rollback" | "keep" | "uninstall";
  readonly retries: number;
  readonly waitWith: "auto" | "headway" | "helm";
  readonly health: readonly HealthRule[];
  readonly stableForMs: number;
  readonly test: boolean;
  readonly crds: "skip" | "create" | "upgrade";
  readonly fieldConflicts: "take" | "fail";
  readonly driftDetection: DriftDetection;
  /** What exists once the release is ready though no manifest has it. */
  readonly provides: readonly (NamedObject | NamedApi)[];
  readonly foresightIgnore: readonly ForesightIgnore[];
  readonly suspend: boolean;
  /** The account of its namespace as which everything is done for it. */
  readonly serviceAccountName?: string;
  /** Neither pruned nor destroyed unless a person says so. */
  readonly protect: boolean;
  readonly maxHistory: number;
  /** SHA-256 (hex) of the document's meaning: what has to change before a quarantined release is tried again. */
  readonly digest: string;
  readonly range: SourceRange;
};

/** What the failure of one release means to those that don't depend on it. */
export type OnStackFailure = "continue" | "stop" | "rollbackRelated" | "rollbackStack";

/** Whether releases that are no longer declared are uninstalled, and how many of them at most in one run. */
export type PruneSettings = { readonly prune: boolean; readonly maxPrune: number };

/** A stack's declarations with what headway.yaml says of them. */
export type Stack = {
  readonly name: string;
  readonly phases: readonly string[];
  readonly order: "dependencies" | "waves";
  readonly onFailure: OnStackFailure;
  readonly prune: PruneSettings;
  readonly foresight: ForesightMode;
  /** The UID of the namespace kube-system of the one cluster that the stack is for. */
  readonly clusterUid?: string;
  readonly repositories: ReadonlyMap<string, Repository>;
  /** In the order of their files and documents. */
  readonly declarations: readonly Declaration[];
};
