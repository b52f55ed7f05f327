// What `headway agent` is given of the world, besides what every command is: the cluster's StackSyncs, git, leadership.
import type { Result } from "../core/failure.ts";
import type { StackSync } from "../core/stack-sync/stack-sync.ts";
import type { AgentWorld } from "../engine/agent-ports.ts";
import type { ConnectFlags } from "./world.ts";

export type AgentOptions = {
  readonly flags: ConnectFlags;
  /** The one namespace whose StackSyncs are kept; those of all where absent. */
  readonly watchNamespace?: string;
  /** For clones; what is in it can be lost. */
  readonly cacheFolder?: string;
  /** As which account of its namespace a StackSync acts that names none; as the agent itself where absent. */
  readonly defaultServiceAccount?: string;
  /** Helm processes at a time, of one StackSync. */
  readonly concurrency?: number;
  readonly allowsPlainHttp: boolean;
  /** Told of each helm process as it begins (1) and ends (-1). */
  readonly onHelm: (change: 1 | -1) => void;
} & Pick<
  AgentWorld,
  "clusterName" | "log" | "viewsOf" | "onStatus" | "onFetched" | "onFreshness" | "onTold" | "onEnded"
>;

/** The agent's world, open until it is closed. */
export type OpenAgentWorld = {
  readonly world: AgentWorld;
  readonly server: string;
  /** What a StackSync's webhooks are signed with; undefined where it has none, or its Secret has no `token`. */
  readHookToken(sync: StackSync): Promise<Result<string | undefined>>;
  /** Of the helm that is used; finding it may take a while. */
  helmVersion(): Promise<Result<string>>;
  close(): Promise<void>;
};
