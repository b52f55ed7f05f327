// Network addresses in any text: URLs of all schemes, JDBC and lists of hosts included, HOST:PORT, and names that end as a
// Service's do. What an address means, and whether it is one of a Service, is decided elsewhere. Linear in the text.

export type Address = {
  readonly host: string;
  readonly port?: number;
  /** Of a URL, in lower case; of jdbc:postgresql://… it is postgresql. */
  readonly scheme?: string;
  /** `url`, `host:port`, a name `x.y.svc…`, or a text that is nothing but names. */
  readonly form: "url" | "host-port" | "service-name" | "bare";
};

/** Longer texts than this are cut: they are data, and no configuration. */
const longestText = 256 * 1024;

const urlPattern = /([a-zA-Z][a-zA-Z0-9+.-]{0,30}):\/\/([^\s"'`<>\\/?#;|]*)(?:\/([^\s"'`<>\\/?#;|,]*))?/g;
const oraclePattern = /jdbc:oracle:thin:@(?:\/\/)?([a-z0-9.-]+)(?::(\d{2,5}))?/g;
const shellPattern = /\/dev\/(?:tcp|udp)\/([a-z0-9.-]+)\/(\d{2,5})/g;
const hostPortPattern = /(?<![\w.:/$%{}-])([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?):(\d{2,5})(?![\w.-]|:\d)/g;
const serviceNamePattern =
  /(?<![\w.@:/$%{}-])((?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.){2,4}svc(?:\.[a-z0-9-]+)*)\.?(?![\w:.-])/g;

/** Every address in the text, in no order that means anything. */
export function addressesIn(written: string): readonly Address[] {
  const text = written.slice(0, longestText);
  const found: Address[] = [];
  const rest = text
    .replace(shellPattern, (_, host: string, port: string) => {
      found.push({ host, scheme: "tcp", form: "url", ...portPart(port) });
      return " ";
    })
    .replace(oraclePattern, (_, host: string, port: string | undefined) => {
      found.push({ host, scheme: "oracle", form: "url", ...portPart(port) });
      return " ";
    })
    .replace(urlPattern, (_, scheme: string, authority: string, path: string | undefined) => {
      found.push(...fromUrl(scheme.toLowerCase(), authority, path ?? ""));
      return " ";
    });
  for (const [, host = "", port = ""] of rest.matchAll(hostPortPattern))
    if (isHost(host)) found.push({ host, form: "host-port", ...portPart(port) });
  for (const [, host = ""] of rest.matchAll(serviceNamePattern)) found.push({ host, form: "service-name" });
  const items = text.trim().split(/\s*[,;]\s*|\s+/);
  if (items.length <= 20 && items.every((item) => isHost(item)))
    for (const host of items) found.push({ host: withoutDot(host), form: "bare" });
  return found;
}

/** Several hosts may share one URL, as those of a replica set do. */
function fromUrl(scheme: string, authority: string, path: string): readonly Address[] {
  // gRPC's way of naming a resolver has the host behind an empty authority.
  const hosts = authority === "" && /^(?:dns|passthrough)$/.test(scheme) ? path : authority;
  const afterUser = hosts.slice(hosts.lastIndexOf("@") + 1);
  return afterUser.split(",").flatMap((one): readonly Address[] => {
    const match = /^([a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?\.?)(?::(\d{1,5}))?[)\]}]?$/i.exec(one);
    const host = withoutDot(match?.[1] ?? "");
    if (match === null || !isHost(host)) return [];
    return [{ host, scheme, form: "url", ...portPart(match[2]) }];
  });
}

function portPart(text: string | undefined): { readonly port?: number } {
  const port = Number(text);
  return text === undefined || port < 1 || port > 65535 ? {} : { port };
}

function withoutDot(host: string): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** A DNS name with a letter in it, in lower case as names of Services are. */
function isHost(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9])?\.?$/.test(text) &&
    /[a-z]/.test(text) &&
    !text.includes("..")
  );
}

/** The port that a scheme means where none is written; undefined where it means none that everybody agrees on. */
export function defaultPortOf(scheme: string): number | undefined {
  return defaultPorts.get(scheme.replace(/^.*\+/, ""));
}

const defaultPorts: ReadonlyMap<string, number> = new Map([
  ["http", 80],
  ["ws", 80],
  ["https", 443],
  ["wss", 443],
  ["postgres", 5432],
  ["postgresql", 5432],
  ["mysql", 3306],
  ["mariadb", 3306],
  ["sqlserver", 1433],
  ["oracle", 1521],
  ["mongodb", 27017],
  ["redis", 6379],
  ["rediss", 6379],
  ["amqp", 5672],
  ["amqps", 5671],
  ["nats", 4222],
  ["ldap", 389],
  ["ldaps", 636],
  ["bolt", 7687],
  ["neo4j", 7687],
]);

/** True for schemes whose authority is a host that a program connects to. */
export function isNetworkScheme(scheme: string): boolean {
  const bare = scheme.replace(/^.*\+/, "");
  return defaultPorts.has(bare) || moreSchemes.has(bare);
}

const moreSchemes: ReadonlySet<string> = new Set([
  "tcp",
  "udp",
  "tls",
  "ssl",
  "grpc",
  "grpcs",
  "h2c",
  "mqtt",
  "mqtts",
  "kafka",
  "sentinel",
  "cassandra",
  "clickhouse",
  "smtp",
  "smtps",
  "dns",
  "passthrough",
  "memcached",
  "zookeeper",
  "etcd",
  "thrift",
  "otlp",
  "influxdb",
  "stomp",
  "pulsar",
  "tempo",
  "syslog",
  "plaintext",
  "sasl_ssl",
  "sasl_plaintext",
  "mssql",
  "elasticsearch",
  "cockroachdb",
  "couchbase",
]);

/** True for schemes whose authority is a bucket, an image or another name, and no host of the cluster's network. */
export function isNameScheme(scheme: string): boolean {
  return nameSchemes.has(scheme) || /^(?:s3|gs|gcs|abfss?|wasbs?|azblob|arn|spiffe)/.test(scheme);
}

const nameSchemes: ReadonlySet<string> = new Set([
  "file",
  "oci",
  "docker",
  "data",
  "urn",
  "mailto",
  "vault",
  "ref",
  "env",
  "classpath",
  "unix",
  "secret",
  "secretref",
  "chrome",
  "app",
  "android",
  "ios",
  "k8s",
  "configmap",
  "jar",
  "template",
  "memory",
  "mem",
  "sqlite",
]);
