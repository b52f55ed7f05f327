// Reads how stacks stand from the cluster alone; making sense of it is core/stack-status.ts.
import { succeeded } from "../core/failure.ts";
import type { Result } from "../core/failure.ts";
import { refOf } from "../core/object.ts";
import { groupRecords } from "../core/observe.ts";
import { stackStatus } from "../core/stack-status.ts";
import type { ReleaseStatus } from "../core/stack-status.ts";
import { newestPayloads } from "./observe-stack.ts";
import type { ClusterPorts } from "./run-stack.ts";

export type StackReading = {
  readonly name: string;
  readonly label: string;
  readonly waves?: number;
  readonly releases: readonly ReleaseStatus[];
};

/** Every stack that has releases in the cluster, by the labels on their records, or of which a state is kept. */
export async function readStatus(ports: ClusterPorts): Promise<Result<readonly StackReading[]>> {
  const [listed, kept] = await Promise.all([ports.records.list(), ports.states.stacks()]);
  if (!listed.ok) return listed;
  if (!kept.ok) return kept;
  const records = groupRecords(listed.value);
  const labels = new Set<string>();
  for (const [newest] of records.values())
    if (newest?.stackLabel !== undefined) labels.add(newest.stackLabel);
  const nameOf = (label: string): string => label.slice(0, label.lastIndexOf("."));
  const withRecords = new Set([...labels].map(nameOf));
  // Where nothing of a stack is installed any more, only its state tells why.
  const stacks = [
    // A label holds only as much of a long name.
    ...[...labels].map((label) => ({
      label,
      name: kept.value.find((name) => name.slice(0, 54) === nameOf(label)) ?? nameOf(label),
    })),
    ...kept.value.filter((name) => !withRecords.has(name.slice(0, 54))).map((name) => ({ label: "", name })),
  ].toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const readings: StackReading[] = [];
  for (const { label, name } of stacks) {
    const [state, deployed] = await Promise.all([
      ports.states.read(name),
      label === "" ? succeeded([]) : ports.records.deployedPayloads(label),
    ]);
    if (!state.ok) return state;
    if (!deployed.ok) return deployed;
    const payloads = newestPayloads(deployed.value);
    const objects = [...payloads.values()].flatMap((payload) => payload.objects);
    const namespaces = new Set(
      objects.map((object) => object.metadata.namespace).filter((name) => name !== undefined),
    );
    const world = await ports.objects.snapshot(objects.map(refOf), [...namespaces]);
    if (!world.ok) return world;
    readings.push({
      name,
      label,
      ...(state.value.lastRun === undefined ? {} : { waves: state.value.lastRun.waves }),
      releases: stackStatus({
        stackLabel: label,
        records,
        payloads,
        state: state.value,
        world: world.value,
        nowMs: ports.clock.nowMs(),
      }),
    });
  }
  return succeeded(readings);
}
