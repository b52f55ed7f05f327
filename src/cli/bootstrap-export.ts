// `headway bootstrap --export`: everything but the first phase as YAML on stdout, for people who apply YAML themselves.
import { exportText, namespaceObject, ownedByHelm } from "../core/bootstrap/exported-objects.ts";
import { describeKitObject } from "../core/bootstrap/kit.ts";
import { seedOf, stackSyncObject } from "../core/bootstrap/stack-sync-object.ts";
import { failed, succeeded, type Result } from "../core/failure.ts";
import { isRecord, textAt, type JsonRecord } from "../core/json.ts";
import { parseYaml, splitDocuments } from "../core/manifest.ts";
import { redact, secretTexts } from "../core/redact.ts";
import { safeText } from "../views/terminal-text.ts";
import { credentialObjects, type Bootstrapping } from "./bootstrap-prepare.ts";
import { exitCodes, reportFailure } from "./exit.ts";

/** Prints it; the exit code. */
export async function exportObjects(prepared: Bootstrapping): Promise<number> {
  const { world, flags, inputs, target, systemNamespace } = prepared;
  const { sync } = target;
  if (target.needsSecret && sync.secretName === undefined) {
    world.stderr.write(
      `error: ${safeText(sync.url)} is read by SSH, and no Secret is named for it\n  try: --secret NAME, or --ssh-key FILE --known-hosts FILE\n`,
    );
    return exitCodes.invalid;
  }
  const rendered = await renderAgent(prepared);
  if (!rendered.ok) return reportFailure(world, rendered.failure);
  const configMaps = inputs.kit.filter(({ kind }) => kind === "ConfigMap");
  const secrets = inputs.kit.filter(({ kind }) => kind === "Secret");
  const handed = flags.withSecrets === true ? [...configMaps, ...secrets] : configMaps;
  const namespaces = new Set([systemNamespace, ...handed.map(({ namespace }) => namespace)]);
  world.stdout.write(
    exportText([
      ...rendered.value,
      ...[...namespaces].map(namespaceObject),
      ...handed.map(({ object }) => object),
      ...(flags.withSecrets === true ? credentialObjects(prepared) : []),
      seedOf(stackSyncObject(sync), sync.name, systemNamespace),
    ]),
  );
  if (flags.withSecrets !== true) tellLeftOut(prepared);
  return exitCodes.done;
}

function tellLeftOut(prepared: Bootstrapping): void {
  const { world, inputs, target, systemNamespace } = prepared;
  const { secretName, name } = target.sync;
  const left = new Set([
    ...inputs.kit.filter(({ kind }) => kind === "Secret").map(describeKitObject),
    ...(secretName === undefined ? [] : [`Secret ${systemNamespace}/${secretName}`]),
  ]);
  for (const one of left)
    world.stderr.write(
      `not printed: ${safeText(one)}, which the stack ${name} needs; --with-secrets prints what was handed over\n`,
    );
}

/** The objects of the agent's release, as helm would apply them. */
async function renderAgent({ world, agent }: Bootstrapping): Promise<Result<readonly JsonRecord[]>> {
  const { declaration, chart, values, missing } = agent.pin;
  const locked = values.some((layer) => layer.locked !== undefined);
  if (missing.length > 0 || locked)
    return failed({
      kind: "values-missing",
      message: `the agent's release ${declaration.id} takes values from ${locked ? "an encrypted file" : "objects of the cluster"}, which are not at hand`,
      next: "Let its declaration have all of its values in the repository, or bootstrap without --export.",
    });
  const renderer = await world.openManifestPrinter((text) => {
    world.stderr.write(`${text}\n`);
  });
  try {
    const { releaseName, namespace } = declaration;
    const rendered = await renderer.print({
      releaseName,
      namespace,
      chart,
      values: values.map(({ text }) => text),
      crds: true,
      hooks: false,
    });
    if (!rendered.ok)
      return failed({
        ...rendered.failure,
        message: redact(rendered.failure.message, secretTexts(values, [])),
      });
    const objects = splitDocuments(rendered.value)
      .map(parseYaml)
      .filter(isRecord)
      .map((object) =>
        textAt(object, "kind") === "CustomResourceDefinition"
          ? object
          : ownedByHelm(object, { releaseName, namespace }),
      );
    return succeeded(objects);
  } finally {
    await renderer.close();
  }
}
