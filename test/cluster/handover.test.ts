// R6 and J2 as changes of the log: what is held, what a tail brings, and that the store takes it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  heldForPeer,
  heldForPerson,
  type KnownJob,
  type Marks,
  planHandOver,
} from '../../firmware/cluster/handover.ts';
import type { Job } from '../../firmware/jobs/job.ts';
import type { LogRecord, Store, Term } from '../../firmware/store/contract.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { at, jobCreated, openRig, printer } from '../store/rig.ts';

const theirs: Term = { generation: 1, counter: 2, node: 'a' };
const mine: Term = { generation: 1, counter: 3, node: 'b' };
const marks: Marks = { at, message: 'it failed' };
const spooler = 'group';

function job(id: string, change: Partial<KnownJob> = {}): KnownJob {
  return {
    id,
    state: 'waiting',
    interrupted: false,
    policy: 'restart',
    sizeBytes: 10,
    incoming: false,
    documentCount: 1,
    ...change,
  };
}

const started = (jobId: string): Change => ({
  type: 'job.started',
  payload: { jobId, portName: 'desk', localPort: 40_000, at },
});

const ended = (jobId: string): Change => ({
  type: 'job.ended',
  payload: { jobId, state: 'completed', outcome: 'sent', reasons: [], message: '', at },
});

function records(...changes: readonly Change[]): readonly LogRecord[] {
  return changes.map((change, index) => ({ spooler, term: theirs, seq: index + 5, change }));
}

function plan(tail: readonly LogRecord[], known: readonly KnownJob[] = [], handed = 0) {
  return planHandOver({
    records: tail,
    handedThrough: () => handed,
    job: (id) => known.find((one) => one.id === id),
    policyOf: () => 'restart',
    marks,
  });
}

const types = (changes: readonly Change[]) => changes.map(({ type }) => type);

/** A store that holds one printer and these jobs, each pending. */
async function storeWith(...ids: readonly string[]): Promise<Store> {
  const { store } = await openRig();
  const changes: readonly Change[] = [
    { type: 'printer.created', payload: { printer: { ...printer(), spooler } } },
    ...ids.map((id) => jobCreated(id, { incoming: false })),
  ];
  const made = await store.commit({ spooler, term: theirs, changes });
  assert.equal(made.kind, 'committed');
  return store;
}

async function commit(store: Store, changes: readonly Change[]): Promise<void> {
  const outcome = await store.commit({ spooler, term: mine, changes });
  assert.deepEqual(outcome.kind === 'refused' ? outcome.message : 'committed', 'committed');
}

async function jobNow(store: Store, id: string): Promise<Job | undefined> {
  return await store.query('jobs.get', { spooler, id });
}

describe('R6, not clean', () => {
  test('a job that waits is held for the peer, and goes on by a release', async () => {
    const store = await storeWith('one');
    await commit(store, heldForPeer(job('one'), marks));
    assert.deepEqual((await jobNow(store, 'one'))?.hold, { kind: 'peer' });
    await commit(store, [{ type: 'job.released', payload: { jobId: 'one', at } }]);
    assert.equal((await jobNow(store, 'one'))?.state, 'pending');
  });

  test('one that printed is marked and held, and starts again after the release', async () => {
    const store = await storeWith('one');
    await commit(store, [started('one')]);
    await commit(store, heldForPeer(job('one', { state: 'printing' }), marks));
    const held = await jobNow(store, 'one');
    assert.deepEqual([held?.state, held?.hold?.kind], ['pending-held', 'peer']);
    await commit(store, [{ type: 'job.released', payload: { jobId: 'one', at } }]);
    const released = await jobNow(store, 'one');
    assert.deepEqual([released?.state, released?.possiblyPrintedTwice], ['pending', true]);
  });

  test('what its policy, or a second interruption, holds is not let go by the peer', async () => {
    for (const change of [{ policy: 'hold' as const }, { interrupted: true }]) {
      const store = await storeWith('one');
      await commit(store, [started('one')]);
      await commit(store, heldForPeer(job('one', { state: 'printing', ...change }), marks));
      const held = await jobNow(store, 'one');
      assert.deepEqual([held?.state, held?.hold], ['pending-held', undefined]);
    }
  });

  test('with a box in the place of the peer it waits for a person, and is marked', async () => {
    for (const state of ['waiting', 'printing', 'peer'] as const) {
      const store = await storeWith('one');
      if (state === 'printing') await commit(store, [started('one')]);
      if (state === 'peer') await commit(store, heldForPeer(job('one'), marks));
      await commit(store, heldForPerson(job('one', { state }), marks, false));
      const held = await jobNow(store, 'one');
      assert.deepEqual(
        [held?.state, held?.hold, held?.possiblyPrintedTwice],
        ['pending-held', undefined, true],
      );
    }
  });

  test('there only what waits for its word does, where this node had gone on alone', () => {
    const changesOf = (state: KnownJob['state']) =>
      heldForPerson(job('one', { state }), marks, true);
    assert.deepEqual((['waiting', 'printing', 'held', 'ended'] as const).flatMap(changesOf), []);
    assert.equal(changesOf('peer').length, 3);
  });

  test('there too, what never arrived whole was printed by nobody, and is not held', () => {
    assert.deepEqual(heldForPerson(job('one', { incoming: true }), marks, false), []);
    const peers = heldForPerson(job('one', { state: 'peer', incoming: true }), marks, false);
    assert.deepEqual(
      peers.map(({ type }) => type),
      ['job.released'],
    );
  });

  test('what is held by a person or has ended stays as it is', () => {
    for (const state of ['held', 'peer', 'ended'] as const) {
      assert.deepEqual(heldForPeer(job('one', { state }), marks), []);
    }
  });
});

