// Which deliveries of webhooks were accepted before, so that none counts twice: a bounded memory as a value.

/** Keys of deliveries with when each came, oldest first. */
export type Deliveries = { readonly keys: ReadonlyMap<string, number> };

/** Of one stack: more than a repository sends within the time in which a signature is good. */
export const MOST_DELIVERIES = 256;

/** Nothing was delivered yet. */
export const noDeliveries: Deliveries = { keys: new Map() };

/** True where one of the keys was seen before. */
export function wasDelivered(deliveries: Deliveries, keys: readonly string[]): boolean {
  return keys.some((key) => deliveries.keys.has(key));
}

/** The memory with these keys in it; the oldest make room. */
export function rememberDelivery(deliveries: Deliveries, keys: readonly string[], nowMs: number): Deliveries {
  const all = [...deliveries.keys, ...keys.map((key) => [key, nowMs] as const)];
  return { keys: new Map(all.slice(-MOST_DELIVERIES)) };
}
