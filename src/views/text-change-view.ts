// A change of a file's text as the few lines that are different, for people.
import { renderLines, type Line, type Style } from "./style.ts";
import { looksSecret, MASK } from "./secret-values.ts";

/** The lines that went and came, with the file and the first line's number. Of what is named like a secret, only the place. */
export function renderTextChange(
  file: string,
  before: string,
  after: string,
  name: string,
  style: Style,
): string {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let tail = 0;
  while (
    tail < old.length - start &&
    tail < fresh.length - start &&
    old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]
  )
    tail++;
  const isSecret = looksSecret(name);
  const shown = (line: string): string =>
    isSecret ? line.replace(/^(\s*(?:- )?[^\s:]+:\s).*$/, `$1${MASK}`) : line.replace(/\r$/, "");
  return renderLines(
    [
      [{ text: `${file}:${start + 1}`, tone: "strong" }],
      ...old.slice(start, old.length - tail).map((line): Line => [{ text: `- ${shown(line)}`, tone: "bad" }]),
      ...fresh
        .slice(start, fresh.length - tail)
        .map((line): Line => [{ text: `+ ${shown(line)}`, tone: "good" }]),
    ],
    style,
  );
}
