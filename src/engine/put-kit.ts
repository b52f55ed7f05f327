// A kit's objects into the cluster: all of them are checked by the API server before the first is written.
import type { KitObject } from "../core/bootstrap/kit.ts";
import { succeeded, type Result } from "../core/failure.ts";
import type { Clock, Objects, PutObjects } from "./ports.ts";

/** How long a namespace that is being deleted is waited for, in milliseconds. */
const namespaceMs = 60_000;

/** Makes these namespaces where they are absent, and applies the objects. Where one is refused by a check, nothing is changed. */
export async function putKit(
  ports: {
    readonly objects: Pick<Objects, "namespaces" | "ensureNamespace">;
    readonly putObjects: PutObjects;
    readonly clock: Clock;
  },
  kit: readonly KitObject[],
  namespaces: readonly string[],
): Promise<Result<void>> {
  const there = await ports.objects.namespaces();
  if (!there.ok) return there;
  // Into a namespace that is not there yet nothing can be tried.
  const checkable = kit.filter(({ namespace }) => there.value.active.has(namespace));
  const checked = await ports.putObjects(
    checkable.map(({ object }) => object),
    { trial: true },
  );
  if (!checked.ok) return checked;
  const absent = namespaces.filter((namespace) => !there.value.active.has(namespace));
  for (const namespace of absent) {
    const made = await ports.objects.ensureNamespace(namespace, ports.clock.nowMs() + namespaceMs, undefined);
    if (!made.ok) return made;
  }
  return kit.length === 0
    ? succeeded(undefined)
    : ports.putObjects(
        kit.map(({ object }) => object),
        { trial: false },
      );
}
