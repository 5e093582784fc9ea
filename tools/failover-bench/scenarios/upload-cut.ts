// An upload that a failover cuts at its half: its client hears of an error, nothing is printed, and
// sending it again prints it once.
import { setTimeout as pause } from 'node:timers/promises';
import type { Box } from '../box.ts';
import { faults } from '../faults.ts';
import { wholeCopies } from '../accounts.ts';
import { idOf } from '../journal.ts';
import { waitUntil } from '../round.ts';
import { createWorld, viewOf, type World } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const uploadBytes = 4 * 1024 * 1024;
const printedMs = 20_000;
const roundNames = ['kill', 'kill-all', 'link', 'move'];
const takeoverMs = 12_000;
const lookMs = 20;

export const uploadCut: Scenario = {
  name: 'upload-cut',
  what: 'a failover at half of an upload: an error, nothing printed, again prints once',
  run,
};

async function run({ say, stop, witness, count = 1 }: ScenarioOptions) {
  await using world = await createWorld({ witness, printers: 1, say });
  const wrong: string[] = [];
  for (let round = 1; round <= count; round += 1) {
    for (const name of roundNames) {
      if (!stop.aborted) wrong.push(...(await cutOnce(world, name, `${name}${round}`)));
    }
  }
  return wrong;
}

async function cutOnce(world: World, faultName: string, id: string): Promise<readonly string[]> {
  const fault = faults.find(({ name }) => name === faultName);
  if (fault === undefined) throw new Error(`there is no fault ${faultName}`);
  const owner = await world.ownerInStep();
  const target = world.targetOf(owner);
  const half = await world.upload(id, uploadBytes);
  // A move waits for what arrives: its client notices nothing.
  const acting = fault.act(target);
  if (!fault.patient) await acting;
  const first = await half.finish();
  await acting;
  const failedOver = fault.patient || (await takesOver(world.other(owner)));
  await fault.heal(target);
  if (fault.ends) await owner.start();
  await world.ownerInStep();
  const early = world.printerLines.filter(
    (line) => line.kind === 'document' && idOf(line.head) === id,
  ).length;
  const again = fault.patient ? first : await (await world.upload(id, uploadBytes)).finish();
  await waitUntil(() => wholeCopies(world.printerLines).has(id), printedMs);
  const copies = wholeCopies(world.printerLines).get(id) ?? 0;
  world.say(
    `upload-cut by ${faultName}: ${first.outcome} ${first.detail}, printed ${early}; ` +
      `again ${again.outcome} ${again.detail}, printed ${copies}`,
  );
  const wanted = fault.patient ? 'accepted' : 'broken';
  return [
    ...(failedOver ? [] : [`${id}: nobody took over`]),
    ...(first.outcome === wanted ? [] : [`${id}: its client heard ${first.outcome}`]),
    ...(early > 0 && !fault.patient ? [`${id}: ${early} documents of half an upload`] : []),
    ...(again.outcome === 'accepted' ? [] : [`${id}: again it was ${again.outcome}`]),
    ...(copies === 1 ? [] : [`${id}: printed ${copies} times`]),
  ];
}

/** A cable that is back before is no failover, and its upload is cut by a lapse. */
async function takesOver(survivor: Box): Promise<boolean> {
  const untilMs = performance.now() + takeoverMs;
  while (performance.now() < untilMs) {
    if ((await viewOf(survivor))?.ownedHere === true) return true;
    await pause(lookMs);
  }
  return false;
}
