// A mirror of the publishers that the Dockerfile downloads programs from: the programs of this machine's cache, packed as the
// publishers pack them, each with the file that states its SHA-256.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { type ProgramName, programSources } from "../../src/sandbox/program-sources.ts";
import { findProgram } from "../../src/sandbox/programs.ts";
import { listenOnLoopback } from "../kit/loopback.ts";

/** `spoil` names a program that is altered after its checksum was stated. */
export async function openMirror(spoil?: ProgramName) {
  const folder = mkdtempSync(join(tmpdir(), "headway-mirror-"));
  const files = new Map<string, Buffer>();
  const platform = { os: "linux", arch: process.arch === "x64" ? "amd64" : process.arch };
  for (const name of ["helm", "kustomize", "sops"] as const) {
    const source = programSources[name];
    const { url, checksumUrl, member } = source.download(platform, source.version);
    const found = await findProgram(name);
    if (!found.ok) throw new Error(found.failure.message);
    const packed = await pack(join(folder, name), found.value.path, member);
    const digest = createHash("sha256").update(packed).digest("hex");
    files.set(pathOf(checksumUrl), Buffer.from(`${digest}  ${basename(new URL(url).pathname)}\n`));
    files.set(pathOf(url), spoil === name ? Buffer.concat([packed, Buffer.from("!")]) : packed);
  }
  const server = createServer((request, reply) => {
    const file = files.get(request.url ?? "");
    if (file === undefined) reply.writeHead(404).end();
    else reply.writeHead(200, { "content-length": file.length }).end(file);
  });
  const { port, close } = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function pathOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `/${host}${pathname}`;
}

async function pack(folder: string, program: string, member: string | undefined): Promise<Buffer> {
  if (member === undefined) return readFileSync(program);
  mkdirSync(join(folder, dirname(member)), { recursive: true });
  cpSync(program, join(folder, member));
  await execa("tar", ["-czf", "packed.tar.gz", member], { cwd: folder });
  return readFileSync(join(folder, "packed.tar.gz"));
}
