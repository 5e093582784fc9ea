// The disk becomes full at each single operation in the life of a job: nothing accepted is lost,
// nothing refused prints, nothing prints twice, and service comes back with the space.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fault } from '../world/faults.ts';
import { Bench } from './bench.ts';

const writing = ['create', 'write', 'sync', 'sync-directory', 'commit'] as const;
/** More operations than a job's life has. */
const most = 200;

/** False once the fault came too late to strike. */
async function fullFrom(skip: number, sizeBytes: number): Promise<boolean> {
  const bench = new Bench({ seed: skip + 1 });
  await bench.boot();
  await bench.addPrinter();
  // The trial of the disk at the start is over.
  await bench.pass(1_000);
  const fault: Fault = { operation: writing, skip, code: 'no-space' };
  const heal = bench.disk.faults.add(fault);
  const what = `full from operation ${skip} on, ${sizeBytes} bytes`;
  const answer = await bench.submit(bench.random.bytes(sizeBytes));
  await bench.pass(120_000);
  const struck = fault.skip === 0;
  heal();
  await bench.pass(61_000);
  assert.deepEqual(await bench.spooler.isAlive(), { alive: true, problems: [] }, what);
  const [job] = await bench.spooler.jobs.list({ which: 'all', limit: 10 });
  if (answer.kind === 'accepted') {
    assert.equal(job?.state, 'completed', what);
    assert.equal(job.possiblyPrintedTwice, false, what);
    assert.equal(bench.device.touchedBy(job.id).length, 1, what);
  } else {
    assert.equal(answer.code, 'spool-full', what);
    assert.equal(job, undefined, what);
    assert.equal(bench.device.sheets.length, 0, what);
    assert.deepEqual(await bench.disk.mount().files.list('/spool/documents'), [], what);
  }
  const next = await bench.print(bench.random.bytes(sizeBytes));
  await bench.untilState(next.id, 'completed', 1_000);
  return struck;
}

describe('a disk that becomes full', () => {
  for (const sizeBytes of [500, 300_000]) {
    test(`at each operation in the life of a job of ${sizeBytes} bytes`, async () => {
      let skip = 0;
      while (skip < most && (await fullFrom(skip, sizeBytes))) skip += 1;
      assert.ok(skip > 5 && skip < most, `${skip} operations`);
    });
  }
});
