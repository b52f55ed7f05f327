// `headway doctor --recovery`: what a stack names that is not in git, looked up in its declarations, its charts as helm renders
// them, and the StackSync of the cluster where that answers. Changes nothing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { KitObject } from "../core/bootstrap/kit.ts";
import { readGitUrl } from "../core/git/git-url.ts";
import { hasErrors } from "../core/diagnostic.ts";
import type { ReleaseId } from "../core/ids.ts";
import { readManifest } from "../core/manifest.ts";
import type { KubernetesObject } from "../core/object.ts";
import type { PinnedRelease } from "../core/pin.ts";
import {
  exitCodeOfInputs,
  findRecoveryInputs,
  type NamedSecret,
  type OutsideChart,
  type RecoveryFacts,
} from "../core/recovery-inputs.ts";
import { redact, secretTexts } from "../core/redact.ts";
import { openByLock } from "../engine/load-stack.ts";
import type { StackToPlan } from "../engine/load-stack.ts";
import type { ManifestPrinter } from "../engine/ports.ts";
import { renderRecoveryInputs } from "../views/recovery-view.ts";
import type { CheckFormat } from "../views/doctor-view.ts";
import { chooseStyle } from "../views/style.ts";
import { safeText } from "../views/terminal-text.ts";
import { readInputs, withKit } from "./bootstrap-inputs.ts";
import { exitCodes } from "./exit.ts";
import { loadPinnedStack, readerOf, tellDiagnostics, tellUnreadable } from "./load-stack.ts";
import type { ClusterFlags } from "./options.ts";
import type { World } from "./world.ts";

export type RecoveryFlags = ClusterFlags & { readonly output: CheckFormat; readonly kit?: string };

/** The exit code: 3 where an input has no declared origin. */
export async function examineRecovery(plain: World, dir: string, flags: RecoveryFlags): Promise<number> {
  const systemNamespace = flags.systemNamespace ?? "headway-system";
  const inputs = await readInputs(plain, flags.kit === undefined ? {} : { kit: flags.kit }, systemNamespace);
  if (typeof inputs === "number") return inputs;
  const world = withKit(plain, inputs.kit, systemNamespace);
  const stack = await loadPinnedStack(world, dir, undefined, flags);
  if (typeof stack === "number") return stack;
  // What is broken would be missing from the answer.
  if (hasErrors(stack.diagnostics)) {
    tellDiagnostics(world, stack.diagnostics);
    return exitCodes.invalid;
  }
  const charts = await outsideCharts(world, stack, flags);
  if (typeof charts === "number") return charts;
  const facts = await gatherFacts(world, stack, charts, flags, systemNamespace, inputs.kit);
  const found = findRecoveryInputs(facts);
  const style = chooseStyle({ isTerminal: world.stdout.isTerminal, env: world.env });
  world.stdout.write(renderRecoveryInputs(found, stack.ready.name, { format: flags.output, style }));
  return exitCodeOfInputs(found);
}

async function gatherFacts(
  world: World,
  { ready, loaded }: StackToPlan,
  charts: readonly OutsideChart[],
  flags: RecoveryFlags,
  systemNamespace: string,
  kit: readonly KitObject[],
): Promise<RecoveryFacts> {
  const { remote } = await world.readCheckout(loaded.folder);
  const url =
    remote === undefined
      ? undefined
      : readGitUrl(remote.replace(/^(https?:\/\/)[^/]*@/, "$1"), { allowsPlainHttp: true });
  const named = await namedSecrets(world, flags, ready.name);
  return {
    stack: ready.name,
    systemNamespace,
    ...(ready.clusterUid === undefined ? {} : { clusterUid: ready.clusterUid }),
    ...(typeof url === "object" ? { transport: url.transport } : {}),
    ...(named === undefined ? {} : { named }),
    encrypted: ready.declarations.flatMap(({ id, values }) =>
      values.flatMap((source) =>
        source.kind === "layer" && source.layer.origin.kind === "file" && source.layer.isSecret
          ? { path: source.layer.origin.path, release: id }
          : [],
      ),
    ),
    charts,
    declarations: ready.declarations,
    graph: ready.graph,
    rendered: await renderAll(world, [...ready.pins.values()]),
    ...(flags.kit === undefined ? {} : { kit: { file: flags.kit, objects: kit } }),
  };
}

