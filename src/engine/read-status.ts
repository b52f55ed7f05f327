// Reads how stacks stand from the cluster alone; making sense of it is core/stack-status.ts.
import { succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import type { ReleaseId } from "../core/ids.ts";
import { refOf } from "../core/object.ts";
import { groupRecords } from "../core/observe.ts";
import type { ReleaseRecord, StackState } from "../core/observation.ts";
import { releasesOfStack, stackStatus } from "../core/stack-status.ts";
import type { ReleaseStatus } from "../core/stack-status.ts";
import { newestPayloads } from "./observe-stack.ts";
import type { ClusterPorts } from "./run-stack.ts";

export type StackReading = {
  readonly name: string;
  readonly waves?: number;
  readonly releases: readonly ReleaseStatus[];
};

/** A stack that is known of: by the label on its records, or only by the state that is kept of it. */
type KnownStack = { readonly name: string; readonly label?: string };

/** What a stack has of releases, whatever state they are in. */
export type StackReleases = {
  readonly name: string;
  /** Of its records; absent where nothing of it is installed. */
  readonly label?: string;
  readonly state: StackState;
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  readonly releases: readonly ReleaseId[];
};

/** Every stack that has releases in the cluster or of which a state is kept; `only` that of this name. */
export async function readStatus(
  ports: ClusterPorts,
  only?: string,
): Promise<Result<readonly StackReading[]>> {
  const found = await listStacks(ports, only);
  if (!found.ok) return found;
  const { stacks, states, records } = found.value;
  return all(stacks.map((stack) => readStack(ports, stack, states.get(stack.name), records)));
}

/** The releases of every stack that is known of, without a look at how they are; `only` of that of this name. */
export async function readReleases(
  ports: Pick<ClusterPorts, "records" | "states">,
  only?: string,
): Promise<Result<readonly StackReleases[]>> {
  const found = await listStacks(ports, only);
  if (!found.ok) return found;
  const { stacks, states, records } = found.value;
  return all(
    stacks.map(async ({ name, label }) => {
      const state = await stateOf(ports, name, states.get(name));
      if (!state.ok) return state;
      const known = { stackLabel: label ?? "", records, state: state.value };
      return succeeded({
        name,
        ...(label === undefined ? {} : { label }),
        state: state.value,
        records,
        releases: [...releasesOfStack(known).values()],
      });
    }),
  );
}

async function all<T>(reading: readonly Promise<Result<T>>[]): Promise<Result<readonly T[]>> {
  const read = await Promise.all(reading);
  const refused = read.find((one) => !one.ok);
  return refused ?? succeeded(read.flatMap((one) => (one.ok ? [one.value] : [])));
}

type FoundStacks = {
  readonly stacks: readonly KnownStack[];
  readonly states: ReadonlyMap<string, StackState>;
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
};

async function listStacks(
  ports: Pick<ClusterPorts, "records" | "states">,
  only: string | undefined,
): Promise<Result<FoundStacks>> {
  const [listed, kept] = await Promise.all([ports.records.list(), ports.states.list()]);
  if (!listed.ok) return listed;
  if (!kept.ok) return kept;
  const records = groupRecords(listed.value);
  const stacks = knownStacks(records, [...kept.value.keys()]).filter(
    ({ name }) => only === undefined || name === only,
  );
  return succeeded({ stacks, states: kept.value, records });
}

// One that could not be read among the others says why.
async function stateOf(
  ports: Pick<ClusterPorts, "states">,
  name: string,
  kept: StackState | undefined,
): Promise<Result<StackState>> {
  return kept === undefined ? ports.states.read(name) : succeeded(kept);
}

function knownStacks(
  records: ReadonlyMap<string, readonly ReleaseRecord[]>,
  kept: readonly string[],
): readonly KnownStack[] {
  const labels = new Set<string>();
  for (const [newest] of records.values())
    if (newest?.stackLabel !== undefined) labels.add(newest.stackLabel);
  // A label holds only as much of a long name.
  const nameIn = (label: string): string => label.slice(0, label.lastIndexOf("."));
  const withRecords = new Set([...labels].map(nameIn));
  return [
    ...[...labels].map((label) => ({
      label,
      name: kept.find((name) => name.slice(0, 54) === nameIn(label)) ?? nameIn(label),
    })),
    // Where nothing of a stack is installed any more, only its state tells why.
    ...kept.filter((name) => !withRecords.has(name.slice(0, 54))).map((name) => ({ name })),
  ].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

async function readStack(
  ports: ClusterPorts,
  { name, label }: KnownStack,
  kept: StackState | undefined,
  records: ReadonlyMap<string, readonly ReleaseRecord[]>,
): Promise<Result<StackReading>> {
  const [state, deployed] = await Promise.all([
    stateOf(ports, name, kept),
    label === undefined ? succeeded([]) : ports.records.deployedPayloads(label),
  ]);
  if (!state.ok) return state;
  if (!deployed.ok) return deployed;
  const payloads = newestPayloads(deployed.value);
  const objects = [...payloads.values()].flatMap((payload) => payload.objects);
  const namespaces = new Set(
    objects.map((object) => object.metadata.namespace).filter((namespace) => namespace !== undefined),
  );
  const world = await ports.objects.snapshot(objects.map(refOf), [...namespaces]);
  if (!world.ok) return world;
  return succeeded({
    name,
    ...(state.value.lastRun === undefined ? {} : { waves: state.value.lastRun.waves }),
    releases: stackStatus({
      stackLabel: label ?? "",
      records,
      payloads,
      state: state.value,
      world: world.value,
      nowMs: ports.clock.nowMs(),
    }),
  });
}
