// Stacks as foresight sees them, from short text: releases with what they depend on, and the manifests that their charts
// would render.
import type { Declaration } from "../../src/core/declaration.ts";
import { needsCluster } from "../../src/core/foresight/cluster-objects.ts";
import { foresee, type ForesightInput } from "../../src/core/foresight/foresee.ts";
import { diagnosticOf, type Finding } from "../../src/core/foresight/finding.ts";
import { readManifest, writtenObject } from "../../src/core/manifest.ts";
import type { KubernetesObject } from "../../src/core/object.ts";
import { fleet } from "./fleet.ts";

export type RenderedSketch = {
  /** By `name <- dependency, dependency`; names without a namespace are in shop. */
  readonly [release: string]: string;
};

type Options = {
  readonly declarations?: Readonly<Record<string, Partial<Declaration>>>;
  readonly unknown?: readonly string[];
  readonly unneeded?: boolean;
  readonly phases?: readonly string[];
};

/** What foresight is given for these releases. */
export function rendered(sketch: RenderedSketch, options: Options = {}): ForesightInput {
  const lines = Object.keys(sketch);
  const facts = Object.fromEntries(
    Object.entries(options.declarations ?? {}).map(([name, declaration]) => [name, { declaration }]),
  );
  const made = fleet(lines.join("\n"), facts);
  const manifestOf = new Map(
    Object.entries(sketch).map(([line, text]) => {
      const name = (line.split("<-")[0] ?? "").trim();
      return [name.includes("/") ? name : `shop/${name}`, text] as const;
    }),
  );
  return {
    graph: made.graph,
    releases: made.declarations
      .filter(({ id }) => options.unknown?.includes(id) !== true)
      .map((declaration) => ({
        declaration,
        objects: readManifest(manifestOf.get(declaration.id) ?? "", (_, written) => written).map(
          (object) => writtenObject(object) as unknown as KubernetesObject,
        ),
      })),
    unknown: made.declarations.filter(({ id }) => options.unknown?.includes(id) === true),
    ...(options.unneeded === undefined ? {} : { unneeded: options.unneeded }),
  };
}

/** The findings on these releases, each as the words that a person reads. */
export function foretold(sketch: RenderedSketch, options: Options = {}): readonly string[] {
  return wordsOf(rendered(sketch, options));
}

export function wordsOf(input: ForesightInput): readonly string[] {
  const declarations = new Map(
    [...input.releases.map(({ declaration }) => declaration), ...input.unknown].map((one) => [one.id, one]),
  );
  return foresee(input)
    .filter((finding) => !needsCluster(finding))
    .map((finding: Finding) => diagnosticOf(finding, declarations, "warning").message);
}

/** A Service with these ports. */
export function service(name: string, ports: readonly number[] = [80], more = ""): string {
  const list = ports.map((port) => `{ name: p${port}, port: ${port} }`).join(", ");
  return `\n---\napiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec: { ports: [${list}], selector: { app: ${name} }${more} }\n`;
}

/** A Deployment whose only container has these fields, as flow YAML. */
export function deployment(name: string, container: string, pod = ""): string {
  return `\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name} }\nspec: { template: { spec: { ${pod} containers: [{ name: app, image: "registry.example/app:1.0", ${container} }] } } }\n`;
}

/** A container's environment, as flow YAML. */
export function env(values: Readonly<Record<string, string>>): string {
  return `env: ${JSON.stringify(Object.entries(values).map(([name, value]) => ({ name, value })))}`;
}

/** A Secret or ConfigMap with these keys. */
export function data(
  kind: "Secret" | "ConfigMap",
  name: string,
  values: Readonly<Record<string, string>>,
): string {
  const field = kind === "Secret" ? "stringData" : "data";
  return `\n---\napiVersion: v1\nkind: ${kind}\nmetadata: { name: ${name} }\n${field}: ${JSON.stringify(values)}\n`;
}
