// Reads the text of a Go template into a tree, by the grammar of Go's text/template. What Go would refuse, and what is too
// large or too deep to be followed, comes back as a problem; nothing throws.
import type { Expression, ParsedTemplate, Pipeline, TemplateNode } from "./template-tree.ts";
import { NotATemplate, tokensOf, type Token } from "./template-tokens.ts";

const largest = 1_048_576;
/** Blocks, parentheses, stages of a pipeline and steps of a path: trees are walked by recursion. */
const deepest = 100;

/** The place is one of the text, counted in characters from its start. */
export type TemplateProblem = { readonly problem: string; readonly at: number };

/** The template, or why it can't be read. */
export function parseTemplate(text: string): ParsedTemplate | TemplateProblem {
  if (text.length > largest) return { problem: "it is larger than 1 MiB", at: 0 };
  try {
    return new Parser(tokensOf(text), text.length).file();
  } catch (error) {
    if (error instanceof NotATemplate) return { problem: error.message, at: error.at };
    throw error;
  }
}

type End = "end" | "else" | "file";
type Block = { readonly nodes: readonly TemplateNode[]; readonly end: End };

class Parser {
  private index = 0;
  private depth = 0;
  private readonly definitions = new Map<string, readonly TemplateNode[]>();
  private readonly tokens: readonly Token[];
  private readonly length: number;

  constructor(tokens: readonly Token[], length: number) {
    this.tokens = tokens;
    this.length = length;
  }

  file(): ParsedTemplate {
    const { nodes, end } = this.block();
    if (end !== "file") this.refuse(`{{ ${end} }} belongs to nothing`);
    return { body: nodes, definitions: this.definitions };
  }

