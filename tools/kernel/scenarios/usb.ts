// A USB printer that QEMU redirects: what it takes, and what it refuses.
import assert from 'node:assert/strict';
import {
  addPrinter,
  isDone,
  jobIs,
  kib,
  portSays,
  printerIs,
  printsWhole,
  type Scenario,
  type ScenarioGroup,
  submit,
} from '../bench.ts';
import { arrivedAt, claimInterface, paperOut, usbKey } from './usb-parts.ts';

const scenarios: readonly Scenario[] = [
  {
    what: 'the selftest passes with all addons',
    run: async ({ guest }) => guest.run('platen selftest'),
  },
  {
    what: 'a USB printer that another program has is waited for, and prints once it is free',
    isShort: true,
    async run(bench) {
      bench.redir.clear();
      const other = await claimInterface(bench, 'REDIR1');
      const { job, sha256 } = await submit(bench, 'REDIR', 200 * kib);
      const words = await portSays(bench, 'REDIR', 'offline-report');
      assert.match(words, /another program uses the printer/);
      assert.equal(bench.redir.record().bytes, 0);
      await other.end();
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [1, false]);
      assert.equal(bench.redir.record().sha256, sha256);
      return words;
    },
  },
  {
    what: 'a USB printer gets a document byte for byte',
    isShort: true,
    run: (bench) => printsWhole(bench, 'REDIR', 2048 * kib, arrivedAt(bench.redir)),
  },
  {
    what: 'a small document that the printer holds is not done before its last byte was taken',
    isShort: true,
    async run(bench) {
      bench.redir.clear();
      bench.redir.behave({ holdAtByte: 0, portStatus: paperOut });
      const { job, sha256 } = await submit(bench, 'REDIR', 8 * kib);
      await portSays(bench, 'REDIR', 'media-empty');
      await jobIs(bench, job, ({ state }) => state === 'processing-stopped', 'the job waits');
      assert.equal(bench.redir.record().bytes, 0);
      bench.redir.behave({});
      const { attempts } = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([bench.redir.record().sha256, attempts], [sha256, 1]);
      return 'waited with media-empty, then printed once';
    },
  },
  {
    what: 'a printer out of paper in the middle goes on, and gets each byte once',
    async run(bench) {
      bench.redir.clear();
      bench.redir.behave({ holdAtByte: 300 * kib, portStatus: paperOut });
      const { job, sha256 } = await submit(bench, 'REDIR', 1024 * kib);
      await portSays(bench, 'REDIR', 'media-empty');
      bench.redir.behave({});
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([bench.redir.record().sha256, done.attempts], [sha256, 1]);
      return 'resumed by itself, printed once';
    },
  },
  {
    what: 'a job that the printer holds can be cancelled, and the next one is whole',
    async run(bench) {
      bench.redir.clear();
      bench.redir.behave({ holdAtByte: 100 * kib, portStatus: paperOut });
      const { job } = await submit(bench, 'REDIR', 300 * kib);
      await portSays(bench, 'REDIR', 'media-empty');
      await bench.platen.run(`job cancel ${job}`);
      const ended = await jobIs(bench, job, ({ state }) => state === 'canceled', 'it is cancelled');
      const { softResets } = bench.redir.record();
      assert.ok(softResets > 0, 'the printer was told to forget it');
      bench.redir.behave({});
      bench.redir.clear();
      const next = await printsWhole(bench, 'REDIR', 200 * kib, arrivedAt(bench.redir));
      return `${ended.state}; next: ${next}`;
    },
  },
  {
    what: 'a stall fails the attempt; the job starts anew and is marked',
    async run(bench) {
      bench.redir.clear();
      bench.redir.behave({ stallAtByte: 100 * kib });
      const { job } = await submit(bench, 'REDIR', 300 * kib);
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      bench.redir.behave({});
      bench.redir.clear();
      return `next: ${await printsWhole(bench, 'REDIR', 200 * kib, arrivedAt(bench.redir))}`;
    },
  },
  {
    what: 'a cable pulled in the middle and plugged again: the job starts anew and is marked',
    isShort: true,
    async run(bench) {
      bench.redir.clear();
      bench.redir.behave({ unplugAtByte: 150 * kib });
      const { job, sha256 } = await submit(bench, 'REDIR', 400 * kib);
      await printerIs(bench.redir, ({ isPlugged }) => !isPlugged, 'the cable is pulled');
      await portSays(bench, 'REDIR', 'offline-report');
      bench.redir.clear();
      bench.redir.behave({});
      bench.redir.plug();
      const done = await jobIs(bench, job, isDone, 'the job is done');
      assert.deepEqual([done.attempts, done.possiblyPrintedTwice], [2, true]);
      assert.equal(bench.redir.record().sha256, sha256);
      return 'printed whole after it was plugged again';
    },
  },
];

export const usbGroup: ScenarioGroup = {
  name: 'usb',
  prepare: (bench) => addPrinter(bench, 'REDIR', usbKey('REDIR1')),
  scenarios,
};
