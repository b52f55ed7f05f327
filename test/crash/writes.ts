// The writes of a stack's runs as the API server's audit log shows them, while they happen and afterwards.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { AuditEvent } from "../kit/sandbox.ts";

const mutating = new Set(["create", "update", "patch", "delete"]);

/** True for what helm wrote. */
export function isHelms(event: AuditEvent): boolean {
  return mutating.has(event.verb) && event.userAgent?.startsWith("Helm/") === true;
}

/** True for a Deployment, as the API server wrote it, whose one pod of the newest kind is available. */
export function isWhole(object: unknown): boolean {
  // Written by the API server.
  const { metadata, status } = (object ?? {}) as {
    readonly metadata?: { readonly generation?: number };
    readonly status?: {
      readonly observedGeneration?: number;
      readonly availableReplicas?: number;
      readonly updatedReplicas?: number;
      readonly replicas?: number;
    };
  };
  return (
    status?.observedGeneration === metadata?.generation &&
    status?.availableReplicas === 1 &&
    status.updatedReplicas === 1 &&
    status.replicas === 1
  );
}

/** True for what a run wrote, by helm or by itself; the renewals of its Lease apart. */
export function isWrite(event: AuditEvent): boolean {
  return (
    mutating.has(event.verb) && event.user.username === "admin" && event.objectRef?.resource !== "leases"
  );
}

/**
 * Events on objects of a stack, by its name, which its namespace has too: on what lies in that, and on what it is part of
 * the name of. Each call returns what has come since the last.
 */
export function followLog(auditLog: string, name: string): () => readonly AuditEvent[] {
  let at = statSync(auditLog).size;
  let rest = Buffer.alloc(0);
  return () => {
    const size = statSync(auditLog).size;
    if (size <= at) return [];
    const fresh = Buffer.alloc(size - at);
    const file = openSync(auditLog, "r");
    try {
      at += readSync(file, fresh, 0, fresh.length, at);
    } finally {
      closeSync(file);
    }
    const whole = Buffer.concat([rest, fresh]);
    // What stands after the last line break is being written.
    const end = whole.lastIndexOf(10) + 1;
    rest = whole.subarray(end);
    return whole
      .subarray(0, end)
      .toString("utf8")
      .split("\n")
      .filter((line) => line.includes(name))
      .map((line) => JSON.parse(line) as AuditEvent)
      .filter(({ objectRef }) => objectRef?.namespace === name || objectRef?.name?.includes(name) === true);
  };
}
