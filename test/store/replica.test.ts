// The standby's half of the store: records applied as they are, a log cut back to a fork, memories.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DocumentToStore, LogRecord, Store, Term } from '../../firmware/store/contract.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { at, documentAdded, jobCreated, openRig, printer } from './rig.ts';

const spooler = 'group';
const first: Term = { generation: 1, counter: 1, node: 'a' };
const second: Term = { generation: 1, counter: 2, node: 'b' };

const made: Change = {
  type: 'printer.created',
  payload: { printer: { ...printer(), spooler } },
};

async function readAll(store: Store): Promise<readonly LogRecord[]> {
  return await store.readLog(spooler, 1, 1_000);
}

async function tablesOf(store: Store): Promise<unknown> {
  return [
    await store.query('jobs.page', { spooler, which: 'all', limit: 100 }),
    await store.query('printers.all', { spooler }),
    await store.query('jobs.counts', { spooler }),
    await store.query('log.history', { spooler }),
    await store.query('log.lingering-ports', { spooler }),
  ];
}

const bytes = () => Uint8Array.of(1, 2, 3);
const document = {
  number: 1,
  name: '',
  format: 'application/octet-stream',
  sizeBytes: 3,
  digest: `sha256:${'0'.repeat(64)}`,
};

function withDocument(id: string): {
  readonly changes: readonly Change[];
  readonly documents: readonly DocumentToStore[];
} {
  const source = { kind: 'inline', bytes: bytes() } as const;
  return {
    changes: [jobCreated(id), documentAdded(id, document)],
    documents: [{ jobId: id, number: 1, source }],
  };
}

const started = (jobId: string): Change => ({
  type: 'job.started',
  payload: { jobId, portName: 'desk', localPort: 40_000, at },
});

