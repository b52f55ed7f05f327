// What a run's record in the journal says of where the run comes from: who, what was asked, which commit.
import type { Holder } from "../core/holder.ts";
import type { RunTrigger } from "../core/journal/run-record.ts";
import type { RunAbout } from "../engine/keep-journal.ts";
import type { StackFolder } from "../engine/ports.ts";
import type { ApplyFlags } from "./apply-command.ts";
import type { World } from "./world.ts";

/** The introduction of a run of the stack in this folder. */
export function aboutRun(world: World, folder: StackFolder, holder: Holder, trigger: RunTrigger): RunAbout {
  return {
    source: folder.source,
    version: world.version,
    actor: { user: world.user, host: holder.host },
    trigger,
    commit: () => world.readCommit(folder),
  };
}

const mostNames = 5;

/** What a person told `apply`, `redeploy` or `destroy` besides the folder, as far as it says which releases and how. */
export function detailOf(flags: ApplyFlags): Pick<RunTrigger, "detail"> {
  const words = [
    ...namesOf("--only", flags.only),
    ...namesOf("--keep", flags.keep),
    ...(flags.selector === undefined ? [] : ["-l"]),
    ...(flags.retry === true ? ["--retry"] : []),
    ...(flags.adopt === true ? ["--adopt"] : []),
    ...(flags.prune === true ? ["--prune"] : []),
    ...(flags.redeploy?.restart === true ? ["--restart"] : []),
    ...(flags.override === true ? ["--override"] : []),
  ];
  return words.length === 0 ? {} : { detail: words.join(" ") };
}

function namesOf(option: string, names: readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return [option, ...names.slice(0, mostNames), ...(names.length > mostNames ? ["…"] : [])];
}
