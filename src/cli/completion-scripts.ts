// Completion scripts for bash, zsh and fish. They know commands, options and choices by heart; names of releases they ask for,
// because those depend on the folder.

/** What may stand in one place of a command line. */
export type Expected =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "releases" | "files" | "folders" | "nothing" };

export type CompletedOption = {
  /** With their dashes. */
  readonly names: readonly string[];
  readonly description: string;
  /** Absent where the option takes no value. */
  readonly value?: Expected;
  readonly takesMany: boolean;
};

/** A command by the words that lead to it, and what may stand behind it. */
export type Completed = {
  readonly words: readonly string[];
  readonly commands: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  /** The first argument. */
  readonly argument: Expected;
};

/** A script that the shell sources. */
export function completionScript(shell: "bash" | "zsh" | "fish", commands: readonly Completed[]): string {
  switch (shell) {
    case "bash":
      return bashScript(commands);
    case "zsh":
      return `#compdef headway\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`;
    case "fish":
      return fishScript(commands);
  }
}

/** A value that one word of the script stands for. */
function placeOf(expected: Expected): string {
  return expected.kind === "words" ? expected.words.join(" ") : `@${expected.kind}`;
}

function bashScript(commands: readonly Completed[]): string {
  const cases = commands.map(({ words, commands: inner, options, argument }) => {
    const names = options.flatMap((option) => option.names);
    const many = options.filter(({ takesMany }) => takesMany).flatMap((option) => option.names);
    const list = [...inner.map(({ word }) => word), ...names].join(" ");
    return `    "${words.join(" ")}") list="${list}" many=" ${many.join(" ")} " argument="${placeOf(argument)}" ;;`;
  });
  const values = commands.flatMap(({ words, options }) =>
    options.flatMap(({ names, value }) =>
      value === undefined
        ? []
        : [
            `    ${names.map((name) => `"${[...words, name].join(" ")}"`).join("|")}) value="${placeOf(value)}" ;;`,
          ],
    ),
  );
  // zsh reads this too: there, `path` and `words` are names that mean something.
  return `# bash completion for headway
_headway_command() {
  case "$1" in
${cases.join("\n")}
    *) return 1 ;;
  esac
}
_headway_value() {
  value=""
  case "$1" in
${values.join("\n")}
  esac
  [ -n "$value" ]
}
_headway_offer() {
  local offered=""
  case "$1" in
    @releases) offered="$("\${COMP_WORDS[0]/#\\~/$HOME}" complete-releases -- "\${before[@]}" 2>/dev/null)" ;;
    @files) compopt -o filenames 2>/dev/null || :; COMPREPLY+=($(compgen -f -- "$current")) ;;
    @folders) compopt -o filenames 2>/dev/null || :; COMPREPLY+=($(compgen -d -- "$current")) ;;
    @nothing) ;;
    *) offered="$1" ;;
  esac
  [ -z "$offered" ] || COMPREPLY+=($(compgen -W "$offered" -- "$current"))
}
_headway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" list="" many="" argument="" command="" option="" value="" given=0 word
  local -a before
  before=("\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}")
  [ "$current" != "=" ] || current=""
  COMPREPLY=()
  _headway_command ""
  for word in "\${before[@]}"; do
    case "$word" in
      =) ;;
      -*) option=""; if _headway_value "\${command:+$command }$word"; then option="$word"; fi ;;
      *)
        if [ -n "$option" ]; then
          case "$many" in *" $option "*) ;; *) option="" ;; esac
        elif _headway_command "\${command:+$command }$word"; then command="\${command:+$command }$word"
        else given=$((given + 1)); fi ;;
    esac
  done
  case "$current" in -*) _headway_offer "$list"; return ;; esac
  if [ -n "$option" ]; then
    _headway_value "\${command:+$command }$option"
    _headway_offer "$value"
    return
  fi
  [ -n "$command" ] || { _headway_offer "$list"; return; }
  [ "$given" -gt 0 ] || _headway_offer "$argument"
  [ \${#COMPREPLY[@]} -gt 0 ] || _headway_offer "$list"
  [ \${#COMPREPLY[@]} -gt 0 ] || _headway_offer @folders
}
complete -F _headway headway
`;
}

const fishValue: Readonly<Record<"releases" | "files" | "folders" | "nothing", string>> = {
  releases: "-x -a '(__headway_releases)'",
  files: "-r -F",
  folders: "-x -a '(__fish_complete_directories)'",
  nothing: "-x",
};

function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ words, commands: inner, options, argument }) => {
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const condition = words.length === 0 ? "__fish_use_subcommand" : seen;
    const start = `complete -c headway -n '${condition}'`;
    return [
      ...inner.map(({ word, description }) => `${start} -f -a ${word} -d ${quoted(description)}`),
      ...(words.length === 0 || argument.kind === "nothing" ? [] : [`${start} ${fishWords(argument)}`]),
      ...options.map(({ names, description, value }) => {
        const flags = names.map((name) =>
          name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        );
        const taken = value === undefined ? "" : ` ${fishWords(value)}`;
        return `${start} ${flags.join(" ")}${taken} -d ${quoted(description)}`;
      }),
    ];
  });
  return `# fish completion for headway
function __headway_releases
    set -l words (commandline -opc)
    $words[1] complete-releases -- $words[2..-1] 2>/dev/null
end
${lines.join("\n")}
`;
}

function fishWords(expected: Expected): string {
  if (expected.kind === "words") return `-x -a ${quoted(expected.words.join(" "))}`;
  return fishValue[expected.kind];
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
