// A trial run of templates with the values of one release, as far as they are known: what Helm would surely refuse, and where
// nothing would be printed. What hangs on something unknown is gone through too, and nothing is said of it.
import type { Path } from "../../yaml/yaml-tree.ts";
import type { Expression, Pipeline, TemplateNode } from "./template-tree.ts";
import { trialFunction } from "./trial-functions.ts";
import { entryOf } from "./trial-map-functions.ts";
import {
  givenBoolean,
  givenInteger,
  givenText,
  nil,
  printed,
  softened,
  something,
  truthOf,
  typeName,
  unknown,
  type Given,
} from "./trial-values.ts";

/** A body of a template with the file that it stands in. */
export type TrialBody = { readonly nodes: readonly TemplateNode[]; readonly file: string };

/** Something that goes wrong for sure. `path` is the value that it is about, where there is one. */
export type Trouble = {
  readonly kind: "required" | "fail" | "nil" | "type" | "empty";
  /** Helm's message, or what is asked for. */
  readonly words: string;
  readonly path?: Path;
  readonly file: string;
  /** Counts characters from the start of the file. */
  readonly at: number;
};

const mostSteps = 300_000;
const deepest = 800;
const longestOutput = 200_000;

type Block = { readonly held: Map<string, Given>; readonly doubt: number };
type Frame = { readonly dot: Given; readonly blocks: readonly Block[]; readonly file: string };

/** Helm stops here, and so does what follows. */
class Stopped extends Error {}

/** A text that is being printed; `isWhole` is false where something unknown stands in it. */
type Output = { text: string; isWhole: boolean };

/** Runs the bodies of one release. */
export class Trial {
  readonly troubles: Trouble[] = [];
  private readonly definitions: ReadonlyMap<string, readonly TrialBody[]>;
  private output: Output = { text: "", isWhole: true };
  /** How many of the decisions on the way here are not sure. */
  private doubt = 0;
  private depth = 0;
  private steps = 0;

  constructor(definitions: ReadonlyMap<string, readonly TrialBody[]>) {
    this.definitions = definitions;
  }

