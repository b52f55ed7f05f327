// Options that several commands share, in one wording.
import { InvalidArgumentError, Option } from "commander";
import type { ProgressMode } from "../views/progress-view.ts";
import type { ConnectFlags } from "./world.ts";

export type ClusterFlags = ConnectFlags;
export type ProgressFlags = { readonly progress?: ProgressMode };

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

export function orderOption(): Option {
  return new Option("--order <how>", "in place of the stack's order").choices(["dependencies", "waves"]);
}

export function onlyOptions(): readonly Option[] {
  return [
    new Option("--only <release...>", "act on these releases alone (NS/NAME)"),
    new Option("--with-dependencies", "with --only: and on all that they depend on"),
  ];
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

export function outputOption(formats: readonly string[]): Option {
  return new Option("-o, --output <format>", "how to print it").choices(formats).default(formats[0]);
}
