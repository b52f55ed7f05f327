// All that must hold whatever happens, judged from what is written to the simulated cluster and from what is so in it, never
// from what Headway says of itself.
import type { Invariant } from "./invariants/invariant.ts";
import { nothingWithoutLock, noUnlock, oneHolder, oneWriter } from "./invariants/one-writer.ts";
import { order, reverseOrder, wayBack } from "./invariants/order.ts";
import { noDestruction, rollbackTarget, takenBackRightly } from "./invariants/undoing.ts";
import { blameless, bounded, honestMark, quarantine } from "./invariants/verdicts.ts";

/** All that are judged while things happen; how a seed has to end is judged by its story. */
export const invariants: readonly Invariant[] = [
  order,
  reverseOrder,
  wayBack,
  noUnlock,
  oneWriter,
  oneHolder,
  nothingWithoutLock,
  noDestruction,
  rollbackTarget,
  takenBackRightly,
  honestMark,
  bounded,
  quarantine,
  blameless,
];
