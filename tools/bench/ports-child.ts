// An appliance with several ports at work, or idle: a process that tells its longest event-loop
// delay.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { completeConfig } from '../../firmware/config/table.ts';
import type { Principal } from '../../firmware/api/principal.ts';
import { startAppliance } from '../../firmware/entry/appliance.ts';
import { createNoWire } from '../../firmware/supervisor/client.ts';
import { createLog } from '../../firmware/log/log.ts';
import type { Spooler } from '../../firmware/spooler/contract.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { sleep } from '../../hal/time.ts';
import { seededRandom } from './random.ts';

/** A line of input asks for a round, and is its seed; a line of output is what it came to. */
export interface PortsRound {
  readonly longestMs: number;
  readonly mebibytesPerSecond: number;
}

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '' },
    /** Of the paced printer; 0: an idle process, which waits as long as a round takes. */
    printer: { type: 'string', default: '0' },
    ports: { type: 'string', default: '8' },
    mebibytes: { type: 'string', default: '25' },
    'idle-ms': { type: 'string', default: '2000' },
  },
});

const MEBIBYTE = 1024 * 1024;
const RESOLUTION_MS = 1;
const NANOSECONDS = 1e6;
const POLL_MS = 20;
const self: Principal = { kind: 'local-administrator' };
const hal = createLinuxHal({ wallTrusted: () => false });
const count = Number(values.ports);
const sizeBytes = Number(values.mebibytes) * MEBIBYTE;
const names = Array.from({ length: count }, (_none, at) => `port-${at + 1}`);

const round = values.printer === '0' ? idle : await atWork(Number(values.printer));
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await round(Number(line)))}\n`);
}
process.exit();

async function idle(): Promise<PortsRound> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  await sleep(hal.clock, Number(values['idle-ms']));
  delay.disable();
  return { longestMs: delay.max / NANOSECONDS - RESOLUTION_MS, mebibytesPerSecond: 0 };
}

async function atWork(printerPort: number): Promise<(seed: number) => Promise<PortsRound>> {
  const own = ['http', 'https', 'lpd', 'snmp', 'raw'].map((name) => [`listen.${name}`, 0] as const);
  const config = completeConfig({
    ...Object.fromEntries(own),
    'data.folder': values.data,
    'listen.address': '127.0.0.1',
  });
  const destination = { write: (line: string) => void process.stderr.write(line) };
  const log = createLog({ level: 'error', clock: hal.clock, destination });
  const appliance = await startAppliance({ hal, config, log, version: '0', wire: createNoWire() });
  const spooler = appliance.services.directory.byAddress('127.0.0.1');
  for (const name of names) await addPrinter(spooler, name, printerPort);
  return (seed) => printAll(spooler, seed);
}

async function addPrinter(spooler: Spooler, name: string, portNumber: number): Promise<void> {
  const input = { name, host: '127.0.0.1', portNumber };
  const added = await spooler.ports.xcv({ monitor: 'tcp' }, 'AddPort', input, self);
  if (!('status' in added) || added.status !== 'ERROR_SUCCESS') throw new Error(added.message);
  const made = await spooler.printers.create(name, { portNames: [name], enabled: false }, self);
  if (made.kind === 'refused') throw new Error(made.message);
}

/** Documents are on disk before: measured is the way from the spool to the printers. */
async function printAll(spooler: Spooler, seed: number): Promise<PortsRound> {
  const bytes = seededRandom(seed).bytes(MEBIBYTE);
  const printers = await spooler.printers.list();
  const jobs = await Promise.all(printers.map(({ id }) => accept(spooler, id, bytes)));
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const startMs = hal.clock.monotonicMs();
  delay.enable();
  await Promise.all(printers.map(({ id }) => spooler.printers.operate(id, 'enable', self)));
  for (const job of jobs) await untilCompleted(spooler, job);
  delay.disable();
  const seconds = (hal.clock.monotonicMs() - startMs) / 1000;
  await Promise.all(printers.map(({ id }) => spooler.printers.operate(id, 'disable', self)));
  return {
    longestMs: delay.max / NANOSECONDS - RESOLUTION_MS,
    mebibytesPerSecond: (jobs.length * sizeBytes) / MEBIBYTE / seconds,
  };
}

async function accept(spooler: Spooler, printerId: string, bytes: Uint8Array): Promise<string> {
  const answer = await spooler.intake.accept(repeated(bytes), {
    printerId,
    name: 'bench',
    origin: { door: 'api', userName: 'bench', address: 'bench', authenticated: true },
    document: { name: 'bench', format: 'application/octet-stream', sizeBytes },
  });
  if (answer.kind === 'refused') throw new Error(answer.message);
  return answer.job.id;
}

async function* repeated(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let left = sizeBytes; left > 0; left -= bytes.length) yield bytes.subarray(0, left);
}

async function untilCompleted(spooler: Spooler, id: string): Promise<void> {
  for (;;) {
    const job = await spooler.jobs.find(id);
    if (job === undefined || job.state === 'completed') return;
    if (job.state === 'aborted' || job.state === 'canceled') throw new Error(job.message);
    await sleep(hal.clock, POLL_MS);
  }
}
