// Jobs that the other appliance may have printed, settled by a person.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Principal } from '../../firmware/api/principal.ts';
import type { Job } from '../../firmware/jobs/job.ts';
import { settleUnsure, unsureJobs, type UnsureParts } from '../../firmware/jobs/unsure.ts';
import { at, jobUnit, openRig, printer, spooler, term, unit } from '../store/rig.ts';

const operator: Principal = { kind: 'user', name: 'anna', role: 'operator' };
const viewer: Principal = { kind: 'user', name: 'bert', role: 'viewer' };

/** Three jobs, of which the first two wait for the peer's word. */
async function heldJobs() {
  const { store } = await openRig();
  await store.commit(unit({ type: 'printer.created', payload: { printer: printer() } }));
  for (const id of ['a', 'b', 'c']) await store.commit(jobUnit(id));
  for (const jobId of ['a', 'b']) {
    const payload = { jobId, hold: { kind: 'peer' }, at } as const;
    await store.commit(unit({ type: 'job.held', payload }));
  }
  const ready: string[] = [];
  const parts: UnsureParts = {
    spooler,
    store,
    commit: (changes) => store.commit({ spooler, term, changes }),
    clock: { wall: () => at },
    onReady: ({ id }) => void ready.push(id),
  };
  const job = async (id: string): Promise<Job> => {
    const found = await store.query('jobs.get', { spooler, id });
    assert.ok(found !== undefined);
    return found;
  };
  return { parts, job, ready };
}

describe('jobs that the other appliance may have printed', () => {
  test('are listed, and no others', async () => {
    const { parts } = await heldJobs();
    assert.deepEqual(
      (await unsureJobs(parts)).map(({ id }) => id),
      ['a', 'b'],
    );
  });

  test('print when an operator says so, and are marked', async () => {
    const { parts, job, ready } = await heldJobs();
    const done = await settleUnsure(parts, 'print', undefined, operator);
    assert.deepEqual(done, { kind: 'done', count: 2 });
    const { state, possiblyPrintedTwice, hold, message } = await job('a');
    assert.deepEqual([state, possiblyPrintedTwice, hold], ['pending', true, undefined]);
    assert.match(message, /anna prints it again/);
    assert.equal((await job('c')).possiblyPrintedTwice, false);
    assert.deepEqual(ready, ['a', 'b']);
    assert.deepEqual(await unsureJobs(parts), []);
  });

  test('are discarded, one by one', async () => {
    const { parts, job } = await heldJobs();
    const done = await settleUnsure(parts, 'discard', ['b', 'c'], operator);
    assert.deepEqual(done, { kind: 'done', count: 1 });
    const states = await Promise.all(['a', 'b', 'c'].map(async (id) => (await job(id)).state));
    assert.deepEqual(states, ['pending-held', 'canceled', 'pending']);
  });

  test('stay where somebody asks who may not', async () => {
    const { parts } = await heldJobs();
    const answer = await settleUnsure(parts, 'print', undefined, viewer);
    assert.equal(answer.kind === 'refused' && answer.code, 'forbidden');
    assert.equal((await unsureJobs(parts)).length, 2);
  });
});
