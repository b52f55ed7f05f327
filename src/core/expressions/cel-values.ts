// Objects of the API as CEL sees them: whole numbers are ints, every other number is a double, mappings keep whatever
// names their fields have. Only what an expression looks at is converted. And how much there is to look at in a value.
import type { Json } from "../declaration.ts";

/** A value that an expression can see. */
export type CelValue =
  null | boolean | bigint | number | string | readonly CelValue[] | ReadonlyMap<string, CelValue>;

/** JSON as a CEL value; what is absent is null. */
export function toCelValue(value: Json | undefined): CelValue {
  if (value === undefined) return null;
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value)
    ? (value as readonly Json[]).map(toCelValue)
    : toCelMap(value as { readonly [key: string]: Json });
}

type Fields = { readonly [key: string]: Json };

/** What a converted mapping keeps: the fields as they are, and those that were asked for. */
type LazyMap = { fields: Fields; known: Map<string, CelValue> | undefined };

/** A Map in all that the library asks of one; each field is converted when it is first asked for. */
function toCelMap(fields: Fields): ReadonlyMap<string, CelValue> {
  // Its prototype makes it a Map, which is also how the library tells a mapping.
  const map = Object.create(lazyMap) as ReadonlyMap<string, CelValue> & LazyMap;
  map.fields = fields;
  map.known = undefined;
  return map;
}

function fieldOf(map: LazyMap, key: string): CelValue | undefined {
  const before = map.known?.get(key);
  if (before !== undefined || !Object.hasOwn(map.fields, key)) return before;
  const value = toCelValue(map.fields[key]);
  map.known ??= new Map();
  map.known.set(key, value);
  return value;
}

function* entriesOf(map: LazyMap): Generator<[string, CelValue]> {
  for (const key of Object.keys(map.fields)) yield [key, fieldOf(map, key) ?? null];
}

function isLazyMap(value: object): value is LazyMap {
  return Object.getPrototypeOf(value) === lazyMap;
}

const lazyMap = Object.create(Map.prototype, {
  get: {
    value(this: LazyMap, key: string) {
      return fieldOf(this, key);
    },
  },
  has: {
    value(this: LazyMap, key: string) {
      return Object.hasOwn(this.fields, key);
    },
  },
  size: {
    get(this: LazyMap) {
      return Object.keys(this.fields).length;
    },
  },
  keys: {
    value(this: LazyMap) {
      return Object.keys(this.fields).values();
    },
  },
  entries: {
    value(this: LazyMap) {
      return entriesOf(this);
    },
  },
  [Symbol.iterator]: {
    value(this: LazyMap) {
      return entriesOf(this);
    },
  },
}) as object;

/** How much work it is to look at all of a value; counting ends soon after `limit`. A part that stands twice counts twice. */
export function sizeOf(value: unknown, limit: number): number {
  if (typeof value === "string" || value instanceof Uint8Array) return 1 + value.length / 16;
  if (typeof value !== "object" || value === null) return 1;
  let size = 1;
  for (const part of partsOf(value)) {
    size += sizeOf(part, limit - size);
    if (size > limit) break;
  }
  return size;
}

function partsOf(value: object): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value as Iterable<unknown>;
  // Without converting it: it may turn out to be too much.
  return Object.values(isLazyMap(value) ? value.fields : (value as Readonly<Record<string, unknown>>));
}
