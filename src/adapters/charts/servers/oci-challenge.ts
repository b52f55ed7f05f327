// What a registry asks for when it answers 401 (RFC 9110, 11.6.1), and whether the place that it sends one to for a token may
// be given credentials.

/** One way in that a server offers. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service: string };

/** Every challenge of the schemes that are spoken here, in order. */
export function readChallenges(header: string): readonly Challenge[] {
  const challenges: Challenge[] = [];
  let scheme = "";
  let parameters = new Map<string, string>();
  const finish = (): void => {
    if (scheme === "basic") challenges.push({ scheme });
    const realm = parameters.get("realm");
    if (scheme === "bearer" && realm !== undefined)
      challenges.push({ scheme, realm, service: parameters.get("service") ?? "" });
  };
  // NAME=VALUE is a parameter, a NAME alone the next scheme.
  const part = /([A-Za-z0-9!#$%&'*+.^_`|~-]+)(?:=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?[\s,]*/y;
  for (let match = part.exec(header); match !== null; match = part.exec(header)) {
    const [, name = "", quoted, bare] = match;
    const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? bare;
    if (value === undefined) {
      finish();
      scheme = name.toLowerCase();
      parameters = new Map();
    } else if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
  }
  finish();
  return challenges;
}

/** Second labels that stand for a kind of owner where the first is a country: example.co.uk. */
const countryKinds: ReadonlySet<string> = new Set(
  "ac co com edu gen go gob gouv gov govt id ltd mil ne net nom or org plc sch web".split(" "),
);

/** Where everybody may have a name of their own, so that a neighbour is a stranger. */
const sharedDomains: readonly string[] = [
  "amazonaws.com",
  "appspot.com",
  "azurecontainer.io",
  "azurecr.cn",
  "azurecr.io",
  "azurecr.us",
  "azurewebsites.net",
  "cloudapp.azure.com",
  "cloudfront.net",
  "duckdns.org",
  "dyndns.org",
  "firebaseapp.com",
  "fly.dev",
  "github.io",
  "githubusercontent.com",
  "gitlab.io",
  "herokuapp.com",
  "jfrog.io",
  "netlify.app",
  "ngrok.app",
  "ngrok.io",
  "onrender.com",
  "pages.dev",
  "pkg.dev",
  "run.app",
  "scw.cloud",
  "svc.cluster.local",
  "vercel.app",
  "web.app",
  "windows.net",
  "workers.dev",
];

/**
 * Whether credentials for `registry` may be sent to `realm`: over https, to the same host on any port or to one of the same
 * owner's domain, as registry-1.docker.io sends one to auth.docker.io. Else a registry could have anybody's password sent
 * anywhere (CVE-2026-50151 in oras-go).
 */
export function mayHaveCredentials(registry: URL, realm: URL): boolean {
  if (realm.protocol !== "https:" || realm.username !== "" || realm.password !== "") return false;
  if (registry.hostname === realm.hostname) return true;
  const domain = ownersDomain(registry.hostname);
  return domain !== undefined && domain === ownersDomain(realm.hostname);
}

/** The domain that one owner registered; undefined for addresses and names without one. */
function ownersDomain(host: string): string | undefined {
  if (host.startsWith("[") || /^[0-9.]+$/.test(host)) return undefined;
  const labels = host.split(".");
  const shared = sharedDomains.find((domain) => host === domain || host.endsWith(`.${domain}`));
  const isCountrys = labels.at(-1)?.length === 2 && countryKinds.has(labels.at(-2) ?? "");
  const suffix = shared?.split(".").length ?? (isCountrys ? 2 : 1);
  return labels.length > suffix ? labels.slice(-suffix - 1).join(".") : undefined;
}
