// The image as it is built from the Dockerfile and run as its chart runs it: what is in it, what is not, and an agent from it
// that brings up a stack. `npm run test:image`.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { programSources } from "../../src/sandbox/program-sources.ts";
import { conditionsOf, openAgentStack } from "../e2e/agent-kit.ts";
import { temporaryFolder } from "../kit/chart-trees.ts";
import { buildImage, type ImageStore, makeBases, missingForImages, openImageStore } from "./build-image.ts";
import { openMirror } from "./program-mirror.ts";
import { type MountedImage, mountImage, runWithin } from "./run-image.ts";

const missing = await missingForImages();
if (missing !== undefined) throw new Error(`an image can't be built here: ${missing} is missing`);

let store: ImageStore;
let image: MountedImage | undefined;

beforeAll(async () => {
  store = openImageStore();
  await timed("base images", () => makeBases(store));
  const tag = await timed("build", () => buildImage(store, "localhost/headway-test/headway"));
  image = await mountImage(store, tag);
});

afterAll(async () => {
  await image?.release();
});

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  console.log(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return result;
}

function built(): MountedImage {
  if (image === undefined) throw new Error("there is no image");
  return image;
}

async function said(...argv: readonly string[]): Promise<string> {
  const end = await runWithin(built(), ...argv);
  return `${end.stdout}${end.stderr}`;
}

describe("the image", () => {
  it("holds the programs in the versions that Headway is tested with", async () => {
    expect(await said("helm", "version", "--template", "{{.Version}}")).toBe(programSources.helm.version);
    expect(await said("kustomize", "version")).toContain(programSources.kustomize.version);
    expect(await said("sops", "--version", "--disable-version-check")).toContain(
      programSources.sops.version.slice(1),
    );
    expect(await said("node", "--version")).toBe(process.version);
    for (const program of ["git", "ssh", "ssh-keygen", "gpg", "tini"])
      expect(await said("which", program)).toContain(`/${program}`);
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly version: string };
    expect(await said("headway", "version")).toContain(version);
  });

  it("has no package manager of Node, no compiler, and nothing of the build", async () => {
    for (const program of ["npm", "npx", "corepack", "gcc", "go"])
      expect(await said("sh", "-c", `command -v ${program} || echo none`)).toBe("none");
    expect(await said("ls", "/")).not.toMatch(/build|programs/);
    expect((await said("ls", "/opt/headway")).split("\n")).not.toContain("node_modules");
  });

  it("is run by nobody in particular, and can't change itself", async () => {
    expect(await said("id", "-u")).toBe("65532");
    expect(await said("touch", "/opt/headway/x")).toMatch(/Read-only file system|Permission denied/);
    expect(
      await said("sh", "-c", "find / -xdev -perm /6000 -type f 2>/dev/null | xargs -r ls -l | head"),
    ).not.toContain("headway");
  });

  it("names its default versions in the Dockerfile as the project does", () => {
    const text = readFileSync("Dockerfile", "utf8");
    for (const name of ["helm", "kustomize", "sops"] as const)
      expect(text).toContain(`ARG ${name.toUpperCase()}_VERSION=${programSources[name].version}`);
  });

  it("is not built with a program that is not what its publisher states", async () => {
    const mirror = await openMirror("helm");
    try {
      const { version } = programSources.helm;
      const end = await execa("node", ["scripts/image-programs.ts", temporaryFolder(), `helm=${version}`], {
        reject: false,
        env: { HEADWAY_PROGRAM_MIRROR: mirror.url },
      });
      expect(end.exitCode).not.toBe(0);
      expect(end.stderr).toContain("has the SHA-256");
    } finally {
      await mirror.close();
    }
  });

  it("brings up a stack as the chart's pod would: its arguments, its environment, its user, its read-only root", async () => {
    const kept = await openAgentStack([{ name: "db" }, { name: "api", dependsOn: ["db"] }]);
    await kept.sync();
    const { cluster } = kept.stack;
    const agent = await kept.startWithin([
      ...built().within({ KUBECONFIG: `/tmp/${basename(cluster.kubeconfig)}` }, [cluster.kubeconfig]),
      ...built().entrypoint,
    ]);
    await kept.until((status) => conditionsOf(status) === "Ready=True(Healthy)");
    expect((await fetch(`http://127.0.0.1:${agent.port}/readyz`)).status).toBe(200);
    expect(await agent.kill("SIGTERM")).toBe(0);
  });
});
