// IPP over USB: printers that take nothing else, and one that has it beside raw printing.
import assert from 'node:assert/strict';
import type { JobRecord } from '../../emulators/ipp-printer/job.ts';
import {
  addPrinter,
  type Bench,
  inTime,
  isDone,
  jobIs,
  kib,
  portIs,
  portSays,
  printsWhole,
  type Scenario,
  type ScenarioGroup,
  submit,
  type UsbIppPrinter,
} from '../bench.ts';
import { arrivedAt, attach, usbKey } from './usb-parts.ts';

const completed = 9;

const scenarios: readonly Scenario[] = [
  {
    what: 'a printer with nothing but IPP over USB gets a document byte for byte',
    isShort: true,
    async run(bench) {
      const said = await printsByIpp(bench, 'IPPUSB', bench.driverless, 1024 * kib);
      return `${said}; the printer says that it printed`;
    },
  },
  {
    what: 'a printer out of paper by IPP over USB is waited for, and prints once',
    async run(bench) {
      const { ipp } = bench.driverless;
      await ipp.behave({ hold: true, printerState: 5, printerReasons: ['media-empty-error'] });
      const { job, sha256 } = await submit(bench, 'IPPUSB', 200 * kib);
      await portSays(bench, 'IPPUSB', 'media-empty');
      await ipp.behave({});
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, lastOf(ipp.jobs()).sha256], [1, sha256]);
      return 'waited with media-empty, then printed once';
    },
  },
  {
    what: 'a printer that stops reading by IPP over USB is waited for, and prints once',
    async run(bench) {
      const { ipp } = bench.driverless;
      await ipp.behave({ stallAtByte: 100 * kib });
      const { job, sha256 } = await submit(bench, 'IPPUSB', 8192 * kib);
      await portIs(bench, 'IPPUSB', ({ state }) => state === 'waiting', 'the port waits');
      await ipp.behave({});
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, lastOf(ipp.jobs()).sha256], [1, sha256]);
      return 'went on where it had stopped';
    },
  },
  {
    what: 'a job that the printer holds by IPP over USB can be cancelled; the next one is whole',
    async run(bench) {
      const { ipp } = bench.driverless;
      await ipp.behave({ stallAtByte: 100 * kib });
      const { job } = await submit(bench, 'IPPUSB', 8192 * kib);
      await inTime(
        ipp.until((jobs) => (jobs.at(-1)?.bytes ?? 0) >= 100 * kib),
        'the printer has begun',
        () => ipp.jobs().at(-1),
      );
      await bench.platen.run(`job cancel ${job}`);
      const ended = await jobIs(bench, job, ({ state }) => state === 'canceled', 'it is cancelled');
      await ipp.behave({});
      const next = await printsByIpp(bench, 'IPPUSB', bench.driverless, 200 * kib);
      return `${ended.state}; next: ${next}`;
    },
  },
  {
    what: 'a stall on an IPP channel fails the attempt; the job starts anew and is marked',
    async run(bench) {
      const { usb, ipp } = bench.driverless;
      usb.clear();
      usb.behave({ stallAtByte: 100 * kib });
      const { job, sha256 } = await submit(bench, 'IPPUSB', 300 * kib);
      const done = await jobIs(bench, job, isDone, 'the job is done');
      usb.behave({});
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      assert.deepEqual([lastOf(ipp.jobs()).sha256, lastOf(ipp.jobs()).state], [sha256, completed]);
      return `next: ${await printsByIpp(bench, 'IPPUSB', bench.driverless, 200 * kib)}`;
    },
  },
  {
    what: 'IPP over USB, pulled in the middle and plugged again: anew, and marked',
    async run(bench) {
      const { usb, ipp } = bench.driverless;
      usb.clear();
      usb.behave({ unplugAtByte: 150 * kib });
      const { job, sha256 } = await submit(bench, 'IPPUSB', 400 * kib);
      await inTime(
        usb.until(({ isPlugged }) => !isPlugged),
        'the cable is pulled',
        () => usb.record(),
      );
      await portSays(bench, 'IPPUSB', 'offline-report');
      usb.behave({});
      usb.plug();
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      const whole = ipp.jobs().filter(({ state }) => state === completed);
      assert.equal(lastOf(whole).sha256, sha256);
      return 'printed whole after it was plugged again';
    },
  },
  {
    what: 'a printer with IPP beside raw (7/1/2 and 7/1/4) takes both',
    isShort: true,
    async run(bench) {
      await attach(bench, bench.usbIpPorts.both);
      await addPrinter(bench, 'BOTHRAW', `${usbKey('BOTH1', 'f023')} --protocol raw`);
      const raw = await printsWhole(bench, 'BOTHRAW', 300 * kib, arrivedAt(bench.both.usb));
      await bench.platen.run('port config BOTHRAW --protocol ipp');
      const ipp = await printsByIpp(bench, 'BOTHRAW', bench.both, 300 * kib);
      return `raw: ${raw}; IPP: ${ipp}`;
    },
  },
];

export const ippUsbGroup: ScenarioGroup = {
  name: 'ipp-usb',
  prepare: (bench) => addPrinter(bench, 'IPPUSB', usbKey('DRIVERLESS1', 'f022')),
  scenarios,
};

async function printsByIpp(
  bench: Bench,
  name: string,
  { ipp }: UsbIppPrinter,
  sizeBytes: number,
): Promise<string> {
  const startMs = bench.hal.clock.monotonicMs();
  const { job, sha256 } = await submit(bench, name, sizeBytes);
  const done = await jobIs(bench, job, isDone, 'the job is done');
  const seconds = (bench.hal.clock.monotonicMs() - startMs) / 1000;
  const printed = lastOf(ipp.jobs());
  assert.deepEqual([printed.bytes, printed.sha256, printed.state], [sizeBytes, sha256, completed]);
  assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
  assert.equal(done.outcome, 'printed');
  return `${sizeBytes / kib} KiB in ${seconds.toFixed(1)} s`;
}

function lastOf(jobs: readonly JobRecord[]): JobRecord {
  const last = jobs.at(-1);
  assert.ok(last, 'the IPP printer has a job');
  return last;
}
