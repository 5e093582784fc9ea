// Documents fetched from the peer: one that can't be had takes along the others, or not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OfferedDocument } from '../../firmware/cluster/host/contract.ts';
import { digestOf } from '../../firmware/store/snapshots.ts';
import { createDocumentFetcher } from '../../firmware/cluster/host/fetch.ts';
import { clusterLimits } from '../../firmware/limits/cluster-limits.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { VirtualClock } from '../world/clock.ts';

const atOnce = clusterLimits.documentsAtOnce;
const at = { ms: 0, trusted: true };

function added(jobId: string): Change {
  const document = { number: 1, name: '', format: 'x/y', sizeBytes: 1, digest: jobId };
  return { type: 'job.document-added', payload: { jobId, document, last: true, at } };
}

function offered(jobId: string): OfferedDocument {
  const { type, payload } = added(jobId);
  assert.ok(type === 'job.document-added');
  return { spooler: 'g', added: payload };
}

const { signal } = new AbortController();

interface Peer {
  readonly missing?: string;
  /** Asked before a document is answered. */
  readonly before?: (jobId: string) => Promise<void>;
  /** The body that it gives. */
  readonly snapshot?: string;
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function subject({ missing, before, snapshot }: Peer) {
  const left = new Set<string>();
  const clock = new VirtualClock();
  const fetcher = createDocumentFetcher({
    spooler: 'g',
    store: { query: async () => undefined },
    clock,
    peer: {
      async snapshot() {
        return snapshot === undefined ? 'gone' : bytesOf(snapshot);
      },
      async fetch({ jobId }) {
        await before?.(jobId);
        if (jobId === missing) throw new Error('the peer is away');
        return (async function* () {
          yield Uint8Array.of(1);
        })();
      },
    },
    spool: {
      async receive(stream, { header }) {
        const { id } = header.job;
        for await (const chunk of stream) if (chunk.length > 0) left.add(id);
        return {
          kind: 'received',
          document: { number: 1, name: '', format: 'x/y', sizeBytes: 1, digest: id },
          source: { kind: 'none' },
          keep: () => undefined,
          discard: async () => void left.delete(id),
        };
      },
    },
  });
  return { fetcher, left, clock };
}

describe('documents of a batch', () => {
  const batch = ['a', 'b', 'c'].map(added);

  test('that came before a failure count, where a part is enough', async () => {
    const { fetcher, left } = subject({ missing: 'c' });
    const { count, documents } = await fetcher.documentsOf(batch, { partly: true });
    assert.equal(count, 2);
    assert.deepEqual(
      documents.map(({ jobId }) => jobId),
      ['a', 'b'],
    );
    assert.deepEqual([...left], ['a', 'b']);
  });

  test('are all there, or none', async () => {
    const { fetcher, left } = subject({ missing: 'c' });
    await assert.rejects(fetcher.documentsOf(batch), /the peer is away/);
    assert.deepEqual([...left], []);
    await assert.rejects(
      subject({ missing: 'a' }).fetcher.documentsOf(batch, { partly: true }),
      /away/,
    );
  });

  test('come several at once, in a bounded number, and stand in their order', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const before = async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      most = Math.max(most, waiting.push(resolve));
      await promise;
    };
    const many = Array.from({ length: 3 * atOnce }, (_, at) => added(`job-${at}`));
    const fetching = subject({ before }).fetcher.documentsOf(many);
    // The last that was begun is answered first.
    for (let answered = 0; answered < many.length; ) {
      await new Promise(setImmediate);
      if (waiting.length > 0) answered += 1;
      waiting.pop()?.();
    }
    const { count, documents } = await fetching;
    assert.equal(most, atOnce);
    assert.equal(count, many.length);
    const names = documents.map(({ jobId }) => jobId);
    assert.deepEqual(
      names,
      many.map((_change, at) => `job-${at}`),
    );
  });

