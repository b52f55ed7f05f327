// What a YAML scalar is to Helm and Kubernetes: the YAML 1.1 reading of go.yaml.in/yaml/v2 (resolve.go), which differs
// from YAML 1.2 in `on`, `017`, `0o17` and more. Which text a scalar has is the YAML library's matter.

/** A scalar as Helm reads it; integers keep all their digits. */
export type ScalarValue =
  | { readonly kind: "null" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  /** Helm refuses it: the text does not fit its tag. */
  | { readonly kind: "misfit"; readonly tag: string };

const words: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, { kind: "boolean", value: true }] as const,
  ),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, { kind: "boolean", value: false }] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, { kind: "null" }] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, { kind: "float", value: Number.NaN }] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map(
    (word) => [word, { kind: "float", value: Infinity }] as const,
  ),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, { kind: "float", value: -Infinity }] as const),
]);

/** The reading of a plain scalar without a tag. */
export function readPlainScalar(text: string): ScalarValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  const first = text.charAt(0);
  if (first === ".")
    // strconv.ParseFloat takes underscores between digits.
    return /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/.test(text)
      ? readFloat(text.replaceAll("_", ""), text)
      : { kind: "string", value: text };
  if (!/[-+0-9]/.test(first)) return { kind: "string", value: text };
  const digits = text.replaceAll("_", "");
  const integer = readInteger(digits);
  if (integer !== undefined) return { kind: "integer", value: integer };
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(digits))
    return readFloat(digits, text);
  return { kind: "string", value: text };
}

/** A number too large for a double stays text, as strconv.ParseFloat refuses it. */
function readFloat(digits: string, text: string): ScalarValue {
  const value = Number(digits);
  return Number.isFinite(value) ? { kind: "float", value } : { kind: "string", value: text };
}

/** strconv.ParseInt with base 0, then ParseUint, which takes no sign. */
function readInteger(digits: string): bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]*)|0[bB]([01]+)|([1-9][0-9]*))$/.exec(digits);
  if (match === null) return readOddBinary(digits);
  const [, sign, hexadecimal, octal, binary, decimal] = match;
  // `0o` alone is text; `0` alone is zero.
  if (octal === "" && /[oO]$/.test(digits)) return undefined;
  const magnitude =
    hexadecimal !== undefined
      ? BigInt(`0x${hexadecimal}`)
      : octal !== undefined
        ? BigInt(`0o${octal === "" ? "0" : octal}`)
        : binary !== undefined
          ? BigInt(`0b${binary}`)
          : BigInt(decimal ?? "0");
  const value = sign === "-" ? -magnitude : magnitude;
  const largest = sign === "" ? 18_446_744_073_709_551_615n : 9_223_372_036_854_775_807n;
  return value > largest || value < -9_223_372_036_854_775_808n ? undefined : value;
}

/** A quirk of go-yaml: what follows `0b` may have a sign of its own. */
function readOddBinary(digits: string): bigint | undefined {
  const match = /^0b([-+])([01]{1,63})$/.exec(digits);
  if (match === null) return undefined;
  const magnitude = BigInt(`0b${match[2] ?? "0"}`);
  return match[1] === "-" ? -magnitude : magnitude;
}

const tagPrefix = "tag:yaml.org,2002:";

/** The tags that change what Helm makes of a scalar; every other tag makes it a string. */
export type MeaningfulTag = "null" | "bool" | "int" | "float" | "timestamp" | "binary";

const meaningfulTags: ReadonlyMap<string, MeaningfulTag> = new Map(
  (["null", "bool", "int", "float", "timestamp", "binary"] as const).map((name) => [tagPrefix + name, name]),
);

/** The short form of a tag that matters to Helm. */
export function meaningfulTag(tag: string | undefined): MeaningfulTag | undefined {
  return meaningfulTags.get(tag ?? "");
}

/** The reading of any scalar: its tag (in full, if it has one), its text, and if it was written plain. */
export function readScalar(tag: string | undefined, text: string, plain: boolean): ScalarValue {
  if (tag === undefined && plain) return readPlainScalar(text);
  const meaning = meaningfulTag(tag);
  if (meaning === undefined) return { kind: "string", value: text };
  const read = readPlainScalar(text);
  const misfit = { kind: "misfit", tag: `!!${meaning}` } as const;
  switch (meaning) {
    case "null":
      return read.kind === "null" ? read : misfit;
    case "bool":
      return read.kind === "boolean" ? read : misfit;
    case "int":
      return read.kind === "integer" ? read : misfit;
    case "float":
      if (read.kind === "integer" && read.value <= 9_223_372_036_854_775_807n)
        return { kind: "float", value: Number(read.value) };
      return read.kind === "float" ? read : misfit;
    case "timestamp":
      return /^[0-9]{4}-/.test(text) ? { kind: "string", value: text } : misfit;
    case "binary":
      return readBinary(text) ?? misfit;
  }
}

function readBinary(text: string): ScalarValue | undefined {
  const base64 = text.replace(/[\r\n]/g, "");
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return { kind: "string", value: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) };
}

/** The text of a key in JSON, or undefined where Helm refuses such a key (null, and integers above 63 bits). */
export function keyText(value: ScalarValue): string | undefined {
  switch (value.kind) {
    case "string":
      return value.value;
    case "boolean":
      return String(value.value);
    case "integer":
      return value.value > 9_223_372_036_854_775_807n ? undefined : value.value.toString();
    case "float":
      return floatKeyText(value.value);
    case "null":
    case "misfit":
      return undefined;
  }
}

/** strconv.FormatFloat(value, 'g', -1, 32), which is how sigs.k8s.io/yaml writes keys. */
function floatKeyText(value: number): string {
  if (Number.isNaN(value)) return ".nan";
  const single = Math.fround(value);
  if (!Number.isFinite(single)) return single > 0 ? ".inf" : "-.inf";
  if (single === 0) return Object.is(single, -0) ? "-0" : "0";
  let shortest = single.toExponential(8);
  for (let digits = 0; digits < 8; digits++) {
    const candidate = single.toExponential(digits);
    if (Math.fround(Number(candidate)) === single) {
      shortest = candidate;
      break;
    }
  }
  const [mantissa = "", power = "0"] = shortest.split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(shortest));
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
