// What is being done when the kill comes: how the stack stands before, what the run is to do, and how everything has to stand
// after the next plain run. A new scenario is one more entry here.
import type { ReleaseSketch, StackSketch } from "../kit/stack-folder.ts";
import { appChart } from "../kit/stack-folder.ts";
import type { AuditEvent } from "../kit/sandbox.ts";

export type Graph = Readonly<Record<string, readonly string[]>>;

/**
 * How a release has to stand in the end; `image` is the tag of its pods. What was rolled back may have been cut between
 * helm's last write and the mark that it is healthy; it stays quarantined.
 */
export type Wanted = { readonly image: string; readonly isRolledBack?: true } | "gone";

export type Scenario = {
  readonly graph: Graph;
  /** What is applied, and whole, before; nothing where absent. */
  readonly before?: readonly ReleaseSketch[];
  readonly declared: readonly ReleaseSketch[];
  readonly more?: Pick<StackSketch, "files" | "stackSpec">;
  readonly command: "apply" | "destroy";
  /** How the run ends that nobody kills, and the next one after a kill. */
  readonly exitCode: number;
  /** One of several where the moment of the kill decides. */
  readonly wanted: Readonly<Record<string, Wanted | readonly Wanted[]>>;
  /** The first write that a kill may follow; any where absent. */
  readonly from?: (event: AuditEvent) => boolean;
};

const chain: Graph = { db: [], api: ["db"], web: ["api"] };

/** Six in three waves. */
const layered: Graph = {
  db: [],
  cache: [],
  api: ["db"],
  auth: ["db", "cache"],
  web: ["api", "auth"],
  report: ["auth"],
};

const hooked: Graph = { db: [], api: ["db"] };

const hookEvents = ["install", "upgrade", "rollback", "delete"].flatMap((operation) => [
  `pre-${operation}`,
  `post-${operation}`,
]);

/** `app` with a Job before and after each operation. */
const hookedChart: Readonly<Record<string, string>> = {
  "charts/hooked/Chart.yaml": "apiVersion: v2\nname: hooked\nversion: 1.0.0\n",
  "charts/hooked/values.yaml": appChart["charts/app/values.yaml"] ?? "",
  "charts/hooked/templates/app.yaml": appChart["charts/app/templates/app.yaml"] ?? "",
  "charts/hooked/templates/jobs.yaml": hookEvents
    .map(
      (hook) => `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-${hook}
  annotations: { helm.sh/hook: ${hook}, helm.sh/hook-delete-policy: before-hook-creation }
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{ name: job, image: "registry.example/job:{{ .Values.tag }}" }]
`,
    )
    .join("---\n"),
};

const withHooks = { files: hookedChart };

/** The releases at one version; `broken` never becomes ready at it. */
export function releasesAt(
  graph: Graph,
  tag: string,
  options: { readonly broken?: string; readonly hooked?: readonly string[] } = {},
): readonly ReleaseSketch[] {
  return Object.entries(graph).map(([name, dependsOn]) => ({
    name,
    dependsOn,
    values: {
      tag,
      annotations:
        name === options.broken
          ? { "sim.headway.dev/fail": "CrashLoopBackOff" }
          : { "sim.headway.dev/ready-after": "300ms" },
    },
    spec: {
      ...(options.hooked?.includes(name) === true ? { chart: "../charts/hooked" } : {}),
      failFast: { crashLoop: { restarts: 1, for: "1s" } },
    },
  }));
}

function allAt(graph: Graph, image: string): Readonly<Record<string, Wanted>> {
  return Object.fromEntries(Object.keys(graph).map((name) => [name, { image }]));
}

function allGone(graph: Graph): Readonly<Record<string, Wanted>> {
  return Object.fromEntries(Object.keys(graph).map((name) => [name, "gone"]));
}

/** True for the record with which a rollback of the release begins. */
function beginsRollback(release: string): (event: AuditEvent) => boolean {
  return ({ verb, objectRef }) => verb === "create" && objectRef?.name === `sh.helm.release.v1.${release}.v3`;
}

const failing: Omit<Scenario, "graph"> = {
  before: releasesAt(chain, "1"),
  declared: releasesAt(chain, "2", { broken: "api" }),
  command: "apply",
  exitCode: 5,
  wanted: { db: { image: "2" }, api: { image: "1", isRolledBack: true }, web: { image: "1" } },
};

/** `cache` is new and goes away again, `smtp` has nothing to do with what fails. */
const related: Graph = { db: [], cache: [], api: ["db", "cache"], smtp: [] };

const rolledBack: Wanted = { image: "1", isRolledBack: true };

const takenBack: Scenario = {
  graph: related,
  before: releasesAt({ db: [], api: ["db"], smtp: [] }, "1"),
  declared: releasesAt(related, "2", { broken: "api" }),
  more: { stackSpec: { onFailure: "rollbackRelated" } },
  command: "apply",
  exitCode: 5,
  wanted: { db: rolledBack, cache: "gone", api: rolledBack, smtp: { image: "2" } },
};

export const scenarios: Readonly<Record<string, Scenario>> = {
  install: {
    graph: chain,
    declared: releasesAt(chain, "1"),
    command: "apply",
    exitCode: 0,
    wanted: allAt(chain, "1"),
  },
  upgrade: {
    graph: chain,
    before: releasesAt(chain, "1"),
    declared: releasesAt(chain, "2"),
    command: "apply",
    exitCode: 0,
    wanted: allAt(chain, "2"),
  },
  "install-hooks": {
    graph: hooked,
    declared: releasesAt(hooked, "1", { hooked: ["db"] }),
    more: withHooks,
    command: "apply",
    exitCode: 0,
    wanted: allAt(hooked, "1"),
  },
  "upgrade-hooks": {
    graph: hooked,
    before: releasesAt(hooked, "1", { hooked: ["db", "api"] }),
    declared: releasesAt(hooked, "2", { hooked: ["db", "api"] }),
    more: withHooks,
    command: "apply",
    exitCode: 0,
    wanted: allAt(hooked, "2"),
  },
  "failing-upgrade": { ...failing, graph: chain },
  rollback: {
    ...failing,
    graph: chain,
    before: releasesAt(chain, "1", { hooked: ["api"] }),
    declared: releasesAt(chain, "2", { broken: "api", hooked: ["api"] }),
    more: withHooks,
    from: beginsRollback("api"),
  },
  related: {
    ...takenBack,
    // A run takes back what it has changed itself, and not what one has that was killed before anything failed.
    wanted: {
      ...takenBack.wanted,
      db: [rolledBack, { image: "2" }],
      cache: ["gone", { image: "2" }],
    },
  },
  "take-back": { ...takenBack, from: beginsRollback("db") },
  destroy: {
    graph: chain,
    before: releasesAt(chain, "1", { hooked: ["api"] }),
    declared: releasesAt(chain, "1", { hooked: ["api"] }),
    more: withHooks,
    command: "destroy",
    exitCode: 0,
    wanted: allGone(chain),
  },
  graph: {
    graph: layered,
    declared: releasesAt(layered, "1"),
    command: "apply",
    exitCode: 0,
    wanted: allAt(layered, "1"),
  },
};
