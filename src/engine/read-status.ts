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

/** Every stack that has releases in the cluster, by the labels on their records. */
export async function readStatus(ports: ClusterPorts): Promise<Result<readonly StackReading[]>> {
  const listed = await ports.records.list();
  if (!listed.ok) return listed;
  const records = groupRecords(listed.value);
  const labels = new Set<string>();
  for (const [newest] of records.values())
    if (newest?.stackLabel !== undefined) labels.add(newest.stackLabel);
  const readings: StackReading[] = [];
  for (const label of [...labels].toSorted()) {
    const name = label.slice(0, label.lastIndexOf("."));
    const [state, deployed] = await Promise.all([
      ports.states.read(name),
      ports.records.deployedPayloads(label),
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
