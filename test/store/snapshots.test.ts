// Snapshots of a log: made of what its records made, in their place once both nodes have them, and
// the beginning of the log of a node that has none.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { wishesIn } from '../../firmware/cluster/host/wishes.ts';
import type {
  CommitUnit,
  LogRecord,
  RecordBatch,
  Store,
  Term,
} from '../../firmware/store/contract.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { changesOf, decodeSnapshot } from '../../firmware/store/snapshot-body.ts';
import { digestOf } from '../../firmware/store/snapshots.ts';
import {
  at,
  documentAdded,
  documentOf,
  ended,
  jobCreated,
  openRig,
  places,
  printer,
} from './rig.ts';

const spooler = 'group';
const first: Term = { generation: 1, counter: 1, node: 'a' };
const second: Term = { generation: 1, counter: 2, node: 'b' };
const every = 4;

const made: Change = {
  type: 'printer.created',
  payload: { printer: { ...printer(), spooler } },
};
const started = (jobId: string): Change => ({
  type: 'job.started',
  payload: { jobId, portName: 'desk', localPort: 40_000, at },
});
const registered: readonly Change[] = [
  { type: 'registry.key-created', payload: { path: ['Cluster'] } },
  {
    type: 'registry.values-set',
    payload: {
      path: ['Cluster'],
      values: [{ name: 'Wanted', value: { type: 'string', data: 'offline' } }],
    },
  },
];

const localPrinter: Change = { type: 'printer.created', payload: { printer: printer('desk') } };

const bytesOf = (id: string) => Buffer.from(`document of ${id}`);

async function accept(store: Store, term: Term, id: string): Promise<void> {
  const bytes = bytesOf(id);
  const outcome = await store.commit({
    spooler,
    term,
    changes: [jobCreated(id), documentAdded(id, documentOf(bytes))],
    documents: [{ jobId: id, number: 1, source: { kind: 'inline', bytes } }],
  });
  assert.equal(outcome.kind, 'committed');
}

async function commit(store: Store, term: Term, ...changes: readonly Change[]): Promise<void> {
  assert.equal((await store.commit({ spooler, term, changes })).kind, 'committed');
}

const readAll = (store: Store) => store.readLog(spooler, 1, 1_000);

const seqsOf = async (store: Store) => (await readAll(store)).map(({ seq }) => seq);

async function tablesOf(store: Store): Promise<unknown> {
  return [
    await store.query('jobs.page', { spooler, which: 'all', limit: 100 }),
    await store.query('printers.all', { spooler }),
    await store.query('jobs.counts', { spooler }),
    await store.query('log.lingering-ports', { spooler }),
    await store.query('registry.value', { spooler, path: ['Cluster'], name: 'Wanted' }),
    await termsOf(store),
  ];
}

async function termsOf(store: Store): Promise<unknown> {
  const { end, terms } = await store.query('log.history', { spooler });
  return { end, terms };
}

/** A log of eight records over two terms: one job that is done, one that waits, one that prints. */
async function fill(store: Store): Promise<void> {
  await commit(store, first, made, ...registered);
  await accept(store, first, 'one');
  await commit(store, first, started('one'), ended('one'));
  await accept(store, second, 'two');
  await accept(store, second, 'three');
  await commit(store, second, started('three'));
}

async function bodyAt(store: Store, seq: number): Promise<string> {
  const body = await store.query('log.snapshot-body', { spooler, seq });
  assert.ok(body !== undefined);
  return body;
}

/** As the host of a new box stores what the owner's log begins with. */
async function storeFrom(...from: Parameters<typeof batchFrom>): Promise<void> {
  const [, standby] = from;
  await standby.storeRecords(await batchFrom(...from));
}

