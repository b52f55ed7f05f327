// Options that several commands share, in one wording.
import { InvalidArgumentError, Option, type Command } from "commander";
import type { PruneSettings } from "../core/declaration.ts";
import { parseDuration } from "../core/duration.ts";
import type { LabelSelector } from "../core/label-selector.ts";
import { parseLabelSelector } from "../core/label-selector.ts";
import type { DriftWish } from "../core/plan/plan-drift.ts";
import type { ProgressMode } from "../views/progress-view.ts";
import type { ConnectFlags } from "./world.ts";

export type ClusterFlags = ConnectFlags;
export type ProgressFlags = { readonly progress?: ProgressMode };

/** Which releases of a stack a command is about; all where neither `only` nor `selector` is there. */
export type SelectionFlags = {
  readonly only?: readonly string[];
  readonly selector?: LabelSelector;
  readonly withDependencies?: boolean;
  readonly withDependents?: boolean;
};

export function clusterOptions(): readonly Option[] {
  return [
    new Option("--kubeconfig <file>", "the kubeconfig; else KUBECONFIG, else ~/.kube/config"),
    new Option("--context <name>", "the kubeconfig's context; else its current one"),
    new Option("--system-namespace <name>", "where Headway keeps state and locks (default: headway-system)"),
  ];
}

export function progressOption(): Option {
  return new Option("--progress <how>", "how to show progress; json is the event stream, on stdout")
    .choices(["auto", "tty", "plain", "json", "quiet"])
    .default("auto");
}

export function foresightOption(): Option {
  return new Option("--no-foresight", "do not look for missing dependencies: no chart is rendered");
}

export function orderOption(): Option {
  return new Option("--order <how>", "in place of the stack's order").choices(["dependencies", "waves"]);
}

export function selectionOptions(): readonly Option[] {
  return [
    ...choiceOptions(),
    new Option("--with-dependencies", "with --only or -l: and all that they depend on"),
  ];
}

export function withDependentsOption(): Option {
  return new Option("--with-dependents", "with --only or -l: and all that depends on them");
}

function choiceOptions(): readonly Option[] {
  return [
    new Option("--only <release...>", "these releases alone (NS/NAME)").conflicts("selector"),
    selectorOption(),
  ];
}

/** Which part of a stack a destroy takes away. */
export function stayingOptions(): readonly Option[] {
  return [
    ...choiceOptions(),
    withDependentsOption(),
    new Option("--keep <release...>", "leave these (NS/NAME) and all that they depend on"),
  ];
}

/** What becomes of releases that the stack owns and no longer declares. */
export type PruneFlags = {
  readonly prune?: boolean;
  readonly yesPrune?: boolean;
  readonly includeProtected?: boolean;
};

export function pruneOptions(): readonly Option[] {
  return [
    new Option("--prune", "uninstall what the stack owns and no longer declares, once the rest is ready"),
    new Option("--no-prune", "leave it, although headway.yaml says prune: true"),
    new Option("--yes-prune", "agree to prune more than headway.yaml's maxPrune"),
    includeProtectedOption(),
  ];
}

/** What an apply does about objects that are no longer as helm applied them. */
export type DriftFlags = { readonly drift?: "warn" | "correct" | "ignore" };

export function driftOption(): Option {
  return new Option(
    "--drift <how>",
    "objects that are no longer as helm applied them: warn, correct, or ignore (default: as declared, else warn)",
  ).choices(["warn", "correct", "ignore"]);
}

/** What the flag makes of the declarations' own words. */
export function driftWish({ drift }: DriftFlags): { readonly drift?: DriftWish } {
  return drift === "ignore" ? {} : { drift: drift ?? "as-declared" };
}

export function includeProtectedOption(): Option {
  return new Option("--include-protected", "prune or destroy releases with protect: true too");
}

/** What the flags make of the stack's own settings; without a headway.yaml nothing is certain enough to be pruned. */
export function pruneWishes(
  { prune }: { readonly prune: PruneSettings },
  flags: PruneFlags,
): {
  readonly prune: boolean;
  readonly maxPrune?: number;
  readonly includeProtected: boolean;
} {
  return {
    prune: flags.prune ?? prune.prune,
    includeProtected: flags.includeProtected ?? false,
    ...(flags.yesPrune === true ? {} : { maxPrune: prune.maxPrune }),
  };
}

export function selectorOption(): Option {
  return new Option(
    "-l, --selector <selector>",
    "only releases with these labels: a=b, a!=b, a in (b,c), a notin (b), a, !a; joined by commas",
  ).argParser((text, before?: LabelSelector) => {
    if (before !== undefined)
      throw new InvalidArgumentError(
        "It is given twice: join the conditions with a comma, as in -l a=b,c=d, or ask for one of several values with a in (b,c).",
      );
    const parsed = parseLabelSelector(text);
    if (!parsed.ok) throw new InvalidArgumentError(`At character ${parsed.at}: ${parsed.problem}.`);
    return parsed.selector;
  });
}

export function concurrencyOption(): Option {
  return new Option("--concurrency <n>", "helm processes at a time (default: by cores and memory)").argParser(
    (text) => {
      const count = Number(text);
      if (!Number.isInteger(count) || count < 1 || count > 256)
        throw new InvalidArgumentError("Use a number from 1 to 256.");
      return count;
    },
  );
}

/** How long another helm has to give no sign of life before it counts as dead, in milliseconds. */
export const ordinaryUnlockAfterMs = 60_000;

/** Helm itself pauses for seconds between two writes. */
const shortestUnlockAfterMs = 10_000;

export function unlockAfterOption(): Option {
  return new Option(
    "--unlock-after <duration>",
    "take a release over from another helm when its record and objects have not moved for so long (default: 60s)",
  ).argParser((text) => {
    const parsed = parseDuration(text);
    if (!parsed.ok) throw new InvalidArgumentError(`It ${parsed.problem}: use a duration such as 60s or 5m.`);
    if (parsed.ms < shortestUnlockAfterMs) throw new InvalidArgumentError("Use 10s or more.");
    return parsed.ms;
  });
}

const longestReason = 200;

export function reasonOption(): Option {
  return new Option("--reason <text>", "why, for everybody who looks").argParser((text) => {
    if (text.trim() === "") throw new InvalidArgumentError("It is empty.");
    if (text.length > longestReason)
      throw new InvalidArgumentError(`It is longer than ${longestReason} characters.`);
    return text;
  });
}

export function stackOption(): Option {
  return new Option("--stack <name>", "only this stack");
}

export function outputOption(formats: readonly string[]): Option {
  return new Option("-o, --output <format>", "how to print it").choices(formats).default(formats[0]);
}

type Company = {
  readonly option: string;
  readonly attribute: string;
  readonly needs: readonly string[];
  readonly words: string;
};

/** Options that only say more of another one. */
const companions: readonly Company[] = [
  {
    option: "--with-dependencies",
    attribute: "withDependencies",
    needs: ["only", "selector"],
    words: "--only or -l",
  },
  {
    option: "--with-dependents",
    attribute: "withDependents",
    needs: ["only", "selector"],
    words: "--only or -l",
  },
];

/** Makes an option that does nothing without another one a mistake of usage where it is given alone. */
export function refuseLoneOptions(command: Command): void {
  command.hook("preAction", (_this, acting) => {
    const given = acting.opts<Readonly<Record<string, unknown>>>();
    for (const { option, attribute, needs, words } of companions)
      if (given[attribute] !== undefined && needs.every((need) => given[need] === undefined))
        acting.error(
          `error: ${option} was given alone, and says nothing of the whole stack\n  try: name releases with ${words}, or leave it out`,
        );
  });
}
