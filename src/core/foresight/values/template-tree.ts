// A Go template as a tree: what the reader of templates hands to those that follow them.

/** `at` counts characters from the start of the file. A pipeline is a call whose last argument is what is piped in. */
export type Expression = { readonly at: number } & (
  | { readonly kind: "dot" }
  | { readonly kind: "nil" }
  | { readonly kind: "constant"; readonly value: string | number | boolean }
  /** The empty name is `$`. */
  | { readonly kind: "variable"; readonly name: string }
  /** Parentheses with a field behind them. */
  | { readonly kind: "group"; readonly of: Expression }
  | { readonly kind: "field"; readonly of: Expression; readonly name: string }
  | { readonly kind: "function"; readonly name: string; readonly args: readonly Expression[] }
  /** Something that is no name of a function, with arguments: `.Files.Get "x"`. */
  | { readonly kind: "call"; readonly callee: Expression; readonly args: readonly Expression[] }
);

/** `variables` are declared here (`:=`), or given another value (`=`). */
export type Pipeline = {
  readonly variables: readonly string[];
  readonly isDeclaration: boolean;
  readonly value: Expression;
};

export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly pipeline: Pipeline }
  | {
      readonly kind: "if" | "with" | "range";
      readonly pipeline: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: "template"; readonly name: string; readonly argument: Expression; readonly at: number }
  | { readonly kind: "break" | "continue" };

/** What one file says: what it prints, and the templates that it defines by their names. */
export type ParsedTemplate = {
  readonly body: readonly TemplateNode[];
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>;
};
