// Renders releases with `helm template`: no cluster is asked, and nothing is rendered twice. What is rendered with secret
// values stays in memory; everything else is kept on disk.
import { createHash, randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PQueue from "p-queue";
import { failed, succeeded } from "../../core/failure.ts";
import type { Result } from "../../core/failure.ts";
import { readManifest, writtenObject } from "../../core/manifest.ts";
import type { KubernetesObject } from "../../core/object.ts";
import type { PinnedChart } from "../../core/pin.ts";
import type { Renderer, RenderOrder } from "../../engine/ports.ts";
import { classifyHelmError } from "./classify.ts";
import { defaultConcurrency } from "./helm-cli.ts";
import { openRenderCache } from "./render-cache.ts";
import { prepareHelmHome, startHelm, type HelmHome, type RunningHelm } from "./run-helm.ts";

export type RendererOptions = {
  /** Found on first need: where all is rendered already, no process starts. */
  readonly findProgram: () => Promise<Result<string>>;
  readonly cacheDir: string;
};

/** Of one chart; a template that never ends is ended. */
const longestRenderMs = 60_000;

type Objects = Result<readonly KubernetesObject[]>;

export function openHelmRenderer({ findProgram, cacheDir }: RendererOptions): Renderer {
  const queue = new PQueue({ concurrency: defaultConcurrency() });
  const cache = openRenderCache(join(cacheDir, "renders", "v1"));
  const known = new Map<string, Promise<Objects>>();
  const charts = new Map<string, Promise<boolean>>();
  const running = new Set<RunningHelm>();
  let home: Promise<Result<HelmHome>> | undefined;
  let isClosed = false;
  const open = (): Promise<Result<HelmHome>> => (home ??= openHome(findProgram));

  const run = async (order: RenderOrder): Promise<Objects> => {
    const opened = await open();
    if (!opened.ok) return opened;
    if (isClosed) return failed({ kind: "interrupted", message: `rendering ${order.releaseName}: stopped` });
    return await withFiles(opened.value.runFolder, order.values, async (files) => {
      const helm = startHelm(opened.value, templateArguments(order, files), longestRenderMs);
      running.add(helm);
      const end = await helm.ended.finally(() => running.delete(helm));
      const doing = `helm template ${order.releaseName}`;
      if (end.kind === "timed-out")
        return failed({ kind: "timeout", message: `${doing}: not done after ${longestRenderMs / 1000} s` });
      if (end.kind !== "exited") return failed({ kind: "interrupted", message: `${doing}: ended too early` });
      if (end.exitCode !== 0) return failed(classifyHelmError(end.stderr, doing));
      if (end.stdout === undefined)
        return failed({
          kind: "too-large",
          message: `${doing}: it renders more than Headway reads (16 MiB)`,
        });
      return succeeded(wholeObjects(end.stdout));
    });
  };
  const renderOnce = async (key: string, order: RenderOrder): Promise<Objects> => {
    const kept = order.isSecret ? undefined : await cache.read(key);
    if (kept !== undefined) return succeeded(kept);
    const objects = await queue.add(() => run(order));
    if (objects.ok && !order.isSecret) await cache.write(key, objects.value);
    return objects;
  };
  return {
    render: async (order) => {
      const { digest } = order.chart;
      const asks = charts.get(digest) ?? asksForCapabilities(order.chart);
      charts.set(digest, asks);
      const key = keyOf(order, await asks);
      const objects = known.get(key) ?? renderOnce(key, order);
      known.set(key, objects);
      return await objects;
    },
    close: async () => {
      isClosed = true;
      for (const helm of running) helm.stop();
      await queue.onIdle();
      const opened = await home;
      if (opened?.ok !== true) return;
      await rm(opened.value.runFolder, { recursive: true, force: true });
      await cache.prune();
    },
  };
}

async function openHome(findProgram: RendererOptions["findProgram"]): Promise<Result<HelmHome>> {
  const program = await findProgram();
  if (!program.ok) return program;
  const runFolder = await mkdtemp(join(tmpdir(), "headway-render-"));
  await prepareHelmHome(runFolder);
  return succeeded({ program: program.value, runFolder });
}

async function withFiles<T>(
  runFolder: string,
  texts: readonly string[],
  use: (files: readonly string[]) => Promise<T>,
): Promise<T> {
  const files = texts.map(() => join(runFolder, "values", `${randomUUID()}.yaml`));
  try {
    await Promise.all(
      files.map((file, index) => writeFile(file, texts[index] ?? "", { mode: 0o600, flag: "wx" })),
    );
    return await use(files);
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

function templateArguments(order: RenderOrder, files: readonly string[]): readonly string[] {
  return [
    "template",
    order.releaseName,
    order.chart.folder,
    "--namespace",
    order.namespace,
    ...files.flatMap((file) => ["--values", file]),
    "--kube-version",
    order.capabilities.kubeVersion,
    ...order.capabilities.apiVersions.flatMap((version) => ["--api-versions", version]),
  ];
}

/** Namespaces stay as they are written: which kinds have one is not helm's knowledge. */
function wholeObjects(manifest: string): readonly KubernetesObject[] {
  return readManifest(manifest, (_, written) => written).map((object) => {
    const { apiVersion, kind, metadata } = object;
    return { ...writtenObject(object), apiVersion, kind, metadata: { ...metadata } };
  });
}

function keyOf(order: RenderOrder, asksForCapabilities: boolean): string {
  const { chart, namespace, releaseName, values, capabilities } = order;
  const asked = asksForCapabilities || chart.kubeVersion !== undefined ? capabilities : undefined;
  return createHash("sha256")
    .update(JSON.stringify([chart.digest, namespace, releaseName, values, asked]))
    .digest("hex");
}

/** False only where no file of the chart can ask; what is packed inside it may. */
async function asksForCapabilities({ folder }: PinnedChart): Promise<boolean> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of names) {
    if (!entry.isFile()) continue;
    if (entry.name.endsWith(".tgz")) return true;
    if (!/\.(?:ya?ml|tpl|txt)$/.test(entry.name)) continue;
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    if (/\bCapabilities\b/.test(text)) return true;
  }
  return false;
}
