// `node scripts/image-programs.ts FOLDER NAME=VERSION …`: puts the programs that the image holds into a folder, each downloaded
// from its publisher and kept only with the checksum that the publisher states. Unlike on a developer's machine nothing stands in
// for a download: what is on PATH or could be built is not what the image is said to hold.
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { downloadProgram } from "../src/sandbox/program-download.ts";
import { PROGRAM_NAMES, programSources } from "../src/sandbox/program-sources.ts";

const arch = process.env["TARGETARCH"] ?? (process.arch === "x64" ? "amd64" : process.arch);
const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined || wanted.length === 0) throw new Error("which programs, and into which folder?");
const into = resolve(folder);
await mkdir(into, { recursive: true });

await Promise.all(
  wanted.map(async (text) => {
    const [word, version = ""] = text.split("=");
    const name = PROGRAM_NAMES.find((known) => known === word);
    if (name === undefined || !/^v\d+\.\d+\.\d+$/.test(version))
      throw new Error(
        `${text} is not a program and its version, such as helm=${programSources.helm.version}`,
      );
    const source = programSources[name];
    // Two programs unpack at the same time.
    const own = join(into, `.${name}`);
    await mkdir(own);
    const target = {
      folder: own,
      file: join("..", source.file),
      mirror: process.env["HEADWAY_PROGRAM_MIRROR"],
    };
    const came = await downloadProgram(source.download({ os: "linux", arch }, version), target, (said) => {
      console.log(`${name} ${version}: ${said}`);
    });
    await rm(own, { recursive: true, force: true });
    if (came.kind !== "downloaded") throw new Error(`${name} ${version}: ${came.reason}`);
    console.log(`${name} ${version}: as its publisher states`);
  }),
);
