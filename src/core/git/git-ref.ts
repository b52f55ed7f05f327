// Names of branches, tags and commits that Headway takes: a subset of git's own rules, by what is allowed, so that no
// name can be read as an option, a range or a pattern.

export type GitRef =
  | { readonly kind: "branch"; readonly name: string }
  | { readonly kind: "tag"; readonly name: string }
  | { readonly kind: "commit"; readonly sha: string };

const mostCharacters = 200;

/** What is wrong with a ref, in words that follow its name; undefined where nothing is. */
export function refProblem(ref: GitRef): string | undefined {
  switch (ref.kind) {
    case "commit":
      return isCommitSha(ref.sha) ? undefined : "is not a commit's full name (40 lower-case hex digits)";
    case "branch":
    case "tag":
      return nameProblem(ref.name);
  }
}

/** True for a commit's full SHA-1 name. */
export function isCommitSha(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** The ref's full name at the server; undefined for a commit. */
export function fullRefName(ref: GitRef): string | undefined {
  switch (ref.kind) {
    case "branch":
      return `refs/heads/${ref.name}`;
    case "tag":
      return `refs/tags/${ref.name}`;
    case "commit":
      return undefined;
  }
}

/** A ref in words, as in "branch main". */
export function describeRef(ref: GitRef): string {
  return ref.kind === "commit" ? `commit ${ref.sha.slice(0, 12)}` : `${ref.kind} ${ref.name}`;
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > mostCharacters) return `is longer than ${mostCharacters} characters`;
  if (name.startsWith("refs/"))
    return "is a full ref: write the name alone, without refs/heads/ or refs/tags/";
  if (!/^[\p{L}\p{N}._/+@#=,%!&-]+$/u.test(name)) return "holds a character that Headway takes in no ref";
  if (/@\{|\.\.|^@$/.test(name)) return "can be read as more than a name";
  const isLegal = name.split("/").every((part) => part !== "" && !/^[-.]|\.$|\.lock$/.test(part));
  return isLegal ? undefined : "is not a name that git allows";
}
