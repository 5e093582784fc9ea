// What replication costs: 1 MiB jobs by a few clients at once, to a group in step and to a printer
// of the box alone, on one machine, in one run.
import { setTimeout as pause } from 'node:timers/promises';
import type { Box } from '../box.ts';
import type { ClientLine } from '../lines.ts';
import { createWorld, groupAddress, type World } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const jobBytes = 1024 * 1024;
const clients = 4;
const seconds = 15;
/** New jobs are begun faster than any box takes them; each client has few at once. */
const everyMs = 10;
const mostAtOnce = 2;
const goal = 0.4;
const printerPort = '9100';

export const throughput: Scenario = {
  name: 'throughput',
  what: '1 MiB jobs for N seconds: replicated, and on one box alone',
  run,
};

async function run({ say, witness, count = seconds }: ScenarioOptions) {
  await using world = await createWorld({ witness, printers: 1, say });
  const owner = await world.ownerInStep();
  await addLocal(world, owner);
  const alone = await rate(world, count, { host: owner.host.address, queue: 'alone' });
  await world.ownerInStep();
  const replicated = await rate(world, count, { host: groupAddress, queue: 'p1' });
  const share = replicated / alone;
  say(
    `throughput of ${clients} clients, 1 MiB jobs, ${count} s each: alone ` +
      `${alone.toFixed(1)} MiB/s, replicated ${replicated.toFixed(1)} MiB/s, ` +
      `${Math.round(share * 100)} % (goal: ${goal * 100} %)`,
  );
  return share >= goal ? [] : [`${Math.round(share * 100)} % of one box alone`];
}

async function addLocal(world: World, owner: Box): Promise<void> {
  const host = world.printerHosts[0]?.address ?? '';
  await owner.run(
    'port',
    'add',
    'alone',
    '--monitor',
    'tcp',
    '--host',
    host,
    '--port',
    printerPort,
  );
  await owner.run('printer', 'add', 'alone', '--port', 'alone');
}

/** MiB a second that were accepted. */
async function rate(
  world: World,
  lasts: number,
  to: { readonly host: string; readonly queue: string },
): Promise<number> {
  const lines: ClientLine[] = [];
  const fromMs = performance.now();
  const started = Array.from({ length: clients }, (_each, at) =>
    world.startClient({
      prefix: `${to.queue}-${at}`,
      bytes: jobBytes,
      everyMs,
      mostAtOnce,
      ...to,
      onLine: (line) => lines.push(line),
    }),
  );
  await pause(lasts * 1_000);
  const tookMs = performance.now() - fromMs;
  const accepted = lines.filter(({ outcome }) => outcome === 'accepted').length;
  for (const { child, ended } of started) {
    child.stdin?.end();
    await ended;
  }
  return accepted / (tookMs / 1_000);
}
