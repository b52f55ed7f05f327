// The architecture as data: who may import whom, that there are no cycles, and that core touches nothing outside.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A layer is the folder below src (main.ts and headway.ts are `main`). ARCHITECTURE.md prints this table. */
const mayImport: Readonly<
  Record<string, { readonly layers: readonly string[]; readonly packages: readonly string[] }>
> = {
  core: {
    layers: ["core"],
    packages: ["semver", "yaml", "ajv", "@marcbachmann/cel-js", "re2js", "node:crypto"],
  },
  engine: { layers: ["core", "engine"], packages: ["node:util"] },
  adapters: {
    layers: ["core", "engine", "adapters"],
    packages: ["execa", "p-queue", "semver", "@kubernetes/client-node", "simple-git", "yaml", "node:*"],
  },
  views: { layers: ["core", "views"], packages: ["yaml", "pino", "prom-client"] },
  cli: { layers: ["core", "engine", "views", "web", "sandbox", "cli"], packages: ["commander", "node:*"] },
  web: { layers: ["core", "views", "web"], packages: ["node:*"] },
  sandbox: { layers: ["core", "sandbox"], packages: ["yaml", "semver", "execa", "node:*"] },
  main: {
    layers: ["core", "engine", "adapters", "views", "web", "cli", "sandbox", "main"],
    packages: ["commander", "node:*"],
  },
};

type SourceFile = {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly imports: readonly string[];
};

function readSources(): readonly SourceFile[] {
  const folder = join(root, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") || path.endsWith(".js"))
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      const imports = [
        ...text.matchAll(/^(?:import|export) [^;]*?from "([^"]+)";$/gms),
        ...text.matchAll(/\bimport\("([^"]+)"\)/g),
      ].map((match) => match[1] ?? "");
      const [first = ""] = path.split(sep);
      return {
        path: path.split(sep).join("/"),
        layer: first.endsWith(".ts") ? "main" : first,
        text,
        imports,
      };
    });
}

const sources = readSources();

/** The path of a relative import below src. */
function targetOf(file: SourceFile, specifier: string): string {
  return relative(".", join(dirname(file.path), specifier))
    .split(sep)
    .join("/");
}

function layerOf(path: string): string {
  const [first = ""] = path.split("/");
  return path.includes("/") ? first : "main";
}

/** An adapter is one file or one folder of src/adapters. */
function adapterOf(path: string): string {
  return path.replace(/^adapters\//, "").split("/")[0] ?? "";
}

describe("the architecture", () => {
  it("knows every layer that there is", () => {
    expect([...new Set(sources.map((file) => file.layer))].toSorted()).toEqual(
      Object.keys(mayImport).toSorted(),
    );
  });

  it("lets each layer import only the layers and packages in the table", () => {
    const wrong = sources.flatMap((file) => {
      const allowed = mayImport[file.layer];
      return file.imports
        .filter((specifier) => {
          if (specifier.startsWith("."))
            return allowed?.layers.includes(layerOf(targetOf(file, specifier))) !== true;
          const isAllowed = (name: string): boolean =>
            name.endsWith("*")
              ? specifier.startsWith(name.slice(0, -1))
              : specifier === name || specifier.startsWith(`${name}/`);
          return allowed?.packages.some(isAllowed) !== true;
        })
        .map((specifier) => `${file.path} imports ${specifier}`);
    });
    expect(wrong).toEqual([]);
  });

  it("keeps adapters apart from each other", () => {
    const wrong = sources
      .filter((file) => file.layer === "adapters")
      .flatMap((file) =>
        file.imports
          .filter((specifier) => specifier.startsWith("."))
          .map((specifier) => targetOf(file, specifier))
          .filter((target) => layerOf(target) === "adapters" && adapterOf(target) !== adapterOf(file.path))
          .map((target) => `${file.path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it("keeps the engine to the adapters' side of the ports: adapters import types alone from it", () => {
    const wrong = sources
      .filter((file) => file.layer === "adapters")
      .filter((file) => /import (?!type)[^;]*from "[./]+engine\//.test(file.text))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  it("loads what only the agent needs with the agent alone", () => {
    // A command is loaded when it is asked for; what it then loads is what it imports statically.
    const entries = ["headway.ts", "main.ts", ...sources.map(({ path }) => path)].filter(
      (path) =>
        !path.includes("/") || (/^cli\/[a-z-]+-command\.ts$/.test(path) && path !== "cli/agent-command.ts"),
    );
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const loaded = new Set(entries);
    for (const path of loaded) {
      const file = byPath.get(path);
      if (file === undefined) continue;
      for (const match of file.text.matchAll(/^(?:import|export) (?!type )[^;]*? from "([^"]+)"/gms))
        loaded.add(match[1]?.startsWith(".") === true ? targetOf(file, match[1]) : (match[1] ?? ""));
    }
    expect(loaded).toContain("commander");
    for (const rare of ["prom-client", "pino"]) expect(loaded).not.toContain(rare);
  });

  it("has no import cycles", () => {
    const edges = new Map(
      sources.map((file) => [
        file.path,
        // A type alone is gone at run time.
        [...file.text.matchAll(/^(?:import|export) (?!type )[^;]*? from "(\.[^"]+)"/gms)].map((match) =>
          targetOf(file, match[1] ?? ""),
        ),
      ]),
    );
    expect(findCycles(edges)).toEqual([]);
  });

  it("keeps core pure: no clock, chance, streams, timers, promises or process", () => {
    const forbidden =
      /\b(?:Date\.now|new Date\(\)|performance\.|Math\.random|randomUUID|process\.|console\.|setTimeout|setInterval|setImmediate|queueMicrotask|fetch\(|async |await |Promise[.<])/;
    const wrong = sources
      .filter((file) => file.layer === "core" && !file.path.startsWith("core/generated/"))
      .flatMap((file) =>
        file.text
          .split("\n")
          .map((line, index) => ({
            line: line.replace(/\/\/.*|^\s*\/?\*.*/, "").replace(/"[^"]*"|`[^`]*`/g, '""'),
            index,
          }))
          .filter(({ line }) => forbidden.test(line))
          .map(({ line, index }) => `${file.path}:${index + 1} ${line.trim()}`),
      );
    expect(wrong).toEqual([]);
  });

  it("has no folders for left-overs and no barrels", () => {
    const wrong = sources
      .map((file) => file.path)
      .filter((path) => /(?:^|\/)(?:utils?|common|helpers?|types|misc|shared|index)(?:\/|\.ts$)/.test(path));
    expect(wrong).toEqual([]);
  });

  it("opens every file with a comment that says what lives there", () => {
    const wrong = sources
      .filter((file) => !file.path.startsWith("core/generated/"))
      .filter((file) => !file.text.replace(/^#!.*\n/, "").startsWith("// "))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  it("prints the same table in ARCHITECTURE.md", () => {
    const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").replace(/ +/g, " ");
    for (const [layer, { layers }] of Object.entries(mayImport)) {
      if (layer === "main") continue;
      const others = layers.filter((other) => other !== layer);
      expect(text).toContain(
        `| \`${layer}\` | ${others.length === 0 ? "nothing" : others.map((other) => `\`${other}\``).join(", ")} |`,
      );
    }
  });
});

/** One cycle for each strongly connected group of files. */
function findCycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push(trail.slice(start));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return cycles;
}
