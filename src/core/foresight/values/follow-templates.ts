// Which values the templates of a chart and its subcharts read, without rendering them: every branch is followed, `.` and
// variables are tracked through blocks and calls. What can't be followed counts as using everything that it is given.
import type { Expression, Pipeline, TemplateNode } from "./template-tree.ts";
import { followFunction } from "./follow-functions.ts";
import { either, filePath, keyOf, nothing, other, seenText, type Seen, type SeenWorld } from "./seen.ts";

/** Bodies of templates by their names; the charts of one release share them, and one name may stand in several. */
export type Definitions = ReadonlyMap<string, readonly (readonly TemplateNode[])[]>;

/** Calls, blocks and parts of expressions within each other: they are followed by recursion. */
const deepest = 1000;
/** A loop is gone through until it leaves nothing new in variables, but no more often than this. */
const mostTurns = 3;
/** Longer lists are not gone through item by item. */
const mostEntries = 40;
/** Blocks within each other within which each loop is gone through once. */
const mostLoops = 8;

/** The variables of a block by their names; `isSure` where it is run whenever the block around it is. */
type Variables = { readonly held: Map<string, Seen>; readonly isSure: boolean };

type Block = Extract<TemplateNode, { kind: "if" | "with" | "range" }>;

type Frame = { readonly dot: Seen; readonly blocks: readonly Variables[] };

/** Follows templates; what they read is marked in the world. */
export class TemplateFollower {
  private readonly world: SeenWorld;
  private readonly definitions: Definitions;
  /** What each call of a template prints, as far as it is one known text. */
  private readonly followed = new Map<string, Seen>();
  /** What `tpl` was given as `.`, where its text is not known, by key. */
  readonly contexts = new Map<string, Seen>();
  /** Constants that `tpl` was given are followed at once, and so are new ones within them. */
  private readonly parse: (text: string) => readonly TemplateNode[] | undefined;
  private steps = 0;
  private depth = 0;
  private isTooDeep = false;
  private assignments = 0;
  private readonly mostSteps: number;

  constructor(
    world: SeenWorld,
    definitions: Definitions,
    parse: (text: string) => readonly TemplateNode[] | undefined,
    mostSteps: number,
  ) {
    this.world = world;
    this.definitions = definitions;
    this.parse = parse;
    this.mostSteps = mostSteps;
  }

  /** True where so much had to be followed that it was not done to its end. */
  get isExhausted(): boolean {
    return this.steps > this.mostSteps || this.isTooDeep || this.world.isExhausted;
  }

  /** A body that is run with this `.`; what it prints, where that is one of some known texts. */
  follow(body: readonly TemplateNode[], dot: Seen): Seen {
    return this.nodes(body, { dot, blocks: [{ held: new Map([["", dot]]), isSure: true }] });
  }

  private nodes(nodes: readonly TemplateNode[], frame: Frame): Seen {
    this.depth++;
    let printed = nothing;
    for (const node of nodes) {
      this.steps++;
      if (this.depth > deepest) this.isTooDeep = true;
      if (this.isExhausted) break;
      printed = inARow(printed, this.node(node, frame));
    }
    this.depth--;
    return printed;
  }

  /** What the node prints. */
  private node(node: TemplateNode, frame: Frame): Seen {
    switch (node.kind) {
      case "text":
        return node.text.trim() === "" ? nothing : other;
      case "break":
      case "continue":
        return nothing;
      case "action": {
        const seen = this.pipeline(node.pipeline, frame);
        if (node.pipeline.variables.length > 0) return nothing;
        this.world.use(seen);
        return seen.targets.size === 0 ? seen : other;
      }
      case "template":
        return this.call(seenText(node.name), this.expression(node.argument, frame));
      case "if":
      case "with":
        return this.branch(node, frame);
      case "range":
        return this.loop(node, frame);
    }
  }

  private branch({ kind, pipeline, body, otherwise }: Block, frame: Frame): Seen {
    const inner = within(frame);
    const seen = this.pipeline(pipeline, inner);
    const then = this.nodes(body, kind === "with" ? { ...within(inner), dot: seen } : within(inner));
    return either(then, this.nodes(otherwise, within(inner)));
  }

  private loop({ pipeline, body, otherwise }: Block, frame: Frame): Seen {
    const seen = this.expression(pipeline.value, frame);
    const turn = (key: Seen, item: Seen, isSure: boolean): Seen => {
      const inner = { ...within(frame, isSure), dot: item };
      const [one, two] = pipeline.variables;
      if (two !== undefined && one !== undefined) this.give(pipeline, inner, one, key);
      const holder = two ?? one;
      if (holder !== undefined) this.give(pipeline, inner, holder, item);
      return this.nodes(body, inner);
    };
    const entries = entriesOf(seen);
    let printed = nothing;
    if (entries !== undefined) {
      const isSure = !jumps(body);
      for (const [name, item] of entries) printed = inARow(printed, turn(seenText(name), item, isSure));
    } else {
      const item = this.world.elements(seen);
      // What one turn leaves in a variable, the next one reads.
      for (let turns = 0, before = -1; before !== this.assignments && turns < mostTurns; turns++) {
        before = this.assignments;
        printed = turn(other, item, false) === nothing ? nothing : other;
        if (frame.blocks.length > mostLoops) break;
      }
    }
    return either(printed, this.nodes(otherwise, within(frame)));
  }

