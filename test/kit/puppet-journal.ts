// A journal in a map, for tests of the engine; it refuses on demand.
import { failed, succeeded, type Failure, type Result } from "../../src/core/failure.ts";
import type { RunRecord } from "../../src/core/journal/run-record.ts";
import type { Journal } from "../../src/engine/ports.ts";

export type PuppetJournal = Journal & {
  /** Every record as it was written last, by number. */
  readonly runs: ReadonlyMap<number, RunRecord>;
  /** Asked before each write. */
  refuses: (writing: "begin" | "finish") => Failure | undefined;
};

export function puppetJournal(): PuppetJournal {
  const runs = new Map<number, RunRecord>();
  const write = <T>(writing: "begin" | "finish", record: RunRecord, answer: T): Promise<Result<T>> => {
    const refusal = journal.refuses(writing);
    if (refusal === undefined) runs.set(record.number, record);
    return Promise.resolve(refusal === undefined ? succeeded(answer) : failed(refusal));
  };
  const journal: PuppetJournal = {
    runs,
    refuses: () => undefined,
    list: () =>
      Promise.resolve(
        succeeded(
          [...runs.values()]
            .map((record) => ({ stack: record.stack, number: record.number, record }))
            .toSorted((a, b) => b.number - a.number),
        ),
      ),
    begin: (record, above) => {
      const number = Math.max(above, ...runs.keys()) + 1;
      return write("begin", { ...record, number }, number);
    },
    finish: (record) => write("finish", record, undefined),
    user: () => Promise.resolve("ada@example.com"),
  };
  return journal;
}
