// Addresses in configuration that mean a Service: by the forms that the cluster's DNS knows, and for a lone word only where
// nothing but a host can stand. What is not certain is no reference, or only a mention.
import { isRecord, listAt, textAt, fieldAt, fieldOf } from "../../json.ts";
import { groupOf, isBuiltInGroup } from "../../object.ts";
import type { Force } from "../need.ts";
import { portsOf, type Provided } from "../provided.ts";
import { podSpecsOf, type PlacedObject } from "../rendered.ts";
import { addressesIn, defaultPortOf, isNameScheme, isNetworkScheme, type Address } from "./addresses.ts";
import {
  entriesOfFile,
  entriesOfTree,
  entriesOfWords,
  isFile,
  namedEntries,
  wordsOfScript,
  type ConfigEntry,
} from "./config-entries.ts";
import {
  isPlaceholder,
  mustBeHost,
  namesAddress,
  namesHost,
  namesImage,
  namesOutwardAddress,
  namesOwnAddress,
  portWordsFor,
} from "./key-words.ts";
import { containersOf } from "./pod-references.ts";
import { referTo, type Reference } from "./reference.ts";

/** References to Services by address, of one object and the pods that it makes. */
export function addressReferences(placed: PlacedObject, provided: Provided): readonly Reference[] {
  const { namespace } = placed.ref;
  if (namespace === undefined && placed.ref.kind !== "ClusterIssuer") return [];
  const found = entriesOf(placed).flatMap((entry) => referencesIn(entry, namespace ?? "", provided));
  return [...new Map(found.map((one) => [`${one.where}|${one.written ?? ""}`, one])).values()];
}

/** All configuration in an object. */
function entriesOf({ object, ref }: PlacedObject): readonly ConfigEntry[] {
  if (ref.kind === "ConfigMap") return dataEntries(fieldOf(object, "data"), (value) => value);
  if (ref.kind === "Secret")
    return [
      ...dataEntries(fieldOf(object, "stringData"), (value) => value),
      ...dataEntries(fieldOf(object, "data"), decode),
    ];
  if (ref.kind === "Service") return namedText("externalName", textAt(object, "spec", "externalName"));
  if (ref.kind === "Ingress") return entriesOfTree("annotation", object.metadata.annotations);
  if (!isBuiltInGroup(groupOf(ref.apiVersion))) return entriesOfTree("", { spec: object.spec });
  return podSpecsOf(object).flatMap((spec) => containersOf(spec).flatMap(containerEntries));
}

function namedText(name: string, value: string | undefined): readonly ConfigEntry[] {
  return value === undefined ? [] : namedEntries(new Map([[name, value]]), (where) => where);
}

function dataEntries(data: unknown, read: (value: string) => string | undefined): readonly ConfigEntry[] {
  const values = new Map(
    Object.entries(isRecord(data) ? data : {}).flatMap(([key, value]) => {
      const text = typeof value === "string" ? read(value) : undefined;
      return text === undefined ? [] : [[key, text] as const];
    }),
  );
  const files = [...values].filter(([, text]) => isFile(text));
  const plain = new Map([...values].filter(([, text]) => !isFile(text)));
  return [
    ...namedEntries(plain, (key) => `key ${key}`),
    ...files.flatMap(([key, text]) => entriesOfFile(key, text)),
  ];
}

/** What is no text, a key store for example, has no addresses to read. */
function decode(value: string): string | undefined {
  const text = Buffer.from(value, "base64").toString("utf8");
  return /[\u0000-\u0008\uFFFD]/.test(text) ? undefined : text;
}

function containerEntries(container: unknown): readonly ConfigEntry[] {
  const variables = new Map<string, string>();
  for (const one of listAt(container, "env")) {
    const name = textAt(one, "name");
    const value = textAt(one, "value");
    if (name !== undefined && value !== undefined) variables.set(name, expand(value, variables));
  }
  const words = ["command", "args"]
    .flatMap((field) => listAt(container, field))
    .filter((word) => typeof word === "string")
    .map((word) => expand(word, variables));
  const scripts = words.filter((word) => /\s/.test(word));
  return [
    ...namedEntries(new Map([...variables].filter(([, value]) => !isFile(value))), (name) => `env ${name}`),
    ...[...variables].flatMap(([name, value]) => (isFile(value) ? entriesOfFile(`env ${name}`, value) : [])),
    ...entriesOfWords(
      "args",
      words.filter((word) => !/\s/.test(word)),
    ),
    ...scripts.flatMap((script) => entriesOfWords("args", wordsOfScript(script))),
    ...["livenessProbe", "readinessProbe", "startupProbe"].flatMap((probe) =>
      ["httpGet", "tcpSocket"].flatMap((check) => probeEntry(fieldAt(container, probe, check), probe)),
    ),
  ];
}

function probeEntry(check: unknown, probe: string): readonly ConfigEntry[] {
  const host = textAt(check, "host");
  if (host === undefined) return [];
  const port = fieldOf(check, "port");
  const siblings = new Map(typeof port === "number" ? [["probe port", String(port)]] : []);
  return [{ where: probe, words: ["probe", "host"], value: host, siblings, isNested: false }];
}

/** `$(NAME)` as Kubernetes expands it, from variables with a value of their own. */
function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string) => variables.get(name) ?? whole);
}

