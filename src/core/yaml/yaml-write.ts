// One value as YAML text that Helm and every other reader understand alike, and values typed as `helm --set` types them.
import type { Json } from "../declaration.ts";
import { readPlainScalar } from "./yaml-scalar.ts";

/** A value to be written: `digits` are the text of a whole number, which may be larger than a double can hold. */
export type NewValue = { readonly json: Json; readonly digits?: string };

/** How a text was quoted that is to be replaced. */
export type TextStyle = "plain" | "double" | "single";

/**
 * Reads a value as `helm --set` does: true, false, null and whole numbers without leading zeros are that, `{a,b}` is a list,
 * everything else is text, 1.10 among it.
 */
export function typedValue(text: string): NewValue {
  const list = /^\{(.*)\}$/s.exec(text)?.[1];
  if (list !== undefined)
    return { json: list === "" ? [] : list.split(",").map((one) => typedValue(one.trim()).json) };
  if (text === "true" || text === "false") return { json: text === "true" };
  if (text === "null") return { json: null };
  if (/^(?:0|-?[1-9][0-9]{0,17})$/.test(text)) return { json: Number(text), digits: text };
  return { json: text };
}

/** The value as a scalar or a flow list, quoted where it could be taken for something else. */
export function valueToText({ json, digits }: NewValue, style: TextStyle, isFlow: boolean): string {
  if (digits !== undefined) return digits;
  if (Array.isArray(json))
    return `[${(json as readonly Json[]).map((one) => valueToText({ json: one }, "plain", true)).join(", ")}]`;
  if (typeof json !== "string") return JSON.stringify(json);
  if (style === "single" && /^[\x20-\x7e]*$/.test(json)) return `'${json.replaceAll("'", "''")}'`;
  return style === "plain" && isPlainText(json, isFlow) ? json : quoted(json);
}

/** A map's key, quoted where it has to be. */
export function keyToText(key: string): string {
  return isPlainText(key, true) ? key : quoted(key);
}

/** Letters first (or a version), no blanks, and no word or number of YAML 1.1 or 1.2. */
function isPlainText(text: string, isFlow: boolean): boolean {
  if (readPlainScalar(text).kind !== "string" || text.length > 500) return false;
  if (/^v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.-]+)?$/.test(text)) return true;
  const pattern = isFlow
    ? /^[A-Za-z_/][-A-Za-z0-9_./@+]*$/
    : /^[A-Za-z_/][-A-Za-z0-9_./@+:]*[-A-Za-z0-9_./@+]$|^[A-Za-z_/]$/;
  return pattern.test(text);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007F-\u00A0\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
