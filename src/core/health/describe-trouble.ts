// Troubles in words, one line each, for every surface that names them. What is wrong comes first, then where.
import { describeRef, objectKey } from "../object.ts";
import type { ReleaseHealth, Trouble } from "./health.ts";

/** Messages of the API can hold a whole log; a line shows this many characters of one. */
const SHOWN_MESSAGE = 200;

/** `CrashLoopBackOff, exit code 1, 4 restarts (Deployment shop/orders, Pod orders-abc, container app): no such table`. */
export function describeTrouble(trouble: Trouble): string {
  const { object, pod, container, reason, exitCode, restarts } = trouble;
  const what = [reason];
  if (exitCode !== undefined) what.push(`exit code ${exitCode}`);
  if (restarts !== undefined && restarts > 0)
    what.push(restarts === 1 ? "1 restart" : `${restarts} restarts`);
  const where = [describeRef(object)];
  if (pod !== undefined && !isPodItself(trouble)) where.push(`Pod ${pod}`);
  if (container !== undefined && container !== "") where.push(`container ${container}`);
  const message = oneLine(trouble.message ?? "");
  return `${what.join(", ")} (${where.join(", ")})${message === "" ? "" : `: ${message}`}`;
}

/** `Deployment orders 0/2 ready: Pod orders-abc: ImagePullBackOff (and 2 more)`; empty for a release that is ready. */
export function explainWaiting(health: ReleaseHealth): string {
  if (health.kind === "ready") return "";
  const troubles = health.kind === "pending" ? health.waitingFor : health.troubles;
  const [first] = troubles;
  if (first === undefined) return "";
  const cause = worstPodOf(first, troubles);
  const more = health.total - health.ready - 1;
  return `${describeObject(first)}${cause === undefined ? "" : `: ${describePod(cause)}`}${more > 0 ? ` (and ${more} more)` : ""}`;
}

/**
 * The trouble that explains the others best: the worst pod of the worst object, or that object's own where the API has
 * a word for it and none for the pod.
 */
export function rootCauseOf(troubles: readonly Trouble[]): Trouble | undefined {
  const [first] = troubles;
  if (first === undefined) return undefined;
  const pod = worstPodOf(first, troubles);
  if (pod === undefined) return first;
  return isOwnWord(pod.reason) && !isOwnWord(first.reason) ? first : pod;
}

function worstPodOf(first: Trouble, troubles: readonly Trouble[]): Trouble | undefined {
  const second = troubles[1];
  const isOfFirst = second?.pod !== undefined && objectKey(second.object) === objectKey(first.object);
  return isOfFirst ? second : undefined;
}

/** Words of Headway's own read on; the API's stand behind a colon. */
function describeObject({ object, reason }: Trouble): string {
  const name = `${object.kind} ${object.name}`;
  return isOwnWord(reason) ? `${name} ${reason}` : `${name}: ${reason}`;
}

/** `0/2 ready` and `not found` are Headway's words; the API's reasons begin with a capital. */
function isOwnWord(reason: string): boolean {
  return /^[a-z0-9]/.test(reason);
}

function describePod(trouble: Trouble): string {
  return isPodItself(trouble) ? trouble.reason : `Pod ${trouble.pod ?? ""}: ${trouble.reason}`;
}

function isPodItself({ object, pod }: Trouble): boolean {
  return object.kind === "Pod" && object.name === pod;
}

/** Control characters go too: a container's last words must not steer somebody's terminal. */
function oneLine(message: string): string {
  const line = message
    .slice(0, 4 * SHOWN_MESSAGE)
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  return line.length <= SHOWN_MESSAGE ? line : `${line.slice(0, SHOWN_MESSAGE - 1)}…`;
}
