// The card rests while nothing happens: a day without work, and a day with a printer that is off,
// write nothing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DiskOperation } from '../world/faults.ts';
import { Bench } from './bench.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const writing: readonly DiskOperation[] = [
  'create',
  'write',
  'sync',
  'sync-directory',
  'rename',
  'remove',
  'make-directory',
  'commit',
];

function writesOf({ disk }: Bench): Readonly<Record<string, number>> {
  return Object.fromEntries(writing.map((operation) => [operation, disk.count(operation)]));
}

describe('nothing is written', () => {
  test('in a day without work, with history and documents that are kept', async () => {
    const bench = new Bench();
    await bench.boot();
    const bounds = { seconds: 90 * 86_400, jobs: 100, bytes: 1_000_000 };
    await bench.addPrinter('office', { documentRetention: bounds, historyRetention: bounds });
    const job = await bench.print(Uint8Array.of(1));
    await bench.untilState(job.id, 'completed');
    await bench.pass(hourMs);
    const before = writesOf(bench);
    await bench.pass(dayMs);
    assert.deepEqual(writesOf(bench), before);
  });

  test('in a day on which jobs wait for a printer that is off', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    bench.device.power = 'off';
    await bench.print(Uint8Array.of(1));
    await bench.print(Uint8Array.of(2), { hold: { kind: 'indefinite' } });
    await bench.pass(hourMs);
    const before = writesOf(bench);
    await bench.pass(dayMs);
    assert.ok(bench.device.triesAtMs.length > 1_000);
    assert.deepEqual(writesOf(bench), before);
  });

  test('in hours in which a job stands in the middle, since paper is out', async () => {
    const bench = new Bench();
    await bench.boot();
    await bench.addPrinter();
    bench.device.stallAtBytes = 100;
    await bench.print(new Uint8Array(1_000));
    await bench.pass(hourMs / 4);
    const before = writesOf(bench);
    await bench.pass(2 * hourMs);
    assert.deepEqual(writesOf(bench), before);
  });
});
