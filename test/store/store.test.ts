// The store: what a commit changes, what it refuses, how commits share syncs, and what comes back
// after a restart.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { spoolLimits } from '../../firmware/limits/spool-limits.ts';
import { StoreError } from '../../firmware/store/contract.ts';
import {
  acceptDocument,
  at,
  bareJobUnit,
  committed,
  ended,
  firstJob,
  jobCreated,
  jobUnit,
  openRig,
  printer,
  readDocument,
  refusal,
  type Rig,
  spooler,
  started,
  term,
  unit,
} from './rig.ts';
import { settle } from '../world/clock.ts';

async function rigWithPrinter(): Promise<Rig> {
  const rig = await openRig();
  committed(
    await rig.store.commit(unit({ type: 'printer.created', payload: { printer: printer() } })),
  );
  // The keepsake is written behind the commit.
  await settle();
  return rig;
}

describe('a commit', () => {
  test('gives jobs numbers from 1, keeps documents, and is there after a restart', async () => {
    const rig = await rigWithPrinter();
    const first = firstJob(await rig.store.commit(jobUnit('a')));
    const second = firstJob(await rig.store.commit(jobUnit('b')));
    assert.deepEqual([first.number, second.number], [1, 2]);
    assert.equal(first.state, 'pending');
    assert.deepEqual(first.reasons, ['job-queued']);
    const again = await rig.reopened();
    assert.deepEqual(await again.store.query('jobs.get', { spooler, id: 'a' }), first);
    assert.deepEqual(await again.store.query('jobs.get', { spooler, number: 2 }), second);
    assert.equal((await readDocument(again, 'b')).toString(), 'document of b');
    assert.equal(firstJob(await again.store.commit(jobUnit('c'))).number, 3);
  });

  test('logs its records in order, with its term', async () => {
    const rig = await rigWithPrinter();
    await rig.store.commit(jobUnit('a'));
    const later = { ...term, counter: 2 };
    await rig.store.commit({ ...unit(started('a')), term: later });
    const log = await rig.store.readLog(spooler, 2, 10);
    assert.deepEqual(
      log.map(({ seq, change }) => [seq, change.type]),
      [
        [2, 'job.created'],
        [3, 'job.document-added'],
        [4, 'job.started'],
      ],
    );
    assert.deepEqual(await rig.store.logEnds(), [{ spooler, term: later, seq: 4 }]);
    assert.deepEqual(log[2], { spooler, term: later, seq: 4, change: started('a') });
    await rig.store.cutLog(spooler, 3);
    assert.deepEqual(
      (await rig.store.readLog(spooler, 1, 10)).map(({ seq }) => seq),
      [4],
    );
    assert.equal((await rig.store.query('jobs.get', { spooler, id: 'a' }))?.state, 'processing');
  });

  test('of an older owner is refused', async () => {
    const rig = await rigWithPrinter();
    await rig.store.commit({ ...jobUnit('a'), term: { ...term, counter: 5 } });
    assert.equal(refusal(await rig.store.commit(unit(started('a')))).code, 'not-live');
  });

  test('that is refused changes nothing, and nothing of its neighbours', async () => {
    const rig = await rigWithPrinter();
    const [first, bad, last] = await Promise.all([
      rig.store.commit(jobUnit('a')),
      rig.store.commit(unit(jobCreated('b', { incoming: false }), ended('b'))),
      rig.store.commit(jobUnit('c')),
    ]);
    assert.equal(refusal(bad).code, 'job-not-possible');
    assert.deepEqual([firstJob(first).number, firstJob(last).number], [1, 2]);
    assert.equal(await rig.store.query('jobs.get', { spooler, id: 'b' }), undefined);
    assert.equal(committed(last).lastSeq, 5);
  });

  test('that breaks its contract is rejected alone', async () => {
    const rig = await rigWithPrinter();
    const [good, ...bad] = await Promise.allSettled([
      rig.store.commit(jobUnit('a')),
      rig.store.commit({ ...jobUnit('b'), documents: [] }),
      rig.store.commit(bareJobUnit('c', { priority: 101 })),
    ]);
    assert.equal(good.status, 'fulfilled');
    for (const outcome of bad) {
      assert.ok(outcome.status === 'rejected' && !(outcome.reason instanceof StoreError));
    }
    assert.equal(
      (await rig.store.query('jobs.page', { spooler, which: 'not-completed', limit: 9 })).length,
      1,
    );
  });

  test('names refuse to be given twice, whatever their case', async () => {
    const rig = await rigWithPrinter();
    const again = unit({ type: 'printer.created', payload: { printer: printer('p2', 'OFFICE') } });
    assert.equal(refusal(await rig.store.commit(again)).code, 'printer-exists');
  });

  test('goes on with the events that it made, also after a restart', async () => {
    const rig = await rigWithPrinter();
    const { events } = committed(await rig.store.commit(jobUnit('a')));
    assert.deepEqual(
      events.map(({ type, id }) => [type, id]),
      [
        ['job-created', 2],
        ['job-state-changed', 3],
      ],
    );
    const again = await rig.reopened();
    const since = await again.store.query('events.since', { afterId: 1, limit: 10 });
    assert.deepEqual(since, { events, gap: false });
  });
});

