// Stories of what stays after the end: documents and the memory of jobs, each by count, by space
// and by time.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PrinterSettings } from '../../firmware/printers/printer.ts';
import { spoolLimits } from '../../firmware/limits/spool-limits.ts';
import { Bench } from './bench.ts';

const hourMs = 3_600_000;
const hourSeconds = 3_600;

async function benchWith(settings: PrinterSettings): Promise<Bench> {
  const bench = new Bench();
  await bench.boot();
  await bench.addPrinter('office', settings);
  return bench;
}

async function printAll(bench: Bench, sizes: readonly number[]): Promise<void> {
  for (const size of sizes) {
    const job = await bench.print(new Uint8Array(size));
    await bench.untilState(job.id, 'completed');
  }
  await bench.pass(1_000);
}

async function kept(bench: Bench): Promise<readonly (readonly [number, boolean])[]> {
  const jobs = await bench.spooler.jobs.list({ which: 'completed', limit: 100 });
  return jobs.map(({ number, retained }) => [number, retained] as const);
}

describe('documents of ended jobs stay', () => {
  test('not at all unless the printer is told to', async () => {
    const bench = await benchWith({});
    await printAll(bench, [1]);
    assert.deepEqual(await kept(bench), [[1, false]]);
  });

  test('by count, while their jobs are remembered longer', async () => {
    const bench = await benchWith({ documentRetention: { jobs: 2 } });
    await printAll(bench, [1, 70_000, 1, 70_000]);
    assert.deepEqual(await kept(bench), [
      [4, true],
      [3, true],
      [2, false],
      [1, false],
    ]);
    assert.equal((await bench.disk.mount().files.list('/spool/documents')).length, 1);
  });

  test('by space', async () => {
    const bench = await benchWith({ documentRetention: { bytes: 1_000 } });
    await printAll(bench, [400, 400, 400]);
    assert.deepEqual(await kept(bench), [
      [3, true],
      [2, true],
      [1, false],
    ]);
  });

  test('by time, which counts once the wall clock is trusted', async () => {
    const bench = await benchWith({ documentRetention: { seconds: hourSeconds } });
    bench.clock.distrustWall();
    await printAll(bench, [1]);
    await bench.pass(5 * hourMs);
    assert.deepEqual(await kept(bench), [[1, true]]);
    bench.clock.setWall(Date.UTC(2026, 5, 1));
    await printAll(bench, [1]);
    await bench.pass(hourMs / 2);
    assert.deepEqual(await kept(bench), [
      [2, true],
      [1, true],
    ]);
    await bench.pass(hourMs);
    assert.deepEqual(await kept(bench), [
      [2, false],
      [1, false],
    ]);
  });
});

describe('documents that are kept give way when the spool is full', () => {
  const roomBytes = 7 * 1024 * 1024;
  const fullBench = async (): Promise<Bench> => {
    const bench = new Bench({ diskBytes: spoolLimits.reserveBytes + roomBytes });
    await bench.boot();
    await bench.addPrinter('office', { documentRetention: {} });
    await bench.addPrinter('annex', { documentRetention: {} });
    return bench;
  };
  const printTo = async (bench: Bench, name: string, sizeBytes: number): Promise<void> => {
    const { id: printerId } = await bench.printer(name);
    const job = await bench.print(new Uint8Array(sizeBytes), { printerId });
    await bench.untilState(job.id, 'completed');
  };

  test('the oldest first, whichever printer kept them, and no more than it takes', async () => {
    const bench = await fullBench();
    for (const name of ['office', 'annex', 'office', 'annex']) {
      await printTo(bench, name, 1_500_000);
    }
    await printTo(bench, 'annex', 1_500_000);
    assert.deepEqual(await kept(bench), [
      [5, true],
      [4, true],
      [3, true],
      [2, true],
      [1, false],
    ]);
  });

  test('and none for a job that would not fit all the same', async () => {
    const bench = await fullBench();
    await printTo(bench, 'office', 1_500_000);
    const bytes = new Uint8Array(9_000_000);
    const answer = await bench.submit(bytes, { document: { sizeBytes: bytes.length } });
    assert.equal(answer.kind === 'refused' && answer.code, 'spool-full');
    assert.deepEqual(await kept(bench), [[1, true]]);
  });
});

describe('ended jobs are remembered', () => {
  test('by time', async () => {
    const bench = await benchWith({ historyRetention: { seconds: 2 * hourSeconds } });
    await printAll(bench, [1, 1]);
    await bench.pass(hourMs);
    await printAll(bench, [1]);
    await bench.pass(1.5 * hourMs);
    assert.deepEqual(await kept(bench), [[3, false]]);
  });

  test('by space, with the documents that were kept', async () => {
    const bench = await benchWith({ historyRetention: { bytes: 1_500 }, documentRetention: {} });
    await printAll(bench, [80_000, 80_000, 80_000, 80_000]);
    await bench.pass(hourMs);
    const left = await kept(bench);
    assert.ok(left.length > 0 && left.length < 4, JSON.stringify(left));
    assert.equal((await bench.disk.mount().files.list('/spool/documents')).length, left.length);
  });
});
