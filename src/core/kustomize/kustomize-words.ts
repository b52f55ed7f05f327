// What kustomize says when it can't build, as findings at the places that people wrote. Its own words are kept where their
// cause is not known; what it prints of objects and patches is left out, because values may be secret.
import type { BuiltStack } from "./built-stack.ts";
import type { Json } from "../declaration.ts";
import { didYouMean, type Diagnostic, type SourceRange } from "../diagnostic.ts";
import type { Kustomization } from "./kustomization.ts";
import { child } from "../declarations/read-release.ts";
import type { Path, YamlTree } from "../yaml/yaml-tree.ts";

/** Explains a failed build; `words` have the person's paths in them already. */
export function explainKustomize(
  words: string,
  stack: BuiltStack,
  kustomizations: readonly Kustomization[],
): readonly Diagnostic[] {
  const text = withoutContents(words.replace(/^Error: /, ""));
  const context: Context = { text, words, stack, kustomizations };
  const explained =
    unmatchedPatch(context) ??
    repeatedResource(context) ??
    unknownField(context) ??
    misfit(context) ??
    unreadablePatch(context) ??
    failedOperation(context) ??
    otherWords(context);
  return [{ severity: "error", ...explained }];
}

type Context = {
  readonly text: string;
  readonly words: string;
  readonly stack: BuiltStack;
  readonly kustomizations: readonly Kustomization[];
};
type Finding = Omit<Diagnostic, "severity">;

