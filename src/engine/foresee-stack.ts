// Foresight on a stack that was read: every release rendered, what is missing found, and the cluster asked for what no
// release brings, where there is one to ask.
import type { Declaration, ForesightMode } from "../core/declaration.ts";
import type { Diagnostic } from "../core/diagnostic.ts";
import { succeeded, type Failure, type Result } from "../core/failure.ts";
import { assumedCapabilities, withDefinitions, type Capabilities } from "../core/foresight/capabilities.ts";
import {
  needsCluster,
  objectToAsk,
  servesApi,
  targetsToAsk,
  withoutPresent,
} from "../core/foresight/cluster-objects.ts";
import { foresee } from "../core/foresight/foresee.ts";
import { diagnosticOf, type Finding } from "../core/foresight/finding.ts";
import type { RenderedRelease } from "../core/foresight/rendered.ts";
import type { Graph } from "../core/graph.ts";

import type { ReleaseId } from "../core/ids.ts";
import { readManifest, writtenObject } from "../core/manifest.ts";
import type { KubernetesObject } from "../core/object.ts";
import type { PinnedRelease } from "../core/pin.ts";
import { secretTexts } from "../core/redact.ts";
import { cleanFailure } from "./clean-news.ts";
import type { Charts, Objects, Renderer } from "./ports.ts";

export type StackToForesee = {
  readonly declarations: readonly Declaration[];
  readonly graph: Graph;
  readonly pins: ReadonlyMap<ReleaseId, PinnedRelease>;
  /** What releases that do not change have in the cluster: these are not rendered again. */
  readonly deployed?: ReadonlyMap<ReleaseId, readonly KubernetesObject[]>;
};

/** A cluster to ask; `capabilities` are what it says of itself. */
export type ForesightCluster = {
  readonly objects: Pick<Objects, "snapshot">;
  readonly capabilities: Capabilities;
};

