// What an expression of a template may stand for, as far as it leads to values: parts of the values, contexts of charts, maps
// and lists that templates make, texts that are known. Following a path marks what is read on the way.

/** A place in a release's values. What is below a `whole` one is all used, or may be. */
export type ValueNode = Holder & {
  readonly kind: "node";
  readonly children: Map<string, ValueNode>;
  /** Read by a key that is not known, or as an item of a list or an entry of a map. */
  anyKey?: ValueNode;
  isWhole: boolean;
  /** How many steps it is away from a chart's values, and how many of the last ones had no known key. */
  readonly level: number;
  readonly unnamed: number;
  /** Set on the values of a subchart: those of the charts around it, whose globals are its own too. */
  readonly around?: readonly ValueNode[];
};

/** What `.` is in a file of a chart: its values, its name, and more that is of no interest here. */
export type ChartScope = Holder & {
  readonly kind: "scope";
  readonly chartName: string;
  readonly values: ValueNode;
  readonly subcharts: readonly ChartScope[];
};

/** A dict, or a list by its indices, that a template makes. */
export type MadeMap = Holder & { readonly kind: "made" };

/** What `set` and `merge` put into something, or what it was made of. */
type Holder = {
  readonly id: number;
  readonly put: Map<string, Seen>;
  /** Under keys that are not known. */
  rest?: Seen;
  /** Maps whose keys are its own too. */
  merged?: Seen;
};

export type Target = ValueNode | ChartScope | MadeMap;

/** All that it may be; `isOther` where it may be something of which nothing is known. */
export type Seen = {
  readonly targets: ReadonlySet<Target>;
  readonly texts: ReadonlySet<string>;
  readonly isOther: boolean;
};

const noTargets: ReadonlySet<Target> = new Set();
const noTexts: ReadonlySet<string> = new Set();
export const nothing: Seen = { targets: noTargets, texts: noTexts, isOther: false };
export const other: Seen = { targets: noTargets, texts: noTexts, isOther: true };

export function seenText(text: string): Seen {
  return { targets: noTargets, texts: new Set([text]), isOther: false };
}

export function seenTarget(...targets: readonly Target[]): Seen {
  return { targets: new Set(targets), texts: noTexts, isOther: false };
}

/** More texts than these are as good as none. */
const mostTexts = 200;
/** How far maps that were merged into each other are followed. */
const deepestMerge = 6;
const deepestPlace = 40;
const deepestUnnamed = 3;

/** What may be any of these. */
export function either(...all: readonly Seen[]): Seen {
  const real = all.filter((one) => one !== nothing);
  const [first = nothing] = real;
  if (real.length < 2) return first;
  const texts = new Set(real.flatMap((one) => [...one.texts]));
  const isTooMuch = texts.size > mostTexts;
  return {
    targets: new Set(real.flatMap((one) => [...one.targets])),
    texts: isTooMuch ? noTexts : texts,
    isOther: isTooMuch || real.some((one) => one.isOther),
  };
}

/** The file that a template stands in, as a part of its path. */
export const filePath = "\0file";

/** Makes the places and maps of one chart, and counts them. */
export class SeenWorld {
  private made = 0;
  readonly scopes: ChartScope[] = [];
  /** True once a template has put something into values or a context. */
  hasPut = false;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** True where following goes on too long to be of use. */
  get isExhausted(): boolean {
    return this.made > this.most;
  }

  /** The values of a chart. */
  values(around: readonly ValueNode[]): ValueNode {
    return { ...this.node(0, 0), around };
  }

  private node(level: number, unnamed: number): ValueNode {
    return {
      kind: "node",
      id: ++this.made,
      children: new Map(),
      put: new Map(),
      isWhole: false,
      level,
      unnamed,
    };
  }

  scope(chartName: string, values: ValueNode, subcharts: readonly ChartScope[]): ChartScope {
    const scope = { kind: "scope", id: ++this.made, put: new Map(), chartName, values, subcharts } as const;
    this.scopes.push(scope);
    return scope;
  }

  map(entries: Iterable<readonly [string, Seen]>, rest?: Seen): Seen {
    const put = new Map(entries);
    return seenTarget({ kind: "made", id: ++this.made, put, ...(rest === undefined ? {} : { rest }) });
  }

