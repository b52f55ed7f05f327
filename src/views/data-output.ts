// Machine-readable documents as text: JSON and YAML of the same value.
import { stringify } from "yaml";

/** Pretty JSON with a final line end; nothing in it acts on a terminal that it is printed to. */
export function jsonText(value: unknown): string {
  return `${escapeControls(JSON.stringify(value, null, 2))}\n`;
}

/** One line of JSON with its line end. */
export function jsonLine(value: unknown): string {
  return `${escapeControls(JSON.stringify(value))}\n`;
}

/** The same value as YAML; the strings in it come back as they were under YAML 1.1 and 1.2. */
export function yamlText(value: unknown): string {
  const plain: unknown = JSON.parse(JSON.stringify(value));
  return stringify(plain, { version: "1.1", lineWidth: 0, aliasDuplicateObjects: false });
}

// JSON.stringify escapes below U+0020 only; C1 controls and direction marks mean the same when escaped.
function escapeControls(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
