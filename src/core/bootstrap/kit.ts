// A kit: the inputs of a cluster that are not in git, as Secrets and ConfigMaps in one YAML file. Every mistake is told at
// its place, and never with what stands there.
import type { Json } from "../declaration.ts";
import { sortDiagnostics, type Checked, type Diagnostic, type SourceRange } from "../diagnostic.ts";
import { isDnsName } from "../ids.ts";
import { fieldAt, fieldOf, isRecord, textAt, textsAt, type JsonRecord } from "../json.ts";
import { parseDocuments } from "../yaml/document.ts";
import { readTree, type YamlTree } from "../yaml/yaml-tree.ts";

/** An object as it is applied: what a Secret holds is base64, whatever it was written as. */
export type KitObject = {
  readonly kind: "Secret" | "ConfigMap";
  readonly namespace: string;
  readonly name: string;
  readonly object: JsonRecord;
  readonly range: SourceRange;
};

/** As the API server has it, for all that one object holds. */
const largestObjectBytes = 1024 * 1024;

/** Keys that a Secret of this type has to have. */
const keysOfType: Readonly<Record<string, readonly string[]>> = {
  "kubernetes.io/tls": ["tls.crt", "tls.key"],
  "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
  "kubernetes.io/ssh-auth": ["ssh-privatekey"],
};

/** Reads a kit; objects that name no namespace are of `defaultNamespace`. With an error, none of it is to be applied. */
export function readKit(file: string, text: string, defaultNamespace: string): Checked<readonly KitObject[]> {
  const diagnostics: Diagnostic[] = [];
  const objects: KitObject[] = [];
  for (const document of parseDocuments(file, text)) {
    const tree = readTree(document);
    const errors = document.errors.length > 0 ? document.errors : tree.errors;
    diagnostics.push(...errors.map(withoutContent));
    if (errors.length > 0 || tree.value === null) continue;
    const object = readObject(tree, defaultNamespace, diagnostics);
    if (object !== undefined) objects.push(object);
  }
  diagnostics.push(...findTwice(objects));
  if (objects.length === 0 && diagnostics.length === 0)
    diagnostics.push({
      severity: "error",
      code: "kit-empty",
      message: "the kit holds no object",
      suggestion: "write Secrets and ConfigMaps into it, as kubectl takes them",
      range: { file, line: 1, column: 1 },
    });
  return { value: objects, diagnostics: sortDiagnostics(diagnostics) };
}

/** What the kit's Secrets of one namespace hold, by name and key. */
export function kitSecrets(
  kit: readonly KitObject[],
  namespace: string,
): ReadonlyMap<string, ReadonlyMap<string, Buffer>> {
  return new Map(
    kit
      .filter((one) => one.kind === "Secret" && one.namespace === namespace)
      .map(({ name, object }) => [
        name,
        new Map(
          Object.entries(textsAt(object, "data")).map(([key, value]) => [key, Buffer.from(value, "base64")]),
        ),
      ]),
  );
}

/** The words of YAML's own mistakes may repeat what stands there. */
function withoutContent({ code, range }: Diagnostic): Diagnostic {
  return {
    severity: "error",
    code,
    message: "this is no YAML that can be read",
    suggestion: "an editor or yamllint says more; it is not shown here, because the file holds secrets",
    ...(range === undefined ? {} : { range }),
  };
}

type Refuse = (code: string, message: string, suggestion: string, path: readonly string[]) => void;

