// Serial adapters on USB: QEMU's, whose line is never held, and one of ours with lines to be set.
import assert from 'node:assert/strict';
import {
  addPrinter,
  inTime,
  isDone,
  jobIs,
  kib,
  portSays,
  printsWhole,
  type Scenario,
  type ScenarioGroup,
  sentTo,
  sha256Of,
  submit,
} from '../bench.ts';

const scenarios: readonly Scenario[] = [
  {
    what: 'a printer at a USB serial adapter gets a document byte for byte',
    async run(bench) {
      const before = (await sentTo(bench.serialFile)).length;
      return printsWhole(bench, 'COM1', 50 * kib, async () => {
        const sent = (await sentTo(bench.serialFile)).subarray(before);
        return { bytes: sent.length, sha256: sha256Of(sent) };
      });
    },
  },
  {
    what: 'a printer that holds CTS is waited for, and gets each byte once',
    isShort: true,
    async run(bench) {
      const { adapter } = bench;
      adapter.clear();
      adapter.setLines({ cts: false, dsr: true, dcd: true });
      const { job, sha256 } = await submit(bench, 'COM2', 20 * kib);
      const message = await portSays(bench, 'COM2', 'offline-report');
      assert.match(message, /CTS is off/);
      const { bytes, heedsCts, dtr } = adapter.record();
      assert.deepEqual([bytes, heedsCts, dtr], [0, true, true]);
      adapter.setLines({ cts: true, dsr: true, dcd: true });
      const done = await jobIs(bench, job, isDone, 'the job is done');
      const { sha256: arrived } = await inTime(
        adapter.until((record) => record.bytes >= 20 * kib),
        'the last byte',
        () => adapter.record(),
      );
      assert.deepEqual([arrived, done.attempts], [sha256, 1]);
      return message;
    },
  },
  {
    what: 'a printer that is off (CTS and DSR) is told from one that holds',
    async run(bench) {
      bench.adapter.setLines({ cts: false, dsr: false, dcd: false });
      const { job } = await submit(bench, 'COM2', 20 * kib);
      const message = await portSays(bench, 'COM2', 'offline-report');
      assert.match(message, /CTS and DSR are off/);
      await bench.platen.run(`job cancel ${job}`);
      await jobIs(bench, job, ({ state }) => state === 'canceled', 'it is cancelled');
      bench.adapter.setLines({ cts: true, dsr: true, dcd: true });
      return message;
    },
  },
  {
    what: 'DTR is low while a port says so',
    async run(bench) {
      await bench.platen.run('port config COM2 --dtr no');
      const { job } = await submit(bench, 'COM2', 2 * kib);
      await jobIs(bench, job, isDone, 'the job is done');
      assert.equal(bench.adapter.record().dtr, false);
      return 'low';
    },
  },
];

export const serialGroup: ScenarioGroup = {
  name: 'serial',
  async prepare(bench) {
    const port = (device: string, flow: string) =>
      `--monitor serial --device /dev/${device} --baud-rate 115200 --flow ${flow}`;
    await addPrinter(bench, 'COM1', port('ttyUSB0', 'none'));
    await addPrinter(bench, 'COM2', port('ttyUSB1', 'rts-cts'));
  },
  scenarios,
};