function referencesIn(entry: ConfigEntry, namespace: string, provided: Provided): readonly Reference[] {
  return addressesIn(entry.value).flatMap((address) => {
    const service = serviceOf(address.host, namespace, provided);
    if (service === undefined || isPlaceholder(address.host)) return [];
    const port = portOf(address, entry);
    const force = judge(address, service, entry, port, provided);
    if (force === undefined) return [];
    const written = `${address.host}${address.port === undefined ? "" : `:${address.port}`}`;
    const part = port === undefined ? {} : { port };
    return [{ ...referTo("Service", service.namespace, service.name, entry.where, force, part), written }];
  });
}

type ServiceName = {
  readonly namespace: string;
  readonly name: string;
  /** How the address says that it is one: nothing else ends in .svc, a namespace's name may end others, too. */
  readonly how: "svc" | "namespace" | "word";
};

/** Which Service the cluster's DNS would find under the host; undefined for hosts of elsewhere. */
function serviceOf(host: string, namespace: string, provided: Provided): ServiceName | undefined {
  const labels = host.split(".");
  const svc = labels.lastIndexOf("svc");
  const at = (name: number, space: number, how: ServiceName["how"]): ServiceName | undefined => {
    const [service, where] = [labels[name], labels[space]];
    return service === undefined || where === undefined || !isServiceName(service)
      ? undefined
      : { name: service, namespace: where, how };
  };
  if (svc >= 2) return at(svc - 2, svc - 1, "svc");
  if (svc >= 0) return undefined;
  const last = labels.length - 1;
  if (labels.length === 1) return isServiceName(host) ? { name: host, namespace, how: "word" } : undefined;
  if (labels.length <= 3 && provided.namespaces.has(labels[last] ?? "")) {
    const found = at(last - 1, last, "namespace");
    const isThere = found !== undefined && isProvided(found, provided);
    // With a pod before it, only where there is such a Service: three labels end in a word as well.
    if (labels.length === 2 || isThere) return found;
  }
  // One pod of a headless Service of the same namespace.
  const [pod = "", service = ""] = labels;
  const headless = labels.length === 2 ? provided.serviceAt(namespace, service) : undefined;
  return headless !== undefined && /-\d+$/.test(pod) ? { name: service, namespace, how: "word" } : undefined;
}

function isServiceName(label: string): boolean {
  return label.length <= 63 && /^[a-z](?:[a-z0-9-]*[a-z0-9])?$/.test(label);
}

function isProvided({ name, namespace }: ServiceName, provided: Provided): boolean {
  return (
    provided.providersOf({ kind: "object", group: "", objectKind: "Service", namespace, name }).length > 0
  );
}

/** The port that is written, or stands beside the host, or is the scheme's. */
function portOf(address: Address, entry: ConfigEntry): number | undefined {
  if (address.port !== undefined) return address.port;
  // A URL within a longer text may be the first part of one with a port.
  if (address.scheme !== undefined)
    return /^\S+:\/\/\S+$/.test(entry.value.trim()) ? defaultPortOf(address.scheme) : undefined;
  if (!namesHost(entry.words)) return undefined;
  const beside = Number(entry.siblings.get(portWordsFor(entry.words)));
  return Number.isInteger(beside) && beside > 0 && beside < 65536 ? beside : undefined;
}

/** How sure it is that the address is meant as one; undefined for texts that only look like it. */
function judge(
  address: Address,
  service: ServiceName,
  entry: ConfigEntry,
  port: number | undefined,
  provided: Provided,
): Force | undefined {
  const { words } = entry;
  const isThere = isProvided(service, provided);
  if (address.form !== "url" && namesImage(words)) return undefined;
  if (service.how === "word" && namesOwnAddress(words)) return undefined;
  if (namesOutwardAddress(words)) return undefined;
  switch (address.form) {
    case "service-name":
      return "named";
    case "url":
      return judgeUrl(address, service, isThere);
    case "host-port":
      if (service.how === "svc") return "named";
      if (port === undefined || port < 22) return undefined;
      if (isThere) return namesAddress(words) || hasPort(service, port, provided) ? "named" : undefined;
      return namesAddress(words) && port >= 80 ? "named" : undefined;
    case "bare":
      if (service.how === "svc") return "named";
      if (isThere && service.how === "namespace") return "named";
      if (isThere) return namesHost(words) ? "named" : undefined;
      return mustBeHost(words) && (!entry.isNested || port !== undefined) ? "named" : undefined;
  }
}

function judgeUrl({ scheme = "", port }: Address, service: ServiceName, isThere: boolean): Force | undefined {
  if (isNameScheme(scheme)) return undefined;
  if (isThere || service.how === "svc") return "named";
  if (!isNetworkScheme(scheme)) return undefined;
  if (service.how === "word") return "named";
  // A namespace may be called as a top-level domain is: then it is more likely a place on the Internet.
  return port !== undefined || (scheme !== "https" && scheme !== "wss") ? "named" : undefined;
}

function hasPort(service: ServiceName, port: number, provided: Provided): boolean {
  const object = provided.serviceAt(service.namespace, service.name);
  const ports = object === undefined ? undefined : portsOf(object);
  return ports === undefined || ports.includes(port);
}
