// Scenarios: the box and an appliance in a namespace as a pair; a card that was copied.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Box } from '../../failover-bench/box.ts';
import {
  type ClientLine,
  clientLine,
  type PrinterLine,
  printerLine,
} from '../../failover-bench/lines.ts';
import { startLines } from '../../failover-bench/process-lines.ts';
import { createHosts, type Host } from '../../hosts/hosts.ts';
import { type Console, createConsole } from '../../kernel/console.ts';
import { run } from '../../run.ts';
import { type Booth, until } from '../booth.ts';
import type { Scenario } from './contract.ts';
import { journalOf } from './inside.ts';
import { foundPrinter } from './steps.ts';

const program = (name: string) =>
  fileURLToPath(new URL(`../../failover-bench/${name}`, import.meta.url));
const groupName = 'prints';
const groupAddress = '10.77.0.200';
const boxAddress = '10.77.0.100';
/** As the image has them: clients of the group find the same port on either box. */
const settings = ['listen.http=631', 'listen.https=443', 'listen.lpd=515', 'listen.snmp=161'];
const firstLineMs = 120_000;
const mac = '52:54:00:77:00:64';

/** The copy comes first: a box that has a peer takes no other. */
export const pairScenarios: readonly Scenario[] = [
  {
    what: 'a copied card: the same identity is refused as a peer',
    fromOff: true,
    run: (booth) => withPeer(booth, refusesCopy, 'copy'),
  },
  {
    what: 'a pair with an appliance in a namespace: the box is killed, the other one prints on',
    fromOff: true,
    run: (booth) => withPeer(booth, takesOver, 'peer'),
  },
];

interface Room {
  readonly booth: Booth;
  readonly peer: Box;
  /** The command line of the box. */
  readonly box: Console;
  readonly client: Host;
  readonly printer: Host;
}

/** The box on a switch with another appliance, a client and a printer. */
async function withPeer(
  booth: Booth,
  work: (room: Room) => Promise<string>,
  name: 'peer' | 'copy',
): Promise<string> {
  const tag = `image${process.pid}`;
  const tap = `plt${process.pid}`.slice(0, 15);
  await booth.kill();
  await booth.addProbe();
  await using hosts = await createHosts({ tag, count: 3 });
  const [host, client, printer] = hosts.hosts;
  assert.ok(host && client && printer);
  // Made outside, since the box's other network is there; then it goes to the switch.
  await run('ip', ['tuntap', 'add', 'dev', tap, 'mode', 'tap'], '/');
  let isOutside = true;
  try {
    const network = [
      ['-netdev', `tap,id=switch,ifname=${tap},script=no,downscript=no`],
      ['-device', `virtio-net-pci,netdev=switch,mac=${mac},romfile=`],
    ].flat();
    const machine = await booth.start({ network });
    // It has opened its end before it says anything.
    await machine.said('', firstLineMs);
    await run('ip', ['link', 'set', tap, 'netns', hosts.wire], '/');
    isOutside = false;
    await run('ip', ['-n', hosts.wire, 'link', 'set', tap, 'master', 'bridge', 'up'], '/');
    const { ready } = await booth.ready(machine);
    if (!booth.client.isSetUp) await booth.setUp(ready);
    await giveAddress(booth);
    const data = join(booth.folder, name);
    await mkdir(data, { recursive: true, mode: 0o700 });
    if (name === 'copy') await copyIdentity(booth, data);
    const peer = new Box({ name, host, data, settings });
    await peer.start();
    try {
      return await work({ booth, peer, box: await consoleOf(booth), client, printer });
    } catch (error) {
      const said = `the box says\n${await journalOf(booth)}\nthe other one says\n${peer.errors()}`;
      throw new Error(`${String(error)}\n${said}`, { cause: error });
    }
  } finally {
    await booth.kill();
    if (isOutside) await run('ip', ['link', 'delete', tap], '/');
  }
}

async function copyIdentity(booth: Booth, to: string): Promise<void> {
  const text = await (await booth.probe()).run('cat /data/platen/identity.json');
  await writeFile(join(to, 'identity.json'), `${text}\n`, { mode: 0o600 });
}

async function giveAddress(booth: Booth): Promise<void> {
  const probe = await booth.probe();
  const links = await probe.run('ip -br link');
  const name = links
    .split('\n')
    .find((line) => line.includes(mac))
    ?.split(/\s+/)[0];
  assert.ok(name, links);
  const ipv4 = { method: 'static', addresses: [`${boxAddress}/24`] };
  await booth.client.call('PATCH', '/network', { interfaces: [{ name, ipv4 }] });
  await booth.client.call('POST', '/network/confirm');
  await until(booth, 'the address of the box', async () =>
    (await probe.run('ip -br address')).includes(boxAddress) ? true : undefined,
  );
}

const madeToken = z.looseObject({ secret: z.string() });

