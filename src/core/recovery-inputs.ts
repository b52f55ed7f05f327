// What a new cluster would need besides git: every input that a stack's recovery depends on, and whether something says where
// it comes from. Finding out what a stack names, and rendering its charts, is others' work.
import type { KitObject } from "./bootstrap/kit.ts";
import { gitSecretName } from "./bootstrap/stack-sync-object.ts";
import { isInKit } from "./bootstrap/kit.ts";
import type { Declaration, ValuesObject } from "./declaration.ts";
import { placeOf, type SourceRange } from "./diagnostic.ts";
import type { Graph } from "./graph.ts";
import type { ReleaseId } from "./ids.ts";
import { fieldAt, listAt, textAt } from "./json.ts";
import type { KubernetesObject } from "./object.ts";
import { describeValuesObject } from "./values/values-objects.ts";

/** Every kind that an input can have, in the order in which they are shown. */
export const recoveryKinds = [
  "cluster-uid",
  "git-credentials",
  "git-keys",
  "webhook-token",
  "notification",
  "age-key",
  "chart-credentials",
  "values-object",
  "chart-version",
  "chart-server",
  "volume",
  "release",
] as const;

/** One input outside of git and the stack. */
export type RecoveryInput = {
  readonly kind: (typeof recoveryKinds)[number];
  /** `Secret data/postgres-login`. */
  readonly name: string;
  /** Releases, or the StackSync, in words. */
  readonly neededBy: readonly string[];
  /** `declared`: something says where it comes from. `missing`: nothing does, and it is needed. `note`: to be known. */
  readonly verdict: "declared" | "missing" | "note";
  /** Where it comes from. */
  readonly origin?: string;
  readonly meaning?: string;
  readonly next?: string;
  /** `file:line:column` of what needs it, where a person wrote that. */
  readonly declaredAt?: string;
};

/** A Secret that a StackSync of the cluster names. */
export type NamedSecret = {
  readonly kind: "git-credentials" | "git-keys" | "webhook-token" | "notification";
  readonly namespace: string;
  readonly name: string;
};

/** What of a chart recovery depends on; those in the repository's own folders are not among them. */
export type OutsideChart = {
  readonly release: ReleaseId;
  readonly chart: string;
  readonly range: SourceRange;
  readonly isLocked: boolean;
  readonly isVendored: boolean;
  /** A Secret of the system namespace, for its repository. */
  readonly secretRef?: string;
};

export type RecoveryFacts = {
  readonly stack: string;
  readonly systemNamespace: string;
  readonly clusterUid?: string;
  /** How the repository is read; undefined where it has no address. */
  readonly transport?: "ssh" | "https" | "http";
  /** Of the stack's StackSync in the cluster that was asked; undefined where none was found. */
  readonly named?: readonly NamedSecret[];
  /** The files that need a key, and one of the releases that reads each. */
  readonly encrypted: readonly { readonly path: string; readonly release: ReleaseId }[];
  readonly charts: readonly OutsideChart[];
  readonly declarations: readonly Declaration[];
  readonly graph: Pick<Graph, "after">;
  /** What each release would bring; a text is why that is not known. */
  readonly rendered: ReadonlyMap<ReleaseId, readonly KubernetesObject[] | string>;
  /** The kit that was named, and what it is called. */
  readonly kit?: { readonly file: string; readonly objects: readonly KitObject[] };
};

