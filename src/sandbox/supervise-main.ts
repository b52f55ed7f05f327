// The supervisor as a program of its own, for a checkout; the packaged `headway` starts it by a hidden command instead.
import { superviseSandbox } from "./supervisor.ts";

const dir = process.argv[2];
if (dir === undefined) throw new Error("which sandbox folder?");
await superviseSandbox(dir);
