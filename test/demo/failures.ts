// `npm run demo:failures`: the example shop on a cluster of its own, and everything that goes wrong with it one after the
// other, with what the built program says of it. Each step is checked; the figures at the end are measured and not judged.
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { failAlone, failWithItsRelatives, failWithTheStack } from "./failed-upgrades.ts";
import { killABareHelm, killHeadway } from "./killed.ts";
import { changeByHand, giveUpServices, goBack } from "./later-changes.ts";
import { measureReactions } from "./reaction-times.ts";
import { openShopDesk, say, title, type ShopDesk } from "./shop-desk.ts";

async function deploy(desk: ShopDesk): Promise<void> {
  title("1. The shop is deployed: 19 releases in 9 waves");
  await desk.headway("apply --yes", { show: [/19 to install/, /19 ready/] });
}

const scenes = [
  deploy,
  failAlone,
  failWithItsRelatives,
  failWithTheStack,
  killHeadway,
  killABareHelm,
  giveUpServices,
  changeByHand,
  goBack,
  measureReactions,
];

say("a new, empty cluster is started …");
const started = await startSandbox({ name: `shop-${process.pid}` });
if (!started.ok) throw new Error(started.failure.message);
const desk = await openShopDesk(started.value);
try {
  for (const scene of scenes) await scene(desk);
} catch (error) {
  process.stderr.write(`demo:failures: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  desk.close();
  await started.value.stop();
}
