// Partitions: random cuts between the two boxes, the witness and the printers, while a client
// prints; never two writers, nothing lost, nothing twice without a mark.
import { setTimeout as pause } from 'node:timers/promises';
import { faultsIn, settleAccount } from '../accounts.ts';
import type { Box } from '../box.ts';
import { cutBetween, healBetween } from '../faults.ts';
import type { ClientLine } from '../lines.ts';
import { strayBytes, takeoversIn } from '../writers.ts';
import { createWorld, groupAddress, type World } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const cuts = 100;
const cutMs = [200, 4_000] as const;
const restMs = [200, 2_500] as const;
const everyMs = 150;
/** Cuts that strike one box alone strike the owner so often. */
const ownerShare = 0.6;
/** Held jobs wait for both boxes to be in step again. */
const settleMs = 90_000;
const between = ([least, most]: readonly [number, number]) =>
  least + Math.random() * (most - least);

export const partitions: Scenario = {
  name: 'partitions',
  what: 'random cuts while a client prints: never two writers',
  run,
};

async function run({ say, stop, witness, count = cuts }: ScenarioOptions) {
  await using world = await createWorld({ witness, printers: 1, say });
  await world.ownerInStep();
  const jobs: ClientLine[] = [];
  const client = world.startClient({
    prefix: 'cut',
    everyMs,
    onLine: (line) => jobs.push(line),
  });
  const macs = new Map<string, Box>();
  for (const box of world.boxes) macs.set(await box.mac(), box);
  for (let number = 1; number <= count && !stop.aborted; number += 1) {
    const drawn = drawCut(world, macs.get(announcers(world).at(-1) ?? ''));
    for (const [from, to] of drawn) await cutBetween(world.wire, from, to);
    await pause(between(cutMs));
    await healBetween(world.wire);
    await pause(between(restMs));
    if (number % 10 === 0) {
      say(`${number} cuts; ${takeovers(world)} takeovers, ${strays(world).length} stray bytes`);
    }
  }
  client.child.stdin?.end();
  await client.ended;
  await world.ownerInStep();
  const account = await settleAccount({
    boxes: world.boxes,
    client: jobs,
    printer: () => world.printerLines,
    waitMs: settleMs,
  });
  say(
    `partitions ${witness ? 'with' : 'without'} witness: ${count} cuts, ` +
      `${takeovers(world)} takeovers; accepted ${account.accepted}, lost ${account.lost.length}, ` +
      `doubles ${account.doubles.length}, unmarked ${account.unmarked.length}, ` +
      `bytes of a second writer ${strays(world).length}`,
  );
  return [
    ...faultsIn(account),
    ...strays(world).map(
      ({ atMs, mac, owner, ownerSinceMs }) =>
        `${mac} wrote ${Math.round(atMs - ownerSinceMs)} ms after ${owner} had the address`,
    ),
  ];
}

function strays(world: World) {
  return strayBytes(world.printerLines, groupAddress);
}

function announcers(world: World): readonly string[] {
  return world.printerLines.flatMap((line) =>
    line.kind === 'announced' && line.address === groupAddress ? [line.mac] : [],
  );
}

function takeovers({ printerLines }: World): number {
  return takeoversIn(printerLines, groupAddress);
}

/** Pairs of ports of the switch, from which to which nothing comes through. */
function drawCut(
  { boxes, witness, printerHosts }: World,
  owner: Box | undefined,
): readonly (readonly [string, string])[] {
  const [a, b] = boxes.map(({ host }) => host.port);
  const printer = printerHosts[0]?.port;
  if (a === undefined || b === undefined || printer === undefined) return [];
  const drawn = Math.random() < 0.5 ? a : b;
  const one = Math.random() < ownerShare ? (owner?.host.port ?? drawn) : drawn;
  const both = (x: string, y: string) => [[x, y] as const, [y, x] as const];
  const w = witness.port;
  const rows = [
    // The boxes do not hear each other; or one does not.
    () => both(a, b),
    () => [[one, one === a ? b : a] as const],
    // One is alone, with or without the printers.
    () => [...both(a, b), ...both(one, w)],
    () => [...both(a, b), ...both(one, w), ...both(one, printer)],
    // The witness is away from one or from both.
    () => both(one, w),
    () => [...both(a, w), ...both(b, w)],
    () => [[one, w] as const],
    () => [[w, one] as const, ...both(a, b)],
  ];
  return rows[Math.floor(Math.random() * rows.length)]?.() ?? [];
}