async function consoleOf(booth: Booth): Promise<Console> {
  const made = await booth.client.call('POST', '/tokens', {
    name: `bench-${Math.round(booth.nowMs())}`,
    scopes: ['administer'],
  });
  const certificate = z
    .looseObject({ pin: z.string() })
    .parse(await booth.client.call('GET', '/certificates/node'));
  return createConsole({
    host: '127.0.0.1',
    port: booth.client.ports.https,
    token: madeToken.parse(made).secret,
    pin: certificate.pin.replaceAll(/[:\s]/g, '').toLowerCase(),
  });
}

async function pairUp({ peer, box }: Pick<Room, 'peer' | 'box'>): Promise<void> {
  const shown: unknown = JSON.parse(await peer.run('pair', 'show-code', '--json'));
  const { code } = z.looseObject({ code: z.string() }).parse(shown);
  await box.run(`pair join ${peer.host.address} ${code}`);
}

async function refusesCopy(room: Room): Promise<string> {
  const why = await refusalOf(() => pairUp(room));
  assert.match(why, /is a copy of this one/);
  return why;
}

async function refusalOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('it was not refused');
}

const groupView = z.looseObject({ ownedHere: z.boolean(), mode: z.string() });

/** An emulated box may lapse where the machine is busy; then it gets its group back. */
async function ownsInStep({ booth, peer }: Room): Promise<void> {
  await until(booth, 'the group in step, and the box its owner', async () => {
    const view = groupView.parse(await booth.client.call('GET', `/groups/${groupName}`));
    if (view.mode !== 'in-step') return undefined;
    if (view.ownedHere) return true;
    await peer.run('group', 'move', groupName).catch(() => undefined);
    return undefined;
  });
}

/** As a person would where the answer says to try again. */
async function insist({ booth, box }: Room, line: string): Promise<void> {
  await until(booth, line, async () => {
    try {
      await box.run(line);
      return true;
    } catch (error) {
      if (/Try again/.test(String(error))) return undefined;
      throw error;
    }
  });
}

async function takesOver(room: Room): Promise<string> {
  const { booth, peer, box, client, printer } = room;
  await pairUp(room);
  await box.run(`group create ${groupName} --address ${groupAddress}`);
  await ownsInStep(room);
  // The printer is there, found by itself; the group may not have it.
  await foundPrinter(booth, 'REDIR1');
  const device = 'usb://1209:f020/serial/REDIR1';
  const refusal = await refusalOf(() =>
    insist(room, `port add ${groupName}/usb --monitor usb --device ${device}`),
  );
  assert.match(refusal, /can't (be in|serve) group/);
  const papers: PrinterLine[] = [];
  const paper = startLines(
    printer,
    [process.execPath, program('printer-process.ts'), '9100'],
    (line) => papers.push(printerLine.parse(line)),
  );
  await paper.first;
  await insist(room, `port add ${groupName}/p1 --monitor tcp --host ${printer.address}`);
  await insist(room, `printer add ${groupName}/p1 --port p1`);
  const jobs: ClientLine[] = [];
  const words = [groupAddress, '631', 'p1', 'job', '20000', '400', '1000', '20'];
  const sender = startLines(
    client,
    [process.execPath, program('client-process.ts'), ...words],
    (line) => jobs.push(clientLine.parse(line)),
  );
  const accepted = () => jobs.filter(({ outcome }) => outcome === 'accepted');
  await until(booth, 'a few jobs', async () => (accepted().length >= 5 ? true : undefined));
  await ownsInStep(room);
  const killedAt = accepted().length;
  const killedAtMs = booth.nowMs();
  await booth.kill();
  const firstAfter = await until(booth, 'jobs after the kill', async () =>
    accepted().length >= killedAt + 5 ? accepted()[killedAt] : undefined,
  );
  const seconds = ((firstAfter.endedAtMs - killedAtMs) / 1000).toFixed(1);
  sender.child.stdin?.end();
  await sender.ended;
  const wholeOf = () =>
    papers.flatMap((each) => (each.kind === 'document' && each.whole ? [each.head] : []));
  const missing = () =>
    accepted().filter(({ id }) => !wholeOf().some((head) => head.includes(`JOB ${id} `)));
  const held = await peersHeld(room, () => missing().length === 0);
  await peer.signalAll('SIGKILL');
  return (
    `${accepted().length} acknowledged, ${killedAt} before the kill, the next ${seconds} s after ` +
    `it, lost 0${held === 0 ? '' : `, ${held} once somebody said so`}; ` +
    `its USB printer was refused: "${refusal}"`
  );
}

const heldView = z.looseObject({ items: z.array(z.unknown()) });

/**
 * Resolves once all is printed, with how many waited for a person. A box that was out of step when
 * it took over, as a busy machine may have it, does not know what the dead one printed (R6): it
 * holds what was unfinished, says so, and prints it when it is told to.
 */
async function peersHeld({ booth, peer }: Room, isAll: () => boolean): Promise<number> {
  let held = 0;
  await until(booth, 'all acknowledged jobs on paper', async () => {
    if (isAll()) return true;
    const { items } = await peer.api.get(`/groups/${groupName}/held-jobs`, heldView);
    held += items.length;
    if (items.length > 0) await peer.run('group', 'print-held', groupName);
    return undefined;
  });
  return held;
}
