// Load: every core of the machine busy with other work and jobs of 1 GiB, for minutes; nobody takes
// over. With losses between the boxes too: at 5 % nobody does, at 30 % there are never two writers.
import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { faultsIn, settleAccount } from '../accounts.ts';
import { healBetween, loseBetween } from '../faults.ts';
import type { ClientLine } from '../lines.ts';
import type { LineProcess } from '../process-lines.ts';
import { strayBytes, takeoversIn } from '../writers.ts';
import { createWorld, groupAddress, viewOf, type World } from '../world.ts';
import type { Scenario, ScenarioOptions } from './contract.ts';

const minutes = 10;
const largeMib = 1_024;
const bytesPerMib = 1024 * 1024;
/** Small jobs beside the large ones, by a client that waits. */
const smallEveryMs = 500;
const patientMs = 60_000;
const settleMs = 240_000;
const lookEveryMs = 1_000;
const looksToSay = 30;
/** From so much on a takeover is no fault: one path can't keep a lease. */
const muchLoss = 15;

export const load: Scenario = {
  name: 'load',
  what: 'all cores busy and 1 GiB jobs (--minutes, --loss, --mib): no false takeover',
  run,
};

async function run(options: ScenarioOptions): Promise<readonly string[]> {
  const { say, stop, witness, lossPercent = 0 } = options;
  const lasts = options.minutes ?? minutes;
  const mib = options.mib ?? largeMib;
  await using world = await createWorld({ witness, printers: 1, say });
  await world.ownerInStep();
  const jobs: ClientLine[] = [];
  const busy = keepBusy();
  let seen = { looks: 0, alone: 0 };
  try {
    const clients = startClients(world, mib, jobs);
    if (lossPercent > 0) await lose(world, lossPercent);
    seen = await watch(world, lasts, jobs, stop);
    await healBetween(world.wire);
    for (const { child } of clients) child.stdin?.end();
    await Promise.all(clients.map(({ ended }) => ended));
  } finally {
    for (const each of busy) each.kill('SIGKILL');
  }
  await world.ownerInStep();
  const account = await settleAccount({
    boxes: world.boxes,
    client: jobs,
    printer: () => world.printerLines,
    waitMs: settleMs,
  });
  const takeovers = takeoversIn(world.printerLines, groupAddress);
  const strays = strayBytes(world.printerLines, groupAddress);
  const large = acceptedOf(jobs, 'large');
  say(
    `load for ${lasts} min, ${busy.length} busy loops, ${lossPercent} % lost, ` +
      `${witness ? 'with' : 'without'} witness: ${takeovers} takeovers, ` +
      `not in step at ${seen.alone} of ${seen.looks} looks, ` +
      `bytes of a second writer ${strays.length}; accepted ${large} of ${mib} MiB ` +
      `and ${acceptedOf(jobs, 'small')} small, lost ${account.lost.length}, ` +
      `doubles ${account.doubles.length}, unmarked ${account.unmarked.length}`,
  );
  return [
    ...faultsIn(account),
    ...(strays.length > 0 ? [`${strays.length} bytes of a second writer`] : []),
    ...(takeovers > 0 && lossPercent < muchLoss ? [`${takeovers} takeovers`] : []),
    ...(large === 0 && lossPercent < muchLoss ? ['no large job was accepted'] : []),
  ];
}

/** One loop for each core, at the priority that everybody has. */
function keepBusy(): readonly ChildProcess[] {
  const words = ['-e', 'for (;;);'];
  return Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, words, { stdio: 'ignore' }),
  );
}

function startClients(world: World, mib: number, jobs: ClientLine[]): readonly LineProcess[] {
  const onLine = (line: ClientLine) => void jobs.push(line);
  const small = { prefix: 'small', everyMs: smallEveryMs, connectMs: patientMs, onLine };
  return [
    world.startClient(small),
    world.startLargeClient({ prefix: 'large', bytes: mib * bytesPerMib, onLine }),
  ];
}

async function lose({ boxes, wire }: World, percent: number): Promise<void> {
  const [{ host: a }, { host: b }] = boxes;
  await loseBetween(wire, a.port, b.port, percent);
  await loseBetween(wire, b.port, a.port, percent);
}

/** Resolves with how often the owner was looked at, and how often it was not in step then. */
async function watch(
  world: World,
  lasts: number,
  jobs: readonly ClientLine[],
  stop: AbortSignal,
): Promise<{ readonly looks: number; readonly alone: number }> {
  const untilMs = performance.now() + lasts * 60_000;
  let looks = 0;
  let alone = 0;
  for (;;) {
    const leftMs = untilMs - performance.now();
    if (leftMs <= 0 || stop.aborted) return { looks, alone };
    await pause(Math.min(leftMs, lookEveryMs));
    const views = await Promise.all(world.boxes.map(viewOf));
    looks += 1;
    if (!views.some((view) => view?.ownedHere === true && view.mode === 'in-step')) alone += 1;
    if (looks % looksToSay !== 0) continue;
    world.say(
      `load: ${takeoversIn(world.printerLines, groupAddress)} takeovers, not in step at ` +
        `${alone} of ${looks} looks; accepted ` +
        `${acceptedOf(jobs, 'large')} large, ${acceptedOf(jobs, 'small')} small; ` +
        `not accepted ${jobs.filter(({ outcome }) => outcome !== 'accepted').length}`,
    );
  }
}

function acceptedOf(jobs: readonly ClientLine[], prefix: string): number {
  return jobs.filter(({ id, outcome }) => outcome === 'accepted' && id.startsWith(prefix)).length;
}
