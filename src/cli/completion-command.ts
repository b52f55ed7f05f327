// `headway completion bash|zsh|fish`: scripts made from the command line itself, so that they can't fall behind it. What the
// scripts look like is in completion-scripts.ts.
import { Argument, type Command, type Option } from "commander";
import {
  completionScript,
  type Completed,
  type CompletedOption,
  type Expected,
} from "./completion-scripts.ts";
import type { World } from "./world.ts";

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
      world.stdout.write(completionScript(shell, collect(program, [])));
    });
}

/** Each command with what may stand behind it. Hidden commands are left out. */
function collect(command: Command, words: readonly string[]): readonly Completed[] {
  const help = command.createHelp();
  const commands = help
    .visibleCommands(command)
    .filter((inner) => inner.name() !== "help" || words.length === 0);
  const [argument] = command.registeredArguments;
  return [
    {
      words,
      commands: commands.map((inner) => ({ word: inner.name(), description: inner.description() })),
      options: help.visibleOptions(command).map(describeOption),
      argument: argument === undefined ? { kind: "nothing" } : expected(argument.name(), argument.argChoices),
    },
    ...commands
      .filter((inner) => inner.name() !== "help")
      .flatMap((inner) => collect(inner, [...words, inner.name()])),
  ];
}

function describeOption(option: Option): CompletedOption {
  const placeholder = /[<[](.*?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1];
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    ...(placeholder === undefined ? {} : { value: expected(placeholder, option.argChoices) }),
    takesMany: option.variadic,
  };
}

/** What stands in a place, by how the help calls it. */
function expected(placeholder: string, choices: readonly string[] | undefined): Expected {
  if (choices !== undefined) return { kind: "words", words: choices };
  const name = placeholder.toLowerCase();
  if (name === "release" || name === "ns/name") return { kind: "releases" };
  if (name === "file") return { kind: "files" };
  return /(?:^|-)dir$/.test(name) ? { kind: "folders" } : { kind: "nothing" };
}
