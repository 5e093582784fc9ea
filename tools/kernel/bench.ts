// What the scenarios on a real kernel share: a guest that serves Platen, and the printers outside.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Hal } from '../../hal/contract.ts';
import { sleep } from '../../hal/time.ts';
import type { IppPrinter } from '../emulators/ipp-printer/printer.ts';
import type { EmulatedUsbPrinter, UsbPrinterRecord } from '../emulators/usb-printer/printer.ts';
import type { EmulatedUsbSerial } from '../emulators/usb-serial/adapter.ts';
import { type Console, createConsole } from './console.ts';
import type { Guest } from './guest.ts';

export interface Bench {
  readonly guest: Guest;
  readonly platen: Console;
  readonly hal: Pick<Hal, 'clock'>;
  /** Comes and goes with what QEMU calls a redirected device. */
  readonly redir: EmulatedUsbPrinter;
  /** Is attached by vhci-hcd. */
  readonly overIp: EmulatedUsbPrinter;
  /** Three interfaces of IPP over USB, redirected, and the IPP printer behind them. */
  readonly driverless: UsbIppPrinter;
  /** Raw in its first alternate settings, IPP in its second ones; by vhci-hcd. */
  readonly both: UsbIppPrinter;
  readonly adapter: EmulatedUsbSerial;
  /** Where QEMU puts what the guest sends to its parallel and serial ports. */
  readonly parallelFile: string;
  readonly serialFile: string;
  /** Names of printers that were added. */
  readonly printers: Set<string>;
  readonly usbIpPorts: { readonly overIp: number; readonly both: number };
}

export interface UsbIppPrinter {
  readonly usb: EmulatedUsbPrinter;
  readonly ipp: IppPrinter;
}

/** One thing that is shown; resolves with a figure or a word about it. */
export interface Scenario {
  readonly what: string;
  /** One of the short form. */
  readonly isShort?: true;
  readonly run: (bench: Bench) => Promise<string>;
}

/** Scenarios on the same printers, one after the other; no group needs another. */
export interface ScenarioGroup {
  readonly name: string;
  readonly prepare: (bench: Bench) => Promise<void>;
  readonly scenarios: readonly Scenario[];
}

const jobSchema = z.looseObject({
  number: z.int(),
  state: z.string(),
  message: z.string(),
  reasons: z.array(z.string()),
  attempts: z.int(),
  outcome: z.string().nullable().optional(),
  possiblyPrintedTwice: z.boolean(),
});
const reasonsSchema = z.array(z.looseObject({ keyword: z.string() }));
const portSchema = z.looseObject({
  info: z.looseObject({ name: z.string() }),
  state: z.string(),
  message: z.string(),
  reasons: reasonsSchema,
  statuses: z.array(z.looseObject({ reasons: reasonsSchema, message: z.string().optional() })),
});
const madeTokenSchema = z.looseObject({ secret: z.string() });
const certificateSchema = z.looseObject({ pin: z.string() });

export type BenchJob = z.output<typeof jobSchema>;
export type BenchPort = z.output<typeof portSchema>;

export const kib = 1024;
export const isDone = ({ state }: Pick<BenchJob, 'state'>): boolean => state === 'completed';

export const guestHttpsPort = 8643;
const data = '--data /tmp/data';
const waitMs = 240_000;
/** Of the start, which on an emulated and busy machine takes minutes. */
const serveWaitMs = 900_000;
const pollMs = 300;

/** Starts the appliance in the guest; resolves with its command line, run from here. */
export async function serve(guest: Guest, hostPort: number): Promise<Console> {
  // Scenarios make their ports themselves.
  const settings = [
    `listen.https=${guestHttpsPort}`,
    'listen.http=0',
    'listen.raw=0',
    'listen.lpd=0',
    'listen.snmp=0',
    'devices.addPlugged=false',
    'discovery.announce=false',
  ].map((setting) => `--set ${setting}`);
  await guest.run(`platen serve ${data} ${settings.join(' ')} >/tmp/ready 2>/tmp/log &`);
  await guest.run('until [ -s /tmp/ready ]; do sleep 0.2; done', serveWaitMs);
  const token = await guest.run(`platen token add bench --scope administer --json ${data}`);
  const certificate = await guest.run(`platen certificate show --json ${data}`);
  const pin = certificateSchema.parse(JSON.parse(certificate)).pin;
  const platen = createConsole({
    host: '127.0.0.1',
    port: hostPort,
    token: madeTokenSchema.parse(JSON.parse(token)).secret,
    pin: pin.replaceAll(/[:\s]/g, '').toLowerCase(),
  });
  // Without an administrator the first printer at the box would get a page with the set-up code.
  const password = Buffer.from(randomBytes(16).toString('hex'));
  await platen.run('user add bench --role administrator', password);
  return platen;
}

