// The store behind a port: the same answers, batches that share a transaction, and a clear end when
// the worker dies.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { spawnWorker } from '../../firmware/entry/spawn-worker.ts';
import type { StoreWorkerData } from '../../firmware/entry/store-worker.ts';
import { StoreError } from '../../firmware/store/contract.ts';
import { channelOfPort, channelOfWorker } from '../../firmware/store/worker-channel.ts';
import { connectStore, type StoreClient } from '../../firmware/store/worker-client.ts';
import { serveStore } from '../../firmware/store/worker-host.ts';
import {
  committed,
  documentAdded,
  documentOf,
  firstJob,
  jobCreated,
  jobUnit,
  openRig,
  printer,
  readDocument,
  refusal,
  type Rig,
  spooler,
  term,
  unit,
} from './rig.ts';
import { atEnd } from '../at-end.ts';

const createdPrinter = { type: 'printer.created', payload: { printer: printer() } } as const;

/** Client and host in one thread, over a real port. */
async function portRig(
  t: TestContext,
  options: { readonly outstandingRequests?: number } = {},
): Promise<Rig & { readonly client: StoreClient; readonly breakPort: () => void }> {
  const rig = await openRig();
  const { port1, port2 } = new MessageChannel();
  atEnd(t, () => port1.close());
  const serving = serveStore({ channel: channelOfPort(port2), open: async () => rig.store });
  const client = await connectStore({ channel: channelOfPort(port1), ...options });
  await serving;
  return { ...rig, client, breakPort: () => port2.close() };
}

describe('the store behind a port', () => {
  test('answers as the store itself', async (t) => {
    const { client, store, reopened } = await portRig(t);
    const remote = client.store;
    committed(await remote.commit(unit(createdPrinter)));
    assert.equal(refusal(await remote.commit(unit(createdPrinter))).code, 'printer-exists');
    const job = firstJob(await remote.commit(jobUnit('a')));
    assert.deepEqual(await remote.query('jobs.get', { spooler, id: 'a' }), job);
    assert.deepEqual(await remote.logEnds(), [{ spooler, term, seq: 3 }]);
    assert.deepEqual(await remote.readLog(spooler, 1, 9), await store.readLog(spooler, 1, 9));
    await remote.cutLog(spooler, 3);
    assert.deepEqual(await remote.readLog(spooler, 1, 9), []);
    await remote.close();
    assert.deepEqual(client.state(), { kind: 'closed' });
    assert.equal((await readDocument(await reopened(), 'a')).toString(), 'document of a');
  });

  test('takes many commits in few transactions', async (t) => {
    const { client, disk } = await portRig(t);
    await client.store.commit(unit(createdPrinter));
    const before = { sync: disk.count('sync'), commit: disk.count('commit') };
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, index) => client.store.commit(jobUnit(`job-${index}`))),
    );
    assert.equal(new Set(outcomes.map((outcome) => firstJob(outcome).number)).size, 100);
    assert.equal(disk.count('sync') - before.sync, 1);
    assert.equal(disk.count('commit') - before.commit, 1);
  });

  test('takes messages that wait in the port into the same transaction', async (t) => {
    const { client, disk } = await portRig(t);
    await client.store.commit(unit(createdPrinter));
    const before = disk.count('commit');
    const commits: Promise<unknown>[] = [];
    for (let index = 0; index < 20; index += 1) {
      commits.push(client.store.commit(jobUnit(`job-${index}`)));
      // Each leaves as a message of its own.
      await Promise.resolve();
      await Promise.resolve();
    }
    await Promise.all(commits);
    assert.equal(disk.count('commit') - before, 1);
  });

  test('takes over the memory of an inline document, copies a part of a larger one', async (t) => {
    const { client, ...rig } = await portRig(t);
    await client.store.commit(unit(createdPrinter));
    const own = new Uint8Array(Buffer.from('own memory'));
    const shared = Buffer.from('xxshared memory').subarray(2);
    for (const [id, bytes] of [
      ['own', own],
      ['shared', shared],
    ] as const) {
      const changes = [jobCreated(id), documentAdded(id, documentOf(bytes))];
      const source = { kind: 'inline', bytes } as const;
      const documents = [{ jobId: id, number: 1, source }];
      committed(await client.store.commit({ ...unit(...changes), documents }));
    }
    assert.equal(own.length, 0);
    assert.equal(shared.toString(), 'shared memory');
    assert.equal((await readDocument(rig, 'own')).toString(), 'own memory');
    assert.equal((await readDocument(rig, 'shared')).toString(), 'shared memory');
  });

  test('refuses what would wait too long', async (t) => {
    const { client } = await portRig(t, { outstandingRequests: 2 });
    const outcomes = await Promise.all([1, 2, 3].map(() => client.store.commit(unit())));
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind)),
      ['committed', 'committed', 'busy'],
    );
    const questions = [1, 2, 3].map(() => client.store.logEnds());
    const [, , third] = await Promise.allSettled(questions);
    assert.equal(third?.status, 'rejected');
  });

  test('hands on what failed as a StoreError with its causes', async (t) => {
    const { client, disk } = await portRig(t);
    disk.faults.add({ operation: 'commit', code: 'no-space', times: 1 });
    await assert.rejects(client.store.commit(unit(createdPrinter)), (error) => {
      assert.ok(error instanceof StoreError);
      assert.match(error.message, /could not be written.*no space left/);
      return true;
    });
    committed(await client.store.commit(unit(createdPrinter)));
  });

  test('rejects everything once the other side is gone', async (t) => {
    const { client, breakPort } = await portRig(t);
    const waiting = client.store.logEnds();
    breakPort();
    await assert.rejects(waiting, StoreError);
    assert.equal((await client.ended).kind, 'failed');
    assert.equal(client.state().kind, 'failed');
    await assert.rejects(client.store.commit(jobUnit('a')), /the store is gone/);
    await client.store.close();
  });

  test('says why it could not be opened', async () => {
    const { port1, port2 } = new MessageChannel();
    const open = () => Promise.reject(new Error('the disk is on fire'));
    await serveStore({ channel: channelOfPort(port2), open });
    await assert.rejects(connectStore({ channel: channelOfPort(port1) }), /the disk is on fire/);
  });
});

