// What is shown on a real kernel: USB by usbredir and by USB/IP, the parallel and the serial port.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { EmulatedUsbPrinter } from '../emulators/usb-printer/printer.ts';
import { usbIpBusId } from '../emulators/usb-printer/usb-ip.ts';
import {
  addPrinter,
  type Bench,
  cancel,
  jobIs,
  makeDocument,
  portIs,
  printerIs,
  sentTo,
  submit,
} from './bench.ts';

export interface Scenario {
  readonly what: string;
  readonly run: (bench: Bench) => Promise<string>;
}

const usbKey = (serial: string) => `--monitor usb --device usb://1209:f020/serial/${serial}`;
const isDone = ({ state }: { readonly state: string }) => state === 'completed';
const paperOut = 0x30;
const kib = 1024;

export const scenarios: readonly Scenario[] = [
  {
    what: 'the selftest passes with all addons',
    run: async ({ guest }) => guest.run('platen selftest'),
  },
  {
    what: 'a USB printer gets a document byte for byte',
    run: async (bench) => {
      await addPrinter(bench, 'REDIR', usbKey('REDIR1'));
      return printsWhole(bench, 'REDIR', bench.redir, 2048 * kib);
    },
  },
  {
    what: 'a small document that the printer holds is not done before its last byte was taken',
    run: async (bench) => {
      bench.redir.clear();
      bench.redir.behave({ holdAtByte: 0, portStatus: paperOut });
      const digest = await makeDocument(bench, 8 * kib);
      const job = await submit(bench, 'REDIR');
      await portIs(
        bench,
        'REDIR',
        ({ reasons }) => reasons.some(({ keyword }) => keyword === 'media-empty'),
        'the port says that there is no paper',
      );
      await jobIs(bench, job, ({ state }) => state === 'processing-stopped', 'the job waits');
      assert.equal(bench.redir.record().bytes, 0);
      bench.redir.behave({});
      const { attempts } = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([bench.redir.record().sha256, attempts], [digest, 1]);
      return 'waited with media-empty, then printed once';
    },
  },
  {
    what: 'a printer out of paper in the middle goes on, and gets each byte once',
    run: async (bench) => {
      bench.redir.clear();
      bench.redir.behave({ holdAtByte: 300 * kib, portStatus: paperOut });
      const digest = await makeDocument(bench, 1024 * kib);
      const job = await submit(bench, 'REDIR');
      await portIs(bench, 'REDIR', ({ state }) => state === 'waiting', 'the port waits');
      bench.redir.behave({});
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([bench.redir.record().sha256, done.attempts], [digest, 1]);
      return 'resumed by itself, printed once';
    },
  },
  {
    what: 'a job that the printer holds can be cancelled, and the next one is whole',
    run: async (bench) => {
      bench.redir.clear();
      bench.redir.behave({ holdAtByte: 100 * kib, portStatus: paperOut });
      await makeDocument(bench, 300 * kib);
      const job = await submit(bench, 'REDIR');
      await portIs(bench, 'REDIR', ({ state }) => state === 'waiting', 'the port waits');
      await cancel(bench, job);
      const ended = await jobIs(bench, job, ({ state }) => state === 'canceled', 'it is cancelled');
      const { softResets } = bench.redir.record();
      assert.ok(softResets > 0, 'the printer was told to forget it');
      bench.redir.behave({});
      return `${ended.state}; next: ${await printsWhole(bench, 'REDIR', bench.redir, 200 * kib)}`;
    },
  },
  {
    what: 'a stall fails the attempt; the job starts anew and is marked',
    run: async (bench) => {
      bench.redir.clear();
      bench.redir.behave({ stallAtByte: 100 * kib });
      await makeDocument(bench, 300 * kib);
      const job = await submit(bench, 'REDIR');
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      bench.redir.behave({});
      return `next: ${await printsWhole(bench, 'REDIR', bench.redir, 200 * kib)}`;
    },
  },
  {
    what: 'a cable pulled in the middle and plugged again: the job starts anew and is marked',
    run: async (bench) => {
      bench.redir.clear();
      bench.redir.behave({ unplugAtByte: 150 * kib });
      const digest = await makeDocument(bench, 400 * kib);
      const job = await submit(bench, 'REDIR');
      await printerIs(bench.redir, ({ isPlugged }) => !isPlugged, 'the cable is pulled');
      await portIs(
        bench,
        'REDIR',
        ({ reasons }) => reasons.some(({ keyword }) => keyword === 'offline-report'),
        'the port says that the printer is not there',
      );
      bench.redir.clear();
      bench.redir.behave({});
      bench.redir.plug();
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      assert.equal(bench.redir.record().sha256, digest);
      return 'printed whole after it was plugged again';
    },
  },
  {
    what: 'a USB printer by USB/IP gets a document byte for byte',
    run: async (bench) => {
      await attach(bench);
      await addPrinter(bench, 'OVERIP', usbKey('OVERIP1'));
      return printsWhole(bench, 'OVERIP', bench.overIp, 1024 * kib);
    },
  },
  {
    what: 'a USB/IP printer detached in the middle and attached again prints the job anew',
    run: async (bench) => {
      bench.overIp.clear();
      bench.overIp.behave({ unplugAtByte: 100 * kib });
      const digest = await makeDocument(bench, 300 * kib);
      const job = await submit(bench, 'OVERIP');
      await printerIs(bench.overIp, ({ isPlugged }) => !isPlugged, 'it is detached');
      bench.overIp.clear();
      bench.overIp.behave({});
      bench.overIp.plug();
      await attach(bench);
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      assert.equal(bench.overIp.record().sha256, digest);
      return 'printed whole after it was attached again';
    },
  },
  {
    what: 'a printer at the parallel port gets a document byte for byte',
    run: async (bench) => {
      await addPrinter(bench, 'LPT1', '--monitor parallel --device /dev/lp0');
      return sendsWhole(bench, 'LPT1', bench.parallelFile, 100 * kib);
    },
  },
  {
    what: 'a printer at a USB serial adapter gets a document byte for byte',
    run: async (bench) => {
      const line = '--baud-rate 115200 --flow none';
      await addPrinter(bench, 'COM1', `--monitor serial --device /dev/ttyUSB0 ${line}`);
      return sendsWhole(bench, 'COM1', bench.serialFile, 50 * kib);
    },
  },
  {
    what: 'SIGTERM ends the appliance while a printer holds',
    run: async (bench) => {
      bench.redir.behave({ holdAtByte: 0 });
      await makeDocument(bench, 100 * kib);
      await submit(bench, 'REDIR');
      await printerIs(bench.redir, ({ pending }) => pending > 0, 'a transfer is held');
      const startMs = bench.hal.clock.monotonicMs();
      await bench.guest.run('killall platen; while pidof platen >/dev/null; do sleep 1; done');
      return `${Math.round((bench.hal.clock.monotonicMs() - startMs) / 1000)} s`;
    },
  },
];