/** A port with a printer of the same name, and nothing that asks the device: bytes are compared. */
export async function addPrinter(
  { platen, printers }: Bench,
  name: string,
  port: string,
): Promise<void> {
  if (printers.has(name)) return;
  printers.add(name);
  await platen.run(`port add ${name} ${port}`);
  await platen.run(`port language ${name} none`);
  await platen.run(`printer add ${name} --port ${name}`);
}

export interface Submitted {
  readonly job: number;
  readonly sha256: string;
}

/** Prints a document of random bytes. */
export async function submit(
  { platen }: Bench,
  printer: string,
  sizeBytes: number,
): Promise<Submitted> {
  const document = randomBytes(sizeBytes);
  const said = await platen.run(`print document --printer ${printer}`, document);
  return { job: Number(/Job (\d+)/.exec(said)?.[1]), sha256: sha256Of(document) };
}

export async function jobIs(
  bench: Bench,
  number: number,
  wanted: (job: BenchJob) => boolean,
  what: string,
): Promise<BenchJob> {
  return until(bench, what, async () => {
    const said = await bench.platen.run('job list --which all --json');
    const job = z
      .array(jobSchema)
      .parse(JSON.parse(said))
      .find((each) => each.number === number);
    assert.ok(job, `there is a job ${number}`);
    return { value: job, isWanted: wanted(job) };
  });
}

export async function portIs(
  bench: Bench,
  name: string,
  wanted: (port: BenchPort) => boolean,
  what: string,
): Promise<BenchPort> {
  return until(bench, what, async () => {
    const said = await bench.platen.run('port list --json');
    const port = z
      .array(portSchema)
      .parse(JSON.parse(said))
      .find(({ info }) => info.name === name);
    assert.ok(port, `there is a port ${name}`);
    return { value: port, isWanted: wanted(port) };
  });
}

/** The port says so, or somebody of the port; resolves with the words that come with it. */
export async function portSays(bench: Bench, name: string, reason: string): Promise<string> {
  const sayer = ({ reasons, statuses, message }: BenchPort) =>
    [{ reasons, message }, ...statuses].find((each) =>
      each.reasons.some(({ keyword }) => keyword === reason),
    );
  const what = `the port ${name} says ${reason}`;
  const port = await portIs(bench, name, (each) => sayer(each) !== undefined, what);
  return sayer(port)?.message ?? '';
}

/** Waits for something outside the guest; fails with what it is like. */
export async function inTime<T>(work: Promise<T>, what: string, like: () => unknown): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${what} took too long: ${JSON.stringify(like())}`)),
    waitMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function printerIs(
  printer: EmulatedUsbPrinter,
  wanted: (record: UsbPrinterRecord) => boolean,
  what: string,
): Promise<UsbPrinterRecord> {
  return inTime(printer.until(wanted), what, () => printer.record());
}

/** What a guest sent to a port that is a file here, so far. */
export async function sentTo(file: string): Promise<Buffer> {
  return readFile(file);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Prints, and compares what arrived, as `arrived` tells it after the job is done. */
export async function printsWhole(
  bench: Bench,
  name: string,
  sizeBytes: number,
  arrived: () => Promise<{ readonly bytes: number; readonly sha256: string }>,
): Promise<string> {
  const { job, sha256 } = await submit(bench, name, sizeBytes);
  const startMs = bench.hal.clock.monotonicMs();
  const done = await jobIs(bench, job, isDone, 'the job is done');
  const seconds = (bench.hal.clock.monotonicMs() - startMs) / 1000;
  assert.deepEqual(await arrived(), { bytes: sizeBytes, sha256 });
  assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
  return `${sizeBytes / kib} KiB in ${seconds.toFixed(1)} s`;
}

async function until<T extends { readonly state: string; readonly message: string }>(
  { hal }: Bench,
  what: string,
  look: () => Promise<{ readonly value: T; readonly isWanted: boolean }>,
): Promise<T> {
  const untilMs = hal.clock.monotonicMs() + waitMs;
  const seen = new Set<string>();
  for (;;) {
    const { value, isWanted } = await look();
    if (isWanted) return value;
    seen.add(`${value.state}: ${value.message}`);
    if (hal.clock.monotonicMs() > untilMs) {
      const way = [...seen].join(' -> ');
      throw new Error(`${what} took too long: ${way}; ${JSON.stringify(value)}`);
    }
    await sleep(hal.clock, pollMs);
  }
}