describe('commits together', () => {
  test('share one sync of the segment and one transaction', async () => {
    const rig = await rigWithPrinter();
    const before = { sync: rig.disk.count('sync'), commit: rig.disk.count('commit') };
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => rig.store.commit(jobUnit(`job-${index}`))),
    );
    assert.deepEqual(
      outcomes.map((outcome) => firstJob(outcome).number),
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
    assert.equal(rig.disk.count('sync') - before.sync, 1);
    assert.equal(rig.disk.count('commit') - before.commit, 1);
  });

  test('beyond the queue are refused as busy', async () => {
    const rig = await rigWithPrinter();
    const units = spoolLimits.queuedCommits + 10;
    const outcomes = await Promise.all(
      Array.from({ length: units }, () => rig.store.commit(unit())),
    );
    const refused = outcomes.filter((outcome) => outcome.kind === 'refused');
    assert.equal(refused.length, 10);
    assert.ok(refused.every(({ code }) => code === 'busy'));
  });

  test('that arrive while one runs share the next', async () => {
    const rig = await rigWithPrinter();
    const before = rig.disk.count('commit');
    const first = rig.store.commit(jobUnit('a'));
    await Promise.resolve();
    await Promise.resolve();
    const rest = Promise.all(['b', 'c', 'd'].map((id) => rig.store.commit(jobUnit(id))));
    await Promise.all([first, rest]);
    assert.equal(rig.disk.count('commit') - before, 2);
  });
});

describe('a disk that fails', () => {
  test('rejects all of the group, and is used again when it recovers', async () => {
    for (const operation of ['sync', 'write', 'commit', 'sync-directory'] as const) {
      const rig = await rigWithPrinter();
      rig.disk.faults.add({ operation, code: 'io-error', times: 1 });
      const outcomes = await Promise.allSettled(
        ['a', 'b'].map((id) => rig.store.commit(jobUnit(id))),
      );
      for (const outcome of outcomes) {
        assert.ok(outcome.status === 'rejected', operation);
        assert.ok(outcome.reason instanceof StoreError, operation);
      }
      assert.equal(firstJob(await rig.store.commit(jobUnit('c'))).number, 1, operation);
      assert.equal((await readDocument(rig, 'c')).toString(), 'document of c', operation);
    }
  });

  test('never gets a segment continued whose sync failed', async () => {
    const rig = await rigWithPrinter();
    await rig.store.commit(jobUnit('a'));
    rig.disk.faults.add({ operation: 'sync', code: 'io-error', times: 1 });
    await assert.rejects(rig.store.commit(jobUnit('b')), StoreError);
    await rig.store.commit(jobUnit('c'));
    const [first, third] = await Promise.all(
      ['a', 'c'].map((jobId) => rig.store.query('documents.locate', { jobId, number: 1 })),
    );
    assert.notEqual(first?.name, third?.name);
  });
});

describe('the store', () => {
  test('writes nothing when nothing happens', async () => {
    const rig = await rigWithPrinter();
    await rig.store.commit(jobUnit('a'));
    const before = rig.disk.operations;
    await rig.store.query('jobs.counts', { spooler });
    await rig.store.commit(unit());
    for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
    assert.equal(rig.disk.operations, before);
  });

  test("keeps a tail of a log that nobody replicates, and all of a group's", async () => {
    const rig = await rigWithPrinter();
    const group = { generation: 1, counter: 1, node: 'node-a' };
    const count = spoolLimits.logTail + 50;
    const created = (name: string) =>
      ({ type: 'registry.key-created', payload: { path: [name] } }) as const;
    for (let index = 0; index < count; index += 1) {
      void rig.store.commit(unit(created(`k${index}`)));
      if (index % 200 === 199)
        await rig.store.commit({ ...unit(created('g')), spooler: 'g', term: group });
    }
    const end = committed(await rig.store.commit(unit(created('last')))).lastSeq;
    const [oldest] = await rig.store.readLog(spooler, 1, 1);
    assert.equal(oldest?.seq, end - spoolLimits.logTail + 1);
    assert.equal((await rig.store.readLog('g', 1, 1))[0]?.seq, 1);
  });

  test('removes a document when its job ends, a segment when nothing in it is needed', async () => {
    const rig = await rigWithPrinter();
    const large = Buffer.alloc(spoolLimits.inlineDocumentBytes + 1, 7);
    await acceptDocument(rig, 'large', large);
    await rig.store.commit(jobUnit('small'));
    for (const id of ['large', 'small']) {
      await rig.store.commit(unit(started(id)));
      await rig.store.commit(unit(ended(id)));
    }
    assert.equal(
      await rig.store.query('documents.locate', { jobId: 'large', number: 1 }),
      undefined,
    );
    const again = await rig.reopened();
    assert.deepEqual(await again.files.list('/data/spool/documents'), []);
    assert.deepEqual(await again.files.list('/data/spool/segments'), []);
  });

  test('forgets ended jobs by records, the oldest beyond what is kept', async () => {
    const rig = await rigWithPrinter();
    for (const id of ['a', 'b', 'c', 'd']) {
      await rig.store.commit(bareJobUnit(id));
      await rig.store.commit(unit(ended(id, 'canceled')));
    }
    const input = { spooler, printerId: 'printer-1', of: 'history', jobs: 2, limit: 10 } as const;
    assert.deepEqual(await rig.store.query('jobs.excess', input), ['a', 'b']);
    const removed = ['a', 'b'].map(
      (jobId) => ({ type: 'job.removed', payload: { jobId, at } }) as const,
    );
    const { events } = committed(await rig.store.commit(unit(...removed)));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['job-removed', 'job-removed'],
    );
    assert.deepEqual(await rig.store.query('jobs.excess', input), []);
    assert.equal(await rig.store.query('jobs.get', { spooler, id: 'a' }), undefined);
  });

  test('is of no use once it was closed', async () => {
    const rig = await rigWithPrinter();
    const last = rig.store.commit(jobUnit('a'));
    await rig.store.close();
    assert.equal(firstJob(await last).number, 1);
    await assert.rejects(rig.store.commit(jobUnit('b')), StoreError);
    await assert.rejects(rig.store.logEnds(), StoreError);
  });
});
