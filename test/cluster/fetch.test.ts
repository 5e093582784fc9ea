// Documents fetched from the peer: one that can't be had takes along the others, or not.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createDocumentFetcher } from '../../firmware/cluster/host/fetch.ts';
import type { Change } from '../../firmware/store/records/table.ts';
import { VirtualClock } from '../world/clock.ts';

const at = { ms: 0, trusted: true };

function added(jobId: string): Change {
  const document = { number: 1, name: '', format: 'x/y', sizeBytes: 1, digest: jobId };
  return { type: 'job.document-added', payload: { jobId, document, last: true, at } };
}

function subject(missing: string) {
  const left = new Set<string>();
  const fetcher = createDocumentFetcher({
    spooler: 'g',
    store: { query: async () => undefined },
    clock: new VirtualClock(),
    peer: {
      async fetch({ jobId }) {
        if (jobId === missing) throw new Error('the peer is away');
        return (async function* () {
          yield Uint8Array.of(1);
        })();
      },
    },
    spool: {
      async receive(_stream, { header }) {
        const { id } = header.job;
        left.add(id);
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
  return { fetcher, left };
}

describe('documents of a batch', () => {
  const batch = ['a', 'b', 'c'].map(added);

  test('that came before a failure count, where a part is enough', async () => {
    const { fetcher, left } = subject('c');
    const { count, documents } = await fetcher.documentsOf(batch, { partly: true });
    assert.equal(count, 2);
    assert.deepEqual(
      documents.map(({ jobId }) => jobId),
      ['a', 'b'],
    );
    assert.deepEqual([...left], ['a', 'b']);
  });

  test('are all there, or none', async () => {
    const { fetcher, left } = subject('c');
    await assert.rejects(fetcher.documentsOf(batch), /the peer is away/);
    assert.deepEqual([...left], []);
    await assert.rejects(subject('a').fetcher.documentsOf(batch, { partly: true }), /away/);
  });
});
