// Changes of values with what looks secret masked: by the names on the way to it, by the name beside it in a list of
// name and value pairs, or by what the text itself is.
import type { Json } from "../core/declaration.ts";
import type { ValueChange } from "../core/plan/plan.ts";
import { isSecretName } from "../core/redact.ts";

export const MASK = "***";

/** A change that may be shown. `masked` where a side of it is not. */
export type ShownChange = {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
  readonly masked: boolean;
};

/**
 * Every change, masked where needed. `named` gives the value at a path on either side, for `value` fields whose
 * neighbour `name` tells what they are; it may answer undefined.
 */
export function maskChanges(
  changes: readonly ValueChange[],
  named: (path: string) => Json | undefined,
): readonly ShownChange[] {
  const changed = new Map(changes.map((change) => [change.path, change]));
  const nameAt = (path: string): readonly (Json | undefined)[] => {
    const change = changed.get(path);
    return [change?.before, change?.after, named(path)];
  };
  return changes.map((change) => {
    const parent = /^(.*)\.value$/s.exec(change.path)?.[1];
    const neighbours = parent === undefined ? [] : nameAt(`${parent}.name`);
    const secret =
      looksSecret(change.path) || neighbours.some((name) => typeof name === "string" && looksSecret(name));
    const before = maskSide(change.before, secret, change.secret !== undefined);
    const after = maskSide(change.after, secret, change.secret === "both");
    return {
      path: change.path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      masked: before !== change.before || after !== change.after,
    };
  });
}

/** A value at a path of an object, masked where one of them says that a secret stands there. */
export function maskField(path: string, value: Json): Json {
  // What a container is called says nothing of its fields; what a variable is called does.
  const names = path.replace(/(?<!\.env)\[[\w-]*=[^\]]*\]/g, "");
  return maskJson(value, looksSecret(names));
}

// `key` as a word of its own: `tls.key`, `accessKey`, `MASTER_KEY`, not `keycloak`.
const KEY_WORD =
  /(?:^|[^a-zA-Z])keys?(?:$|[^a-z])|Keys?(?:$|[^a-z])|[a-z]key(?:$|[^a-zA-Z])|KEYS?(?:$|[^a-zA-Z])/;
const OTHER_WORD = /passw|passphrase|private|secret|token|credential/i;

/** True where any part of a path or a name says that a secret stands there. */
export function looksSecret(name: string): boolean {
  return KEY_WORD.test(name) || OTHER_WORD.test(name) || name.split(/[.[\]"]+/).some(isSecretName);
}

function maskSide(value: Json | undefined, secret: boolean, whole: boolean): Json | undefined {
  if (whole && value !== undefined) return MASK;
  return value === undefined ? undefined : maskJson(value, secret);
}

// Booleans and null tell nothing worth hiding, and `enabled: true` is often what the change is about.
function maskJson(value: Json, secret: boolean): Json {
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return secret ? MASK : value;
  if (typeof value === "string") return secret || isSecretText(value) ? MASK : maskUserInfo(value);
  if (Array.isArray(value)) return maskList(value as readonly Json[], secret);
  return maskMap(value as { readonly [key: string]: Json }, secret);
}

function maskList(list: readonly Json[], secret: boolean): Json {
  const masked = list.map((item) => maskJson(item, secret));
  return masked.every((item, index) => item === list[index]) ? list : masked;
}

function maskMap(map: { readonly [key: string]: Json }, secret: boolean): Json {
  const name = Object.hasOwn(map, "name") ? map["name"] : undefined;
  const namedSecret = typeof name === "string" && looksSecret(name);
  const masked = Object.entries(map).map(([key, item]): readonly [string, Json] => [
    key,
    maskJson(item, secret || looksSecret(key) || (namedSecret && key === "value")),
  ]);
  return masked.every(([key, item]) => item === map[key]) ? map : Object.fromEntries(masked);
}

function isSecretText(text: string): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY-----|^eyJ[\w-]{8,}\.eyJ|^(?:gh[pousr]_|glpat-|xox[abpr]-|AKIA[A-Z0-9]{12})/.test(
    text,
  );
}

/** `postgres://app:hunter2@db/shop` without the password in it. */
function maskUserInfo(text: string): string {
  return text.replace(/(\/\/[^\s/:@]{0,256}:)[^\s/@]{1,1024}@/g, `$1${MASK}@`);
}