describe('J2', () => {
  test('an accepted job is appended, and waits until both are in step', async () => {
    const store = await storeWith();
    const { changes } = plan(records(jobCreated('new', { incoming: false })));
    await commit(store, changes);
    assert.deepEqual((await jobNow(store, 'new'))?.hold, { kind: 'peer' });
    const [created] = changes;
    assert.equal(created?.type === 'job.created' && created.payload.handedOver, true);
  });

  test('a completion keeps a job from being printed, whatever it is here', async () => {
    for (const state of ['waiting', 'peer', 'printing'] as const) {
      const store = await storeWith('one');
      if (state === 'printing') await commit(store, [started('one')]);
      if (state === 'peer') await commit(store, heldForPeer(job('one'), marks));
      await commit(store, plan(records(ended('one')), [job('one', { state })]).changes);
      const now = await jobNow(store, 'one');
      assert.equal(now?.state, 'completed');
      // It was under way here: paper may show it twice.
      assert.equal(now.possiblyPrintedTwice, state === 'printing');
    }
  });

  test('a start without an end counts as interrupted, and keeps its port', async () => {
    const store = await storeWith('one');
    await commit(store, plan(records(started('one')), [job('one')]).changes);
    const now = await jobNow(store, 'one');
    assert.deepEqual([now?.state, now?.hold?.kind], ['pending-held', 'peer']);
    assert.equal(now?.possiblyPrintedTwice, true);
    const ports = await store.query('log.lingering-ports', { spooler });
    assert.deepEqual(ports, { desk: [40_000] });
  });

  test('started and ended there in one batch, it has ended here', async () => {
    const store = await storeWith();
    const tail = records(jobCreated('new', { incoming: false }), started('new'), ended('new'));
    await commit(store, plan(tail).changes);
    const now = await jobNow(store, 'new');
    assert.deepEqual([now?.state, now?.possiblyPrintedTwice], ['completed', false]);
  });

  test('ended in a later batch than it was started in, it has ended here as well', async () => {
    const store = await storeWith('one');
    await commit(store, plan(records(started('one')), [job('one')]).changes);
    const [, second] = records(started('one'), ended('one'));
    assert.ok(second);
    const known = job('one', { state: 'peer', interrupted: true });
    await commit(store, plan([second], [known], 5).changes);
    assert.equal((await jobNow(store, 'one'))?.state, 'completed');
  });

  test('an attempt there of a job that has ended here leaves its port', async () => {
    const store = await storeWith('one');
    await commit(store, [started('one'), ended('one')]);
    const known = [job('one', { state: 'ended' })];
    await commit(store, plan(records(started('one')), known).changes);
    const ports = await store.query('log.lingering-ports', { spooler });
    assert.deepEqual(ports, { desk: [40_000] });
    assert.deepEqual(types(plan(records(started('one'), ended('one')), known).changes), [
      'registry.key-created',
      'registry.values-set',
    ]);
  });

  test('a record counts once: what was handed over before is left out', () => {
    const tail = records(jobCreated('a'), jobCreated('b'));
    assert.deepEqual(types(plan(tail, [], 6).changes), []);
    assert.deepEqual(types(plan(tail, [], 5).changes), [
      'job.created',
      'registry.key-created',
      'registry.values-set',
    ]);
  });

  test('changes of printers and registry are listed and not applied', () => {
    const key: Change = { type: 'registry.key-created', payload: { path: ['Monitors', 'x'] } };
    const { changes, listed } = plan(records(key));
    assert.deepEqual(types(changes), ['registry.key-created', 'registry.values-set']);
    assert.deepEqual(
      listed.map(({ change }) => change),
      [key],
    );
  });

  test('a hold by a person on the other side is kept', async () => {
    const store = await storeWith('one');
    const held: Change = {
      type: 'job.held',
      payload: { jobId: 'one', hold: { kind: 'indefinite' }, at },
    };
    await commit(store, plan(records(held), [job('one')]).changes);
    assert.deepEqual((await jobNow(store, 'one'))?.hold, { kind: 'indefinite' });
  });
});
