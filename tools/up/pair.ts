// `npm run up -- --pair`: two appliances, a client and printers as hosts of their own; a print, a
// pulled plug, and the print finished by the other one, with the moments of it.
import { setTimeout as pause } from 'node:timers/promises';
import { faults } from '../failover-bench/faults.ts';
import type { ClientLine, PrinterLine } from '../failover-bench/lines.ts';
import { needPackages } from '../verify/tool-packages.ts';
import { createWorld, groupAddress, groupName, type World } from '../failover-bench/world.ts';

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const printedMs = 60_000;
const firstMs = 20_000;
const lookMs = 10;

/** The exit status: 0 where the other appliance went on, and every accepted job was printed. */
export async function upPair(say: (line: string) => void, stop: AbortSignal): Promise<number> {
  if (process.getuid?.() !== 0) {
    say('Hosts of their own need root: run it as root (network namespaces, addresses, nftables).');
    return 1;
  }
  await needPackages(['up/pair', 'failover-bench/witness']);
  say('Two appliances, two printers, a witness and a client, each a host of its own …');
  await using world = await createWorld({ witness: true, printers: 2, say: () => undefined });
  const owner = await world.ownerInStep();
  const survivor = world.other(owner);
  const names = new Map([
    [await owner.mac(), `appliance ${owner.name}`],
    [await survivor.mac(), `appliance ${survivor.name}`],
  ]);
  say(
    `The pair serves the group "${groupName}" at ${groupAddress}; appliance ${owner.name} owns it.`,
  );

  const jobs: ClientLine[] = [];
  const client = world.startClient({ prefix: 'up', onLine: (line) => jobs.push(line) });
  await until(() => documents(world).length >= 3, firstMs, stop);
  const faultAtMs = nowMs();
  const at = (ms: number) =>
    `${ms >= faultAtMs ? '+' : ''}${((ms - faultAtMs) / 1000).toFixed(3)} s`;
  await faults.find(({ name }) => name === 'power')?.act(world.targetOf(owner));
  say(`\nThe plug of appliance ${owner.name} is pulled.`);
  const after = () => documents(world).filter(({ firstByteAtMs }) => firstByteAtMs > faultAtMs);
  await until(() => after().length >= 3, firstMs, stop);
  await until(
    () => jobs.some((job) => isAccepted(job) && job.endedAtMs > faultAtMs),
    firstMs,
    stop,
  );
  client.child.stdin?.end();
  await client.ended;
  const accepted = jobs.filter(isAccepted);
  const lost = () => {
    const printed = new Set(documents(world).flatMap(({ head, whole }) => (whole ? [head] : [])));
    return accepted.filter(({ id }) => ![...printed].some((head) => head.split(' ')[1] === id));
  };
  await until(() => lost().length === 0, printedMs, stop);

  for (const { atMs, text } of timeline(world, jobs, names, faultAtMs))
    say(`  ${at(atMs)}  ${text}`);
  say(
    `\n${accepted.length} jobs were accepted, ${accepted.length - lost().length} of them printed` +
      (lost().length === 0
        ? '; none was lost.'
        : `; lost: ${lost()
            .map(({ id }) => id)
            .join(' ')}`),
  );
  return lost().length === 0 && after().length > 0 ? 0 : 1;
}

type Document = Extract<PrinterLine, { kind: 'document' }>;

function documents(world: World): readonly Document[] {
  return world.printerLines.filter((line): line is Document => line.kind === 'document');
}

function isAccepted({ outcome }: ClientLine): boolean {
  return outcome === 'accepted';
}

function timeline(
  world: World,
  jobs: readonly ClientLine[],
  names: ReadonlyMap<string, string>,
  faultAtMs: number,
): readonly { readonly atMs: number; readonly text: string }[] {
  const printed = documents(world).map(({ firstByteAtMs, mac, head }) => ({
    atMs: firstByteAtMs,
    text: `the printer gets ${head.split(' ')[1]} from ${names.get(mac) ?? mac}`,
  }));
  const refused = jobs.find((job) => !isAccepted(job) && job.endedAtMs > faultAtMs);
  const again = jobs.find((job) => isAccepted(job) && job.endedAtMs > faultAtMs);
  const told = [
    { atMs: faultAtMs, text: 'the plug is pulled' },
    ...(refused === undefined
      ? []
      : [{ atMs: refused.endedAtMs, text: `the client gets no answer for ${refused.id}` }]),
    ...(again === undefined
      ? []
      : [{ atMs: again.endedAtMs, text: `the client's ${again.id} is accepted, same address` }]),
  ];
  const before = printed.filter(({ atMs }) => atMs < faultAtMs).slice(-2);
  const behind = printed.filter(({ atMs }) => atMs > faultAtMs).slice(0, 3);
  return [...before, ...told, ...behind].toSorted((a, b) => a.atMs - b.atMs);
}

async function until(
  condition: () => boolean,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<void> {
  const endMs = nowMs() + timeoutMs;
  while (!condition() && nowMs() < endMs && !stop.aborted) await pause(lookMs);
}
