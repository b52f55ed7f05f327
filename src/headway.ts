#!/usr/bin/env node
// The program's entry. It looks at the Node it runs on before anything is imported that an older one can't even parse.

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `error: headway needs Node 22.19 or newer, and this is Node ${process.versions.node} (${process.execPath})\n` +
      "  try: install Node 24 LTS, or run it through npx with one on the PATH\n",
  );
  process.exitCode = 3;
} else {
  const { main } = await import("./main.ts");
  await main(process.argv);
}

export {};
