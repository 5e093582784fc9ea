// Stories of jobs that print: bytes, order, copies, devices that are off, stall, break or are
// cancelled at.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeDevice } from '../fakes/fake-monitor.ts';
import { Bench, origin } from './bench.ts';

async function bench(options: ConstructorParameters<typeof Bench>[0] = {}): Promise<Bench> {
  const made = new Bench(options);
  await made.boot();
  return made;
}

describe('a job on its way to the device', () => {
  test('arrives byte for byte and is completed as sent', async () => {
    const b = await bench();
    await b.addPrinter();
    const bytes = b.random.bytes(700_001);
    const job = await b.print(bytes);
    const done = await b.untilState(job.id, 'completed');
    assert.equal(done.outcome, 'sent');
    assert.equal(done.attempts, 1);
    assert.equal(done.possiblyPrintedTwice, false);
    assert.deepEqual(
      b.device.sheets.map((sheet) => Buffer.from(sheet.bytes)),
      [Buffer.from(bytes)],
    );
    await b.stop();
  });

  test('is completed as printed where the device confirms', async () => {
    const b = await bench();
    b.device.outcome = 'printed';
    await b.addPrinter();
    const job = await b.print(b.random.bytes(10));
    assert.equal((await b.untilState(job.id, 'completed')).outcome, 'printed');
  });

  test('waits for a device that is off for an hour, in order, without an attempt counted', async () => {
    const b = await bench();
    await b.addPrinter();
    b.device.power = 'off';
    const first = await b.print(Uint8Array.of(1));
    const second = await b.print(Uint8Array.of(2));
    await b.pass(3_600_000);
    const waiting = await b.job(first.id);
    assert.equal(waiting.state, 'pending');
    assert.match(waiting.message, /does not answer/);
    const status = await b.spooler.printers.status((await b.printer()).id);
    assert.equal(status.state, 'stopped');
    assert.deepEqual(status.reasons, ['connecting-to-device-error']);
    assert.equal(status.queuedJobCount, 2);
    const gaps = b.device.triesAtMs.map((at, i) => at - (b.device.triesAtMs[i - 1] ?? at));
    assert.deepEqual(
      gaps.slice(1, 9),
      [1, 2, 4, 8, 16, 32, 60, 60].map((s) => s * 1_000),
    );
    b.device.power = 'on';
    await b.untilState(second.id, 'completed', 61_000);
    assert.deepEqual(
      b.device.sheets.map((sheet) => sheet.bytes[0]),
      [1, 2],
    );
    assert.equal((await b.job(first.id)).attempts, 1);
  });
});
