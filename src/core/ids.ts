// Names of things: a release's identity in Headway (NAMESPACE/NAME) and the shapes of names that Kubernetes and Helm
// accept. Nothing here knows what a release is.

declare const releaseIdBrand: unique symbol;

/** NAMESPACE/NAME of one declaration: how dependsOn, commands and every output name a release. */
export type ReleaseId = string & { readonly [releaseIdBrand]: true };

/** Makes the identity of a release from two valid names. */
export function releaseId(namespace: string, name: string): ReleaseId {
  return `${namespace}/${name}` as ReleaseId;
}

/** Splits an identity into its two names. */
export function splitReleaseId(id: ReleaseId): { readonly namespace: string; readonly name: string } {
  const slash = id.indexOf("/");
  return { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

/**
 * Reads `NAME` (in `defaultNamespace`) or `NAMESPACE/NAME`; undefined when the text is neither.
 * Names are DNS labels or subdomains, as Kubernetes asks of object names.
 */
export function parseReleaseId(text: string, defaultNamespace: string): ReleaseId | undefined {
  const parts = text.split("/");
  const [first, second] = parts;
  if (parts.length === 1 && first !== undefined && isDnsName(first, 53))
    return releaseId(defaultNamespace, first);
  if (
    parts.length === 2 &&
    first !== undefined &&
    second !== undefined &&
    isDnsName(first, 63) &&
    isDnsName(second, 53)
  )
    return releaseId(first, second);
  return undefined;
}

/** True for a lower-case DNS subdomain of at most `maxLength` characters. Linear in the length of the text. */
export function isDnsName(text: string, maxLength: number): boolean {
  return text.length > 0 && text.length <= maxLength && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/.test(text);
}
