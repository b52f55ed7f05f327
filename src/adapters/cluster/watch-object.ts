// A word whenever one object by its name, or any of a collection, may have changed; reading it is the caller's matter.
import { setTimeout as sleep } from "node:timers/promises";
import { metadataOf } from "./list.ts";
import type { Api } from "./request.ts";

/** How long the server lets one watch live, the longest silence on it, and the pauses between two, in milliseconds. */
const watchMs = 290_000;
const silenceMs = 320_000;
const shortestPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * Watches one object of a collection, or all of it where no name is given, until the signal is given. Without a resource version a watch begins with what is
 * there, so that nothing is missed between reading and watching. Each (re)start counts as a change too: where watching is
 * not allowed, that comes down to asking now and then.
 */
export async function watchObject(
  api: Api,
  { doing, path, name }: { readonly doing: string; readonly path: string; readonly name?: string },
  onChange: () => void,
  signal: AbortSignal,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  for (let pauseMs = shortestPauseMs; !isOver();) {
    const beganAtMs = performance.now();
    const stream = api.lines(
      {
        doing,
        path,
        accept: metadataOf.one,
        query: {
          watch: "true",
          ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
          timeoutSeconds: String(watchMs / 1000),
        },
      },
      silenceMs,
      () => {
        if (!isOver()) onChange();
      },
    );
    const close = (): void => {
      stream.close();
    };
    signal.addEventListener("abort", close, { once: true });
    await stream.ended;
    signal.removeEventListener("abort", close);
    if (isOver()) return;
    pauseMs =
      performance.now() - beganAtMs > longestPauseMs
        ? shortestPauseMs
        : Math.min(longestPauseMs, pauseMs * 2);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    // The first one after a pause looks by itself.
    if (!isOver()) onChange();
  }
}
