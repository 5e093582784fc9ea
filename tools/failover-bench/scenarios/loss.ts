// Losses on the only path between the two boxes (no witness, no datagrams): at 5 % nobody takes
// over, at 30 % there are never two writers. Packets are dropped by nftables at the switch.
import { setTimeout as pause } from 'node:timers/promises';
import { faultsIn, settleAccount } from '../accounts.ts';
import { healBetween, loseBetween } from '../faults.ts';
import type { ClientLine } from '../lines.ts';
import { strayBytes, takeoversIn } from '../writers.ts';
import { createWorld, groupAddress } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const shares = [5, 30] as const;
const seconds = 60;
const everyMs = 150;
const settleMs = 90_000;

export const loss: Scenario = {
  name: 'loss',
  what: '5 % and 30 % of the packets between the boxes lost, N seconds each',
  run,
};

async function run({ say, stop, witness, count = seconds }: ScenarioOptions) {
  const wrong: string[] = [];
  for (const percent of shares) {
    if (!stop.aborted) wrong.push(...(await lose({ say, stop, witness, count }, percent)));
  }
  return wrong;
}

async function lose(
  { say, witness, count = seconds }: ScenarioOptions,
  percent: (typeof shares)[number],
): Promise<readonly string[]> {
  await using world = await createWorld({ witness, printers: 1, say });
  await world.ownerInStep();
  const jobs: ClientLine[] = [];
  const client = world.startClient({
    prefix: `loss${percent}`,
    everyMs,
    onLine: (line) => jobs.push(line),
  });
  const [a, b] = world.boxes.map(({ host }) => host.port);
  if (a === undefined || b === undefined) throw new Error('boxes are missing');
  await loseBetween(world.wire, a, b, percent);
  await loseBetween(world.wire, b, a, percent);
  await pause(count * 1_000);
  await healBetween(world.wire);
  client.child.stdin?.end();
  await client.ended;
  await world.ownerInStep();
  const account = await settleAccount({
    boxes: world.boxes,
    client: jobs,
    printer: () => world.printerLines,
    waitMs: settleMs,
  });
  const takeovers = takeoversIn(world.printerLines, groupAddress);
  const strays = strayBytes(world.printerLines, groupAddress);
  say(
    `loss ${percent} % for ${count} s, ${witness ? 'with' : 'without'} witness: ` +
      `${takeovers} takeovers, bytes of a second writer ${strays.length}; ` +
      `accepted ${account.accepted}, lost ${account.lost.length}, ` +
      `doubles ${account.doubles.length}, unmarked ${account.unmarked.length}`,
  );
  return [
    ...faultsIn(account).map((line) => `${percent} %: ${line}`),
    ...(strays.length > 0 ? [`${percent} %: ${strays.length} bytes of a second writer`] : []),
    ...(percent === 5 && takeovers > 0 ? [`${percent} %: ${takeovers} takeovers`] : []),
  ];
}