  private pipeline(pipeline: Pipeline, frame: Frame): Seen {
    const seen = this.expression(pipeline.value, frame);
    const [name] = pipeline.variables;
    if (name !== undefined) this.give(pipeline, frame, name, seen);
    return seen;
  }

  private give({ isDeclaration }: Pipeline, { blocks }: Frame, name: string, seen: Seen): void {
    if (isDeclaration) {
      blocks.at(-1)?.held.set(name, seen);
      return;
    }
    const index = blocks.findLastIndex(({ held }) => held.has(name));
    const before = blocks[index]?.held.get(name);
    if (before === undefined) return;
    const isSure = blocks.slice(index + 1).every((block) => block.isSure);
    const after = isSure ? seen : either(before, seen);
    if (keyOf(after) === keyOf(before)) return;
    this.assignments++;
    blocks[index]?.held.set(name, after);
  }

  private expression(expression: Expression, frame: Frame): Seen {
    this.steps++;
    if (this.depth > deepest) this.isTooDeep = true;
    if (this.isTooDeep) return other;
    this.depth++;
    const seen = this.evaluate(expression, frame);
    this.depth--;
    return seen;
  }

  private evaluate(expression: Expression, frame: Frame): Seen {
    switch (expression.kind) {
      case "dot":
        return frame.dot;
      case "nil":
        return nothing;
      case "constant":
        return seenConstant(expression.value);
      case "variable":
        return (
          frame.blocks.findLast(({ held }) => held.has(expression.name))?.held.get(expression.name) ?? other
        );
      case "group":
        return this.expression(expression.of, frame);
      case "field":
        return this.world.step(this.expression(expression.of, frame), expression.name);
      case "call": {
        const callee = this.expression(expression.callee, frame);
        for (const arg of expression.args) this.world.use(this.expression(arg, frame));
        return callee.isOther ? other : either(callee, other);
      }
      case "function": {
        const args = expression.args.map((arg) => this.expression(arg, frame));
        if (expression.name === "include") return this.call(args[0] ?? nothing, args[1] ?? nothing);
        if (expression.name === "tpl") return this.textTemplate(args[0] ?? nothing, args[1] ?? nothing);
        return followFunction(this.world, expression.name, args);
      }
    }
  }

  /** A template by its name; what it prints was used within it. */
  private call(name: Seen, dot: Seen): Seen {
    // The chart's own files are followed anyway.
    if (name.texts.has(filePath) && !name.isOther) return other;
    const isKnown = !name.isOther && name.targets.size === 0;
    const names = isKnown ? [...name.texts] : [...this.definitions.keys()];
    const printed = names.map((one) => {
      const bodies = this.definitions.get(one);
      if (bodies !== undefined) return this.once(`${one}\n${keyOf(dot)}`, bodies, dot);
      // Helm refuses to call what is defined nowhere.
      return other;
    });
    return either(...printed, isKnown ? nothing : other);
  }

  private textTemplate(text: Seen, dot: Seen): Seen {
    this.world.use(text);
    for (const one of text.texts) {
      const body = this.parse(one);
      if (body !== undefined) this.once(`\0${one}\n${keyOf(dot)}`, [body], dot);
    }
    if (text.isOther || text.targets.size > 0) this.contexts.set(keyOf(dot), dot);
    return other;
  }

  private once(key: string, bodies: readonly (readonly TemplateNode[])[], dot: Seen): Seen {
    const known = this.followed.get(key);
    if (known !== undefined) return known;
    this.followed.set(key, other);
    const printed = either(...bodies.map((body) => this.follow(body, dot)));
    this.followed.set(key, printed);
    return printed;
  }
}

/** What is printed where one thing follows another. */
function inARow(one: Seen, next: Seen): Seen {
  if (one === nothing) return next;
  return next === nothing ? one : other;
}

function within({ dot, blocks }: Frame, isSure = false): Frame {
  return { dot, blocks: [...blocks, { held: new Map(), isSure }] };
}

/** True where a turn of a loop may end before its end, or be the last one. */
function jumps(nodes: readonly TemplateNode[]): boolean {
  return nodes.some((node) => {
    if (node.kind === "break" || node.kind === "continue") return true;
    return (node.kind === "if" || node.kind === "with") && (jumps(node.body) || jumps(node.otherwise));
  });
}

function seenConstant(value: string | number | boolean): Seen {
  return typeof value === "boolean" ? nothing : seenText(String(value));
}

/** Entry by entry what is gone through, where templates made all of it. */
function entriesOf({ targets, isOther }: Seen): readonly (readonly [string, Seen])[] | undefined {
  if (isOther || targets.size === 0) return undefined;
  const entries: (readonly [string, Seen])[] = [];
  for (const target of targets) {
    if (target.kind !== "made" || target.rest !== undefined || target.merged !== undefined) return undefined;
    entries.push(...target.put);
  }
  return entries.length > mostEntries ? undefined : entries;
}
