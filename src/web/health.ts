// The agent's health as probes read it: each part with how it stands, as Kubernetes' own components answer.
import { safeText } from "../views/terminal-text.ts";
import { plain, type Answer } from "./answer.ts";

/** One part of the agent; `why` is there where it does not stand well, and names nothing secret. */
export type HealthPart = { readonly name: string; readonly why?: string };

/** How the agent stands, from memory: probes ask often, and have to be answered while everything else is slow. */
export type Health = {
  /** Parts without which only a restart helps. */
  alive(): readonly HealthPart[];
  /** Parts without which it can't do its work at the moment. */
  ready(): readonly HealthPart[];
};

/** 200 and `ok`, or 503 and the failing parts; `verbose` names the others too. */
export function answerHealth(parts: readonly HealthPart[], verbose: boolean): Answer {
  const failing = parts.filter(({ why }) => why !== undefined);
  const named = verbose ? parts : failing;
  const lines = named.map(({ name, why }) =>
    safeText(why === undefined ? `[+] ${name} ok` : `[-] ${name}: ${why}`),
  );
  return plain(
    failing.length === 0 ? 200 : 503,
    [...lines, ...(failing.length === 0 ? ["ok"] : [])].join("\n"),
  );
}
