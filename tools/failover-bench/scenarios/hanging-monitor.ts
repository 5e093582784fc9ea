// A monitor that hangs in a group: on the box that is to take over, or while it prints on the one
// that gives up; move and takeover end in time, and all printers are there.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { faultsIn, settleAccount } from '../accounts.ts';
import type { Box } from '../box.ts';
import { faults } from '../faults.ts';
import type { ClientLine } from '../lines.ts';
import { waitUntil } from '../round.ts';
import { createWorld, groupName, type World } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';
import { moduleSource } from './module-source.ts';

const monitor = 'hanging';
const jobCompletionMs = 4_000;
/** A move waits for what prints, and then ends it; a takeover waits for nobody. */
const mostMs = { move: jobCompletionMs + 3_000, 'kill-all': 3_000 } as const;
const waitMs = 30_000;
const settleMs = 20_000;
const attempts = 5;
const printedAheadMs = 1_000;

export const hangingMonitor: Scenario = {
  name: 'hanging-monitor',
  what: 'a monitor of the group hangs: move and takeover end in time, all printers present',
  run,
};

interface Case {
  readonly what: 'init' | 'loop' | 'write';
  readonly on: 'owner' | 'other';
  readonly fault: keyof typeof mostMs;
}

const cases: readonly Case[] = [
  { what: 'init', on: 'other', fault: 'move' },
  { what: 'init', on: 'other', fault: 'kill-all' },
  { what: 'loop', on: 'other', fault: 'move' },
  { what: 'loop', on: 'other', fault: 'kill-all' },
  { what: 'write', on: 'owner', fault: 'move' },
];

async function run({ say, stop, witness }: ScenarioOptions) {
  await using world = await createWorld({ witness, printers: 1, say, prepare });
  await addHangingPrinter(world);
  const wrong: string[] = [];
  for (const each of cases) {
    if (!stop.aborted) wrong.push(...(await handOver(world, each)));
  }
  return wrong;
}

async function prepare(dataFolder: string): Promise<void> {
  await mkdir(join(dataFolder, 'monitors.d'), { recursive: true, mode: 0o700 });
  await writeFile(join(dataFolder, 'monitors.d', 'hanging.mjs'), moduleSource(monitor));
}

async function addHangingPrinter(world: World): Promise<void> {
  const policy = { jobCompletionMs };
  const before = await world.ownerInStep();
  await before.api.send('PATCH', `/groups/${groupName}`, { policy }, z.unknown());
  const owner = await world.ownerInStep();
  const path = `/monitors/${monitor}/xcv/AddPort?spooler=${groupName}`;
  await owner.api.send('POST', path, { name: 'H1' }, z.unknown());
  const printer = { name: 'h1', spooler: groupName, portNames: ['H1'] };
  await owner.api.send('POST', '/printers', printer, z.unknown());
}

async function handOver(world: World, each: Case): Promise<readonly string[]> {
  const { what, on, fault: faultName } = each;
  const fault = faults.find(({ name }) => name === faultName);
  if (fault === undefined) throw new Error(`there is no fault ${faultName}`);
  const owner = await world.ownerInStep();
  const other = world.other(owner);
  const flag = join((on === 'owner' ? owner : other).data, 'hang');
  await writeFile(flag, what);
  if (on === 'owner') await printOnHanging(owner);
  const jobs: ClientLine[] = [];
  const from = world.printerLines.length;
  const actedAtMs = performance.now();
  await actInStep(world, () => fault.act(world.targetOf(owner)));
  const movedMs = performance.now() - actedAtMs;
  const client = world.startClient({
    prefix: `${what}-${faultName}`,
    onLine: (line) => jobs.push(line),
  });
  await waitUntil(() => jobs.some(({ outcome }) => outcome === 'accepted'), waitMs);
  const servedMs = performance.now() - actedAtMs;
  const printers = await namesOf(other, 'printers', z.object({ name: z.string() }));
  const ports = await portsOf(other);
  await rm(flag, { force: true });
  client.child.stdin?.end();
  await client.ended;
  if (fault.ends) await owner.start();
  const account = await settleAccount({
    boxes: world.boxes,
    client: jobs,
    printer: () => world.printerLines.slice(from),
    waitMs: settleMs,
  });
  world.say(
    `hanging-monitor, ${what} on the ${on}, ${faultName}: ${Math.round(movedMs)} ms, ` +
      `first job after ${Math.round(servedMs)} ms; printers ${printers.join(' ')}; ${ports}; ` +
      `accepted ${account.accepted}, lost ${account.lost.length}`,
  );
  const missing = ['h1', 'p1'].filter((name) => !printers.includes(name));
  return [
    ...(servedMs > mostMs[faultName] ? [`${what} ${faultName}: ${Math.round(servedMs)} ms`] : []),
    ...(missing.length > 0 ? [`${what} ${faultName}: no ${missing.join(' ')}`] : []),
    ...faultsIn(account).map((line) => `${what} ${faultName}: ${line}`),
  ];
}

/** A move is refused while the pair is not in step, which a busy machine makes it now and then. */
async function actInStep(world: World, act: () => Promise<void>): Promise<void> {
  for (let left = attempts; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      if (left === 0) throw error;
      await world.ownerInStep();
    }
  }
}

/** It hangs in the middle of a document from then on. */
async function printOnHanging(owner: Box): Promise<void> {
  const path = join(owner.data, 'document');
  await writeFile(path, 'JOB hanging 11');
  await owner.run('print', path, '--printer', `${groupName}/h1`);
  await pause(printedAheadMs);
}

async function namesOf<T extends { readonly name: string }>(
  box: Box,
  what: string,
  schema: z.ZodType<T>,
): Promise<readonly string[]> {
  const page = z.object({ items: z.array(schema) });
  const { items } = await box.api.get(`/${what}`, page);
  return items.map(({ name }) => name);
}

const portPage = z.object({
  items: z.array(
    z.object({ info: z.object({ name: z.string() }), state: z.string(), message: z.string() }),
  ),
});

async function portsOf(box: Box): Promise<string> {
  const { items } = await box.api.get(`/ports?spooler=${groupName}`, portPage);
  const said = items.map(({ info, state, message }) => `${info.name} ${state} (${message})`);
  return `ports ${said.join(', ')}`;
}
