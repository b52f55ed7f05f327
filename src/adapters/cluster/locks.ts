// One writer per stack: a Lease in the system namespace, renewed while it is held. Times in it are the API server's, so
// that clocks of two machines need not agree.
import { setTimeout as sleep } from "node:timers/promises";
import { numberAt, textAt } from "../../core/json.ts";
import { failed, succeeded, type Failure, type Result } from "../../core/failure.ts";
import { readHolder } from "../../core/holder.ts";
import type { Holder } from "../../core/holder.ts";
import type { HeldLock, Locks } from "../../engine/ports.ts";
import { ensureNamespace } from "./namespaces.ts";
import type { Refusal } from "./refusal.ts";
import type { Answer, Api } from "./request.ts";
import { isPodGone } from "./pod-proof.ts";
import { systemObjectName } from "./system-objects.ts";

/** Says of an earlier holder and its helm processes whether they are proven dead. */
export type IsGone = (holder: Holder) => Promise<"gone" | "alive" | "unknown">;

/** Times in milliseconds. */
export type LockSettings = {
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  /** Not renewed for so long: lost. Well before the lease runs out for others, where helm's deadline is not later still. */
  readonly lostAfterMs: number;
  /** How long an expired lease is watched for a sign of life before it is taken; more than `renewEveryMs`. */
  readonly observeMs: number;
};

export const ordinaryLockSettings: LockSettings = {
  leaseMs: 15_000,
  renewEveryMs: 5_000,
  lostAfterMs: 10_000,
  observeMs: 6_000,
};

const namespacePatienceMs = 30_000;
/** What a helm that is told to stop needs at most, and some: so long before others may take the lock it is lost. */
const stoppingMs = 20_000;
const holderAnnotation = "headway.dev/holder";
const deadlineAnnotation = "headway.dev/helm-deadline";

type Place = {
  readonly api: Api;
  readonly namespace: string;
  readonly name: string;
  readonly settings: LockSettings;
};

/** A Lease as it was read; `version` is empty where there is none. */
type Seen = {
  readonly version: string;
  readonly identity: string;
  readonly holder: Holder | undefined;
  /** As the Lease has it; empty where it does not say. */
  readonly acquireTime: string;
  readonly renewedAtMs: number;
  readonly freeAtMs: number;
  readonly transitions: number;
};

export type LeaseLocks = Locks & {
  /** How long ago somebody who held it was last heard of, in milliseconds; undefined where nobody ever was. */
  heardMsAgo(stack: string): Promise<Result<number | undefined>>;
};

/** What runs of this process hold, by Lease and identity: from the taking until the run, its helms included, is over. */
const heldHere = new Set<string>();

function heldKey({ namespace, name }: Place, identity: string): string {
  return `${namespace}/${name} ${identity}`;
}

export function makeLocks(
  api: Api,
  systemNamespace: string,
  isGone: IsGone,
  settings = ordinaryLockSettings,
  prefix = "headway",
): LeaseLocks {
  const placeOf = (stack: string): Place => ({
    api,
    namespace: systemNamespace,
    name: systemObjectName(prefix, stack),
    settings,
  });
  return {
    async holder(stack) {
      const seen = await readLease(placeOf(stack), `Looking who holds the lock of the stack ${stack}`);
      if (!seen.ok) return seen;
      const { identity, renewedAtMs } = seen.value;
      const isFresh = identity !== "" && api.nowMs() < renewedAtMs + settings.leaseMs;
      return succeeded(isFresh ? identity : undefined);
    },
    async heardMsAgo(stack) {
      const seen = await readLease(placeOf(stack), `Looking when the lock of ${stack} was held last`);
      if (!seen.ok) return seen;
      const { renewedAtMs } = seen.value;
      return succeeded(renewedAtMs === 0 ? undefined : Math.max(0, api.nowMs() - renewedAtMs));
    },
    async acquire(stack, holder, helmHorizonMs) {
      const place = placeOf(stack);
      const key = heldKey(place, holder.identity);
      heldHere.add(key);
      const taken = await take(place, stack, { holder, helmHorizonMs }, isGone);
      if (!taken.ok) heldHere.delete(key);
      return taken;
    },
  };
}

async function take(place: Place, stack: string, claim: Claim, isGone: IsGone): Promise<Result<HeldLock>> {
  const doing = `Taking the lock of the stack ${stack}`;
  // Twice somebody may be quicker at a lease that was free.
  for (let attempt = 0; ; attempt++) {
    const seen = await readLease(place, doing);
    if (!seen.ok) return seen;
    const inherited = await inherit(place, doing, seen.value, claim.holder, isGone);
    if (!inherited.ok) return inherited;
    const sentAtMs = performance.now();
    const written = await writeLease(place, doing, seen.value, claim);
    if (written.ok)
      return succeeded({ ...hold(place, doing, written.value, claim, sentAtMs), ...inherited.value });
    // A write whose answer was lost may have been done: then the lease is ours.
    const mayBeTaken = written.status === 409 || written.failure.kind === "unreachable";
    if (!mayBeTaken || attempt >= 2) return failed(written.failure);
  }
}