describe('the store worker', () => {
  async function startWorker(t: TestContext, directory?: string) {
    const data = directory ?? (await mkdtemp(join(tmpdir(), 'platen-store-')));
    if (directory === undefined) atEnd(t, () => rm(data, { recursive: true }));
    const workerData: StoreWorkerData = {
      dataDirectory: data,
      spoolDirectory: join(data, 'spool'),
    };
    const worker = spawnWorker('store-worker', { workerData });
    atEnd(t, () => worker.terminate());
    return { data, worker, client: await connectStore({ channel: channelOfWorker(worker) }) };
  }

  test('keeps jobs on the real disk, over a restart and over its death', async (t) => {
    const first = await startWorker(t);
    committed(await first.client.store.commit(unit(createdPrinter)));
    const job = firstJob(await first.client.store.commit(jobUnit('a')));
    await first.client.store.close();

    const second = await startWorker(t, first.data);
    assert.deepEqual(await second.client.store.query('jobs.get', { spooler, id: 'a' }), job);
    committed(await second.client.store.commit(jobUnit('b')));
    await second.worker.terminate();
    assert.equal((await second.client.ended).kind, 'failed');
    await assert.rejects(second.client.store.logEnds(), StoreError);

    const third = await startWorker(t, first.data);
    const input = { spooler, which: 'not-completed', limit: 9 } as const;
    const jobs = await third.client.store.query('jobs.page', input);
    assert.deepEqual(
      jobs.map(({ number }) => number),
      [1, 2],
    );
    await third.client.store.close();
  });

  test('that can not open its folder says so', async (t) => {
    // A folder below a file can not be made.
    await assert.rejects(startWorker(t, join(process.execPath, 'data')), StoreError);
  });
});