/** Without what kustomize quotes of patches and objects. */
function withoutContents(words: string): string {
  return words
    .replace(/ with config: `[^`]*(?:`|$)/g, "")
    .replace(/map\[string\]interface \{\}\{(?:.*\}|.*$)/gs, "an object")
    .replace(/\[(patch|path): .*\]/gs, "[$1]")
    .replace(/\s+/g, " ")
    .trim();
}

type ResourceId = { readonly kind: string; readonly name: string; readonly namespace: string | undefined };

/** An id as kustomize prints it: KIND.VERSION.GROUP/NAME.NAMESPACE. */
function readId(text: string): ResourceId | undefined {
  const match = /^([^./\s]+)\.[^/\s]*\/([^\s]+)\.([^.\s]+)$/.exec(text.replace(/[;,"]+$/, ""));
  if (match === null) return undefined;
  const [, kind = "", name = "", namespace = ""] = match;
  return { kind, name, namespace: namespace === "[noNs]" ? undefined : namespace };
}

function isOf(value: Json, id: ResourceId): boolean {
  const metadata = child(value, "metadata");
  return child(value, "kind") === id.kind && child(metadata, "name") === id.name;
}

function unmatchedPatch({ text, stack }: Context): Finding | undefined {
  const written = /no matches for Id (\S+)/.exec(text)?.[1];
  const id = written === undefined ? undefined : readId(written);
  if (id === undefined) return undefined;
  const patch = stack.patches.find(
    ({ target, tree }) =>
      target === undefined &&
      isOf(tree.value, id) &&
      child(child(tree.value, "metadata"), "namespace") === id.namespace,
  );
  const reached = stack.sources.filter((_, index) => patch?.reaches.has(index) ?? true);
  const sameName = reached.find(({ tree }) => isOf(tree.value, id));
  const names = reached.flatMap(({ tree }) => {
    const name = child(child(tree.value, "metadata"), "name");
    return child(tree.value, "kind") === id.kind && typeof name === "string" ? [name] : [];
  });
  const near = didYouMean(id.name, names);
  const where = id.namespace === undefined ? "without a namespace" : `of namespace ${id.namespace}`;
  return {
    code: "unmatched-patch",
    message: `this patch fits nothing: there is no ${id.kind} ${id.name} ${where}`,
    suggestion:
      sameName !== undefined
        ? "a patch has to name the namespace exactly as the resource does at this point, or leave it out as the resource does"
        : near === undefined
          ? "a patch names apiVersion, kind, metadata.name and metadata.namespace as the resource does"
          : `did you mean ${near}?`,
    ...(patch === undefined ? {} : { range: patch.tree.valueRange(["metadata", "name"]) }),
    ...(sameName === undefined
      ? {}
      : { related: [{ message: "declared here", range: sameName.tree.valueRange(["metadata"]) }] }),
  };
}

function repeatedResource({ text, stack, kustomizations }: Context): Finding | undefined {
  const written = /already registered id: (\S+)/.exec(text)?.[1];
  const id = written === undefined ? undefined : readId(written.replace(/['")]+$/, ""));
  if (id === undefined) return undefined;
  const places = stack.sources.filter(({ tree }) => isOf(tree.value, id));
  const [first, second] = places.map(({ tree }) => tree.valueRange(["metadata", "name"]));
  return {
    code: "duplicate-resource",
    message: `${id.kind} ${id.name} comes in twice`,
    suggestion:
      second === undefined
        ? "list its file, or the base that brings it, once"
        : "remove one of them, or give it another name or namespace",
    range: second ?? repeatedReference(kustomizations) ?? first ?? wholeOf(stack.kustomization),
    ...(second === undefined || first === undefined
      ? {}
      : { related: [{ message: "the first one", range: first }] }),
  };
}

function repeatedReference(kustomizations: readonly Kustomization[]): SourceRange | undefined {
  return kustomizations
    .flatMap(({ references }) =>
      references.filter(({ written }, index) =>
        references.slice(0, index).some((earlier) => earlier.written === written),
      ),
    )
    .map(({ range }) => range)[0];
}

function unknownField({ text, kustomizations }: Context): Finding | undefined {
  const name = /invalid Kustomization: json: unknown field "([^"]+)"/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const near = didYouMean(name, knownFields);
  const [found] = kustomizations.flatMap(({ tree }) => placesOfKey(tree, name));
  return {
    code: "unknown-field",
    message: `kustomize does not know the field ${name} here`,
    suggestion: near === undefined ? "remove it" : `did you mean ${near}?`,
    ...(found === undefined ? {} : { range: found }),
  };
}

function misfit({ text, kustomizations }: Context): Finding | undefined {
  const match = /cannot unmarshal (\w+) into Go (?:struct field \w+\.([\w.]+)|value) of type (\S+)/.exec(
    text,
  );
  if (match === null) return undefined;
  const [, written = "", path = "", wanted = ""] = match;
  const steps = path.split(".").filter((step) => step !== "");
  const last = steps.at(-1) ?? "";
  const [found] = kustomizations.flatMap(({ tree }) =>
    placesOfKey(tree, last, (value) => typeName(value) === written),
  );
  const kind = wanted.startsWith("[]") ? "a list" : wanted === "string" ? "a text" : wanted;
  return {
    code: "wrong-type",
    message: `${path === "" ? "this" : path} has to be ${kind}, not ${written === "object" ? "a map" : `a ${written}`}`,
    ...(found === undefined ? {} : { range: found }),
  };
}

function typeName(value: Json | undefined): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function unreadablePatch({ words, text, stack, kustomizations }: Context): Finding | undefined {
  if (
    !/unable to parse SM or JSON patch|patch and path can't be set|must specify one of patch and path/.test(
      text,
    )
  )
    return undefined;
  if (!text.includes("unable to parse"))
    return {
      code: "bad-patch",
      message: "a patch has either `path` or `patch`",
      range: placeOf(kustomizations, "patches") ?? wholeOf(stack.kustomization),
    };
  const path = /from \[path: "([^"]+)"\]/.exec(words)?.[1];
  const name = path?.replace(/^(?:\.{1,2}\/)+/, "");
  const broken = stack.patches.find(({ tree }) => {
    const range = tree.valueRange([]);
    const isThere = name === undefined || range.file === name || range.file.endsWith(`/${name}`);
    return isThere && (isFlowList(tree) || !looksLikePatch(tree.value));
  });
  return {
    code: "bad-patch",
    message: "kustomize can't read this patch",
    suggestion:
      broken !== undefined && isFlowList(broken.tree)
        ? "it takes a text that begins with [ for JSON; write the operations as `- op: replace`, one below the other"
        : "a patch is a document with apiVersion, kind and metadata.name, or a list of operations such as `- op: replace`",
    range: broken?.tree.valueRange([]) ?? placeOf(kustomizations, "patches") ?? wholeOf(stack.kustomization),
  };
}

function isFlowList(tree: YamlTree): boolean {
  return Array.isArray(tree.value) && tree.sourceOf([]).startsWith("[");
}

function looksLikePatch(value: Json): boolean {
  if (Array.isArray(value))
    return (value as readonly Json[]).every((one) => typeof child(one, "op") === "string");
  return typeof child(value, "kind") === "string" && child(child(value, "metadata"), "name") !== undefined;
}

type FailedPlace = { readonly range: SourceRange; readonly pointer: string };

/** An operation of a JSON patch that does not apply: kustomize names its path, not its file. */
function failedOperation({ text, stack }: Context): Finding | undefined {
  const match =
    /(?:doc is missing path: |doc is missing key: |testing (?:value|path) |Unable to remove nonexistent key: )"?(\/?[^\s:"]+)/i.exec(
      text,
    );
  const kind = /Unexpected kind: (\S+)/.exec(text)?.[1];
  const pointer = match?.[1];
  if (pointer === undefined && kind === undefined) return undefined;
  const places = stack.patches.flatMap(({ tree }) =>
    Array.isArray(tree.value)
      ? (tree.value as readonly Json[]).flatMap((one, index): readonly FailedPlace[] => {
          const written = child(one, "path");
          const op = child(one, "op");
          const isIt =
            kind !== undefined
              ? op === kind
              : written === pointer || (typeof written === "string" && written.endsWith(`/${pointer ?? ""}`));
          const range = tree.valueRange([index, kind !== undefined ? "op" : "path"]);
          return isIt ? [{ range, pointer: typeof written === "string" ? written : "" }] : [];
        })
      : [],
  );
  const [first, ...more] = places;
  const path = first?.pointer ?? pointer ?? "";
  return {
    code: "failed-patch",
    message:
      kind !== undefined
        ? `${kind} is not one of the operations of a JSON patch`
        : text.includes("testing")
          ? `the test of ${path} failed`
          : `this operation does not apply: there is no ${path} in the document`,
    ...(kind !== undefined
      ? { suggestion: "the operations are add, remove, replace, move, copy and test" }
      : text.includes("testing")
        ? {}
        : { suggestion: "`add` the map around it first, or write a patch in the form of the declaration" }),
    ...(first === undefined ? {} : { range: first.range }),
    ...(more.length === 0
      ? {}
      : { related: more.slice(0, 5).map(({ range }) => ({ message: "or this one", range })) }),
  };
}

function otherWords({ text, stack, kustomizations }: Context): Finding {
  const named = kustomizations.filter(({ file }) => {
    const folder = file.slice(0, Math.max(0, file.lastIndexOf("/")));
    return folder !== "" && text.includes(`'${folder}'`);
  });
  const place = named.at(-1) ?? stack.kustomization;
  return {
    code: "kustomize-failed",
    message: `kustomize can't build this: ${text.length > 600 ? `${text.slice(0, 600)} …` : text}`,
    range: wholeOf(place),
  };
}