async function printsWhole(
  bench: Bench,
  name: string,
  printer: EmulatedUsbPrinter,
  sizeBytes: number,
): Promise<string> {
  printer.clear();
  const digest = await makeDocument(bench, sizeBytes);
  const job = await submit(bench, name);
  const startMs = bench.hal.clock.monotonicMs();
  const done = await jobIs(bench, job, isDone, 'the job is done');
  const seconds = (bench.hal.clock.monotonicMs() - startMs) / 1000;
  const { sha256, bytes } = printer.record();
  assert.deepEqual([bytes, sha256], [sizeBytes, digest]);
  assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
  return `${sizeBytes / kib} KiB in ${seconds.toFixed(1)} s`;
}

async function sendsWhole(
  bench: Bench,
  name: string,
  file: string,
  sizeBytes: number,
): Promise<string> {
  const before = (await sentTo(file)).length;
  const digest = await makeDocument(bench, sizeBytes);
  const job = await submit(bench, name);
  const startMs = bench.hal.clock.monotonicMs();
  await jobIs(bench, job, isDone, 'the job is done');
  const seconds = (bench.hal.clock.monotonicMs() - startMs) / 1000;
  const sent = (await sentTo(file)).subarray(before);
  const sha256 = createHash('sha256').update(sent).digest('hex');
  assert.deepEqual([sent.length, sha256], [sizeBytes, digest]);
  return `${sizeBytes / kib} KiB in ${seconds.toFixed(1)} s`;
}

/** The host is 10.0.2.2 in QEMU's own network. */
async function attach({ guest, usbIpPort }: Bench): Promise<void> {
  await guest.run(`usbip --tcp-port ${usbIpPort} attach -r 10.0.2.2 -b ${usbIpBusId}`);
}
