// `headway completion bash|zsh|fish`: scripts made from the command line itself, so that they can't fall behind it.
import { Argument } from "commander";
import type { Command } from "commander";
import type { World } from "./world.ts";

type Entry = { readonly words: readonly string[]; readonly candidates: readonly Candidate[] };
type Candidate = { readonly word: string; readonly description: string };

export function registerCompletionCommand(program: Command, world: World): void {
  program
    .command("completion")
    .description("print a completion script")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      `
bash: source <(headway completion bash)
zsh:  source <(headway completion zsh)
fish: headway completion fish | source
`,
    )
    .action((shell: "bash" | "zsh" | "fish") => {
      const entries = collect(program, []);
      world.stdout.write(
        shell === "fish" ? fishScript(entries) : shell === "zsh" ? zshScript(entries) : bashScript(entries),
      );
    });
}

/** Each command with what may stand behind it. Hidden commands are left out. */
function collect(command: Command, words: readonly string[]): readonly Entry[] {
  const help = command.createHelp();
  const commands = help
    .visibleCommands(command)
    .filter((inner) => inner.name() !== "help" || words.length === 0);
  const candidates = [
    ...commands.map((inner) => ({ word: inner.name(), description: inner.description() })),
    ...help
      .visibleOptions(command)
      .flatMap((option) =>
        [option.long, option.short].flatMap((word) =>
          word ? [{ word, description: option.description }] : [],
        ),
      ),
    ...command.registeredArguments.flatMap((argument) =>
      (argument.argChoices ?? []).map((word) => ({ word, description: "" })),
    ),
  ];
  return [
    { words, candidates },
    ...commands
      .filter((inner) => inner.name() !== "help")
      .flatMap((inner) => collect(inner, [...words, inner.name()])),
  ];
}

function bashScript(entries: readonly Entry[]): string {
  const cases = entries.map(
    ({ words, candidates }) =>
      `    "${words.join(" ")}") list="${candidates.map(({ word }) => word).join(" ")}" ;;`,
  );
  return `# bash completion for headway
_headway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" word list=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    case "$path" in
${cases.join("\n")}
    esac
    [ -n "$list" ] || [ -z "$path" ] && break
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$list" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -d -- "$current"))
}
complete -o filenames -F _headway headway
`;
}

function zshScript(entries: readonly Entry[]): string {
  return `#compdef headway
autoload -U +X bashcompinit && bashcompinit
${bashScript(entries)}`;
}

function fishScript(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ words, candidates }) => {
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const condition = words.length === 0 ? "__fish_use_subcommand" : seen;
    return candidates.map(({ word, description }) => {
      const what = word.startsWith("--")
        ? `-l ${word.slice(2)}`
        : word.startsWith("-")
          ? `-s ${word.slice(1)}`
          : `-a ${word}`;
      return `complete -c headway -n '${condition}' ${what} -d '${description.replaceAll("'", "")}'`;
    });
  });
  return `# fish completion for headway\n${lines.join("\n")}\n`;
}
