// What the scenarios on a real kernel share: a guest that serves Platen, and the printers outside.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Hal } from '../../hal/contract.ts';
import type { EmulatedUsbPrinter, UsbPrinterRecord } from '../emulators/usb-printer/printer.ts';
import type { Guest } from './guest.ts';

export interface Bench {
  readonly guest: Guest;
  readonly hal: Pick<Hal, 'clock'>;
  /** Comes and goes with what QEMU calls a redirected device. */
  readonly redir: EmulatedUsbPrinter;
  /** Is attached by vhci-hcd. */
  readonly overIp: EmulatedUsbPrinter;
  /** Where QEMU puts what the guest sends to its parallel and serial ports. */
  readonly parallelFile: string;
  readonly serialFile: string;
  readonly usbIpPort: number;
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
const portSchema = z.looseObject({
  info: z.looseObject({ name: z.string() }),
  state: z.string(),
  message: z.string(),
  reasons: z.array(z.looseObject({ keyword: z.string() })),
});

export type BenchJob = z.output<typeof jobSchema>;
export type BenchPort = z.output<typeof portSchema>;

const data = '--data /tmp/data';
const waitMs = 180_000;

export async function serve({ guest }: Bench): Promise<void> {
  // Scenarios make their ports themselves.
  const settings =
    '--set listen.address=127.0.0.1 --set listen.http=0 --set listen.https=0 --set listen.raw=0 ' +
    '--set devices.addPlugged=false';
  await guest.run(`platen serve ${data} ${settings} >/tmp/log 2>&1 &`);
  await guest.run(`until platen status ${data} >/dev/null 2>&1; do sleep 1; done`, waitMs);
}

/** A port with a printer of the same name, and nothing that asks the device: bytes are compared. */
export async function addPrinter({ guest }: Bench, name: string, port: string): Promise<void> {
  await guest.run(`platen port add ${name} ${port} ${data}`);
  await guest.run(`platen port language ${name} none ${data}`);
  await guest.run(`platen printer add ${name} --port ${name} ${data}`);
}

/** Makes a document of random bytes; resolves with their digest. */
export async function makeDocument(bench: Bench, sizeBytes: number): Promise<string> {
  const said = await bench.guest.run(
    `head -c ${sizeBytes} /dev/urandom >/tmp/doc; sha256sum </tmp/doc`,
  );
  return said.trim().split(' ')[0] ?? '';
}

/** Prints the document; resolves with the job's number. */
export async function submit({ guest }: Bench, printer: string): Promise<number> {
  const said = await guest.run(`platen print /tmp/doc --printer ${printer} ${data}`);
  return Number(/Job (\d+)/.exec(said)?.[1]);
}

export async function jobIs(
  bench: Bench,
  number: number,
  wanted: (job: BenchJob) => boolean,
  what: string,
): Promise<BenchJob> {
  return until(bench, what, async () => {
    const said = await bench.guest.run(`platen job list --which all --json ${data}`);
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
    const said = await bench.guest.run(`platen port list --json ${data}`);
    const port = z
      .array(portSchema)
      .parse(JSON.parse(said))
      .find(({ info }) => info.name === name);
    assert.ok(port, `there is a port ${name}`);
    return { value: port, isWanted: wanted(port) };
  });
}

export async function cancel({ guest }: Bench, number: number): Promise<void> {
  await guest.run(`platen job cancel ${number} ${data}`);
}

/** Waits for an emulated printer; fails with its record. */
export async function printerIs(
  printer: EmulatedUsbPrinter,
  wanted: (record: UsbPrinterRecord) => boolean,
  what: string,
): Promise<UsbPrinterRecord> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`${what} took too long: ${JSON.stringify(printer.record())}`)),
    waitMs,
  );
  try {
    return await Promise.race([printer.until(wanted), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a guest sent to a port that is a file here, so far. */
export async function sentTo(file: string): Promise<Buffer> {
  return readFile(file);
}

async function until<T>(
  { hal }: Bench,
  what: string,
  look: () => Promise<{ readonly value: T; readonly isWanted: boolean }>,
): Promise<T> {
  const untilMs = hal.clock.monotonicMs() + waitMs;
  for (;;) {
    const { value, isWanted } = await look();
    if (isWanted) return value;
    if (hal.clock.monotonicMs() > untilMs) {
      throw new Error(`${what} took too long: ${JSON.stringify(value)}`);
    }
  }
}