  private block(): Block {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.next();
      if (token === undefined) return { nodes, end: "file" };
      if (token.kind === "text") {
        nodes.push({ kind: "text", text: token.value });
        continue;
      }
      const word = this.peek();
      if (word?.kind === "identifier") {
        if (word.value === "end" || word.value === "else") {
          this.index++;
          if (word.value === "end") this.expect("close");
          return { nodes, end: word.value };
        }
        const node = this.keyword(word);
        if (node !== undefined) {
          nodes.push(...node);
          continue;
        }
      }
      nodes.push({ kind: "action", pipeline: this.pipeline() });
      this.expect("close");
    }
  }

  /** The nodes of a keyword's action; undefined where the word is no keyword. */
  private keyword(word: Token): readonly TemplateNode[] | undefined {
    switch (word.value) {
      case "if":
      case "with":
      case "range":
        this.index++;
        return [
          this.nested(() =>
            this.control(word.value === "if" ? "if" : word.value === "with" ? "with" : "range"),
          ),
        ];
      case "break":
      case "continue":
        this.index++;
        this.expect("close");
        return [{ kind: word.value === "break" ? "break" : "continue" }];
      case "template":
        this.index++;
        return [this.call(word)];
      case "define":
        this.index++;
        this.definition(this.name());
        return [];
      case "block": {
        this.index++;
        const name = this.name();
        const argument = this.pipeline().value;
        this.definition(name);
        return [{ kind: "template", name, argument, at: word.at }];
      }
      default:
        return undefined;
    }
  }

  private control(kind: "if" | "with" | "range"): TemplateNode {
    const pipeline = this.pipeline();
    this.expect("close");
    const body = this.block();
    if (body.end === "file") this.refuse(`{{ ${kind} }} has no {{ end }}`);
    return { kind, pipeline, body: body.nodes, otherwise: body.end === "else" ? this.otherwise(kind) : [] };
  }

  /** What stands behind `{{ else`. */
  private otherwise(kind: "if" | "with" | "range"): readonly TemplateNode[] {
    const next = this.peek();
    if (next?.kind === "identifier" && (next.value === "if" || next.value === "with")) {
      this.index++;
      const chained = next.value === "if" ? "if" : "with";
      return [this.nested(() => this.control(chained))];
    }
    this.expect("close");
    const { nodes, end } = this.block();
    if (end !== "end") this.refuse(`{{ ${kind} }} has no {{ end }}`);
    return nodes;
  }

  private definition(name: string): void {
    this.expect("close");
    const { nodes, end } = this.nested(() => this.block());
    if (end !== "end") this.refuse(`the definition of ${JSON.stringify(name)} does not end`);
    // As in Go, an empty one does not replace another.
    const isEmpty = nodes.every((node) => node.kind === "text" && node.text.trim() === "");
    if (!isEmpty || !this.definitions.has(name)) this.definitions.set(name, nodes);
  }

  private call({ at }: Token): TemplateNode {
    const name = this.name();
    const argument: Expression = this.peek()?.kind === "close" ? { kind: "nil", at } : this.pipeline().value;
    this.expect("close");
    return { kind: "template", name, argument, at };
  }

  private name(): string {
    return this.expect("string").value;
  }

  private pipeline(): Pipeline {
    return this.nested(() => {
      const { variables, isDeclaration } = this.variables();
      let value = this.command();
      for (let stages = 1; this.peek()?.kind === "pipe"; stages++) {
        if (stages > deepest) this.refuse("the pipeline is too long");
        this.index++;
        value = withArgument(this.command(), value);
      }
      return { variables, isDeclaration, value };
    });
  }

  private variables(): Pick<Pipeline, "variables" | "isDeclaration"> {
    const [first, second, third, fourth] = this.tokens.slice(this.index, this.index + 4);
    if (first?.kind !== "variable") return { variables: [], isDeclaration: false };
    if (second?.kind === "declare" || second?.kind === "assign") {
      this.index += 2;
      return { variables: [first.value], isDeclaration: second.kind === "declare" };
    }
    if (second?.kind === "comma" && third?.kind === "variable") {
      if (fourth?.kind !== "declare" && fourth?.kind !== "assign")
        throw new NotATemplate("a := is missing", third.at);
      this.index += 4;
      return { variables: [first.value, third.value], isDeclaration: fourth.kind === "declare" };
    }
    return { variables: [], isDeclaration: false };
  }

  /** One stage of a pipeline: an operand and its arguments. */
  private command(): Expression {
    const first = this.operand();
    const args: Expression[] = [];
    for (;;) {
      const next = this.peek();
      if (next === undefined || next.kind === "pipe" || next.kind === "right" || next.kind === "close") break;
      args.push(this.operand());
    }
    if (args.length === 0) return first;
    if (first.kind === "function") return { ...first, args };
    return { kind: "call", callee: first, args, at: first.at };
  }

  private operand(): Expression {
    let value = this.term();
    for (let steps = 0; ; steps++) {
      const next = this.peek();
      if (next?.kind !== "field" || next.isAfterSpace) return value;
      if (steps > deepest) this.refuse("the path is too long");
      this.index++;
      value = { kind: "field", of: value, name: next.value, at: value.at };
    }
  }

  private term(): Expression {
    const token = this.next();
    const at = token?.at ?? this.length;
    switch (token?.kind) {
      case "identifier":
        if (token.value === "nil") return { kind: "nil", at };
        if (token.value === "true" || token.value === "false")
          return { kind: "constant", value: token.value === "true", at };
        return { kind: "function", name: token.value, args: [], at };
      case "dot":
        return { kind: "dot", at };
      case "field":
        return { kind: "field", of: { kind: "dot", at }, name: token.value, at };
      case "variable":
        return { kind: "variable", name: token.value, at };
      case "string":
        return { kind: "constant", value: token.value, at };
      case "number":
        return { kind: "constant", value: Number(token.value.replaceAll("_", "")), at };
      case "left": {
        const { value, variables } = this.pipeline();
        if (variables.length > 0) this.refuse("a variable is declared within parentheses");
        this.expect("right");
        return this.peek()?.kind === "field" ? { kind: "group", of: value, at } : value;
      }
      case "text":
      case "open":
      case "close":
      case "pipe":
      case "right":
      case "comma":
      case "declare":
      case "assign":
      case undefined:
        throw new NotATemplate("a value is missing", at);
    }
  }

  private nested<T>(read: () => T): T {
    this.depth++;
    if (this.depth > deepest) this.refuse(`it nests more than ${deepest} deep`);
    const result = read();
    this.depth--;
    return result;
  }

  private peek(): Token | undefined {
    return this.tokens[this.index];
  }

  private next(): Token | undefined {
    return this.tokens[this.index++];
  }

  private expect(kind: Token["kind"]): Token {
    const token = this.next();
    if (token?.kind !== kind) throw new NotATemplate(`a ${kind} is missing`, token?.at ?? this.length);
    return token;
  }

  private refuse(message: string): never {
    throw new NotATemplate(message, this.peek()?.at ?? this.length);
  }
}

/** A stage of a pipeline with what comes out of the one before it. */
function withArgument(stage: Expression, piped: Expression): Expression {
  if (stage.kind === "function" || stage.kind === "call") return { ...stage, args: [...stage.args, piped] };
  return { kind: "call", callee: stage, args: [piped], at: stage.at };
}