/** What is known of the run that the lease is taken from, none where it is free; or why it can't be taken now. */
async function inherit(
  place: Place,
  doing: string,
  seen: Seen,
  self: Holder,
  isGone: IsGone,
): Promise<Result<Pick<HeldLock, "cutRunWroteUntilMs">>> {
  if (seen.identity === "" || seen.identity === self.identity) return succeeded({});
  // A run of this very process that lost the Lease while nobody could be reached, and is over.
  const isOwnPast = isSameProcess(seen.holder, self) && !heldHere.has(heldKey(place, seen.identity));
  if (isOwnPast) return succeeded({ cutRunWroteUntilMs: place.api.nowMs() });
  const verdict = seen.holder === undefined ? "unknown" : await isGone(seen.holder);
  // One that lives renews, and its helm dies with it.
  if (verdict === "gone")
    return succeeded({ cutRunWroteUntilMs: seen.renewedAtMs + place.settings.lostAfterMs });
  const held = (): Result<never> => failed(heldBy(place, doing, seen));
  // One that lives may only be asleep, and its helm with it: time alone proves nothing.
  if (verdict === "alive") return held();
  const hasEnded = seen.holder !== undefined && (await isPodGone(place.api, seen.holder, self));
  if (!hasEnded && place.api.nowMs() < seen.freeAtMs) return held();
  // A pod that was deleted by force may still run on a node that nobody reaches: what lives renews.
  await sleep(place.settings.observeMs);
  const later = await readLease(place, doing);
  if (!later.ok) return later;
  const writtenUntilMs = hasEnded ? Math.min(place.api.nowMs(), seen.freeAtMs) : seen.freeAtMs;
  return later.value.version === seen.version ? succeeded({ cutRunWroteUntilMs: writtenUntilMs }) : held();
}

function isSameProcess(holder: Holder | undefined, self: Holder): boolean {
  return (
    holder?.host === self.host &&
    holder.bootId === self.bootId &&
    holder.pid === self.pid &&
    holder.startTime === self.startTime
  );
}

function heldBy(place: Place, doing: string, seen: Seen): Failure {
  const { identity, holder, acquireTime, renewedAtMs, freeAtMs } = seen;
  const who =
    holder === undefined
      ? identity
      : `${holder.host}, process ${holder.pid}, since ${isoSeconds(Date.parse(acquireTime))}`;
  return {
    kind: "locked",
    message: `${doing}: another Headway run holds it (${who}); it last renewed it at ${isoSeconds(renewedAtMs)}.`,
    next: `Wait until it has ended, or stop it. If it is dead, the lock is free at ${isoSeconds(freeAtMs)} at the latest.`,
    holder: who,
    object: {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      namespace: place.namespace,
      name: place.name,
    },
  };
}

function isoSeconds(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().replace(/\.\d+Z$/, "Z") : "an unknown time";
}

function leasePath({ namespace, name }: Place, ofName = true): string {
  const folder = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  return ofName ? `${folder}/${encodeURIComponent(name)}` : folder;
}

async function readLease(place: Place, doing: string): Promise<Result<Seen>> {
  const answer = await place.api.json({
    doing,
    path: leasePath(place),
    timeoutMs: place.settings.renewEveryMs,
  });
  if (answer.ok) return succeeded(readSeen(answer.value));
  if (answer.status !== 404) return failed(answer.failure);
  return succeeded({
    version: "",
    identity: "",
    holder: undefined,
    acquireTime: "",
    renewedAtMs: 0,
    freeAtMs: 0,
    transitions: 0,
  });
}

function readSeen(lease: unknown): Seen {
  const renewedAtMs = Date.parse(textAt(lease, "spec", "renewTime") ?? "") || 0;
  const deadline = textAt(lease, "metadata", "annotations", deadlineAnnotation);
  const leaseEndMs = renewedAtMs + (numberAt(lease, "spec", "leaseDurationSeconds") ?? 0) * 1_000;
  // A deadline that nobody can read never comes.
  const helmEndMs = deadline === undefined ? 0 : Date.parse(deadline);
  return {
    version: textAt(lease, "metadata", "resourceVersion") ?? "",
    identity: textAt(lease, "spec", "holderIdentity") ?? "",
    holder: readHolder(textAt(lease, "metadata", "annotations", holderAnnotation)),
    acquireTime: textAt(lease, "spec", "acquireTime") ?? "",
    renewedAtMs,
    freeAtMs: Number.isNaN(helmEndMs) ? Infinity : Math.max(leaseEndMs, helmEndMs),
    transitions: numberAt(lease, "spec", "leaseTransitions") ?? 0,
  };
}

