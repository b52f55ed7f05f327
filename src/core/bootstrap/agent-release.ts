// The agent's own release: how it is declared where no stack holds it, and how it is known in a stack that does.
import type { Json } from "../declaration.ts";
import type { StackFile } from "../declarations/sort-documents.ts";
import { stackFileName } from "../declarations/stack-files.ts";
import type { PinnedChart } from "../pin.ts";
import { isMap } from "../values/merge-values.ts";

/** The name of the agent's chart, and of its release where nothing else is said. */
export const agentChartName = "headway";
/** The stack of one release that `headway bootstrap` keeps the agent as; its source is the product itself. */
export const agentStackName = "headway-agent";
export const agentStackSource = "headway.dev/agent";

/** Whether this is the chart that an agent is installed by. */
export function isAgentChart(chart: Pick<PinnedChart, "name" | "hasCrds">): boolean {
  return chart.name === agentChartName && chart.hasCrds;
}

export type AgentImage = { readonly repository: string; readonly tag?: string; readonly digest?: string };

/** Reads REPOSITORY[:TAG][@DIGEST]; a text is what is wrong with it, in words that follow the image. */
export function readImage(text: string): AgentImage | string {
  const [, name = "", digest] = /^([^@]*)(?:@(.*))?$/.exec(text) ?? [];
  // A colon before the last slash is a port.
  const [, repository = "", tag] = /^(.*?)(?::([^:/]*))?$/.exec(name) ?? [];
  if (!/^[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*$/i.test(repository)) return "names no repository of images";
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return "has a tag that no image can have";
  if (digest !== undefined && !/^sha256:[0-9a-f]{64}$/.test(digest))
    return "has a digest that is no sha256:…";
  return {
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export type AgentWish = {
  readonly releaseName: string;
  readonly namespace: string;
  /** Of the agent's chart; a map. */
  readonly values: Json;
  readonly image?: AgentImage;
};

/** The agent's release as a stack of its own, beside a folder `chart`. */
export function agentStackFiles(wish: AgentWish): {
  readonly stackFile: StackFile;
  readonly files: readonly StackFile[];
} {
  const { releaseName, namespace } = wish;
  const stack = { apiVersion: "headway.dev/v1", kind: "Stack", metadata: { name: agentStackName } };
  const release = {
    apiVersion: "headway.dev/v1",
    kind: "HelmRelease",
    metadata: { name: releaseName, namespace },
    // A newer agent may need more of its CustomResourceDefinition than an older one has left.
    spec: { chart: "./chart", crds: "upgrade", protect: true, values: agentValues(wish) },
  };
  // JSON is YAML.
  return {
    stackFile: { path: stackFileName, text: JSON.stringify(stack) },
    files: [{ path: "agent.yaml", text: JSON.stringify(release) }],
  };
}

/** The values with the image in them. */
export function agentValues({ values, image }: Pick<AgentWish, "values" | "image">): Json {
  const map = isMap(values) ? values : {};
  if (image === undefined) return map;
  const own = map["image"];
  return { ...map, image: { ...(isMap(own) ? own : {}), ...image } };
}
