// What an ownership holds for the peer's word: let go once both logs are one, and a person's where
// a box with nothing stands in the peer's place.
import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { Ownership } from '../../firmware/cluster/host/ownership.ts';
import type { Job } from '../../firmware/jobs/job.ts';
import { StoreError, type Term } from '../../firmware/store/contract.ts';
import { FakeSpooler } from '../fakes/fake-spooler.ts';
import { createFakeNetwork } from '../fakes/network.ts';
import { jobCreated, openRig, printer } from '../store/rig.ts';
import { VirtualClock } from '../world/clock.ts';

const spooler = 'group';
const term: Term = { generation: 1, counter: 2, node: 'a' };

/** A takeover alone, which is not clean: job `one` waits for the peer's word. */
async function subject() {
  const { store } = await openRig();
  const made = { ...printer(), spooler };
  const waiting = jobCreated('one', { incoming: false });
  await store.commit({
    spooler,
    term: { ...term, counter: 1 },
    changes: [{ type: 'printer.created', payload: { printer: made } }, waiting],
  });
  const clock = new VirtualClock();
  const held: number[] = [];
  let refuses = false;
  const started = Promise.withResolvers<void>();
  const ownership = new Ownership({
    host: {
      id: spooler,
      store,
      clock,
      tcp: createFakeNetwork({ clock }),
      network: { hold: async () => undefined },
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      makeSpooler: () => new FakeSpooler({ printers: [] }),
      onJobsHeld: (count) => held.push(count),
    },
    term,
    clean: false,
    replaced: false,
    commits: {
      async commit(unit) {
        if (refuses) throw new StoreError('not now', { code: 'not-live' });
        return await store.commit(unit);
      },
    },
    offers: { bring: () => undefined },
    live: () => true,
    after: Promise.resolve(),
    refuseJobs: () => undefined,
    onSpooler: () => started.resolve(),
    onFailed: (reason) => started.reject(new Error(reason)),
  });
  ownership.resume();
  await started.promise;
  const job = async (): Promise<Job> => {
    // A commit of a simulated disk takes a few turns.
    for (let round = 0; round < 200; round += 1) await turn();
    const found = await store.query('jobs.get', { spooler, id: 'one' });
    assert.ok(found !== undefined);
    return found;
  };
  assert.deepEqual((await job()).hold, { kind: 'peer' });
  assert.deepEqual(held, [1]);
  return { ownership, job, held, refuse: (now: boolean) => void (refuses = now) };
}

const said = ({ state, hold, possiblyPrintedTwice }: Job) => [state, hold, possiblyPrintedTwice];
const letGo = ['pending', undefined, false];
const aPersons = ['pending-held', undefined, true];

test('what waits for the peer’s word goes on once both logs are one', async () => {
  const { ownership, job, held } = await subject();
  ownership.releaseHeld();
  assert.deepEqual(said(await job()), letGo);
  assert.deepEqual(held, [1, 0]);
});

test('with another box in the peer’s place it is marked, and a person’s', async () => {
  const { ownership, job, held } = await subject();
  ownership.peerReplaced();
  ownership.releaseHeld();
  assert.deepEqual(said(await job()), aPersons);
  assert.deepEqual(held, [1, 0]);
  ownership.releaseHeld();
  assert.deepEqual(said(await job()), aPersons);
});

test('… also where that can’t be committed at once, at a renewal of the address', async () => {
  const { ownership, job, refuse } = await subject();
  refuse(true);
  ownership.peerReplaced();
  ownership.releaseHeld();
  assert.deepEqual((await job()).hold, { kind: 'peer' });
  refuse(false);
  ownership.renewed();
  assert.deepEqual(said(await job()), aPersons);
});
