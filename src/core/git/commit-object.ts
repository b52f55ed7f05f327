// A commit as git stores it, read for people: whose it is, when, and its first line.

export type CommitText = {
  readonly author: string;
  readonly subject: string;
  readonly committedAtMs: number;
};

const mostCharacters = 200;

/** Reads a commit object's text; what is not there is empty, or 0. Texts are one line, without control characters. */
export function readCommitObject(text: string): CommitText {
  const end = text.indexOf("\n\n");
  const headers = (end < 0 ? text : text.slice(0, end)).split("\n");
  const header = (name: string): string =>
    headers.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? "";
  const author = header("author");
  const [subject = ""] = (end < 0 ? "" : text.slice(end + 2)).trimStart().split("\n");
  const seconds = Number(/> (\d{1,12})(?: |$)/.exec(header("committer"))?.[1] ?? 0);
  return {
    author: oneLine(author.replace(/ ?<[^<>]*>[^<>]*$/, "")) || oneLine(/<([^<>]*)>/.exec(author)?.[1] ?? ""),
    subject: oneLine(subject),
    committedAtMs: seconds * 1000,
  };
}

/** The name that a tag object carries and the object it names; undefined where the text is no tag's. */
export function readTagObject(text: string): { readonly name: string; readonly object: string } | undefined {
  const parts = /^object ([0-9a-f]{40})\ntype commit\ntag ([^\n]+)\n/.exec(text);
  return parts === null ? undefined : { object: parts[1] ?? "", name: parts[2] ?? "" };
}

function oneLine(text: string): string {
  // Marks that turn the direction of text could make one commit look like another.
  const clean = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
  return clean.length <= mostCharacters ? clean : `${clean.slice(0, mostCharacters - 1)}…`;
}
