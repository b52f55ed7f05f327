// What is told of a simulated cluster: every write with who made it, and how objects come to be healthy. Invariants and
// the timeline are made of nothing else.
import type { RecordStatus, StackState } from "../../src/core/observation.ts";
import type { HeadwayProcess } from "./headway-process.ts";
import type { HelmProcess } from "./helm-process.ts";

/** Who writes; `controllers` are the cluster's own. */
export type Writer =
  | { readonly kind: "helm"; readonly process: HelmProcess }
  | { readonly kind: "headway"; readonly process: HeadwayProcess }
  | { readonly kind: "controllers" };

/** `release` is NAMESPACE/RELEASENAME everywhere. */
export type Happening =
  | {
      readonly kind: "record-created";
      readonly release: string;
      readonly revision: number;
      readonly status: RecordStatus;
      readonly fingerprintLabel: string | undefined;
    }
  | {
      readonly kind: "record-updated";
      readonly release: string;
      readonly revision: number;
      readonly from: RecordStatus;
      readonly to: RecordStatus;
    }
  /** By Headway's compare-and-swap; `stoodStillMs` is how long the record had not been written. */
  | {
      readonly kind: "record-marked";
      readonly release: string;
      readonly revision: number;
      readonly from: RecordStatus;
      readonly to: "failed" | "superseded";
      readonly stoodStillMs: number;
    }
  | {
      readonly kind: "record-labelled";
      readonly release: string;
      readonly revision: number;
      readonly isVerified: boolean;
    }
  | {
      readonly kind: "record-deleted";
      readonly release: string;
      readonly revision: number;
      readonly status: RecordStatus;
    }
  | {
      readonly kind: "object-applied";
      readonly release: string;
      readonly revision: number;
      readonly object: string;
      readonly isChange: boolean;
    }
  | { readonly kind: "object-deleted"; readonly release: string; readonly object: string }
  | { readonly kind: "object-gone"; readonly object: string }
  | { readonly kind: "status-written"; readonly object: string; readonly state: string }
  | { readonly kind: "namespace-created"; readonly namespace: string }
  | { readonly kind: "state-written"; readonly state: StackState }
  | { readonly kind: "helm-started"; readonly release: string }
  | { readonly kind: "lock-taken"; readonly from: HeadwayProcess | undefined }
  | { readonly kind: "lock-released" };

export type Write = { readonly atMs: number; readonly by: Writer } & Happening;

/** True for what a run is answerable for: every helm and every write, but neither status nor the lock. */
export function isChange({ kind }: Happening): boolean {
  return (
    kind !== "status-written" && kind !== "object-gone" && kind !== "lock-taken" && kind !== "lock-released"
  );
}

/** One line of the timeline: who, what. */
export function describeWrite(write: Write): string {
  const { by } = write;
  const who = by.kind === "controllers" ? "cluster" : by.process.name;
  return `${who}: ${describeHappening(write)}`;
}

function describeHappening(write: Happening): string {
  switch (write.kind) {
    case "record-created":
      return `create record ${write.release} r${write.revision} ${write.status}`;
    case "record-updated":
      return `update record ${write.release} r${write.revision} ${write.from} -> ${write.to}`;
    case "record-marked":
      return `mark record ${write.release} r${write.revision} ${write.from} -> ${write.to}`;
    case "record-labelled":
      return `label record ${write.release} r${write.revision}${write.isVerified ? " verified" : ""}`;
    case "record-deleted":
      return `delete record ${write.release} r${write.revision} ${write.status}`;
    case "object-applied":
      return `apply ${write.object} of r${write.revision}${write.isChange ? "" : " (as it was)"}`;
    case "object-deleted":
      return `delete ${write.object}`;
    case "object-gone":
      return `${write.object} is gone`;
    case "status-written":
      return `${write.object} ${write.state}`;
    case "namespace-created":
      return `create namespace ${write.namespace}`;
    case "state-written":
      return `write state: ${[...write.state.releases].map(([id, { quarantine }]) => `${id}${quarantine === undefined ? "" : " quarantined"}`).join(", ") || "nothing held"}`;
    case "helm-started":
      return `starts on ${write.release}`;
    case "lock-taken":
      return write.from === undefined ? "take lock" : `take lock from ${write.from.name}`;
    case "lock-released":
      return "release lock";
  }
}
