// A power cut of the whole site: both boxes are killed while a client prints, and start in each
// order, 40 s apart and at once; nothing is lost, nothing printed twice without a mark.
import { setTimeout as pause } from 'node:timers/promises';
import { faultsIn, settleAccount } from '../accounts.ts';
import type { Box } from '../box.ts';
import type { ClientLine } from '../lines.ts';
import { createWorld, type World } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const printMs = 2_000;
const settleMs = 90_000;
const apartMs = 40_000;
const orders = [
  { what: 'the owner, the other 40 s later', first: 'owner', apartMs },
  { what: 'the standby, the other 40 s later', first: 'standby', apartMs },
  { what: 'both at once', first: 'owner', apartMs: 0 },
] as const;

export const sitePower: Scenario = {
  name: 'site-power',
  what: 'both boxes killed, started in each order, 40 s apart and at once',
  run,
};

async function run({ say, stop, witness, count = 1 }: ScenarioOptions) {
  await using world = await createWorld({ witness, printers: 1, say });
  const wrong: string[] = [];
  for (let round = 1; round <= count; round += 1) {
    for (const order of orders) {
      if (!stop.aborted) wrong.push(...(await cutOnce(world, order, round)));
    }
  }
  return wrong;
}

async function cutOnce(
  world: World,
  order: (typeof orders)[number],
  round: number,
): Promise<readonly string[]> {
  const owner = await world.ownerInStep();
  const standby = world.other(owner);
  const jobs: ClientLine[] = [];
  const from = world.printerLines.length;
  const prefix = `site${round}-${orders.indexOf(order) + 1}`;
  const client = world.startClient({ prefix, onLine: (line) => jobs.push(line) });
  await pause(printMs);
  await Promise.all([owner.signalAll('SIGKILL'), standby.signalAll('SIGKILL')]);
  const [first, second]: readonly [Box, Box] =
    order.first === 'owner' ? [owner, standby] : [standby, owner];
  await pause(printMs);
  const startedAtMs = performance.now();
  await first.start();
  await pause(order.apartMs);
  await second.start();
  await world.ownerInStep();
  const inStepMs = performance.now() - startedAtMs;
  await pause(printMs);
  client.child.stdin?.end();
  await client.ended;
  const account = await settleAccount({
    boxes: world.boxes,
    client: jobs,
    printer: () => world.printerLines.slice(from),
    waitMs: settleMs,
  });
  world.say(
    `site-power, ${order.what}: in step ${(inStepMs / 1000).toFixed(1)} s after the first start; ` +
      `accepted ${account.accepted}, lost ${account.lost.length}, ` +
      `doubles ${account.doubles.length}, unmarked ${account.unmarked.length}`,
  );
  return faultsIn(account).map((line) => `${order.what}: ${line}`);
}