type Claim = { readonly holder: Holder; readonly helmHorizonMs: number };

/** Writes the whole Lease where it is still what was seen. Without a claim it is given up. */
async function writeLease(
  place: Place,
  doing: string,
  seen: Seen,
  claim: Claim | undefined,
): Promise<Written> {
  const { api, namespace, name, settings } = place;
  const isNew = seen.version === "";
  const nowMs = api.nowMs();
  const now = new Date(nowMs).toISOString().replace("Z", "000Z");
  const isOurs = claim !== undefined && seen.identity === claim.holder.identity;
  const order = {
    doing,
    method: isNew ? "POST" : "PUT",
    path: leasePath(place, !isNew),
    tries: 0,
    timeoutMs: settings.renewEveryMs,
    body: {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: {
        name,
        labels: { "app.kubernetes.io/managed-by": "headway" },
        ...(isNew ? {} : { resourceVersion: seen.version }),
        annotations:
          claim === undefined
            ? {}
            : {
                [holderAnnotation]: JSON.stringify(claim.holder),
                [deadlineAnnotation]: new Date(nowMs + claim.helmHorizonMs).toISOString(),
              },
      },
      spec: {
        holderIdentity: claim?.holder.identity ?? "",
        leaseDurationSeconds: Math.ceil(settings.leaseMs / 1_000),
        ...(claim === undefined
          ? {}
          : { acquireTime: isOurs && seen.acquireTime !== "" ? seen.acquireTime : now }),
        renewTime: now,
        leaseTransitions: isOurs || isNew || claim === undefined ? seen.transitions : seen.transitions + 1,
      },
    },
  } as const;
  let answer: Answer = await api.json(order);
  if (!answer.ok && answer.status === 404 && isNew) {
    const ensured = await ensureNamespace(api, namespace, Date.now() + namespacePatienceMs);
    if (!ensured.ok) return ensured;
    answer = await api.json(order);
  }
  return answer.ok ? { ok: true, value: readSeen(answer.value) } : answer;
}

type Written = { readonly ok: true; readonly value: Seen } | Refusal;

/** Renews the lease until it is released or lost. */
function hold(place: Place, doing: string, taken: Seen, claim: Claim, takenAtMs: number): HeldLock {
  const { settings } = place;
  // Nobody takes the lock before helm's deadline: an API server that is away for a while is no reason to stop.
  const lostAfterMs = Math.max(settings.lostAfterMs, claim.helmHorizonMs - stoppingMs);
  const stop = new AbortController();
  const isOver = () => stop.signal.aborted;
  const listeners: (() => void)[] = [];
  let seen = taken;
  let renewedAtMs = takenAtMs;
  let lost = false;
  const lose = () => {
    if (lost || stop.signal.aborted) return;
    lost = true;
    stop.abort();
    for (const listener of listeners) listener();
  };
  /** False where somebody else has the lease. */
  const renew = async (): Promise<boolean> => {
    const sentAtMs = performance.now();
    const written = await writeLease(place, doing, seen, claim);
    if (written.ok) {
      seen = written.value;
      renewedAtMs = sentAtMs;
      return true;
    }
    if (written.status !== 409 && written.status !== 404) return true;
    // An earlier renewal whose answer was lost is still ours; a lease that was deleted may be anybody's.
    const now = await readLease(place, doing);
    if (!now.ok) return true;
    if (now.value.identity !== claim.holder.identity) return false;
    seen = now.value;
    return true;
  };
  const run = async () => {
    while (!isOver()) {
      const isLate = performance.now() - renewedAtMs > settings.renewEveryMs;
      await pause(isLate ? settings.renewEveryMs / 5 : settings.renewEveryMs, stop.signal);
      if (isOver()) return;
      if (!(await renew())) lose();
    }
  };
  // Apart from the renewals, so that one that hangs does not hide that time has run out.
  const guard = setInterval(() => {
    if (performance.now() - renewedAtMs > lostAfterMs) lose();
  }, settings.renewEveryMs / 10).unref();
  stop.signal.addEventListener("abort", () => {
    clearInterval(guard);
  });
  const running = run();
  return {
    onLost(listener) {
      if (lost) listener();
      else listeners.push(listener);
    },
    async release() {
      heldHere.delete(heldKey(place, claim.holder.identity));
      if (stop.signal.aborted) return;
      stop.abort();
      await running;
      // Where this fails, the lease runs out by itself.
      await writeLease(place, doing, seen, undefined);
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // The only way to fail is to be called off.
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
