// Who holds a stack, as one Headway process tells it to others: through the lease, and in its run folder.
import { numberAt, textAt } from "./json.ts";

/** Proof of one Headway process, told to others through the lease. */
export type Holder = {
  readonly identity: string;
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  readonly startTime: string;
  /** Where the holder's helm processes work, for a proof on the same host. */
  readonly runFolder: string;
  /** The pod that it runs in, where it was told that. */
  readonly pod?: HolderPod;
};

export type HolderPod = { readonly namespace: string; readonly name: string; readonly uid: string };

/** The pod of these names; undefined where one of them is missing. */
export function podOf(
  namespace: string | undefined,
  name: string | undefined,
  uid: string | undefined,
): HolderPod | undefined {
  const isWhole = [namespace, name, uid].every((part) => part !== undefined && part !== "");
  return isWhole && namespace !== undefined && name !== undefined && uid !== undefined
    ? { namespace, name, uid }
    : undefined;
}

/** A holder from its JSON; undefined where that is not one. */
export function readHolder(text: string | undefined): Holder | undefined {
  if (text === undefined) return undefined;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const pid = numberAt(read, "pid");
  const [identity, host, bootId, startTime, runFolder] = [
    "identity",
    "host",
    "bootId",
    "startTime",
    "runFolder",
  ].map((field) => textAt(read, field));
  if (pid === undefined || identity === undefined || host === undefined || bootId === undefined)
    return undefined;
  if (startTime === undefined || runFolder === undefined) return undefined;
  const [namespace, name, uid] = ["namespace", "name", "uid"].map((field) => textAt(read, "pod", field));
  const pod = podOf(namespace, name, uid);
  return { identity, host, bootId, pid, startTime, runFolder, ...(pod === undefined ? {} : { pod }) };
}
