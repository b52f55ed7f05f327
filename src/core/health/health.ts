// What health is, in words and types; the rules are beside this file, one per family of kinds.
import type { ObjectRef } from "../object.ts";

/** What is wrong with one object or pod, in the words of the API. */
export type Trouble = {
  readonly object: ObjectRef;
  /** Where the trouble sits in a pod. */
  readonly pod?: string;
  readonly container?: string;
  /** The API's own word where it has one: `ImagePullBackOff`, `ProgressDeadlineExceeded`, `0/2 ready`. */
  readonly reason: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly restarts?: number;
};

/**
 * A state that looks terminal but may heal. It becomes a failure when the same `key` has been seen for as long as the
 * declaration tolerates its family.
 */
export type Suspect = Trouble & {
  readonly key: string;
  /** `missing`: an object that helm had written is not there. */
  readonly family: "image-pull" | "config" | "crash-loop" | "missing";
};

/** A pod that is not ready, of an earlier revision, whose controller waits for it before it replaces it. */
export type StuckPod = {
  readonly object: ObjectRef;
  readonly uid: string;
  /** True where its state is one that hardly heals. */
  readonly looksTerminal: boolean;
};

/** The verdict on one object. `pending` waits, `failed` will not come by itself, `absent` is not there (any more). */
export type ObjectHealth =
  | { readonly kind: "ready" }
  | {
      readonly kind: "pending";
      readonly reason: string;
      readonly message?: string;
      /** When a grace runs out and the verdict may change although the object does not, in ms of the observer's clock. */
      readonly lookAgainAtMs?: number;
    }
  | { readonly kind: "failed"; readonly reason: string; readonly message?: string }
  | { readonly kind: "absent" };

/**
 * The verdict on one release. `waitingFor` and `troubles` name each object that is not ready, worst first, each followed
 * by its pods' troubles (a few of them, worst first), which carry `pod`.
 */
export type ReleaseHealth =
  | { readonly kind: "ready" }
  | {
      readonly kind: "pending";
      readonly waitingFor: readonly Trouble[];
      readonly suspects: readonly Suspect[];
      /** Pods that have to go before an object can go on; absent where there are none. */
      readonly stuck?: readonly StuckPod[];
      /** Objects ready and in all, for progress. */
      readonly ready: number;
      readonly total: number;
      /** When to look again although nothing changed (a grace that runs out), in ms of the observer's clock. */
      readonly lookAgainAtMs?: number;
    }
  | {
      readonly kind: "failed";
      readonly troubles: readonly Trouble[];
      readonly ready: number;
      readonly total: number;
    };

/** Bounded proof of why a release failed, taken before anything is undone. */
export type Evidence = {
  readonly troubles: readonly Trouble[];
  /** Newest last. */
  readonly events: readonly {
    readonly object: ObjectRef;
    readonly reason: string;
    readonly message: string;
    readonly count: number;
    readonly at: string;
  }[];
  readonly logs: readonly {
    readonly pod: string;
    readonly namespace: string;
    readonly container: string;
    readonly previous: boolean;
    readonly lines: readonly string[];
  }[];
};