  /** Runs a file; what Helm stops at ends it. */
  run({ nodes, file }: TrialBody, dot: Given): void {
    this.output = { text: "", isWhole: true };
    this.doubt = 0;
    this.depth = 0;
    try {
      this.nodes(nodes, { dot, file, blocks: [{ held: new Map([["", dot]]), doubt: 0 }] });
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  private tell(kind: Trouble["kind"], words: string, frame: Frame, at: number, path?: Path): void {
    if (this.doubt > 0) return;
    this.troubles.push({ kind, words, file: frame.file, at, ...(path === undefined ? {} : { path }) });
  }

  private nodes(nodes: readonly TemplateNode[], frame: Frame): void {
    this.depth++;
    for (const node of nodes) {
      this.steps++;
      if (this.steps > mostSteps || this.depth > deepest) throw new Stopped();
      this.node(node, frame);
    }
    this.depth--;
  }

  private node(node: TemplateNode, frame: Frame): void {
    switch (node.kind) {
      case "text":
        this.print(node.text);
        break;
      case "action": {
        const { variables, value } = node.pipeline;
        const given = this.pipeline(node.pipeline, frame);
        if (variables.length === 0) this.printAction(given, value, frame);
        break;
      }
      case "if":
      case "with":
        this.branch(node, frame);
        break;
      case "range":
        this.loop(node, frame);
        break;
      case "template": {
        const given = this.include(givenText(node.name), this.expression(node.argument, frame));
        this.print(printed(given));
        break;
      }
      case "break":
      case "continue":
        // What is left of the loop may or may not come.
        this.doubt++;
        break;
    }
  }

  private print(text: string | undefined): void {
    if (text === undefined || this.output.text.length > longestOutput) this.output.isWhole = false;
    else this.output.text += text;
  }

  private printAction(given: Given, value: Expression, frame: Frame): void {
    const isNothing =
      (given.kind === "null" && given.isSoft !== true) ||
      (given.kind === "string" && given.isFromNull === true);
    const isEmpty = given.kind === "null" || (given.kind === "string" && given.value === "");
    const line = this.output.isWhole ? this.output.text.slice(this.output.text.lastIndexOf("\n") + 1) : "";
    if (given.path !== undefined) {
      const place = isEmpty ? emptyPlace(line) : undefined;
      if (place !== undefined) this.tell("empty", place, frame, value.at, given.path);
      else if (isNothing) this.tell("empty", "", frame, value.at, given.path);
    }
    this.print(printed(given));
  }

  private branch({ kind, pipeline, body, otherwise }: BranchNode, frame: Frame): void {
    const inner = this.within(frame);
    const given = this.pipeline(pipeline, inner);
    const truth = truthOf(given);
    const then = kind === "with" ? { ...inner, dot: given } : inner;
    if (truth === true) this.nodes(body, this.within(then));
    else if (truth === false) this.nodes(otherwise, this.within(inner));
    else {
      this.inDoubt(() => {
        this.nodes(body, this.within(then));
      });
      this.inDoubt(() => {
        this.nodes(otherwise, this.within(inner));
      });
    }
  }

  /** Goes through what may or may not happen; it prints something unknown, if anything. */
  private inDoubt(go: () => void): void {
    const { output, doubt, depth } = this;
    this.output = { text: "", isWhole: true };
    this.doubt++;
    try {
      go();
    } catch (error) {
      if (!(error instanceof Stopped) || this.steps > mostSteps) throw error;
      this.depth = depth;
    } finally {
      this.doubt = doubt;
      const isEmpty = this.output.isWhole && this.output.text === "";
      this.output = output;
      if (!isEmpty) output.isWhole = false;
    }
  }

  private loop({ pipeline, body, otherwise }: BranchNode, frame: Frame): void {
    const given = this.expression(pipeline.value, frame);
    const turn = (key: Given, item: Given): void => {
      const inner = { ...this.within(frame), dot: item };
      const [one, two] = pipeline.variables;
      if (two !== undefined && one !== undefined) this.give(pipeline, inner, one, key);
      const holder = two ?? one;
      if (holder !== undefined) this.give(pipeline, inner, holder, item);
      this.nodes(body, inner);
    };
    const { doubt } = this;
    if (given.kind === "list" && given.items.length > 0)
      for (const [index, item] of given.items.entries()) turn(givenInteger(index), item);
    else if (given.kind === "map" && !given.isOpen && given.entries.size > 0) {
      const names = [...given.entries.keys()].toSorted((a, b) => (a < b ? -1 : 1));
      for (const name of names) turn(givenText(name), entryOf(given, name));
    } else if (truthOf(given) === false && given.kind !== "string") this.nodes(otherwise, this.within(frame));
    else {
      this.inDoubt(() => {
        turn(unknown, unknown);
      });
      this.inDoubt(() => {
        this.nodes(otherwise, this.within(frame));
      });
    }
    this.doubt = doubt;
  }

  private pipeline(pipeline: Pipeline, frame: Frame): Given {
    const given = this.expression(pipeline.value, frame);
    const [name] = pipeline.variables;
    if (name !== undefined) this.give(pipeline, frame, name, given);
    return given;
  }

  private give({ isDeclaration }: Pipeline, { blocks }: Frame, name: string, given: Given): void {
    const block = isDeclaration ? blocks.at(-1) : blocks.findLast(({ held }) => held.has(name));
    block?.held.set(name, this.doubt > block.doubt ? unknown : softened(given));
  }

  private within({ dot, blocks, file }: Frame): Frame {
    return { dot, file, blocks: [...blocks, { held: new Map(), doubt: this.doubt }] };
  }

  private expression(expression: Expression, frame: Frame): Given {
    this.steps++;
    if (this.steps > mostSteps || this.depth > deepest) throw new Stopped();
    this.depth++;
    const given = this.evaluate(expression, frame);
    this.depth--;
    return given;
  }

  private evaluate(expression: Expression, frame: Frame): Given {
    switch (expression.kind) {
      case "dot":
        return frame.dot;
      case "nil":
        return nil;
      case "constant":
        return givenConstant(expression.value);
      case "variable":
        return (
          frame.blocks.findLast(({ held }) => held.has(expression.name))?.held.get(expression.name) ?? unknown
        );
      case "group":
        return softened(this.expression(expression.of, frame));
      case "field":
        return this.field(this.expression(expression.of, frame), expression.name, expression.at, frame);
      case "call":
        for (const arg of [expression.callee, ...expression.args]) this.expression(arg, frame);
        return unknown;
      case "function":
        return this.call(expression, frame);
    }
  }

  private field(of: Given, name: string, at: number, frame: Frame): Given {
    if (of.kind === "map") return entryOf(of, name);
    if (of.kind === "unknown") return unknown;
    if (of.kind === "null" && of.isSoft === true)
      return of.path === undefined ? of : { ...of, path: [...of.path, name] };
    const words = of.kind === "null" ? name : `${name} in a ${typeName(of)}`;
    this.tell(of.kind === "null" ? "nil" : "type", words, frame, at, of.path);
    return unknown;
  }

  private call(expression: Extract<Expression, { kind: "function" }>, frame: Frame): Given {
    const { name } = expression;
    if (name === "and" || name === "or") return this.decide(expression, frame);
    const args = expression.args.map((arg) => this.expression(arg, frame));
    const [first = nil, second = nil] = args;
    switch (name) {
      case "include":
        return this.include(first, second);
      case "required":
        return this.required(first, second, expression.at, frame);
      case "fail":
        if (this.doubt > 0) return unknown;
        this.tell("fail", printed(first) ?? "", frame, expression.at);
        throw new Stopped();
      case "tpl":
        return first.kind === "string" && !first.value.includes("{{") ? first : unknown;
      default: {
        const made = trialFunction(name)?.(args, this.doubt === 0) ?? unknown;
        if (!("refused" in made)) return made;
        const kind = made.isPrinted === true ? "empty" : made.about.kind === "null" ? "nil" : "type";
        this.tell(kind, made.refused, frame, expression.at, made.about.path);
        return unknown;
      }
    }
  }

  private required(message: Given, given: Given, at: number, frame: Frame): Given {
    if (given.kind === "null" || (given.kind === "string" && given.value === "")) {
      this.tell("required", printed(message) ?? "", frame, at, given.path);
      return unknown;
    }
    return given;
  }

  /** `and` and `or`, which don't look at what no longer matters. */
  private decide({ name, args }: Extract<Expression, { kind: "function" }>, frame: Frame): Given {
    const { doubt } = this;
    let result: Given = nil;
    let isSure = true;
    for (const arg of args) {
      result = this.expression(arg, frame);
      const truth = truthOf(result);
      if (truth === undefined) {
        isSure = false;
        this.doubt++;
      } else if (truth === (name === "or")) {
        this.doubt = doubt;
        // Whatever those before it are, it is true at its end, or false.
        return isSure ? result : name === "or" ? something : { kind: "unknown", truth: false };
      }
    }
    this.doubt = doubt;
    return isSure ? result : unknown;
  }

  private include(name: Given, argument: Given): Given {
    const dot = softened(argument);
    const bodies = name.kind === "string" ? this.definitions.get(name.value) : undefined;
    const [body] = bodies ?? [];
    // Which one of several counts hangs on how Helm sorts the files.
    if (body === undefined || bodies?.length !== 1) return unknown;
    const { output } = this;
    this.output = { text: "", isWhole: true };
    try {
      this.nodes(body.nodes, {
        dot,
        file: body.file,
        blocks: [{ held: new Map([["", dot]]), doubt: this.doubt }],
      });
      if (this.output.isWhole) return givenText(this.output.text);
      return /[^\s]/.test(this.output.text) ? something : unknown;
    } finally {
      this.output = output;
    }
  }
}

type BranchNode = Extract<TemplateNode, { kind: "if" | "with" | "range" }>;

function givenConstant(value: string | number | boolean): Given {
  if (typeof value === "string") return givenText(value);
  return typeof value === "boolean" ? givenBoolean(value) : givenInteger(value);
}

/** Where in a line nothing must not stand: in an image, and in place of an address's host. */
function emptyPlace(line: string): string | undefined {
  if (/^\s*(?:- )?image:\s*["']?(?:\S*[/:])?$/.test(line)) return "the image";
  return /:\/\/(?:[^/\s]*@)?$/.test(line) ? "the host of an address" : undefined;
}