describe('the replica half of the store', () => {
  test('records of the owner make the same tables, documents included', async () => {
    const [owner, standby] = [await openRig(), await openRig({ seed: 2 })];
    await owner.store.commit({ spooler, term: first, changes: [made] });
    await owner.store.commit({ spooler, term: first, ...withDocument('one') });
    await owner.store.commit({ spooler, term: first, changes: [started('one')] });
    const records = await readAll(owner.store);
    await standby.store.storeRecords({
      spooler,
      after: { term: first, seq: 0 },
      records,
      documents: withDocument('one').documents,
    });
    assert.deepEqual(await readAll(standby.store), records);
    assert.deepEqual(await tablesOf(standby.store), await tablesOf(owner.store));
    const place = await standby.store.query('documents.locate', { jobId: 'one', number: 1 });
    assert.equal(place?.sizeBytes, 3);
    assert.deepEqual(await standby.store.query('log.lingering-ports', { spooler }), {
      desk: [40_000],
    });
  });

  test('records that do not follow the end change nothing', async () => {
    const { store } = await openRig();
    await store.commit({ spooler, term: first, changes: [made] });
    const before = await tablesOf(store);
    const record: LogRecord = { spooler, term: first, seq: 3, change: jobCreated('one') };
    const batch = { spooler, records: [record], documents: [] };
    const wrong = [
      { after: { term: first, seq: 2 } },
      { after: { term: second, seq: 1 } },
      { after: { term: first, seq: 1 } },
    ];
    for (const { after } of wrong) {
      await assert.rejects(store.storeRecords({ ...batch, after }), /follow/);
    }
    assert.deepEqual(await tablesOf(store), before);
  });

  test('a cut leaves what came before, and documents until the tail goes', async () => {
    const { store } = await openRig();
    await store.commit({ spooler, term: first, changes: [made] });
    await store.commit({ spooler, term: first, ...withDocument('one') });
    const before = await tablesOf(store);
    await store.commit({ spooler, term: second, ...withDocument('two') });
    await store.commit({ spooler, term: second, changes: [started('one')] });
    await store.cutTail(spooler, 3);
    assert.deepEqual(await tablesOf(store), before);
    assert.ok(await store.query('documents.locate', { jobId: 'two', number: 1 }));
    await store.forgetTail(spooler);
    assert.equal(await store.query('documents.locate', { jobId: 'two', number: 1 }), undefined);
    assert.ok(await store.query('documents.locate', { jobId: 'one', number: 1 }));
    const next = await store.commit({ spooler, term: second, ...withDocument('three') });
    assert.equal(next.kind === 'committed' && next.lastSeq, 5);
    assert.equal(next.kind === 'committed' && next.jobs[0]?.number, 2);
  });

  test('a log that is forgotten leaves nothing, and other logs as they are', async () => {
    const rig = await openRig();
    const { store } = rig;
    const local = 'local';
    const own: readonly Change[] = [
      { type: 'printer.created', payload: { printer: printer('desk') } },
      jobCreated('mine', { printerId: 'desk' }),
      documentAdded('mine', document),
    ];
    const source = { kind: 'inline', bytes: bytes() } as const;
    const documents = [{ jobId: 'mine', number: 1, source }];
    await store.commit({ spooler: local, term: first, changes: own, documents });
    const before = await store.query('jobs.page', { spooler: local, which: 'all', limit: 9 });
    await store.commit({ spooler, term: first, changes: [made] });
    await store.commit({ spooler, term: first, ...withDocument('one') });
    await store.commit({ spooler, term: second, ...withDocument('two') });
    await store.cutTail(spooler, 3);
    await store.remember(spooler, '{}');
    await store.forgetLog(spooler);
    const { store: again } = await rig.reopened();
    const fresh = (await openRig({ seed: 2 })).store;
    assert.deepEqual(await tablesOf(again), await tablesOf(fresh));
    assert.deepEqual(await readAll(again), []);
    assert.equal(await again.query('log.memory', { spooler }), undefined);
    for (const jobId of ['one', 'two']) {
      assert.equal(await again.query('documents.locate', { jobId, number: 1 }), undefined);
    }
    assert.ok(await again.query('documents.locate', { jobId: 'mine', number: 1 }));
    const after = await again.query('jobs.page', { spooler: local, which: 'all', limit: 9 });
    assert.deepEqual(after, before);
    const anew = await again.commit({ spooler, term: first, changes: [made] });
    assert.equal(anew.kind === 'committed' && anew.lastSeq, 1);
  });

  test('a job that was handed over is refused by no quota', async () => {
    const { store } = await openRig();
    const quotas = { jobs: 0 };
    const full = { ...printer(), spooler, quotas };
    await store.commit({
      spooler,
      term: first,
      changes: [{ type: 'printer.created', payload: { printer: full } }],
    });
    const refused = await store.commit({ spooler, term: first, changes: [jobCreated('one')] });
    assert.equal(refused.kind, 'refused');
    const changes = [jobCreated('one', { handedOver: true })];
    const taken = await store.commit({ spooler, term: first, changes });
    assert.equal(taken.kind, 'committed');
  });

  test('a reading of the log is bounded by the bytes of its records', async () => {
    const { store } = await openRig();
    await store.commit({ spooler, term: first, changes: [made] });
    const large = { note: 'x'.repeat(200_000) };
    const changes = ['one', 'two', 'three', 'four'].map((id) =>
      jobCreated(id, { attributes: large }),
    );
    await store.commit({ spooler, term: first, changes });
    const seqs = async (fromSeq: number) =>
      (await store.readLog(spooler, fromSeq, 100)).map(({ seq }) => seq);
    assert.deepEqual(await seqs(1), [1, 2, 3, 4]);
    assert.deepEqual(await seqs(5), [5]);
  });

  test('what a machine remembers outlives a restart', async () => {
    const rig = await openRig();
    await rig.store.remember(spooler, '{"one":1}');
    await rig.store.remember(spooler, '{"two":2}');
    const { store } = await rig.reopened();
    assert.equal(await store.query('log.memory', { spooler }), '{"two":2}');
  });
});
