// Whether two scalars mean the same to the API server, which writes some of what it is given in a form of its own:
// quantities (`1000m` is `1`), durations (`60s` is `1m0s`), numbers as text.
import type { Json } from "../declaration.ts";

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity as a number; undefined for what is none. */
export function readQuantity(value: Json | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value.length > 40) return undefined;
  const match =
    /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]{1,3})|([KMGTPE]i|[numkMGTPE])?)$/.exec(
      value.trim(),
    );
  if (match === null) return undefined;
  const number = Number(`${match[1] ?? ""}${match[2] ?? ""}`);
  return number * (suffixes[match[3] ?? ""] ?? Number.NaN);
}

const unitSeconds: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
};

function readSeconds(value: Json): number | undefined {
  if (typeof value !== "string" || !/^(?:[0-9]+(?:\.[0-9]*)?(?:ns|us|µs|ms|s|m|h)){1,8}$/.test(value))
    return undefined;
  let seconds = 0;
  for (const [, number, unit = ""] of value.matchAll(/([0-9.]+)(ns|us|µs|ms|s|m|h)/g))
    seconds += Number(number) * (unitSeconds[unit] ?? Number.NaN);
  return seconds;
}

/** True for scalars that are the same text; of numbers and booleans as they are written. */
export function isSameText(a: Json, b: Json): boolean {
  return a === b || (isScalar(a) && isScalar(b) && String(a) === String(b));
}

/** True for scalars that mean the same: the same text, quantity or duration. */
export function isSameScalar(a: Json, b: Json): boolean {
  if (isSameText(a, b)) return true;
  return isClose(readQuantity(a), readQuantity(b)) || isClose(readSeconds(a), readSeconds(b));
}

function isClose(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

export function isScalar(value: Json | undefined): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** True for what says nothing: null, an empty text, map or list. The API server drops most of them. */
export function saysNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** True for what the API server may leave out of an object: what says nothing, false and zero. */
export function mayBeLeftOut(value: Json | undefined): boolean {
  return saysNothing(value) || value === false || value === 0;
}
