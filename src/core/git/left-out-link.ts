// Symbolic links of a commit. None is ever made or followed on disk; what one would lead to is worked out from the names
// alone, so that whoever reads the commit knows what is missing.

/** A link that was left out, and what it leads to inside the commit; `elsewhere` is outside of it, or nowhere. */
export type LeftOutLink = { readonly path: string; readonly leadsTo: "file" | "folder" | "elsewhere" };

const mostSteps = 40;

/** What each link leads to; `targets` are their texts, `files` the paths of the commit's regular files. */
export function resolveLinks(
  targets: ReadonlyMap<string, string>,
  files: Iterable<string>,
): readonly LeftOutLink[] {
  const known = new Map<string, "file" | "folder">();
  const addFolders = (path: string): void => {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      if (known.has(path.slice(0, end))) return;
      known.set(path.slice(0, end), "folder");
    }
  };
  for (const file of files) {
    known.set(file, "file");
    addFolders(file);
  }
  for (const link of targets.keys()) addFolders(link);
  return [...targets.keys()].map((path) => ({ path, leadsTo: follow(path, targets, known) }));
}

function follow(
  link: string,
  targets: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, "file" | "folder">,
): LeftOutLink["leadsTo"] {
  let place: string[] = [];
  const ahead = link.split("/");
  let steps = 0;
  for (let name = ahead.shift(); name !== undefined; name = ahead.shift()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      if (place.length === 0) return "elsewhere";
      place = place.slice(0, -1);
      continue;
    }
    const path = [...place, name].join("/");
    const target = targets.get(path);
    if (target === undefined) {
      place = [...place, name];
      continue;
    }
    steps += 1;
    if (target.startsWith("/") || steps > mostSteps) return "elsewhere";
    ahead.unshift(...target.split("/"));
    if (ahead.length > 10_000) return "elsewhere";
  }
  return place.length === 0 ? "folder" : (known.get(place.join("/")) ?? "elsewhere");
}
