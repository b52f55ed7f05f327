// What the payload of a webhook says of a push, read without trust: whatever is not as expected counts as not said.

/** The providers that a webhook can come from; `generic` is anything that signs as Standard Webhooks say. */
export const WEBHOOK_PROVIDERS = ["github", "gitlab", "generic"] as const;
export type WebhookProvider = (typeof WEBHOOK_PROVIDERS)[number];

export type HookNews =
  | { readonly kind: "ping" }
  /** An event about something else than what stands in the repository. */
  | { readonly kind: "other"; readonly event: string }
  /** Where nothing is said of refs or repositories, those are empty. */
  | { readonly kind: "push"; readonly refs: readonly string[]; readonly repositories: readonly string[] };

/** Longer names are none. */
const longestText = 2048;
const mostRefs = 100;

/** Reads a payload; `event` is the provider's header, `isForm` where the JSON stands in a form's field `payload`. */
export function readPush(
  provider: WebhookProvider,
  event: string | undefined,
  body: Uint8Array,
  isForm: boolean,
): HookNews {
  const payload = parse(Buffer.from(body).toString("utf8"), isForm);
  const name = eventName(provider, event, payload);
  if (name === "ping") return { kind: "ping" };
  if (name !== undefined && !isPush(provider, name)) return { kind: "other", event: name.slice(0, 64) };
  return { kind: "push", refs: refsOf(payload), repositories: repositoriesOf(payload) };
}

function eventName(
  provider: WebhookProvider,
  event: string | undefined,
  payload: unknown,
): string | undefined {
  switch (provider) {
    case "github":
      return event;
    case "gitlab":
      return textAt(payload, "object_kind") ?? textAt(payload, "event_name");
    case "generic":
      return textAt(payload, "type") === "ping" ? "ping" : undefined;
  }
}

function isPush(provider: WebhookProvider, name: string): boolean {
  return provider === "gitlab"
    ? name === "push" || name === "tag_push" || name === "repository_update"
    : name === "push";
}

function refsOf(payload: unknown): readonly string[] {
  const one = textAt(payload, "ref");
  if (one !== undefined) return [one];
  const several = fieldOf(payload, "refs");
  return Array.isArray(several) ? several.slice(0, mostRefs).filter(isName) : [];
}

/** Every name that GitHub, GitLab, Gitea and Forgejo give a repository's address. */
const addressFields = [
  "clone_url",
  "ssh_url",
  "git_url",
  "html_url",
  "git_http_url",
  "git_ssh_url",
  "http_url",
  "web_url",
  "homepage",
  "url",
];

function repositoriesOf(payload: unknown): readonly string[] {
  const found = ["repository", "project"].flatMap((key) => {
    const repository = fieldOf(payload, key);
    if (isName(repository)) return [repository];
    return addressFields.flatMap((field) => textAt(repository, field) ?? []);
  });
  return [...new Set(found)];
}

function parse(text: string, isForm: boolean): unknown {
  try {
    return JSON.parse(isForm ? (new URLSearchParams(text).get("payload") ?? "") : text) as unknown;
  } catch {
    return undefined;
  }
}

function textAt(value: unknown, key: string): string | undefined {
  const text = fieldOf(value, key);
  return isName(text) ? text : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= longestText;
}

function fieldOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
