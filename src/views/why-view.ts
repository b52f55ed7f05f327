// Why a release is as it is: the way to the root cause, and everything known of that; or all roots of a stack. Who the
// roots are is core/root-cause.ts.
import type { ShownState } from "../core/event.ts";
import { splitReleaseId, type ReleaseId } from "../core/ids.ts";
import { jsonText, yamlText } from "./data-output.ts";
import { evidenceFields, failureRecord, type JsonRecord } from "./event-record.ts";
import { rootLines, stateWord, type RootCause } from "./failure-block.ts";
import { nextStep } from "./failure-words.ts";
import { glyphSpan, renderLines, type Line, type Style } from "./style.ts";
import { formatAge } from "./time-words.ts";
import { counted } from "./counted.ts";

/** One release on the way from what was asked about to the root. */
export type WhyLink = { readonly release: ReleaseId; readonly state: ShownState; readonly detail?: string };

/** What is to be explained. `since` is RFC 3339. */
export type WhyInput =
  | {
      readonly kind: "release";
      readonly release: ReleaseId;
      readonly state: ShownState;
      readonly detail?: string;
      readonly since?: string;
      /** From the release to the root, both included; the release alone where there is no root. */
      readonly chain: readonly WhyLink[];
      readonly root?: RootCause;
    }
  | { readonly kind: "roots"; readonly roots: readonly RootCause[] };

export type WhyFormat = "table" | "wide" | "json" | "yaml" | "name";

/** `name` prints the ids of the roots. */
export function renderWhy(
  input: WhyInput,
  options: {
    readonly format: WhyFormat;
    readonly nowMs: number;
    readonly style: Style;
    readonly waves?: number;
  },
): string {
  const { style } = options;
  switch (options.format) {
    case "table":
    case "wide":
      return renderLines(
        input.kind === "release"
          ? releaseLines(input, options.nowMs, options.waves, style)
          : rootsLines(input.roots, options.waves, style),
        style,
      );
    case "json":
      return jsonText(whyDocument(input));
    case "yaml":
      return yamlText(whyDocument(input));
    case "name":
      return rootsOf(input)
        .map((root) => `${root.release}\n`)
        .join("");
  }
}

type WhyRelease = Extract<WhyInput, { kind: "release" }>;

function releaseLines(
  input: WhyRelease,
  nowMs: number,
  waves: number | undefined,
  style: Style,
): readonly Line[] {
  const age = input.since === undefined ? "" : ` for ${formatAge(Date.parse(input.since), nowMs)}`;
  const detail = input.detail === undefined ? "" : `: ${input.detail}`;
  const head: Line = [
    glyphSpan(input.state, style),
    " ",
    { text: input.release, tone: "strong" },
    ` is ${stateWord(input.state)}${age}`,
  ];
  const { root } = input;
  if (root === undefined) return [[...head, detail]];
  if (root.release === input.release) return [head, [""], ...rootLines(root, waves, style, false)];
  return [
    [...head, `. Root cause: ${root.release} (${stateWord(root.state)})`],
    [`  ${input.chain.map((link) => `${link.release} (${stateWord(link.state)})`).join(" → ")}`],
    [""],
    ...rootLines(root, waves, style, false),
  ];
}

function rootsLines(roots: readonly RootCause[], waves: number | undefined, style: Style): readonly Line[] {
  if (roots.length === 0)
    return [[glyphSpan("Ready", style), " Nothing has failed, and nothing is blocked."]];
  const sorted = roots.toSorted((a, b) => b.blocks.length - a.blocks.length);
  const blocked = new Set(roots.flatMap((root) => root.blocks)).size;
  return [
    [`${counted(roots.length, "root cause")}, ${blocked} blocked`],
    ...sorted.flatMap((root): readonly Line[] => [[""], ...rootLines(root, waves, style, true)]),
  ];
}

function rootsOf(input: WhyInput): readonly RootCause[] {
  if (input.kind === "roots") return input.roots;
  return input.root === undefined ? [] : [input.root];
}

function whyDocument(input: WhyInput): unknown {
  const items =
    input.kind === "roots"
      ? input.roots.map((root) => ({
          release: root.release,
          ...splitReleaseId(root.release),
          state: root.state,
          chain: [{ release: root.release, state: root.state }],
          root: rootRecord(root),
        }))
      : [
          {
            release: input.release,
            ...splitReleaseId(input.release),
            state: input.state,
            ...(input.detail === undefined ? {} : { detail: input.detail }),
            ...(input.since === undefined ? {} : { since: input.since }),
            chain: input.chain,
            ...(input.root === undefined ? {} : { root: rootRecord(input.root) }),
          },
        ];
  return { apiVersion: "headway.dev/v1", kind: "WhyList", items };
}

function rootRecord(root: RootCause): JsonRecord {
  return {
    release: root.release,
    state: root.state,
    ...(root.wave === undefined ? {} : { wave: root.wave }),
    failure: failureRecord(root.failure),
    ...(root.evidence === undefined ? {} : evidenceFields(root.evidence)),
    ...(root.declaredAt === undefined ? {} : { declaredAt: root.declaredAt }),
    ...(root.done === undefined ? {} : { done: root.done }),
    next: nextStep(root.failure),
    blocks: root.blocks,
  };
}
