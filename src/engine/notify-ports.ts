// What telling the world of runs needs of the world. A receiver translates one message for one service; when and how often
// is notify.ts.
import type { Result } from "../core/failure.ts";
import type { CommitStatus, NotificationProvider, RunMessage } from "../core/run-message.ts";

/** Statuses of one repository's commits. */
export type CommitStatuses = {
  readonly provider: NotificationProvider;
  set(commit: string, status: CommitStatus): Promise<Result<void>>;
};

/** Somebody who is told of the ends of runs. */
export type Receiver = {
  readonly provider: NotificationProvider;
  send(message: RunMessage): Promise<Result<void>>;
};
