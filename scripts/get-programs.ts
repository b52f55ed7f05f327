// Gets every program that the tests run, before the first test: on a machine that has none, building them takes longer
// than any test may.
import { findPrograms } from "../src/sandbox/programs.ts";
import { PROGRAM_NAMES } from "../src/sandbox/program-sources.ts";

const wanted = PROGRAM_NAMES.filter((name) => name !== "kubectl");
const found = await findPrograms(wanted, (text) => {
  console.log(`programs: ${text}`);
});
if (!found.ok) {
  console.error(`programs: ${found.failure.message}`);
  process.exitCode = 1;
}
