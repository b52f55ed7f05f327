// The tree of an expression, looked at before it is evaluated: loops within loops, calls, and which values will be looked
// at as a whole by what they are handed to.
import type { ASTNode } from "@marcbachmann/cel-js";

/** How a value is looked at by what it is handed to; each has its price. */
export type Read = "whole" | "searched" | "needle" | "duration" | "time-zone";

type Call = Extract<ASTNode, { op: "call" }>;
type Method = Extract<ASTNode, { op: "rcall" }>;

const loops: ReadonlySet<string> = new Set(["all", "exists", "exists_one", "map", "filter"]);
const searches: ReadonlySet<string> = new Set(["contains", "indexOf", "lastIndexOf", "split"]);
const comparing: ReadonlySet<string> = new Set(["==", "!=", "in", "+", "<", "<=", ">", ">="]);

/** The nodes whose values are looked at as a whole, with how. */
export function readsOf(root: ASTNode): ReadonlyMap<ASTNode, Read> {
  const reads = new Map<ASTNode, Read>();
  walk(root, (node) => {
    if (comparing.has(node.op)) for (const child of childrenOf(node)) reads.set(child, "whole");
    else if (node.op === "call")
      for (const argument of node.args[1])
        reads.set(
          argument,
          node.args[0] === "duration" ? "duration" : node.args[0] === "size" ? "searched" : "whole",
        );
    else if (node.op === "rcall" && !isMacro(node)) readMethod(node, reads);
  });
  return reads;
}

function readMethod(node: Method, reads: Map<ASTNode, Read>): void {
  const [name, receiver, args] = node.args;
  // matches() is counted where it runs.
  if (name === "matches") return;
  reads.set(receiver, searches.has(name) || name === "size" ? "searched" : "whole");
  for (const argument of args)
    reads.set(argument, searches.has(name) ? "needle" : /^get[A-Z]/.test(name) ? "time-zone" : "whole");
}

/** The first loop that stands in more than `most - 1` others. */
export function tooDeepLoop(root: ASTNode, most: number): ASTNode | undefined {
  let found: ASTNode | undefined;
  walk(root, (node, loopsAround) => {
    if (isLoop(node) && loopsAround >= most) found ??= node;
  });
  return found;
}

export function findMatches(root: ASTNode): {
  readonly matches: readonly Method[];
  readonly calls: readonly Call[];
} {
  const matches: Method[] = [];
  const calls: Call[] = [];
  walk(root, (node) => {
    if (node.op === "rcall" && node.args[0] === "matches") matches.push(node);
    if (node.op === "call") calls.push(node);
  });
  return { matches, calls };
}

/** Visits every node with the number of loops whose body it stands in; an own stack, since a tree may be deep. */
function walk(root: ASTNode, visit: (node: ASTNode, loopsAround: number) => void): void {
  const open: { readonly node: ASTNode; readonly loopsAround: number }[] = [{ node: root, loopsAround: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, loopsAround } = next;
    visit(node, loopsAround);
    if (isLoop(node) && node.op === "rcall") {
      open.push({ node: node.args[1], loopsAround });
      for (const argument of node.args[2]) open.push({ node: argument, loopsAround: loopsAround + 1 });
    } else for (const child of childrenOf(node)) open.push({ node: child, loopsAround });
  }
}

function isLoop(node: ASTNode): boolean {
  return node.op === "rcall" && loops.has(node.args[0]);
}

function isMacro(node: Method): boolean {
  return loops.has(node.args[0]) || node.args[0] === "bind";
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case "value":
    case "id":
      return [];
    case ".":
    case ".?":
      return [node.args[0]];
    case "call":
      return node.args[1];
    case "rcall":
      return [node.args[1], ...node.args[2]];
    case "map":
      return node.args.flat();
    case "!_":
    case "-_":
      return [node.args];
    case "list":
    case "?:":
    case "[]":
    case "[?]":
    case "||":
    case "&&":
    case "in":
    case "==":
    case "!=":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "+":
    case "-":
    case "*":
    case "/":
    case "%":
      return node.args;
  }
}