async function batchFrom(
  owner: Store,
  standby: Store,
  change: (record: LogRecord, body: string) => readonly [LogRecord, string] = (...same) => same,
): Promise<RecordBatch> {
  const [record] = await readAll(owner);
  assert.ok(record !== undefined);
  const body = await bodyAt(owner, record.seq);
  const [changed, snapshot] = change(record, body);
  const end = (await standby.logEnds()).find((each) => each.spooler === spooler);
  const documents = changesOf(decodeSnapshot(body)).flatMap(({ type, payload }) => {
    if (type !== 'job.document-added') return [];
    const { jobId, document } = payload;
    const source = { kind: 'inline', bytes: bytesOf(jobId) } as const;
    return [{ jobId, number: document.number, source }];
  });
  const after = end ?? { term: first, seq: 0 };
  return { spooler, after, records: [changed], documents, snapshot };
}

describe('a snapshot of a log', () => {
  test('stands for its records once they are shared, and the tables stay', async () => {
    const rig = await openRig();
    const { store } = rig;
    await fill(store);
    const end = await endOf(store);
    await store.advanceSnapshot(spooler, { sharedSeq: end, every });
    assert.equal((await seqsOf(store)).length, end, 'made, and in nobody’s place yet');
    await commit(store, second, ...registered);
    const before = await tablesOf(store);
    await store.advanceSnapshot(spooler, { sharedSeq: end - 1, every });
    assert.equal((await seqsOf(store)).length, end + 2, 'not shared yet');
    await store.advanceSnapshot(spooler, { sharedSeq: end, every });
    assert.deepEqual(await seqsOf(store), [end, end + 1, end + 2]);
    assert.equal((await readAll(store))[0]?.change.type, 'log.snapshot');
    assert.deepEqual(await tablesOf(store), before);
    const { begin } = await store.query('log.history', { spooler });
    assert.deepEqual(begin, { term: second, seq: end });
    const { store: again } = await rig.reopened();
    assert.deepEqual(await seqsOf(again), [end, end + 1, end + 2]);
    assert.deepEqual(await tablesOf(again), before);
  });

  test('is followed by the next one, and no other stays', async () => {
    const { store } = await openRig();
    await fill(store);
    const bodies: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      await store.advanceSnapshot(spooler, { sharedSeq: await endOf(store), every });
      await commit(store, second, ...registered, ...registered);
      const seqs = Array.from({ length: await endOf(store) }, (_, index) => index + 1);
      const held = await Promise.all(
        seqs.map((seq) => store.query('log.snapshot-body', { spooler, seq })),
      );
      bodies.push(held.filter((body) => body !== undefined).length);
    }
    assert.deepEqual(bodies, [1, 2, 2, 2, 2, 2]);
    assert.ok((await seqsOf(store)).length <= 2 * every + 1);
  });

  test('is where a cut log is made anew from', async () => {
    const { store } = await openRig();
    await fill(store);
    const end = await endOf(store);
    await store.advanceSnapshot(spooler, { sharedSeq: end, every });
    await store.advanceSnapshot(spooler, { sharedSeq: end, every });
    const before = await tablesOf(store);
    await accept(store, second, 'four');
    await commit(store, second, ended('three'));
    await store.cutTail(spooler, end);
    assert.deepEqual(await tablesOf(store), before);
    for (const seq of [0, 1, end - 1]) {
      await assert.rejects(store.cutTail(spooler, seq), /does not reach back/);
    }
    assert.deepEqual(await tablesOf(store), before);
    await accept(store, second, 'five');
    const page = await store.query('jobs.page', { spooler, which: 'all', limit: 100 });
    assert.ok(JSON.stringify(page).includes('"number":4'), 'numbers go on');
  });

  test('of records that were cut away is none any more', async () => {
    const { store } = await openRig();
    await fill(store);
    const end = await endOf(store);
    await store.advanceSnapshot(spooler, { sharedSeq: 0, every });
    await store.cutTail(spooler, end - 1);
    assert.equal(await store.query('log.snapshot-body', { spooler, seq: end }), undefined);
    await commit(store, second, ...registered);
    await store.advanceSnapshot(spooler, { sharedSeq: end, every });
    assert.equal((await readAll(store))[0]?.seq, 1);
  });

  test('and what it stood for go with a log that is forgotten', async () => {
    const { store } = await owner();
    const [record] = await readAll(store);
    await store.forgetLog(spooler);
    assert.deepEqual(await readAll(store), []);
    const seq = record?.seq ?? 0;
    assert.equal(await store.query('log.snapshot-body', { spooler, seq }), undefined);
  });
});

