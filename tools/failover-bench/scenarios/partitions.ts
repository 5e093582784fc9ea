// Partitions: random cuts between the two boxes, the witness and the printers, while a client
// prints; never two writers, nothing lost, nothing twice without a mark. Without a witness there is
// the one named case: neither box hears the other, and each hears an arbiter (a printer here). It
// is counted and shown, with what it cost, and is no fault.
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
/** What a cut of the named case may still do after its end: both have to hear of it first. */
const aftermathMs = 5_000;
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
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
  const named: Window[] = [];
  const macs = new Map<string, Box>();
  for (const box of world.boxes) macs.set(await box.mac(), box);
  for (let number = 1; number <= count && !stop.aborted; number += 1) {
    const drawn = drawCut(world, macs.get(announcers(world).at(-1) ?? ''));
    const fromMs = nowMs();
    for (const [from, to] of drawn) await cutBetween(world.wire, from, to);
    await pause(between(cutMs));
    await healBetween(world.wire);
    if (!witness && isNamed(world, drawn)) named.push({ fromMs, untilMs: nowMs() + aftermathMs });
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
  const isCovered = (id: string) => {
    const line = jobs.find((job) => job.id === id);
    return named.some(
      ({ fromMs, untilMs }) =>
        line !== undefined && line.startedAtMs < untilMs && line.endedAtMs > fromMs - aftermathMs,
    );
  };
  const excused = [...account.lost, ...account.unmarked].filter(isCovered);
  const within = strays(world).filter(({ atMs }) => isWithin(named, atMs));
  if (!witness) {
    say(
      `the named case: ${named.length} cuts in which neither box heard the other and each heard ` +
        `a printer; ${within.length} bytes of a second writer, ${excused.length} jobs ` +
        `lost or doubled without a mark`,
    );
  }
  say(
    `partitions ${witness ? 'with' : 'without'} witness: ${count} cuts, ` +
      `${takeovers(world)} takeovers; accepted ${account.accepted}, lost ${account.lost.length}, ` +
      `doubles ${account.doubles.length}, unmarked ${account.unmarked.length}, ` +
      `bytes of a second writer ${strays(world).length}`,
  );
  return [
    ...faultsIn({
      ...account,
      lost: account.lost.filter((id) => !isCovered(id)),
      unmarked: account.unmarked.filter((id) => !isCovered(id)),
    }),
    ...strays(world)
      .filter(({ atMs }) => !isWithin(named, atMs))
      .map(
        ({ atMs, mac, owner, ownerSinceMs }) =>
          `${mac} wrote ${Math.round(atMs - ownerSinceMs)} ms after ${owner} had the address`,
      ),
  ];
}

interface Window {
  readonly fromMs: number;
  readonly untilMs: number;
}

function isWithin(windows: readonly Window[], atMs: number): boolean {
  return windows.some(({ fromMs, untilMs }) => atMs >= fromMs && atMs <= untilMs);
}

/** The boxes and the printers of a world, by their ports of the switch. */
interface Ports {
  readonly boxes: readonly { readonly host: { readonly port: string } }[];
  readonly printerHosts: readonly { readonly port: string }[];
}

/** The boxes don't hear each other in any direction, and both hear the printer. */
export function isNamed(
  { boxes, printerHosts }: Ports,
  drawn: readonly (readonly [string, string])[],
): boolean {
  const [a, b] = boxes.map(({ host }) => host.port);
  const printer = printerHosts[0]?.port;
  const has = (from: string | undefined, to: string | undefined) =>
    drawn.some(([one, other]) => one === from && other === to);
  const apart = has(a, b) && has(b, a);
  return apart && ![a, b].some((box) => has(box, printer) || has(printer, box));
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