  test('behind one that can’t be had are let go, and no more are asked for', async () => {
    const asked: string[] = [];
    const many = Array.from({ length: 3 * atOnce }, (_, at) => added(`job-${at}`));
    const { fetcher, left } = subject({
      missing: 'job-2',
      before: async (jobId) => void asked.push(jobId),
    });
    const { count } = await fetcher.documentsOf(many, { partly: true });
    assert.equal(count, 2);
    assert.deepEqual([...left].toSorted(), ['job-0', 'job-1']);
    assert.ok(asked.length < many.length, `${asked.length} were asked for`);
  });

  test('are given up where nothing of any of them comes', async () => {
    const never = () => new Promise<void>(() => undefined);
    const { fetcher, clock } = subject({ before: never });
    const fetching = fetcher.documentsOf(batch);
    const failed = assert.rejects(fetching, { code: 'aborted' });
    await clock.advance(clusterLimits.documentStallMs);
    await failed;
  });

  test('that came ahead of their records are not asked for again', async () => {
    const asked: string[] = [];
    const before = async (jobId: string) => void asked.push(jobId);
    const { fetcher } = subject({ before });
    await fetcher.takeAhead(offered('a'), signal);
    const { count } = await fetcher.documentsOf([added('a'), added('b')]);
    assert.equal(count, 2);
    assert.deepEqual(asked, ['a', 'b']);
    // Once taken they are the batch's.
    await fetcher.documentsOf([added('a')]);
    assert.deepEqual(asked, ['a', 'b', 'a']);
  });

  test('that came before a failure are kept, where all of them are asked for again', async () => {
    const asked: string[] = [];
    let isAway = true;
    const before = async (jobId: string) => {
      asked.push(jobId);
      if (jobId === 'c' && isAway) throw new Error('the peer is away');
    };
    const { fetcher, left } = subject({ before });
    await assert.rejects(fetcher.documentsOf(batch, { again: true }), /away/);
    isAway = false;
    assert.equal((await fetcher.documentsOf(batch, { again: true })).count, 3);
    assert.deepEqual(asked, ['a', 'b', 'c', 'c']);
    assert.deepEqual([...left], ['a', 'b', 'c']);
  });

  test('that were to be asked for again are let go where the group stops', async () => {
    const { fetcher, left } = subject({ before: async (id) => void (id === 'c' && stop()) });
    const stop = () => {
      fetcher.breakOff();
      throw new Error('it stops');
    };
    await assert.rejects(fetcher.documentsOf(batch, { again: true }));
    assert.deepEqual([...left], []);
  });

  test('that came ahead and whose records never come are let go in time', async () => {
    const { fetcher, left, clock } = subject({});
    await fetcher.takeAhead(offered('a'), signal);
    assert.deepEqual([...left], ['a']);
    await clock.advance(clusterLimits.aheadKeptMs);
    assert.deepEqual([...left], []);
  });

  test('that came ahead are let go where the group stops', async () => {
    const { fetcher, left } = subject({});
    await fetcher.takeAhead(offered('a'), signal);
    fetcher.breakOff();
    await new Promise(setImmediate);
    assert.deepEqual([...left], []);
  });

  test('that come ahead too late are let go', async () => {
    const given = new AbortController();
    const { fetcher, left } = subject({ before: async () => given.abort() });
    await assert.rejects(fetcher.takeAhead(offered('a'), given.signal));
    assert.deepEqual([...left], []);
  });
});

describe('a snapshot’s body', () => {
  const body = '{"of":"a log"}';
  const payload = { format: 1, terms: [], digest: digestOf(body) };

  test('is the one that its record names', async () => {
    const { fetcher } = subject({ snapshot: body });
    assert.equal(await fetcher.snapshotBody(7, payload), body);
    const other = { ...payload, digest: digestOf('another') };
    await assert.rejects(fetcher.snapshotBody(7, other), /with another body/);
  });

  test('that the peer has no longer is asked for again later', async () => {
    const { fetcher } = subject({});
    await assert.rejects(fetcher.snapshotBody(7, payload), /another snapshot/);
  });
});
