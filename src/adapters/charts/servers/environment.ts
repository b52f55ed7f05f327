// What of the surroundings says how chart servers are reached: variables and the home folder, handed in so that tests and
// several stacks in one process don't share them.

/** Variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The surroundings of one process. */
export type Surroundings = {
  readonly env: Environment;
  /** Absolute. */
  readonly homeDir: string;
};