/** All of them, by kind and then by name. */
export function findRecoveryInputs(facts: RecoveryFacts): readonly RecoveryInput[] {
  const place = ({ kind }: RecoveryInput): number => recoveryKinds.indexOf(kind);
  return [
    ...clusterUid(facts),
    ...gitInputs(facts),
    ...ageKey(facts),
    ...chartInputs(facts),
    ...valuesObjects(facts),
    ...volumes(facts),
    ...unknownReleases(facts),
  ].toSorted((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** 3 where something that is needed has no origin. */
export function exitCodeOfInputs(inputs: readonly RecoveryInput[]): 0 | 3 {
  return inputs.some(({ verdict }) => verdict === "missing") ? 3 : 0;
}

function clusterUid({ clusterUid: uid, stack }: RecoveryFacts): readonly RecoveryInput[] {
  return uid === undefined
    ? []
    : [
        {
          kind: "cluster-uid",
          name: uid,
          neededBy: [`the stack ${stack}`],
          verdict: "note",
          meaning: "headway.yaml is for this one cluster, and a new one has another UID: it would be refused",
          next: "Write the new cluster's UID into spec.cluster.uid before it is bootstrapped.",
        },
      ];
}

type SecretPlace = { readonly namespace: string; readonly name: string };

/** The verdict on a Secret that only a kit can bring. */
function fromKit(
  { kit }: RecoveryFacts,
  secret: SecretPlace,
  key?: string,
): Pick<RecoveryInput, "verdict" | "origin"> {
  return kit !== undefined && isInKit(kit.objects, { kind: "Secret", ...secret }, key)
    ? { verdict: "declared", origin: `the kit ${kit.file}` }
    : { verdict: "missing" };
}

const putIntoKit =
  "Put it into the kit that headway bootstrap is given (--kit), and keep that where it is safe.";

function described(input: Omit<RecoveryInput, "next">, next = putIntoKit): RecoveryInput {
  return input.verdict === "missing" ? { ...input, next } : input;
}

const meanings: Readonly<Record<NamedSecret["kind"], string>> = {
  "git-credentials": "without it the agent can't read the repository",
  "git-keys": "without it no commit counts as signed, and none is applied",
  "webhook-token": "without it pushes are not heard of, and only the interval counts",
  notification: "without it nobody is told of the agent's runs",
};

function gitInputs(facts: RecoveryFacts): readonly RecoveryInput[] {
  const { named, transport, stack, systemNamespace } = facts;
  if (named !== undefined)
    return named.map(({ kind, namespace, name }) => {
      const known = fromKit(facts, { namespace, name });
      return described({
        kind,
        name: `Secret ${namespace}/${name}`,
        neededBy: ["the StackSync"],
        ...known,
        ...(known.verdict === "missing" ? { meaning: meanings[kind] } : {}),
      });
    });
  const secret = { namespace: systemNamespace, name: gitSecretName(stack) };
  const known = fromKit(facts, secret);
  if (transport === undefined || (transport !== "ssh" && known.verdict === "missing"))
    return [
      {
        kind: "git-credentials",
        name: `Secret ${secret.namespace}/${secret.name}`,
        neededBy: ["the StackSync"],
        verdict: "note",
        meaning:
          transport === undefined
            ? "the repository has no remote, so it is not known whether reading it needs a login"
            : "it is needed if the repository can't be read without a login",
        next: putIntoKit,
      },
    ];
  return [
    described({
      kind: "git-credentials",
      name: `Secret ${secret.namespace}/${secret.name}`,
      neededBy: ["the StackSync"],
      ...known,
      ...(known.verdict === "missing" ? { meaning: meanings["git-credentials"] } : {}),
    }),
  ];
}

const ageSecret = { name: "headway-sops-age", key: "age.agekey" };

function ageKey(facts: RecoveryFacts): readonly RecoveryInput[] {
  if (facts.encrypted.length === 0) return [];
  const secret = { namespace: facts.systemNamespace, name: ageSecret.name };
  const known = fromKit(facts, secret, ageSecret.key);
  return [
    described({
      kind: "age-key",
      name: `Secret ${secret.namespace}/${secret.name}`,
      neededBy: [...new Set(facts.encrypted.map(({ release }) => release))],
      ...known,
      ...(known.verdict === "missing"
        ? { meaning: `without its key ${ageSecret.key}, encrypted files of values can't be read` }
        : {}),
    }),
  ];
}

function chartInputs(facts: RecoveryFacts): readonly RecoveryInput[] {
  const { charts, systemNamespace } = facts;
  const served = charts.filter(({ isVendored }) => !isVendored);
  const credentials = [...Map.groupBy(served, ({ secretRef }) => secretRef)].flatMap(([name, users]) => {
    if (name === undefined) return [];
    const known = fromKit(facts, { namespace: systemNamespace, name });
    return described({
      kind: "chart-credentials",
      name: `Secret ${systemNamespace}/${name}`,
      neededBy: users.map(({ release }) => release),
      ...known,
      ...(known.verdict === "missing" ? { meaning: "without it these charts can't be fetched" } : {}),
    });
  });
  const unlocked = charts
    .filter(({ isLocked }) => !isLocked)
    .map(({ release, chart, range }): RecoveryInput => ({
      kind: "chart-version",
      name: chart,
      neededBy: [release],
      verdict: "note",
      meaning: "no lock says which content it has: a new cluster may get another one",
      next: "Run headway lock, and commit headway.lock.",
      declaredAt: placeOf(range),
    }));
  const servers = served.map(({ release, chart, range }): RecoveryInput => ({
    kind: "chart-server",
    name: chart,
    neededBy: [release],
    verdict: "note",
    meaning: "it is not in the repository: its server has to be there on that day",
    next: "Run headway index --vendor, and commit the archives.",
    declaredAt: placeOf(range),
  }));
  return [...credentials, ...unlocked, ...servers];
}

type Needed = { readonly object: ValuesObject; readonly release: ReleaseId };

function valuesObjects(facts: RecoveryFacts): readonly RecoveryInput[] {
  const needed = facts.declarations.flatMap(({ id, values }) =>
    values.flatMap((source): readonly Needed[] =>
      source.kind === "object" ? [{ object: source.object, release: id }] : [],
    ),
  );
  const groups = Map.groupBy(needed, ({ object }) => describeValuesObject(object));
  return [...groups].map(([name, users]) => valuesObject(facts, name, users));
}

function valuesObject(facts: RecoveryFacts, name: string, users: readonly Needed[]): RecoveryInput {
  const [first] = users;
  if (first === undefined) throw new Error("a group has members");
  const { object } = first;
  const about = {
    kind: "values-object",
    name,
    neededBy: [...new Set(users.map(({ release }) => release))],
    declaredAt: placeOf(object.range),
  } as const;
  if (facts.kit !== undefined && isInKit(facts.kit.objects, object, object.key))
    return { ...about, verdict: "declared", origin: `the kit ${facts.kit.file}` };
  const bringer = whoBrings(facts, object);
  if (bringer !== undefined) {
    const late = users.find(({ release }) => !isBehind(facts.graph, release, bringer));
    return {
      ...about,
      verdict: "declared",
      origin: `the release ${bringer}`,
      ...(late === undefined || late.release === bringer
        ? {}
        : {
            meaning: `${late.release} does not depend on it, and waits for it only until its timeout`,
            next: `Add ${bringer} to its dependsOn.`,
          }),
    };
  }
  return users.every(({ object: { optional } }) => optional)
    ? {
        ...about,
        verdict: "note",
        meaning: "nothing brings it; it is optional, so the releases come up without it",
        next: putIntoKit,
      }
    : {
        ...about,
        verdict: "missing",
        meaning: "no chart of the stack brings it, and the releases wait for it",
        next: putIntoKit,
      };
}

/** The release whose chart renders this object. */
function whoBrings({ rendered }: RecoveryFacts, wanted: Pick<ValuesObject, "kind" | "namespace" | "name">) {
  for (const [release, objects] of rendered)
    if (
      typeof objects !== "string" &&
      objects.some(
        ({ kind, metadata: { name, namespace } }) =>
          kind === wanted.kind && name === wanted.name && namespace === wanted.namespace,
      )
    )
      return release;
  return undefined;
}

/** True where a release waits for another one, directly or not. */
function isBehind({ after }: Pick<Graph, "after">, release: ReleaseId, other: ReleaseId): boolean {
  const seen = new Set([release]);
  // A set grows while it is walked.
  for (const one of seen) for (const needed of after.get(one) ?? []) seen.add(needed);
  return seen.has(other);
}

function volumes({ rendered, declarations }: RecoveryFacts): readonly RecoveryInput[] {
  const places = new Map(declarations.map(({ id, range }) => [id, range]));
  return [...rendered].flatMap(([release, objects]) =>
    typeof objects === "string"
      ? []
      : objects
          .flatMap((object) => claimsOf(object))
          .map((name): RecoveryInput => {
            const range = places.get(release);
            return {
              kind: "volume",
              name,
              neededBy: [release],
              verdict: "note",
              meaning: "its data is in no repository: it comes back empty",
              next: "Have a backup, and say how it is restored where people look on that day.",
              ...(range === undefined ? {} : { declaredAt: placeOf(range) }),
            };
          }),
  );
}

/** Claims for storage that this object is, or that its controller makes, in words. */
function claimsOf(object: KubernetesObject): readonly string[] {
  const { kind, metadata } = object;
  const whole = `${metadata.namespace ?? ""}/${metadata.name}`;
  const size = (spec: unknown): string => textAt(spec, "resources", "requests", "storage") ?? "unknown size";
  if (kind === "PersistentVolumeClaim") return [`PersistentVolumeClaim ${whole} (${size(object.spec)})`];
  if (kind !== "StatefulSet") return [];
  const replicas = fieldAt(object.spec, "replicas");
  return listAt(object.spec, "volumeClaimTemplates").map(
    (claim) =>
      `StatefulSet ${whole}, claim ${textAt(claim, "metadata", "name") ?? ""} (${size(fieldAt(claim, "spec"))} each, ${typeof replicas === "number" ? replicas : 1} of them)`,
  );
}

function unknownReleases({ rendered }: RecoveryFacts): readonly RecoveryInput[] {
  return [...rendered].flatMap(([release, why]): readonly RecoveryInput[] =>
    typeof why !== "string"
      ? []
      : [
          {
            kind: "release",
            name: release,
            neededBy: [release],
            verdict: "note",
            meaning: `what it brings (Secrets, volumes) is not known, because its chart can't be rendered without a cluster: ${why}`,
          },
        ],
  );
}
