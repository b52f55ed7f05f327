// Text on its way to a terminal: made harmless, measured in columns, cut and padded. Colour and glyphs are style.ts.

// A colour sequence in a log line only hurts reading, so it goes; any other sequence is shown, because somebody put it
// there to be interpreted.
const COLOUR_SEQUENCE = /\u001b\[[0-9;:]*m/g;
const DANGEROUS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

/**
 * The text with nothing in it that a terminal would act on: no escape sequences, control characters, or characters
 * that turn the direction of writing (what CVE-2021-21303 was about in Helm). Line ends and tabs become spaces.
 */
export function safeText(text: string): string {
  return text
    .replace(COLOUR_SEQUENCE, "")
    .replace(/\r\n|[\n\t\r\u2028\u2029]/g, " ")
    .replace(DANGEROUS, (character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
      return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
    });
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}

// First and last code points that terminals draw two columns wide (Unicode's East_Asian_Width W and F, coarsely).
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Columns that the text takes; where terminals differ (joined emoji) the larger number. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  // The emoji variation selector widens what stands before it.
  if (code === 0xfe0f) return 1;
  if (/[\p{Mn}\p{Me}\p{Cf}]/u.test(character)) return 0;
  if (/\p{Emoji_Presentation}/u.test(character)) return 2;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** The text, cut to at most `columns` columns; what was cut ends in `ellipsis`. */
export function cutTo(text: string, columns: number, ellipsis: string): string {
  if (displayWidth(text) <= columns) return text;
  const room = columns - displayWidth(ellipsis);
  if (room < 0) return headOf(text, columns);
  return headOf(text, room) + ellipsis;
}

/** As much of the text's beginning as fits into `columns`. */
export function headOf(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/** The text with spaces behind it up to `columns`. */
export function padTo(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}