describe('a log that begins with a snapshot of another node', () => {
  test('is the same, on a node that has nothing, documents included', async () => {
    const [{ store }, standby] = [await owner(), await openRig({ seed: 2 })];
    await storeFrom(store, standby.store);
    assert.deepEqual(await tablesOf(standby.store), await tablesOf(store));
    assert.deepEqual(await readAll(standby.store), await readAll(store));
    for (const jobId of ['two', 'three']) {
      assert.ok(await standby.store.query('documents.locate', { jobId, number: 1 }), jobId);
    }
    await accept(standby.store, second, 'four');
    const { store: again } = await standby.reopened();
    assert.equal(await endOf(again), (await endOf(store)) + 2);
  });

  test('takes the place of a part of it, whose jobs that ended keep no documents', async () => {
    const [{ store }, standby] = [await owner(), await openRig({ seed: 2 })];
    await commit(standby.store, first, made, ...registered);
    await accept(standby.store, first, 'one');
    await storeFrom(store, standby.store);
    assert.deepEqual(await tablesOf(standby.store), await tablesOf(store));
    const place = await standby.store.query('documents.locate', { jobId: 'one', number: 1 });
    assert.equal(place, undefined);
  });

  test('tells the spool what it says of jobs, for a database that is built anew', async () => {
    const [{ store }, standby] = [await owner(), await openRig({ seed: 2 })];
    await commit(standby.store, first, made, ...registered);
    await accept(standby.store, first, 'one');
    await storeFrom(store, standby.store);
    await standby.store.close();
    const { databases } = standby.disk.mount();
    await databases.setAside(`${places.data}/platen.db`, `${places.data}/gone.db`);
    const again = await openRig({ disk: standby.disk, seed: 2 });
    const page = await again.store.query('jobs.page', { spooler, which: 'all', limit: 100 });
    const states = Object.fromEntries(page.map((job) => [job.id, [job.state, job.incoming]]));
    // One was printed; of three, whose start came with it, the spool knows no more than of two.
    assert.deepEqual(states, { three: ['pending', false], two: ['pending', false] });
  });

  test('has the documents of retained jobs as well', async () => {
    const { store } = await openRig();
    await commit(store, first, {
      type: 'printer.created',
      payload: { printer: { ...printer(), spooler, documentRetention: { jobs: 5 } } },
    });
    await accept(store, first, 'one');
    await commit(store, first, started('one'), ended('one'));
    for (let round = 0; round < 2; round += 1) {
      await store.advanceSnapshot(spooler, { sharedSeq: await endOf(store), every });
    }
    const standby = await openRig({ seed: 2 });
    await storeFrom(store, standby.store);
    assert.ok(await standby.store.query('documents.locate', { jobId: 'one', number: 1 }));
  });

  test('is refused where it does not fit, and nothing is changed', async () => {
    const { store } = await owner();
    const withPayload = (record: LogRecord, more: object): LogRecord => {
      assert.ok(record.change.type === 'log.snapshot');
      const { change } = record;
      return { ...record, change: { ...change, payload: { ...change.payload, ...more } } };
    };
    const changed = (text: string, from: string, to: string) => {
      assert.ok(text.includes(from), from);
      return text.replace(from, to);
    };
    const digested = (record: LogRecord, body: string) =>
      [withPayload(record, { digest: digestOf(body) }), body] as const;
    type Wrong = Parameters<typeof batchFrom>[2];
    const rewritten =
      (from: string, to: string): Wrong =>
      (record, body) =>
        digested(record, changed(body, from, to));
    const wrong: readonly (readonly [RegExp, Wrong])[] = [
      [/its body is another one/, (record, body) => [record, changed(body, 'offline', 'online')]],
      [/expected number/, rewritten('"ended":0', '"ended":"no"')],
      [/of another spooler/, rewritten('\\"spooler\\":\\"group', '\\"spooler\\":\\"x')],
      [/of another spooler/, rewritten('\\"id\\":\\"printer-1', '\\"id\\":\\"x')],
      [/of another spooler/, rewritten('"documents":[{"job_id":"one', '"documents":[{"job_id":"x')],
      [
        /printers is there twice/,
        (record, body) =>
          digested(
            record,
            body.replace(/"printers":\[(.*?)\],"jobs"/, '"printers":[$1,$1],"jobs"'),
          ),
      ],
      [/not stand for/, (record, body) => [withPayload(record, { terms: [] }), body]],
      [
        /not stand for/,
        (record, body) => [withPayload(record, { terms: [{ term: first, firstSeq: 1 }] }), body],
      ],
    ];
    for (const [index, [why, change]] of wrong.entries()) {
      const standby = await openRig({ seed: 2 });
      const before = await tablesOf(standby.store);
      const batch = await batchFrom(store, standby.store, change);
      // A fault of a peer is no fault of the disk: who shares the group of commits is not touched.
      const beside: CommitUnit = { spooler: 'local', term: first, changes: [localPrinter] };
      const [stored, other] = await Promise.allSettled([
        standby.store.storeRecords(batch),
        standby.store.commit(beside),
      ]);
      assert.ok(stored.status === 'rejected', `${index}`);
      assert.match(String(stored.reason), why);
      assert.ok(other.status === 'fulfilled' && other.value.kind === 'committed', `${index}`);
      assert.deepEqual(await tablesOf(standby.store), before, `${index}`);
      await storeFrom(store, standby.store);
    }
  });

  test('is refused where all of it is here; own snapshots go with their records', async () => {
    const { store } = await owner();
    const standby = await openRig({ seed: 2 });
    await commit(standby.store, first, made, ...registered);
    await standby.store.advanceSnapshot(spooler, { sharedSeq: 0, every: 1 });
    await bodyAt(standby.store, 3);
    await storeFrom(store, standby.store);
    assert.equal(await standby.store.query('log.snapshot-body', { spooler, seq: 3 }), undefined);
    await assert.rejects(storeFrom(store, standby.store), /does not stand for/);
  });

  test('names its files’ contents and what it says of the group', async () => {
    const { store } = await openRig();
    const digest = `sha256:${'7'.repeat(64)}`;
    const file = { component: 'Driver', directory: 'x64', name: 'a.inf', digest, sizeBytes: 9 };
    const payload = { id: 'printer-1', module: '', file: { ...file, type: '', title: '', at } };
    await commit(store, first, made, ...registered, { type: 'printer.file-put', payload });
    const end = await endOf(store);
    await store.advanceSnapshot(spooler, { sharedSeq: 0, every: 1 });
    const body = await bodyAt(store, end);
    const changes = await store.query('log.snapshot-changes', { body });
    const files = changes.flatMap((each) => (each.type === 'printer.file-put' ? each.payload : []));
    assert.partialDeepStrictEqual(files, [{ id: 'printer-1', file }]);
    assert.equal(wishesIn(changes).wanted, 'offline');
  });

  test('is refused by a node whose log is another one, and without its body', async () => {
    const { store } = await owner();
    const standby = await openRig({ seed: 2 });
    await commit(standby.store, second, made, ...registered);
    const before = await tablesOf(standby.store);
    await assert.rejects(storeFrom(store, standby.store), /does not stand for the log/);
    const records = await readAll(store);
    const after = { term: first, seq: 0 };
    const fresh = await openRig({ seed: 3 });
    const batch = { spooler, after, records, documents: [] };
    await assert.rejects(fresh.store.storeRecords(batch), /without its body/);
    assert.deepEqual(await tablesOf(standby.store), before);
  });
});

/** A log that is a snapshot and nothing else. */
async function owner() {
  const rig = await openRig();
  await fill(rig.store);
  const sharedSeq = await endOf(rig.store);
  await rig.store.advanceSnapshot(spooler, { sharedSeq, every });
  await rig.store.advanceSnapshot(spooler, { sharedSeq, every });
  return rig;
}

async function endOf(store: Store): Promise<number> {
  return (await store.logEnds()).find((each) => each.spooler === spooler)?.seq ?? 0;
}
