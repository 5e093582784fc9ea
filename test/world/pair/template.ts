// What both boxes of the simulated pair begin with: a group's printers and ports, made once by the
// production spooler.
import { noFirstBytes } from '../../../firmware/cluster/host/first-bytes.ts';
import { firstTerm } from '../../../firmware/cluster/term.ts';
import { openMonitorRegistry } from '../../../firmware/registry/monitor-registry.ts';
import { createSpool } from '../../../firmware/spool/spool.ts';
import type { Spooler } from '../../../firmware/spooler/contract.ts';
import { alwaysLive } from '../../../firmware/spooler/permit.ts';
import { createSpooler } from '../../../firmware/spooler/spooler.ts';
import { openStore } from '../../../firmware/store/store.ts';
import { HalError } from '../../../hal/errors.ts';
import { tcpMonitor } from '../../../monitors/tcp/module.ts';
import { VirtualClock } from '../clock.ts';
import { SimulatedDisk } from '../disk.ts';
import { SeededRandom } from '../random.ts';
import { groupId, places } from './box-process.ts';
import { createKeptDatabases } from './kept-databases.ts';

export const generation = 1;

export interface TemplatePrinter {
  /** Of its record. */
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

export interface Template {
  /** The store's database. */
  readonly image: Uint8Array;
  readonly printers: readonly TemplatePrinter[];
}

const wanted = [
  { name: 'printer-0', address: '192.0.2.20', interrupted: 'restart' },
  { name: 'printer-1', address: '192.0.2.21', interrupted: 'restart' },
  { name: 'printer-2', address: '192.0.2.22', interrupted: 'hold' },
] as const;

/** A survivor goes on to the next local port after so long. */
const connectTimeoutMs = 1_000;

export async function createTemplate(): Promise<Template> {
  const disk = new SimulatedDisk({ seed: 1 });
  const { files } = disk.mount();
  const databases = createKeptDatabases(undefined);
  const random = new SeededRandom(1);
  const clock = new VirtualClock();
  const store = await openStore({
    files,
    databases,
    dataDirectory: places.data,
    spoolDirectory: places.spool,
  });
  const spool = createSpool({ files, random, clock, directory: places.spool });
  await spool.prepare();
  const term = () => firstTerm(generation);
  const spooler = createSpooler({
    id: groupId,
    permit: alwaysLive,
    termOf: term,
    store,
    spool,
    events: { report: () => undefined },
    firstBytes: noFirstBytes,
    openRegistry: (monitorName) =>
      openMonitorRegistry({ store, spooler: groupId, term, monitorName }),
    monitors: [tcpMonitor],
    clock,
    random,
    tcp: {
      connect: ({ host }) => Promise.reject(new HalError('host-unreachable', host)),
      listen: ({ address }) => Promise.reject(new HalError('address-not-available', address)),
    },
    serverName: 'group',
    local: false,
    log: { debug: ignore, info: ignore, warn: ignore },
  });
  await spooler.start();
  const printers = await addPrinters(spooler);
  await spooler.stop(new AbortController().signal);
  await store.close();
  return { image: databases.image(), printers };
}

async function addPrinters(spooler: Spooler): Promise<readonly TemplatePrinter[]> {
  const by = { kind: 'local-administrator' } as const;
  const printers: TemplatePrinter[] = [];
  for (const { name, address, interrupted } of wanted) {
    const input = { name, host: address, connectTimeoutMs };
    const added = await spooler.ports.xcv({ monitor: 'tcp' }, 'AddPort', input, by);
    if (!('status' in added) || added.status !== 'ERROR_SUCCESS')
      throw new Error(`no port ${name}`);
    const made = await spooler.printers.create(name, { portNames: [name], interrupted }, by);
    if (made.kind === 'refused') throw new Error(made.message);
    printers.push({ id: made.printer.id, name, address });
  }
  return printers;
}

function ignore(): void {
  // Nobody reads the log of a template.
}