  /** The entry of that name in a node: marks it as read. */
  childOf(node: ValueNode, name: string): ValueNode {
    let child = node.children.get(name);
    if (child !== undefined) return child;
    if (node.level < deepestPlace) child = this.node(node.level + 1, 0);
    else {
      child = node;
      node.isWhole = true;
    }
    node.children.set(name, child);
    return child;
  }

  /** Any entry of a node. A template that calls itself goes down forever: it goes round in circles here. */
  anyOf(node: ValueNode): ValueNode {
    node.anyKey ??=
      node.unnamed < deepestUnnamed && node.level < deepestPlace
        ? this.node(node.level + 1, node.unnamed + 1)
        : node;
    return node.anyKey;
  }

  /** What stands below a name. */
  step(from: Seen, name: string, depth = 0): Seen {
    const found = [...from.targets].map((target) => this.stepInto(target, name, depth));
    if (from.isOther) found.push(name === "Values" ? this.anyValues() : other);
    return either(...found);
  }

  private stepInto(target: Target, name: string, depth: number): Seen {
    const held = either(
      target.put.get(name) ?? nothing,
      target.rest ?? nothing,
      target.merged === undefined || depth > deepestMerge
        ? nothing
        : this.step(target.merged, name, depth + 1),
    );
    switch (target.kind) {
      case "made":
        return held;
      case "scope":
        return either(held, this.ofScope(target, name));
      case "node": {
        const above = name === "global" ? (target.around ?? []) : [];
        return either(held, seenTarget(...[target, ...above].map((node) => this.childOf(node, name))));
      }
    }
  }

  private ofScope(scope: ChartScope, name: string): Seen {
    switch (name) {
      case "Values":
        return seenTarget(scope.values);
      case "Subcharts":
        return this.map(scope.subcharts.map((sub) => [sub.chartName, seenTarget(sub)]));
      case "Chart":
        return this.map([["Name", seenText(scope.chartName)]], other);
      case "Template":
        return this.map([
          ["BasePath", seenText(filePath)],
          ["Name", seenText(filePath)],
        ]);
      default:
        return other;
    }
  }

  /** `.Values` of something unknown: it may be any chart's. */
  private anyValues(): Seen {
    return either(other, ...this.scopes.map(({ values }) => seenTarget(values)));
  }

  /** What stands below a key that is not known: items, entries. */
  elements(from: Seen, depth = 0): Seen {
    const found = [...from.targets].map((target): Seen => {
      const merged =
        target.merged === undefined || depth > deepestMerge
          ? nothing
          : this.elements(target.merged, depth + 1);
      const held = either(...target.put.values(), target.rest ?? nothing, merged);
      switch (target.kind) {
        case "made":
          return held;
        case "scope":
          return either(held, other, seenTarget(target.values));
        case "node":
          return either(held, seenTarget(this.anyOf(target)));
      }
    });
    return either(...found, from.isOther || from.texts.size > 0 ? other : nothing);
  }

  /** What stands below a key that is an expression itself. */
  entry(from: Seen, key: Seen): Seen {
    if (key.isOther || key.targets.size > 0 || key.texts.size === 0) return this.elements(from);
    return either(...[...key.texts].map((text) => this.step(from, text)));
  }

  /** All of it is used, or may be, in a way that can't be followed. */
  use(seen: Seen): void {
    const pending = [...seen.targets];
    const done = new Set<Target>();
    for (let target = pending.pop(); target !== undefined; target = pending.pop()) {
      if (done.has(target)) continue;
      done.add(target);
      if (target.kind === "node") target.isWhole = true;
      if (target.kind === "scope") pending.push(target.values);
      for (const held of [...target.put.values(), target.rest, target.merged])
        if (held !== undefined) pending.push(...held.targets);
    }
  }
}

/** Two that have one key lead to the same values; maps are told apart by what they hold. */
export function keyOf(seen: Seen, depth = 0): string {
  const targets = [...seen.targets].map((target) => targetKey(target, depth)).toSorted();
  return `${targets.join(",")};${[...seen.texts].toSorted().join("\0")};${seen.isOther ? "?" : ""}`;
}

function targetKey(target: Target, depth: number): string {
  if (target.kind !== "made" || depth > 4) return `#${target.id}`;
  const entries = [...target.put].map(([name, held]) => `${JSON.stringify(name)}:${keyOf(held, depth + 1)}`);
  const more = [target.rest, target.merged].map((held) => (held === undefined ? "" : keyOf(held, depth + 1)));
  return `{${entries.toSorted().join(",")}|${more.join("|")}}`;
}
