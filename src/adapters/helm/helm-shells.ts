// Shells that helm processes run under, so that a helm can't outlive Headway. A few wait, already started, for their
// command: to start a process out of a large one takes 10 ms and more, and that is not spent when a helm is due.
import { execa } from "execa";

export type ShellSetting = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** How many wait at most. */
  readonly waiting: number;
};

/** A shell that has been given its command. */
export type Shell = ReturnType<typeof startShell>;

export type Shells = {
  /** Starts shells that wait, one in a turn of the event loop. */
  fill(): void;
  /** Runs the command in one that waits, or in a new one. */
  run(argv: readonly string[]): Shell;
  /** Ends those that wait. */
  close(): void;
};

// Descriptor 3 is a pipe from Headway. Its end, however Headway dies, ends helm; helm itself does not hold it. A SIGTERM
// that comes before helm has started is kept for it.
const supervisor = `
child=; stop=
trap '' INT HUP
trap 'stop=1; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' TERM
"$@" 3<&- </dev/null &
child=$!
[ -z "$stop" ] || kill -TERM "$child" 2>/dev/null
( trap '' TERM INT HUP; read -r _ <&3; kill -KILL "$child" ) >/dev/null 2>&1 &
guard=$!
exec 3<&-
while :; do
  wait "$child"; status=$?
  kill -0 "$child" 2>/dev/null || break
done
kill -KILL "$guard" 2>/dev/null
exit "$status"
`;

/** A shell is made to wait again when the burst of starts that took one is likely over. */
const refillMs = 50;

export function openShells(setting: ShellSetting): Shells {
  let waiting: readonly Shell[] = [];
  let refill: NodeJS.Timeout | undefined;
  let isClosed = false;
  const add = (delayMs: number): void => {
    if (isClosed || refill !== undefined || waiting.length >= setting.waiting) return;
    refill = setTimeout(() => {
      refill = undefined;
      const shell = startShell(setting);
      waiting = [...waiting, shell];
      // One that is gone before it was needed is not handed out.
      void shell.then(() => {
        waiting = waiting.filter((other) => other !== shell);
      });
      add(0);
    }, delayMs);
  };
  return {
    fill: () => {
      add(0);
    },
    run: (argv) => {
      const shell = waiting[0] ?? startShell(setting);
      waiting = waiting.slice(1);
      shell.stdin.end(`set -- ${argv.map(quoted).join(" ")}\n${supervisor}`);
      add(refillMs);
      return shell;
    },
    close: () => {
      isClosed = true;
      clearTimeout(refill);
      // At the end of its input a shell without a command ends.
      for (const { stdin } of waiting) stdin.end();
      waiting = [];
    },
  };
}

function startShell({ env, cwd }: ShellSetting) {
  const shell = execa("/bin/sh", [], {
    stdio: ["pipe", "pipe", "pipe", "pipe"],
    buffer: false,
    reject: false,
    // A session of its own: Ctrl-C in a terminal reaches Headway alone, which then stops helm in good order.
    detached: true,
    cleanup: false,
    extendEnv: false,
    env,
    cwd,
    stripFinalNewline: false,
  });
  // A shell that has died can't take its command; how it ended is told by its promise.
  shell.stdin.on("error", () => undefined);
  return shell;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