function readObject(
  tree: YamlTree,
  defaultNamespace: string,
  diagnostics: Diagnostic[],
): KitObject | undefined {
  const before = diagnostics.length;
  const refuse: Refuse = (code, message, suggestion, path) => {
    diagnostics.push({ severity: "error", code, message, suggestion, range: tree.valueRange(path) });
  };
  const { value } = tree;
  if (isRecord(value) && isRecord(value["sops"]))
    refuse(
      "kit-encrypted",
      "this document is encrypted with SOPS",
      "decrypt it on the way: sops decrypt kit.yaml | headway bootstrap … --kit /dev/stdin",
      ["sops"],
    );
  const kind = textAt(value, "kind");
  if (kind !== "Secret" && kind !== "ConfigMap") {
    refuse(
      "kit-kind",
      "a kit holds Secrets and ConfigMaps, but this is something else",
      "declare it in the stack, by a chart",
      isRecord(value) && "kind" in value ? ["kind"] : [],
    );
    return undefined;
  }
  if (textAt(value, "apiVersion") !== "v1")
    refuse("kit-kind", `a ${kind} has the apiVersion v1`, "write apiVersion: v1", ["apiVersion"]);
  const name = textAt(value, "metadata", "name") ?? "";
  const namespace = textAt(value, "metadata", "namespace") ?? defaultNamespace;
  if (!isDnsName(name, 253))
    refuse("kit-name", `metadata.name is no name that a ${kind} can have`, "use a DNS name", [
      "metadata",
      "name",
    ]);
  if (!isDnsName(namespace, 63))
    refuse("kit-name", "metadata.namespace is no name that a namespace can have", "use a DNS name", [
      "metadata",
      "namespace",
    ]);
  const data = kind === "Secret" ? readSecretData(value, refuse) : readConfigMapData(value, refuse);
  if (diagnostics.length > before) return undefined;
  const [labels, annotations] = [
    textsAt(value, "metadata", "labels"),
    textsAt(value, "metadata", "annotations"),
  ];
  return {
    kind,
    namespace,
    name,
    range: tree.valueRange([]),
    object: {
      apiVersion: "v1",
      kind,
      metadata: {
        name,
        namespace,
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
      ...(textAt(value, "type") === undefined ? {} : { type: textAt(value, "type") }),
      ...(fieldOf(value, "immutable") === true ? { immutable: true } : {}),
      ...data,
    },
  };
}

/** Entries of one of the fields that hold something; what is no text is told. */
function entriesOf(value: Json, field: string, refuse: Refuse): readonly (readonly [string, string])[] {
  const map = fieldOf(value, field);
  if (map === undefined || map === null) return [];
  if (!isRecord(map)) {
    refuse("kit-data", `${field} is a map of names`, "write `name: value` lines below it", [field]);
    return [];
  }
  return Object.entries(map).flatMap(([key, text]) => {
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      refuse(
        "kit-data",
        `${field} has a key with other characters than letters, digits, -, _ and .`,
        "rename it",
        [field, key],
      );
    if (typeof text === "string") return [[key, text] as const];
    refuse("kit-data", `${field}.${key} is no text`, "put it in quotes", [field, key]);
    return [];
  });
}

function decoded(
  entries: readonly (readonly [string, string])[],
  field: string,
  refuse: Refuse,
): readonly (readonly [string, string])[] {
  return entries.map(([key, text]) => {
    const plain = text.replaceAll(/\s/g, "");
    if (plain.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain))
      refuse(
        "kit-data",
        `${field}.${key} is no base64`,
        field === "data" ? "write it as it is in stringData" : "write it as it is in data",
        [field, key],
      );
    return [key, plain];
  });
}

function readSecretData(value: Json, refuse: Refuse): JsonRecord {
  const plain = entriesOf(value, "stringData", refuse).map(
    ([key, text]) => [key, Buffer.from(text, "utf8").toString("base64")] as const,
  );
  const data = Object.fromEntries([...decoded(entriesOf(value, "data", refuse), "data", refuse), ...plain]);
  const type = textAt(value, "type") ?? "Opaque";
  for (const key of keysOfType[type] ?? [])
    if (data[key] === undefined)
      refuse("kit-data", `a Secret of type ${type} needs the key ${key}`, "add it, or use another type", [
        "type",
      ]);
  checkSize(data, refuse);
  if (Object.keys(data).length === 0)
    refuse("kit-data", "the Secret holds nothing", "add data or stringData", ["metadata", "name"]);
  return { data };
}

function readConfigMapData(value: Json, refuse: Refuse): JsonRecord {
  const data = Object.fromEntries(entriesOf(value, "data", refuse));
  const binary = Object.fromEntries(decoded(entriesOf(value, "binaryData", refuse), "binaryData", refuse));
  checkSize({ ...data, ...binary }, refuse);
  return {
    ...(Object.keys(data).length === 0 ? {} : { data }),
    ...(Object.keys(binary).length === 0 ? {} : { binaryData: binary }),
  };
}

function checkSize(data: Readonly<Record<string, string>>, refuse: Refuse): void {
  const size = Object.values(data).reduce((sum, text) => sum + text.length, 0);
  if (size > largestObjectBytes)
    refuse("kit-data", "the object holds more than 1 MiB", "split it", ["metadata", "name"]);
}

function findTwice(objects: readonly KitObject[]): readonly Diagnostic[] {
  const groups = Map.groupBy(objects, ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  return [...groups].flatMap(([what, [first, ...others]]) =>
    others.map(({ range }): Diagnostic => ({
      severity: "error",
      code: "kit-twice",
      message: `the ${what} stands twice in the kit`,
      suggestion: "remove one of the two",
      range,
      ...(first === undefined ? {} : { related: [{ message: "first here", range: first.range }] }),
    })),
  );
}

/** Every text that must not be shown of the kit's Secrets. */
export function secretObjects(kit: readonly KitObject[]): readonly JsonRecord[] {
  return kit.filter(({ kind }) => kind === "Secret").map(({ object }) => object);
}

/** `Secret headway-system/shop-git`. */
export function describeKitObject({
  kind,
  namespace,
  name,
}: Pick<KitObject, "kind" | "namespace" | "name">): string {
  return `${kind} ${namespace}/${name}`;
}

/** True where an object of the kit, as it was written, names this. */
export function isInKit(
  kit: readonly KitObject[],
  wanted: Pick<KitObject, "kind" | "namespace" | "name">,
  key?: string,
): boolean {
  return kit.some(
    ({ kind, namespace, name, object }) =>
      kind === wanted.kind &&
      namespace === wanted.namespace &&
      name === wanted.name &&
      (key === undefined || fieldAt(object, "data", key) !== undefined),
  );
}
