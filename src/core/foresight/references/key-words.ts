// What the name of a variable or field says about its value: a host, a port, an address of the program itself.

/** `DB_HOST`, `dbHost`, `db.host` and `--db-host` are all [db, host]. */
export function wordsOf(key: string): readonly string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

const hostWords: ReadonlySet<string> = new Set([
  "host",
  "hosts",
  "hostname",
  "hostnames",
  "server",
  "servers",
  "addr",
  "addrs",
  "address",
  "addresses",
  "endpoint",
  "endpoints",
  "broker",
  "brokers",
]);

const addressWords: ReadonlySet<string> = new Set([
  ...hostWords,
  "upstream",
  "upstreams",
  "backend",
  "url",
  "urls",
  "uri",
  "uris",
  "dsn",
  "bootstrap",
  "connection",
  "target",
  "targets",
  "nodes",
  "seeds",
  "peers",
  "proxy",
  "quorum",
]);

/** The last words that say what a host is for stand before or behind the word host: DB_HOST, HOST_DB. */
export function namesHost(words: readonly string[]): boolean {
  return hostWords.has(words.at(-1) ?? "") && !namesOwnAddress(words);
}

/** True where the value must be a host: a server may be called by the program that it runs, too. */
export function mustBeHost(words: readonly string[]): boolean {
  return words.length > 1 && namesHost(words) && words.at(-1) !== "server";
}

/** True where the value is an address of some form. */
export function namesAddress(words: readonly string[]): boolean {
  return words.some((word) => addressWords.has(word)) && !namesOwnAddress(words);
}

const ownWords: ReadonlySet<string> = new Set([
  "bind",
  "listen",
  "listener",
  "listeners",
  "advertise",
  "advertised",
  "own",
  "self",
  "my",
  "local",
  "pod",
  "node",
]);

/** Where the program itself is to be reached: no dependency of it. */
export function namesOwnAddress(words: readonly string[]): boolean {
  return (
    words.some((word) => ownWords.has(word)) ||
    (words.length === 1 && (words[0] === "host" || words[0] === "hostname")) ||
    (words.length === 2 && words[0] === "server" && words[1] === "name")
  );
}

const outwardWords: ReadonlySet<string> = new Set([
  "callback",
  "redirect",
  "origin",
  "origins",
  "cors",
  "public",
  "allowed",
  "allow",
  "trusted",
]);

/** True for addresses that a program hands to others, or admits, rather than connecting to them. */
export function namesOutwardAddress(words: readonly string[]): boolean {
  return words.some((word) => outwardWords.has(word));
}

/** True for values that look like addresses and are images. */
export function namesImage(words: readonly string[]): boolean {
  return words.some((word) => word === "image" || word === "images" || word === "tag");
}

/** The words of the port that belongs to a host: [db, host] → [db, port]. */
export function portWordsFor(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return [...(hostWords.has(last) ? words.slice(0, -1) : words), "port"].join(" ");
}

/** Words that stand where a host could, and are none. */
export function isPlaceholder(host: string): boolean {
  return placeholders.has(host) || host.endsWith(".localhost");
}

const placeholders: ReadonlySet<string> = new Set([
  "localhost",
  "localdomain",
  "local",
  "host",
  "hostname",
  "none",
  "null",
  "nil",
  "true",
  "false",
  "yes",
  "no",
  "on",
  "off",
  "auto",
  "default",
  "all",
  "any",
  "undefined",
  "example",
  "changeme",
  "placeholder",
  "server",
  "memory",
  "enabled",
  "disabled",
  "tcp",
  "udp",
  "unix",
  "http",
  "https",
]);
