// A depth-first walk over "waits for" edges: what has to come first, and the edges that close cycles. Iterative, because
// a chain of thousands would exhaust the call stack.

/** The walk's outcome; nodes are indexes into the edges that were given. */
export type Walk = {
  /** Every node behind all that it waits for. */
  readonly order: readonly number[];
  /** The edges without those that close a cycle: these hold none. */
  readonly kept: readonly (readonly number[])[];
  /** One cycle for each edge that closes one, first node first; the last one's edge goes back to the first. */
  readonly cycles: readonly (readonly number[])[];
};

const mostCycles = 50;

/** Walks all nodes, each node's edges in their order. At most 50 cycles are listed; every closing edge is left out. */
export function walkDepthFirst(edges: readonly (readonly number[])[]): Walk {
  const isOpen = edges.map(() => false);
  const isDone = edges.map(() => false);
  const kept: number[][] = edges.map(() => []);
  const order: number[] = [];
  const cycles: number[][] = [];
  const path: number[] = [];
  const positions: number[] = [];
  const open = (node: number): void => {
    isOpen[node] = true;
    path.push(node);
    positions.push(0);
  };
  for (const root of edges.keys()) {
    if (isDone[root] === true) continue;
    open(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const position = positions.at(-1) ?? 0;
      positions[positions.length - 1] = position + 1;
      const next = edges[node]?.[position];
      if (next === undefined) {
        isOpen[node] = false;
        isDone[node] = true;
        order.push(node);
        path.pop();
        positions.pop();
      } else if (isOpen[next] === true) {
        if (cycles.length < mostCycles) cycles.push(path.slice(path.lastIndexOf(next)));
      } else {
        kept[node]?.push(next);
        if (isDone[next] !== true) open(next);
      }
    }
  }
  return { order, kept, cycles };
}
