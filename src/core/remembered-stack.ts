// A stack as the cluster remembers it, for what has to work without git: which releases it has, what depends on what, and the
// little that a run needs of a declaration. Nothing here is what a person wrote, so nothing may be applied from it.
import type { Declaration } from "./declaration.ts";
import { resolveGraph, type Graph } from "./graph.ts";
import { splitReleaseId, type ReleaseId } from "./ids.ts";
import type { LastStanding, ReleaseRecord, StackState } from "./observation.ts";
import type { PinnedRelease } from "./pin.ts";
import { rulesKept } from "./remembered-rules.ts";
import { releasesOfStack } from "./stack-status.ts";

export type RememberedStack = {
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  /** Releases of which nobody knows the health rules. */
  readonly rulesUnknown: readonly ReleaseId[];
};

/** What a declaration that says nothing is taken for. */
const ordinaryTimeoutMs = 300_000;
const failFast = { imagePullMs: 60_000, configMs: 30_000, crashLoop: { restarts: 3, forMs: 60_000 } };
/** As many revisions as are there, and helm's own number, are kept: a rollback is no time to throw any away. */
const ordinaryMaxHistory = 10;

/** The releases that are or were declared, as the last run knew them; `timeoutMs` in place of what each had. */
export function rememberedStack(input: {
  readonly stackLabel: string;
  readonly records: ReadonlyMap<string, readonly ReleaseRecord[]>;
  readonly state: StackState;
  readonly timeoutMs?: number;
}): RememberedStack {
  const declarations = [...releasesOfStack(input)].flatMap(([key, id]) => {
    const standing = input.state.lastRun?.releases.get(id);
    // What is no longer declared is the stack's all the same, and nobody's to put back.
    if (standing?.undeclared === true) return [];
    const records = input.records.get(key) ?? [];
    return [rememberedDeclaration(id, standing, records, input.timeoutMs)];
  });
  const { value: graph } = resolveGraph({ declarations, phases: [] });
  const pins = new Map(
    declarations.map((declaration) => [
      declaration.id,
      rememberedPin(declaration, input.state.lastRun?.releases.get(declaration.id)),
    ]),
  );
  const rulesUnknown = declarations.flatMap(({ id, range }) =>
    rulesKept(input.state.lastRun?.releases.get(id), range) === undefined ? [id] : [],
  );
  return { declarations, graph, pins, rulesUnknown };
}

function rememberedDeclaration(
  id: ReleaseId,
  standing: LastStanding | undefined,
  records: readonly ReleaseRecord[],
  timeoutMs: number | undefined,
): Declaration {
  const { namespace, name } = splitReleaseId(id);
  const range = rangeOf(standing?.declaredAt);
  return {
    id,
    name,
    namespace,
    releaseName: standing?.releaseName ?? records[0]?.releaseName ?? name,
    labels: standing?.labels ?? {},
    chart: { kind: "archive", url: "", written: standing?.chart ?? name },
    chartRange: range,
    dependsOn: (standing?.after ?? []).map((on) => ({ id: on, range })),
    values: [],
    createNamespace: false,
    timeoutMs: timeoutMs ?? standing?.timeoutMs ?? ordinaryTimeoutMs,
    failFast,
    onFailure: "keep",
    retries: 0,
    waitWith: "headway",
    health: rulesKept(standing, range) ?? [],
    stableForMs: 0,
    test: false,
    crds: "skip",
    fieldConflicts: "take",
    suspend: standing?.suspend ?? false,
    driftDetection: { ignore: [] },
    provides: [],
    foresightIgnore: [],
    ...(standing?.serviceAccountName === undefined
      ? {}
      : { serviceAccountName: standing.serviceAccountName }),
    protect: standing?.protect ?? false,
    maxHistory: Math.max(ordinaryMaxHistory, records.length),
    digest: standing?.declaration ?? "",
    range,
  };
}

/** A pin by the name and version of the chart alone. */
function rememberedPin(declaration: Declaration, standing: LastStanding | undefined): PinnedRelease {
  return {
    declaration,
    chart: {
      name: standing?.chart ?? declaration.name,
      version: standing?.version ?? "",
      digest: "",
      folder: "",
      hasCrds: false,
      hasSchema: false,
      hooks: [],
      namespaces: [],
    },
    values: [],
    missing: [],
    valuesDigest: "",
    fingerprint: "",
  };
}

function rangeOf(declaredAt = ""): Declaration["range"] {
  const at = declaredAt.lastIndexOf(":");
  const line = Number(declaredAt.slice(at + 1));
  return at > 0 && Number.isInteger(line)
    ? { file: declaredAt.slice(0, at), line, column: 1 }
    : { file: "", line: 0, column: 0 };
}
