// `npm run demo:environments`: the example of three environments on real chart servers, from the first lock to a lost
// cluster that comes back without them. What it shows is what test/e2e/recreated-cluster.test.ts holds.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { openEnvironments, type Desk, type Environments } from "../kit/environments.ts";
import { deployedRecords } from "../kit/helm-records.ts";
import { testCluster } from "../kit/sandbox.ts";

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function title(text: string): void {
  say(`\n── ${text}`);
}

/** Shows a command and what it said; throws where it ends with another code than `code`. */
async function run(
  desk: Desk,
  environment: string,
  command: string,
  kubeconfig?: string,
  code = 0,
): Promise<void> {
  say(`overlays/${environment}$ headway ${command}`);
  const end = await desk.headway(environment, command.split(" "), kubeconfig);
  say(end.all.replace(/^/gm, "    ").trimEnd());
  if (end.code !== code) throw new Error(`headway ${command} ended with ${end.code}, not with ${code}`);
}

async function runGit(desk: Desk, ...argv: readonly string[]): Promise<void> {
  say(`$ git ${argv.join(" ")}`);
  const said = await desk.git(...argv);
  if (said !== "") say(said.replace(/^/gm, "    "));
}

async function newCluster(): Promise<Sandbox> {
  say("a new, empty cluster is started …");
  const started = await startSandbox({ name: `production-${process.pid}` });
  if (!started.ok) throw new Error(started.failure.message);
  return started.value;
}

async function lockAll({ desk }: Environments): Promise<void> {
  title("1. Three environments; charts in a folder, on a chart server and in a registry, both with logins");
  await desk.git("init", "--quiet", "--initial-branch", "main");
  await desk.git("remote", "add", "origin", "https://git.example.com/shop/system.git");
  await runGit(desk, "ls-files", "--others", "--", "examples");
  for (const name of ["dev", "staging", "prod"])
    for (const command of ["index", "lock", "index --vendor"]) await run(desk, name, command);
  await runGit(desk, "add", "--all");
  await runGit(desk, "commit", "--quiet", "--message", "all environments, indexed, locked and vendored");
}

async function promote({ desk, publish }: Environments): Promise<void> {
  title("2. redis 1.2.9 is published; staging takes it, and production what staging has proven");
  await publish("redis", "1.2.9");
  for (const command of ["index", "lock --update data/redis", "index --vendor"])
    await run(desk, "staging", command);
  await runGit(desk, "add", "--all");
  await runGit(desk, "commit", "--quiet", "--message", "redis 1.2.9 on staging");
  await run(desk, "prod", "lock --from ../staging");
  await runGit(desk, "diff", "--unified=1");
  await run(desk, "prod", "index --vendor");
  await runGit(desk, "add", "--all");
  await runGit(desk, "commit", "--quiet", "--message", "redis 1.2.9 on production");
}

async function loseAndRecreate(system: Environments): Promise<void> {
  title("3. Production is deployed");
  const before = await newCluster();
  let lost: ReadonlyMap<string, string>;
  try {
    await run(system.desk, "prod", "apply --yes", before.kubeconfig);
    lost = await deployedRecords(testCluster(before));
  } finally {
    await before.stop();
  }
  title("4. The cluster is gone, and so are both chart servers; a fresh clone, an empty cache, no login");
  await system.stopServers();
  const elsewhere = await system.cloneElsewhere("elsewhere");
  const after = await newCluster();
  try {
    await run(elsewhere, "prod", "apply --yes", after.kubeconfig);
    compare(lost, await deployedRecords(testCluster(after)));
    await run(elsewhere, "prod", "plan --detailed-exitcode", after.kubeconfig);
    await tamper(system, after);
  } finally {
    await after.stop();
  }
}

function compare(lost: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): void {
  say(
    "what helm has stored of each release (chart, values, manifest, hooks, labels), apart from the times of day:",
  );
  for (const [id, record] of lost) {
    const isSame = found.get(id) === record;
    say(`    ${isSame ? "identical" : "DIFFERENT"}  ${id}  ${Buffer.byteLength(record)} bytes`);
    if (!isSame) throw new Error(`${id} is not what it was`);
  }
}

async function tamper(system: Environments, { kubeconfig }: Sandbox): Promise<void> {
  title("5. Somebody replaces a vendored archive");
  const elsewhere = await system.cloneElsewhere("tampered");
  const file = "charts-index/upstream/redis-1.2.9.tgz";
  writeFileSync(join(elsewhere.overlay("prod"), file), await system.publish("redis", "1.2.9-changed"));
  await runGit(elsewhere, "status", "--short");
  await run(elsewhere, "prod", "apply --yes", kubeconfig, 3);
}

say("starting a chart server and a registry …");
const system = await openEnvironments();
try {
  await lockAll(system);
  await promote(system);
  await loseAndRecreate(system);
} finally {
  await system.close();
}
