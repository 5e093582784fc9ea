// Documents for the other appliance: read to their end, and closed however the exchange ends.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OfferedDocument } from '../../firmware/cluster/host/contract.ts';
import { createPeerDocuments, servePeerDocuments } from '../../firmware/groups/peer-documents.ts';
import type { PeerChannel, PeerHandler } from '../../firmware/pair/contract.ts';

const request = { spooler: 'g', jobId: 'j', document: { number: 1, sizeBytes: 3, digest: '' } };

async function* nothing(): AsyncGenerator<Uint8Array> {}

function subject() {
  const handlers = new Map<string, PeerHandler>();
  const taken: OfferedDocument[] = [];
  const exchange = new AbortController();
  let closed = 0;
  const channel: PeerChannel = {
    connected: true,
    onConnected: () => () => undefined,
    serve(service, handler) {
      handlers.set(service, handler);
      return () => undefined;
    },
    async request({ service, head }) {
      const handler = handlers.get(service);
      assert.ok(handler !== undefined);
      const answer = await handler({ head, body: nothing(), signal: exchange.signal });
      return { head: answer.head, body: answer.body ?? nothing() };
    },
  };
  servePeerDocuments(channel, (spooler) =>
    spooler !== 'g'
      ? undefined
      : {
          openDocument: async (jobId) =>
            jobId !== 'j'
              ? undefined
              : {
                  sizeBytes: 3,
                  read: async (at) => Uint8Array.of(at),
                  close: async () => void (closed += 1),
                },
          snapshotBody: async (seq) => (seq === 7 ? Uint8Array.of(1, 2) : undefined),
          takeAhead: async (offered) => void taken.push(offered),
        },
  );
  return { documents: createPeerDocuments(channel), exchange, taken, closed: () => closed };
}

describe('documents of the peer', () => {
  const { signal } = new AbortController();

  test('come whole, and are closed when the exchange ends', async () => {
    const { documents, exchange, closed } = subject();
    const body = await documents.fetch(request, signal);
    assert.ok(body !== 'gone');
    const bytes: number[] = [];
    for await (const chunk of body) bytes.push(...chunk);
    assert.deepEqual(bytes, [0, 1, 2]);
    exchange.abort();
    assert.equal(closed(), 1);
  });

  test('are closed where nobody began to read', async () => {
    const { documents, exchange, closed } = subject();
    await documents.fetch(request, signal);
    exchange.abort();
    assert.equal(closed(), 1);
  });

  test('are closed where the exchange had ended before they were open', async () => {
    const { documents, exchange, closed } = subject();
    exchange.abort();
    await documents.fetch(request, signal);
    assert.equal(closed(), 1);
  });

  test('of ended jobs are gone, and of unknown groups refused', async () => {
    const { documents } = subject();
    assert.equal(await documents.fetch({ ...request, jobId: 'old' }, signal), 'gone');
    await assert.rejects(documents.fetch({ ...request, spooler: 'x' }, signal), /no group x/);
  });

  test('and a snapshot’s body come whole, or are gone', async () => {
    const { documents } = subject();
    const body = await documents.snapshot({ spooler: 'g', seq: 7 }, signal);
    assert.ok(body !== 'gone');
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    assert.deepEqual(pieces, [Uint8Array.of(1, 2)]);
    assert.equal(await documents.snapshot({ spooler: 'g', seq: 8 }, signal), 'gone');
    await assert.rejects(documents.snapshot({ spooler: 'x', seq: 7 }, signal), /no group x/);
  });

  test('are offered with all that their records say', async () => {
    const { documents, taken } = subject();
    const at = { ms: 0, trusted: true };
    const digest = `sha256:${'0'.repeat(64)}`;
    const document = { number: 1, name: '', format: 'x/y', sizeBytes: 3, digest };
    const added = { jobId: 'j', document, last: true, at };
    await documents.offer({ spooler: 'g', added }, signal);
    assert.deepEqual(taken, [{ spooler: 'g', added }]);
    await assert.rejects(documents.offer({ spooler: 'x', added }, signal), /no group x/);
  });
});