/** The charts that are not folders of the repository, and what is known of where they come from. */
async function outsideCharts(
  world: World,
  { ready, loaded, charts }: StackToPlan,
  flags: RecoveryFlags,
): Promise<readonly OutsideChart[] | number> {
  const opened = tellUnreadable(
    world,
    await openByLock(readerOf(world, loaded.folder.stackRoot, flags), loaded),
  );
  if (typeof opened === "number") return opened;
  const { repositories } = loaded.stack;
  const used = [...charts.usedArchives().keys()];
  return [...ready.pins.values()].flatMap(({ declaration, chart }): readonly OutsideChart[] => {
    const { chart: reference, id, chartRange } = declaration;
    if (reference.kind === "path") return [];
    const repository = reference.kind === "repository" ? repositories.get(reference.alias) : undefined;
    if (repository?.location.kind === "folder") return [];
    const archive =
      repository === undefined
        ? undefined
        : used.find((path) => path.endsWith(`/${repository.alias}/${chart.name}-${chart.version}.tgz`));
    return [
      {
        release: id,
        chart: `${reference.written} ${chart.version}`,
        range: chartRange,
        isLocked: opened.lock?.releases.has(id) ?? false,
        isVendored: archive !== undefined && existsSync(join(loaded.folder.repositoryRoot, archive)),
        ...(repository?.secretRef === undefined ? {} : { secretRef: repository.secretRef }),
      },
    ];
  });
}

const atOnce = 4;
const manyCharts = 20;

async function renderAll(
  world: World,
  pins: readonly PinnedRelease[],
): Promise<ReadonlyMap<ReleaseId, readonly KubernetesObject[] | string>> {
  const say = (text: string): void => {
    world.stderr.write(`${text}\n`);
  };
  if (pins.length >= manyCharts) say(`rendering ${pins.length} charts …`);
  const renderer = await world.openManifestPrinter(say);
  try {
    const rendered = new Map<ReleaseId, readonly KubernetesObject[] | string>();
    for (let start = 0; start < pins.length; start += atOnce)
      for (const [id, objects] of await Promise.all(
        pins.slice(start, start + atOnce).map((pin) => renderOne(renderer, pin)),
      ))
        rendered.set(id, objects);
    return rendered;
  } finally {
    await renderer.close();
  }
}

async function renderOne(
  renderer: ManifestPrinter,
  { declaration, chart, values }: PinnedRelease,
): Promise<readonly [ReleaseId, readonly KubernetesObject[] | string]> {
  const { id, releaseName, namespace } = declaration;
  const layers = values.filter((layer) => layer.locked === undefined);
  const rendered = await renderer.print({
    releaseName,
    namespace,
    chart,
    values: layers.map(({ text }) => text),
    crds: false,
    hooks: true,
  });
  return rendered.ok
    ? [id, readManifest(rendered.value, (_, written) => written ?? namespace)]
    : [id, redact(rendered.failure.message, secretTexts(layers, []))];
}

/** A cluster that is lost must not keep anybody from knowing what it needs. */
const clusterPatienceMs = 6_000;

/** The Secrets that the stack's StackSync names; undefined where no cluster answers, or it has none. */
async function namedSecrets(
  world: World,
  flags: ClusterFlags,
  stack: string,
): Promise<readonly NamedSecret[] | undefined> {
  const connection = await world.connect(flags);
  if (!connection.ok) {
    tellNotAsked(world, connection.failure.message);
    return undefined;
  }
  let callOff: NodeJS.Timeout | undefined;
  const patience = new Promise<undefined>((resolve) => {
    callOff = setTimeout(resolve, clusterPatienceMs, undefined);
  });
  try {
    const listed = await Promise.race([connection.value.stackSyncs.list(), patience]);
    if (listed?.ok !== true) {
      tellNotAsked(world, listed === undefined ? "no answer" : listed.failure.message);
      return undefined;
    }
    const own = listed.value.find(({ sync, status }) => sync.name === stack || status?.stack === stack);
    if (own?.sync.spec.ok !== true) return undefined;
    const { namespace } = own.sync;
    const { source, webhookSecretName, notify, commitStatus } = own.sync.spec.value;
    const secret = (kind: NamedSecret["kind"], name: string | undefined): readonly NamedSecret[] =>
      name === undefined ? [] : [{ kind, namespace, name }];
    return [
      ...secret("git-credentials", source.secretName),
      ...secret("git-keys", source.verifySecretName),
      ...secret("webhook-token", webhookSecretName),
      ...notify.flatMap(({ secretName }) => secret("notification", secretName)),
      ...secret("notification", commitStatus?.secretName),
    ];
  } finally {
    clearTimeout(callOff);
    connection.value.close();
  }
}

function tellNotAsked(world: World, why: string): void {
  world.stderr.write(
    `no cluster was asked for its StackSync (${safeText(why)}): the declarations alone were looked at\n`,
  );
}