function wholeOf({ file }: Kustomization): SourceRange {
  return { file, line: 1, column: 1 };
}

function placeOf(kustomizations: readonly Kustomization[], field: string): SourceRange | undefined {
  return kustomizations.find(({ tree }) => child(tree.value, field) !== undefined)?.tree.keyRange([field]);
}

/** Where a key of this name stands, at whatever depth. */
function placesOfKey(
  tree: YamlTree,
  name: string,
  isWanted: (value: Json | undefined) => boolean = () => true,
): readonly SourceRange[] {
  const found: SourceRange[] = [];
  const visit = (value: Json, path: Path): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, one] of Object.entries<Json>(value)) {
      const at = [...path, Array.isArray(value) ? Number(key) : key];
      // Go's reader of JSON does not tell upper from lower case.
      if (key.toLowerCase() === name.toLowerCase() && isWanted(one)) found.push(tree.keyRange(at));
      visit(one, at);
    }
  };
  visit(tree.value, []);
  return found;
}

const knownFields: readonly string[] = [
  "apiVersion",
  "kind",
  "metadata",
  "resources",
  "components",
  "patches",
  "namespace",
  "namePrefix",
  "nameSuffix",
  "labels",
  "commonLabels",
  "commonAnnotations",
  "images",
  "replicas",
  "replacements",
  "configMapGenerator",
  "secretGenerator",
  "generatorOptions",
  "configurations",
  "generators",
  "transformers",
  "validators",
  "openapi",
  "crds",
  "buildMetadata",
  "sortOptions",
  "path",
  "patch",
  "target",
  "options",
  "name",
  "files",
  "literals",
  "envs",
];
