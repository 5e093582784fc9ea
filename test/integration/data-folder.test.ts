// The data folder at a start: what a kill left half written goes, what else lies there stays; a box
// that has none says so, and begins anew.
import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { dataFolderAt } from '../../firmware/entry/data-folder.ts';
import { NoFolderError, StartError } from '../../firmware/entry/lifecycle.ts';
import { untilFolderIsThere } from '../../firmware/entry/patience.ts';
import { dataFolderStep } from '../../firmware/entry/steps/data-folder.ts';
import { entryLimits } from '../../firmware/limits/entry-limits.ts';
import { createLog } from '../../firmware/log/log.ts';
import { HalError } from '../../hal/errors.ts';
import { createLinuxHal } from '../../hal/linux/linux.ts';
import { VirtualClock } from '../world/clock.ts';
import { atEnd } from '../at-end.ts';

test('files that were never renamed are removed once the folder is ours', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-folder-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const names = ['.keepsake.json.0123456789ab.tmp', 'keepsake.json', 'notes.tmp', '.hidden'];
  for (const name of names) await writeFile(join(folder, name), 'x');
  const hal = createLinuxHal({ wallTrusted: () => true });
  const { stop } = await dataFolderStep(hal, dataFolderAt(folder), '').start();
  assert.deepEqual(
    new Set(await readdir(folder)),
    new Set(['keepsake.json', 'notes.tmp', '.hidden', 'lock']),
  );
  await stop?.(AbortSignal.abort());
});

test('on a box a folder that can not be made is told apart from a known fault', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'platen-folder-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true }));
  const hal = createLinuxHal({ wallTrusted: () => true });
  const problem = join(folder, 'problem');
  const start = () => dataFolderStep(hal, dataFolderAt('/proc/platen'), problem).start();
  await assert.rejects(start, NoFolderError);
  await writeFile(problem, 'the data partition is missing\n');
  await assert.rejects(start, (error) => {
    return error instanceof StartError && error.message === 'The data partition is missing.';
  });
});

/** Starts that all end so; `said` is what people could read meanwhile. */
function waiting(fault: StartError) {
  const clock = new VirtualClock();
  const said: string[] = [];
  const stopping = new AbortController();
  const state = { isOver: false };
  const ended = untilFolderIsThere({
    clock,
    log: createLog({ level: 'error', clock, destination: { write: () => undefined } }),
    answers: { say: async (why) => void said.push(why), stop: async () => undefined },
    stopping: stopping.signal,
    attempt: async () => Promise.reject(fault),
  }).finally(() => (state.isOver = true));
  ended.catch(() => undefined);
  return { clock, said, stopping, state, ended };
}

const cause = new HalError('read-only', '/data/platen');

test('a box without its folder says so for a while, and begins anew', async () => {
  const { clock, said, state, ended } = waiting(new NoFolderError('no folder', { cause }));
  await clock.advance(entryLimits.noFolderMs - 1);
  assert.equal(state.isOver, false);
  assert.ok(said.length > 1);
  await clock.advance(entryLimits.startRetryLastMs);
  await assert.rejects(ended, NoFolderError);
});

test('a box whose partition is known to be missing says so for as long as it is on', async () => {
  const { clock, said, stopping, state, ended } = waiting(new StartError('is missing', { cause }));
  await clock.advance(entryLimits.noFolderMs * 10);
  assert.equal(state.isOver, false);
  assert.ok(said.length > 10);
  stopping.abort();
  await assert.rejects(ended, StartError);
});
