// What a declaration's `chart` means: a folder, a chart of a repository, of a registry, or the address of a packaged one;
// and what a repository's `url` means. Fetching any of them is an adapter's matter.
import type { ChartReference, Repository } from "../declaration.ts";
import { didYouMean, type Diagnostic, type SourceRange } from "../diagnostic.ts";
import { folderOf, joinPath } from "../declarations/stack-files.ts";

/** Where a text stands: in a file whose path starts at the stack's folder, which is `stackPath` in the repository. */
type Place = { readonly stackPath: string; readonly range: SourceRange };
type Report = (diagnostic: Diagnostic) => void;

/** Reads `spec.chart`; undefined after reporting what is wrong with it. */
export function readChartReference(
  written: string,
  place: Place,
  repositories: ReadonlyMap<string, Repository> | undefined,
  report: Report,
): ChartReference | undefined {
  const refuse = (code: string, message: string, suggestion: string): ChartReference | undefined => {
    report({
      severity: "error",
      code,
      message: `spec.chart: ${JSON.stringify(written)} ${message}`,
      suggestion,
      range: place.range,
    });
    return undefined;
  };
  if (/^\.{1,2}(?:\/|$)/.test(written)) {
    const path = readPath("spec.chart", "a chart's folder", written, place, report);
    return path === undefined ? undefined : { kind: "path", path, written };
  }
  if (written.startsWith("oci://")) {
    if (/^oci:\/\/[^/\s@]+\/[^\s@]*:[^/\s]*$/.test(written))
      return refuse("bad-chart", "has a tag", "write the version in spec.version");
    if (!ociPattern.test(written))
      return refuse("bad-chart", "is not the address of a chart", "write it as oci://HOST/PATH/NAME");
    return { kind: "oci", url: written.replace(/\/+$/, ""), written };
  }
  if (/^https?:\/\//.test(written)) {
    if (!isPlainUrl(written) || !/\.tgz(?:\?|$)/.test(written))
      return refuse(
        "bad-chart",
        "is not the address of a packaged chart",
        "it has to end in .tgz and hold no user name; a repository is declared in headway.yaml and named as ALIAS/NAME",
      );
    return { kind: "archive", url: written, written };
  }
  const named = /^([A-Za-z0-9][-_.A-Za-z0-9]*)\/([A-Za-z0-9][-_./A-Za-z0-9]*)$/.exec(written);
  if (named === null) return refuse("bad-chart", "is not a chart", suggestChart(written));
  const [, alias = "", name = ""] = named;
  // A broken list of repositories has diagnostics of its own.
  if (repositories !== undefined && !repositories.has(alias)) {
    const near = didYouMean(alias, repositories.keys());
    const known = [...repositories.keys()];
    return refuse(
      "unknown-repository",
      `names a repository that headway.yaml does not have: ${alias}`,
      near !== undefined
        ? `did you mean ${near}/${name}?`
        : known.length > 0
          ? `the repositories are ${known.join(", ")}; for a folder of this name write ./${written}`
          : `declare it: \`spec: { repositories: { ${alias}: { url: … } } }\`; for a folder of this name write ./${written}`,
    );
  }
  return { kind: "repository", alias, name, written };
}

/** Reads a repository's `url`; undefined after reporting what is wrong with it. */
export function readRepositoryLocation(
  name: string,
  written: string,
  place: Place,
  report: Report,
): Repository["location"] | undefined {
  const refuse = (message: string, suggestion: string): Repository["location"] | undefined => {
    report({
      severity: "error",
      code: "bad-repository",
      message: `${name}: ${JSON.stringify(written)} ${message}`,
      suggestion,
      range: place.range,
    });
    return undefined;
  };
  if (/^\.{1,2}(?:\/|$)/.test(written)) {
    const path = readPath(name, "a folder of charts", written, place, report);
    return path === undefined ? undefined : { kind: "folder", path };
  }
  if (written.startsWith("oci://"))
    return ociPattern.test(written) || /^oci:\/\/[-_.A-Za-z0-9]+(?::[0-9]+)?\/?$/.test(written)
      ? { kind: "oci", url: written.replace(/\/+$/, "") }
      : refuse("is not the address of a registry", "write it as oci://HOST or oci://HOST/PATH");
  if (/^https?:\/\//.test(written))
    return isPlainUrl(written)
      ? { kind: "http", url: written.replace(/\/+$/, "") }
      : refuse("is not an address that can be used", "leave out user name, password, ? and #; use secretRef");
  return refuse("is neither a folder nor an address", "write ./FOLDER, https://HOST/PATH or oci://HOST/PATH");
}

const ociPattern = /^oci:\/\/[-_.A-Za-z0-9]+(?::[0-9]+)?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+\/?$/;

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.username === "" && url.password === "" && url.hash === "" && url.hostname !== "";
}

/** A path of a declaration, relative to the file it stands in; undefined where it leaves the repository. */
export function readPath(
  name: string,
  what: string,
  written: string,
  { stackPath, range }: Place,
  report: Report,
): string | undefined {
  const refuse = (code: string, message: string, suggestion: string): string | undefined => {
    report({ severity: "error", code, message, suggestion, range });
    return undefined;
  };
  if (written.includes("\\"))
    return refuse(
      "bad-path",
      `${name}: ${JSON.stringify(written)} has a backslash in it`,
      "paths are written with /",
    );
  return (
    joinPath(stackPath, folderOf(range.file), written) ??
    refuse(
      "path-outside-repository",
      `${name}: ${JSON.stringify(written)} leaves the repository`,
      `${what} has to be in the same git repository (without one: in the stack's folder)`,
    )
  );
}

function suggestChart(text: string): string {
  if (text.startsWith("/") || text.startsWith("~") || text.startsWith("file:"))
    return "write it relative to this file, as ./chart or ../charts/NAME";
  return `for a folder beside this file write ./${text.replaceAll("\\", "/").replace(/^(?:\.?\/)+/, "")}; for a repository's chart ALIAS/NAME`;
}