export type Foresight = {
  readonly findings: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Everything that is missing. What could not be found out is a diagnostic too, and never stops the rest. */
export async function foreseeStack(
  ports: { readonly renderer: Renderer; readonly charts: Pick<Charts, "readCrds"> },
  stack: StackToForesee,
  wish: {
    readonly mode: Exclude<ForesightMode, "off">;
    readonly unneeded?: boolean;
    readonly cluster?: ForesightCluster;
    /** Told of each release that has been rendered: how many of how many. */
    readonly onRendered?: (done: number, all: number) => void;
  },
): Promise<Foresight> {
  const severity = wish.mode === "enforce" ? "error" : "warning";
  const base = wish.cluster?.capabilities ?? assumedCapabilities;
  const rendered = await renderAll(ports, stack, base, wish.onRendered);
  const unavailable = rendered.failures.find(({ failure }) => failure.kind === "program");
  if (unavailable !== undefined)
    return { findings: [], diagnostics: [notLooked(unavailable.failure, wish.mode)] };
  const found = foresee({
    releases: rendered.releases,
    unknown: rendered.failures.map(({ pin }) => pin.declaration),
    graph: stack.graph,
    ...(wish.unneeded === undefined ? {} : { unneeded: wish.unneeded }),
  });
  const findings =
    wish.cluster === undefined
      ? found.filter((one) => !needsCluster(one))
      : await withoutWhatClusterHas(found, wish.cluster);
  const declarations = new Map(stack.declarations.map((one) => [one.id, one]));
  return {
    findings,
    diagnostics: [
      ...rendered.failures.flatMap((one) => notRendered(one, severity)),
      ...findings.map((one) => diagnosticOf(one, declarations, severity)),
    ],
  };
}

type NotRendered = { readonly pin: PinnedRelease; readonly failure: Failure };

type Rendered = {
  readonly releases: readonly RenderedRelease[];
  readonly failures: readonly NotRendered[];
};

/**
 * Charts may ask what the cluster can do: by the time that a release is due it can do what the CRDs of the stack bring.
 * Those in templates are known when all has been rendered once.
 */
async function renderAll(
  { renderer, charts }: { readonly renderer: Renderer; readonly charts: Pick<Charts, "readCrds"> },
  { declarations, pins, deployed }: StackToForesee,
  base: Capabilities,
  onRendered: ((done: number, all: number) => void) | undefined,
): Promise<Rendered> {
  const known = declarations.flatMap(({ id }) => pins.get(id) ?? []);
  const definitions = new Map(
    await Promise.all(known.map(async (pin) => [pin, await definitionsOf(charts, pin)] as const)),
  );
  const fromFolders = withDefinitions(base, [...definitions.values()].flat());
  const render = async (capabilities: Capabilities): Promise<readonly Outcome[]> => {
    let done = 0;
    return await Promise.all(
      known.map(async (pin) => {
        const objects = deployed?.get(pin.declaration.id);
        const result =
          objects === undefined ? await renderer.render(orderOf(pin, capabilities)) : succeeded(objects);
        onRendered?.(++done, known.length);
        return { pin, result };
      }),
    );
  };
  const first = await render(fromFolders);
  const whole = withDefinitions(
    fromFolders,
    first.flatMap(({ result }) => (result.ok ? result.value : [])),
  );
  const outcomes = whole.apiVersions.length > fromFolders.apiVersions.length ? await render(whole) : first;
  return {
    releases: outcomes.flatMap(({ pin, result }) =>
      result.ok
        ? { declaration: pin.declaration, objects: [...(definitions.get(pin) ?? []), ...result.value] }
        : [],
    ),
    failures: outcomes.flatMap(({ pin, result }) => (result.ok ? [] : { pin, failure: result.failure })),
  };
}

type Outcome = { readonly pin: PinnedRelease; readonly result: Result<readonly KubernetesObject[]> };

async function definitionsOf(
  charts: Pick<Charts, "readCrds">,
  { chart, declaration }: PinnedRelease,
): Promise<readonly KubernetesObject[]> {
  if (!chart.hasCrds || declaration.crds === "skip") return [];
  const texts = await charts.readCrds(chart);
  return texts
    .flatMap((text) => readManifest(text, () => undefined))
    .map((object) => {
      const { apiVersion, kind, metadata } = object;
      return { ...writtenObject(object), apiVersion, kind, metadata };
    });
}

function orderOf(pin: PinnedRelease, capabilities: Capabilities): Parameters<Renderer["render"]>[0] {
  const { declaration, chart, values } = pin;
  return {
    namespace: declaration.namespace,
    releaseName: declaration.releaseName,
    chart,
    values: values.map(({ text }) => text),
    isSecret: values.some(({ isSecret }) => isSecret),
    capabilities,
  };
}

/** Nothing is said of a release whose values are not all known here: it may well render where they are. */
function notRendered({ pin, failure }: NotRendered, severity: "error" | "warning"): readonly Diagnostic[] {
  const isIncomplete = pin.missing.length > 0 || pin.values.some(({ locked }) => locked !== undefined);
  // Schemas have their own findings, with the place of the value.
  if (isIncomplete || failure.kind === "values-schema" || failure.kind === "interrupted") return [];
  const clean = cleanFailure(failure, secretTexts(pin.values, []));
  return [
    {
      severity,
      code: "does-not-render",
      message: `${pin.declaration.id}: ${clean.message}`,
      ...(clean.next === undefined ? {} : { suggestion: clean.next }),
      range: pin.declaration.range,
      about: { release: pin.declaration.id },
    },
  ];
}

/** That nobody could look, and why. */
export function notLooked(failure: Failure, mode: Exclude<ForesightMode, "off">): Diagnostic {
  return {
    severity: mode === "enforce" ? "error" : "warning",
    code: "foresight-unavailable",
    message: `missing dependencies were not looked for: ${failure.message}`,
    suggestion: `${failure.next ?? "Correct that"} Or leave it out by --no-foresight.`,
  };
}

async function withoutWhatClusterHas(
  findings: readonly Finding[],
  { objects, capabilities }: ForesightCluster,
): Promise<readonly Finding[]> {
  const refs = targetsToAsk(findings).flatMap((target) => objectToAsk(target, capabilities) ?? []);
  const picture = refs.length === 0 ? undefined : await objects.snapshot(refs, []);
  // Without an answer nobody knows.
  if (picture?.ok === false) return withoutPresent(findings, () => true);
  return withoutPresent(findings, (target) => {
    if (target.kind === "api") return servesApi(target, capabilities);
    const ref = objectToAsk(target, capabilities);
    return ref !== undefined && picture?.value.get(ref) !== undefined;
  });
}
