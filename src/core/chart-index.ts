// What a repository of charts holds, as its index file in the repository says: enough to resolve a name and a range
// without a server. Reading servers is an adapter's matter, choosing a version chart-resolution.ts's.

/**
 * What a chart's content is known by: `sha256:HEX` over a packaged chart's bytes, `tree-sha256:HEX` over the sorted tree of
 * a chart's folder.
 */
export type ChartDigest = `sha256:${string}` | `tree-sha256:${string}`;

/** One version of one chart. */
export type IndexedChart = {
  readonly name: string;
  readonly version: string;
  readonly appVersion?: string;
  readonly digest: ChartDigest;
  /**
   * Where it is: the https:// address of a packaged chart, oci://HOST/PATH/NAME, or a path relative to the index file's
   * folder: of a chart's folder, or of an archive.
   */
  readonly url: string;
  readonly dependencies?: readonly {
    readonly name: string;
    readonly version: string;
    readonly repository: string;
  }[];
};
