// spec.driftDetection as Flux's users write it: over the stack's defaults, and its mistakes at their place.
import { describe, expect, it } from "vitest";
import { readStack } from "../../../src/core/declarations/read-declarations.ts";
import { renderDiagnostics } from "../../../src/views/diagnostics-view.ts";

const ownIgnore = `chart: ./a
driftDetection:
  ignore:
    - paths: [/spec/replicas, ""]
      target: { group: apps, kind: Deployment, name: web, labelSelector: "app=web,tier!=cache" }
`;

function read(spec: string, defaults = "{ namespace: shop }") {
  const head = (kind: string, name: string) =>
    `apiVersion: headway.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`;
  const stackFile = { path: "headway.yaml", text: `${head("Stack", "shop")}  defaults: ${defaults}\n` };
  const file = { path: "a.yaml", text: head("HelmRelease", "web") + spec.replace(/^(?=.)/gm, "  ") };
  const { value, diagnostics } = readStack({
    files: [stackFile, file],
    stackFile,
    folderName: "shop",
    stackPath: "",
  });
  return {
    driftDetection: value.declarations[0]?.driftDetection,
    told: renderDiagnostics(diagnostics, { colour: false, unicode: true }).trimEnd(),
  };
}

describe("driftDetection", () => {
  it("is nothing where nothing is said: the command decides", () => {
    expect(read("chart: ./a\n")).toEqual({ driftDetection: { ignore: [] }, told: "" });
  });

  it("adds its rules to the defaults' and puts its mode in place of theirs", () => {
    const defaults = "{ namespace: shop, driftDetection: { mode: warn, ignore: [{ paths: [/data] }] } }";
    expect(read(ownIgnore, defaults).driftDetection).toMatchObject({
      mode: "warn",
      ignore: [
        { paths: ["/data"] },
        {
          paths: ["/spec/replicas", ""],
          target: { group: "apps", kind: "Deployment", name: "web", labels: { text: "app=web,tier!=cache" } },
        },
      ],
    });
    const own = read("chart: ./a\ndriftDetection: { mode: enabled }\n", defaults).driftDetection;
    expect(own).toMatchObject({ mode: "enabled", ignore: [{ paths: ["/data"] }] });
  });

  it.each([
    ["a path that is no JSON pointer", "ignore: [{ paths: [spec.replicas] }]"],
    ["a name that is a regular expression", "ignore: [{ paths: [/spec], target: { name: web-.* } }]"],
    [
      "a selector that is none",
      "ignore: [{ paths: [/spec], target: { labelSelector: 'app=' } }, { paths: [/spec], target: { labelSelector: '=' } }]",
    ],
    ["a mode that there is not", "mode: correct"],
    ["a rule without paths", "ignore: [{ target: { kind: Deployment } }]"],
  ])("refuses %s", (_, text) => {
    expect(read(`chart: ./a\ndriftDetection: { ${text} }\n`).told).toMatchSnapshot();
  });
});
