// The watch over the spool's disk: what it tells people, and when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HalError } from '../../hal/errors.ts';
import { createSpaceWatch } from '../../firmware/spool/space-watch.ts';
import { VirtualClock } from '../world/clock.ts';

const mib = 1024 * 1024;

function watched() {
  const clock = new VirtualClock();
  const disk: { freeBytes: number | undefined } = { freeBytes: 10_000 * mib };
  const told: string[] = [];
  const watch = createSpaceWatch({
    files: {
      async space() {
        if (disk.freeBytes === undefined) throw new HalError('io-error', '/spool');
        return { freeBytes: disk.freeBytes, totalBytes: 20_000 * mib };
      },
    },
    clock,
    events: { report: ({ type }) => void told.push(type) },
    spooler: 'local',
    directory: '/spool',
    reserveBytes: 64 * mib,
    lowBytes: 128 * mib,
    intervalMs: 15_000,
  });
  return { clock, disk, told, watch };
}

test('a disk that becomes low is a problem before anybody runs into it', async () => {
  const { clock, disk, told, watch } = watched();
  watch.start();
  await clock.advance(1);
  assert.equal(watch.problem(), undefined);
  disk.freeBytes = 164 * mib;
  await clock.advance(15_000);
  assert.match(watch.problem() ?? '', /room for 100 MiB of documents only/);
  disk.freeBytes = 10 * mib;
  await clock.advance(15_000);
  assert.match(watch.problem() ?? '', /has no room for documents/);
  assert.deepEqual(told, ['spool-low']);
  watch.stop();
});

test('it is well again with half as much room more, and not before', async () => {
  const { clock, disk, told, watch } = watched();
  disk.freeBytes = 100 * mib;
  watch.start();
  await clock.advance(1);
  disk.freeBytes = (64 + 191) * mib;
  await clock.advance(15_000);
  assert.match(watch.problem() ?? '', /191 MiB/);
  disk.freeBytes = (64 + 192) * mib;
  await clock.advance(15_000);
  assert.equal(watch.problem(), undefined);
  assert.deepEqual(told, ['spool-low', 'spool-has-room']);
  watch.stop();
});

test('a disk that can not be asked changes nothing, and is asked again', async () => {
  const { clock, disk, told, watch } = watched();
  disk.freeBytes = undefined;
  watch.start();
  await clock.advance(15_000);
  assert.equal(watch.problem(), undefined);
  disk.freeBytes = 100 * mib;
  await clock.advance(15_000);
  assert.deepEqual(told, ['spool-low']);
  watch.stop();
});
