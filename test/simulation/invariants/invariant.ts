// What an invariant is: a name, a sentence, and a look at each write.
import type { Scene } from "../scene.ts";
import type { Write } from "../writes.ts";

export type Invariant = {
  readonly name: string;
  readonly sentence: string;
  /** Looks at each write from the beginning of a seed on; what it returns is what broke it. */
  readonly watch: (scene: Scene) => (write: Write) => string | undefined;
};
