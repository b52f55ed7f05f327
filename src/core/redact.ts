// Keeps secrets out of words: which strings of a release's values and objects are secret, and a text without them.
import type { Json, ValuesLayer } from "./declaration.ts";
import type { KubernetesObject } from "./object.ts";

const shortestSecret = 6;
/** Of what is known to be secret, shorter texts are kept out too. */
const shortestKnownSecret = 4;

const secretName =
  /pass(?:word|wd|phrase)?$|secret|token|credential|private[-_]?key|api[-_]?key|access[-_]?key|auth$/i;

/** True where a value under this name is better not shown. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Strings of values that stand under a secret-looking name. */
export function secretsInValues(values: Json | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: Json, secret: boolean): void => {
    if (typeof value === "string" || typeof value === "number") {
      if (secret) add(found, String(value));
    } else if (Array.isArray(value)) {
      for (const item of value as readonly Json[]) visit(item, secret);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, secret || isSecretName(key));
    }
  };
  if (values !== undefined) visit(values, false);
  return found;
}

/** Every text of values that come from an encrypted file or a Secret, whatever it stands under. */
export function textsInValues(values: Json): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: Json): void => {
    if (typeof value === "string") {
      if (!/^(?:true|false|null|none|-?[0-9.]{1,5})$/i.test(value)) add(found, value, shortestKnownSecret);
    } else if (typeof value === "number") add(found, String(value));
    else if (Array.isArray(value)) for (const item of value as readonly Json[]) visit(item);
    else if (typeof value === "object" && value !== null)
      for (const item of Object.values(value)) visit(item);
  };
  visit(values);
  return found;
}

/** What Secret objects hold, as text and as base64. */
export function secretsInObjects(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const object of objects) {
    if (object.kind !== "Secret") continue;
    const fields = object as { readonly data?: unknown; readonly stringData?: unknown };
    for (const text of stringsOf(fields.stringData)) add(found, text);
    for (const text of stringsOf(fields.data)) {
      add(found, text);
      add(found, Buffer.from(text, "base64").toString("utf8"));
    }
  }
  return found;
}

/** The texts to keep out of words about a release: of its values, as they are and as helm had them, and of its Secrets. */
export function secretTexts(
  layers: readonly ValuesLayer[],
  objects: readonly KubernetesObject[],
  config?: Json,
): ReadonlySet<string> {
  const fromValues = layers.flatMap((layer) => [
    ...(layer.isSecret && layer.locked === undefined
      ? textsInValues(layer.tree)
      : secretsInValues(layer.tree)),
  ]);
  return new Set([...fromValues, ...secretsInValues(config), ...secretsInObjects(objects)]);
}

/** About 600 characters of a text at most: an API error may echo a whole object, and what matters stands at its ends. */
export function shorten(text: string): string {
  return text.length <= 600 ? text : `${text.slice(0, 400)} … ${text.slice(-180)}`;
}

/** The text with every secret replaced by `***`, in plain, base64 and JSON-escaped form. Longer ones first. */
export function redact(text: string, secrets: ReadonlySet<string>): string {
  let clean = text;
  for (const secret of [...secrets].toSorted((a, b) => b.length - a.length))
    for (const form of [
      secret,
      Buffer.from(secret, "utf8").toString("base64"),
      JSON.stringify(secret).slice(1, -1),
    ])
      clean = clean.replaceAll(form, "***");
  return clean;
}

// A short string ("on", "admin") would blot out half of every message and is no secret worth the name. A key of many
// lines is logged line by line.
function add(found: Set<string>, text: string, shortest = shortestSecret): void {
  if (text.length < shortest) return;
  found.add(text);
  if (!text.includes("\n")) return;
  for (const line of text.split("\n").map((part) => part.trim()))
    if (line.length >= shortest) found.add(line);
}

function stringsOf(map: unknown): readonly string[] {
  if (typeof map !== "object" || map === null) return [];
  // A number is refused there, and the API server's refusal names it.
  return Object.values(map)
    .filter((value) => typeof value === "string" || typeof value === "number")
    .map(String);
}
