// The list of a repository's tags, page by page as a registry gives it.
import { failed, succeeded, type Result } from "../../../core/failure.ts";
import type { Patience } from "./http-exchange.ts";
import type { Registry } from "./oci-registry.ts";

const maxBytes = 4 * 1024 * 1024;
/** Charts have hundreds of versions; whoever says more is not believed for ever. */
const maxTags = 20_000;
const maxPages = 200;
const pageSize = 1_000;

/** Every tag that is written as tags are, in the registry's order. */
export async function readTags(
  registry: Registry,
  doing: string,
  repository: string,
  patience: Patience,
): Promise<Result<readonly string[]>> {
  const tags = new Set<string>();
  const prefix = `/v2/${repository}/tags/list`;
  let path = `${prefix}?n=${pageSize}`;
  for (let page = 0; page < maxPages && tags.size < maxTags; page++) {
    const reply = await registry.get({
      doing,
      repository,
      path,
      accept: "application/json",
      maxBytes,
      tooLarge: "chart-index",
      patience,
    });
    if (!reply.ok) return reply;
    const listed = tagsIn(reply.value.body);
    if (listed === undefined)
      return failed({
        kind: "chart-index",
        message: `${doing}: ${reply.value.url.host} answered with something that is no list of tags`,
        next: "check that the address is the one of a registry",
      });
    for (const tag of listed) tags.add(tag);
    const next = nextPath(reply.value.headers.link, reply.value.url, prefix);
    if (next === undefined) break;
    path = next;
  }
  return succeeded([...tags]);
}

function tagsIn(body: Buffer): readonly string[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("tags" in value)) return undefined;
  if (value.tags === null) return [];
  if (!Array.isArray(value.tags)) return undefined;
  const tags: readonly unknown[] = value.tags;
  return tags.filter((tag): tag is string => typeof tag === "string" && /^\w[\w.-]{0,127}$/.test(tag));
}

/** RFC 8288, as the distribution specification uses it. The next page is one of the same list, nowhere else. */
function nextPath(link: string | string[] | undefined, from: URL, prefix: string): string | undefined {
  const text = Array.isArray(link) ? link.join(",") : (link ?? "");
  const target = /<([^<>]+)>\s*;\s*rel="?next"?/.exec(text)?.[1];
  if (target === undefined || !URL.canParse(target, from.href)) return undefined;
  const url = new URL(target, from);
  return url.origin === from.origin && url.pathname === prefix ? `${url.pathname}${url.search}` : undefined;
}
